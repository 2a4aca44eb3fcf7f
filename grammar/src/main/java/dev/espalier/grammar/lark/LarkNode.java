package dev.espalier.grammar.lark;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What stands on the right-hand side of a definition, as it is written. */
sealed interface LarkNode {
  /** Where it begins in the source, in chars. */
  int offset();

  /** A string in quotes. */
  record Literal(String text, boolean ignoreCase, String written, int offset) implements LarkNode {}

  /** A character between two. */
  record Range(int from, int to, String written, int offset) implements LarkNode {}

  /** A regular expression between slashes. */
  record Pattern(String regex, String flags, String written, int offset) implements LarkNode {}

  /** A rule or a terminal by its name. */
  record Name(String name, boolean terminal, int offset) implements LarkNode {}

  /** A token of the vocabulary. */
  record Special(String text, int offset) implements LarkNode {}

  /** A JSON schema, or a structured regular expression, as the directive says. */
  record Inline(String directive, String json, int offset, int jsonOffset) implements LarkNode {}

  /** One after another. */
  record Sequence(List<LarkNode> parts, int offset) implements LarkNode {}

  /** One of several. */
  record Either(List<LarkNode> options, int offset) implements LarkNode {}

  /** All at once. */
  record Both(List<LarkNode> parts, int offset) implements LarkNode {}

  /** What is not in the language. */
  record Not(LarkNode body, int offset) implements LarkNode {}

  /** Between {@code min} and {@code max} times. */
  record Repeat(LarkNode body, int min, int max, int offset) implements LarkNode {}

  /**
   * A definition.
   *
   * @param lazy whether it ends as soon as it can
   * @param suffix what ends it, and is no part of what is captured; null for nothing
   * @param capture the name under which its text is captured; null for none
   * @param suffixCapture the name under which the suffix is captured; null for none
   * @param hidden whether the suffix is no part of any other capture either, as after {@code stop}
   * @param maxTokens the most tokens; 0 for any number
   */
  record Definition(
      String name,
      LarkNode body,
      boolean lazy,
      @Nullable LarkNode suffix,
      @Nullable String capture,
      @Nullable String suffixCapture,
      boolean hidden,
      int maxTokens,
      int offset) {}
}
