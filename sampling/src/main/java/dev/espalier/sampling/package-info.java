/** Logits processors: truncations, penalties and adaptive methods. */
@NullMarked
package dev.espalier.sampling;

import org.jspecify.annotations.NullMarked;
