/** Sampling on device tensors. */
@NullMarked
package dev.espalier.gpu;

import org.jspecify.annotations.NullMarked;
