package dev.espalier.tokenizer;

import java.util.List;

/** {@code tokenizer.ggml.token_type}, in the order of its numbers. */
enum TokenType {
  UNDEFINED,
  NORMAL,
  UNKNOWN,
  CONTROL,
  USER_DEFINED,
  UNUSED,
  BYTE;

  static final List<TokenType> ALL = List.of(values());
}
