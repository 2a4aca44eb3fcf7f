/** The public API: models, constraints, processors and the decoding loop. */
@NullMarked
package dev.espalier;

import org.jspecify.annotations.NullMarked;
