/** Causal language models on DJL's PyTorch engine; the only package that sees DJL. */
@NullMarked
package dev.espalier.djl;

import org.jspecify.annotations.NullMarked;
