/** Readers of untrusted weight files: safetensors and GGUF. */
@NullMarked
package dev.espalier.weights;

import org.jspecify.annotations.NullMarked;
