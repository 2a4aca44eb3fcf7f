/** Downloads of models from the Hugging Face hub into a cache folder. */
@NullMarked
package dev.espalier.hub;

import org.jspecify.annotations.NullMarked;
