/** Vocabularies with exact token bytes, read from tokenizer.json and from GGUF metadata. */
@NullMarked
package dev.espalier.tokenizer;

import org.jspecify.annotations.NullMarked;
