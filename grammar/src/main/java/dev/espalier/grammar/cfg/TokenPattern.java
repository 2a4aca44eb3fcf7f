package dev.espalier.grammar.cfg;

import dev.espalier.Vocabulary;
import dev.espalier.grammar.GrammarSyntaxException;
import dev.espalier.grammar.token.TokenTrie;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.OptionalInt;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Tokens of a vocabulary as a grammar writes them: {@code <|name|>} by name, {@code <[7]>}, {@code
 * <[7-9,20]>} and {@code <[*]>} by number, {@code <[^7]>} and, in GBNF, {@code !<|name|>} for all
 * others. What it stands for is known once there is a vocabulary.
 */
public final class TokenPattern {
  private static final int NAMES_IN_MESSAGES = 20;

  private final String text;
  private final boolean negated;
  private final @Nullable String name; // null if given by numbers
  private final int[] bounds; // first and last of each range in turn
  private final String source;
  private final int offset;

  private TokenPattern(
      String text,
      boolean negated,
      @Nullable String name,
      int[] bounds,
      String source,
      int offset) {
    this.text = text;
    this.negated = negated;
    this.name = name;
    this.bounds = bounds;
    this.source = source;
    this.offset = offset;
  }

  /**
   * Reads a pattern.
   *
   * @param text from {@code <} to {@code >}, with a {@code !} before it for all other tokens
   * @param source the grammar, for messages
   * @param offset of the pattern in {@code source}
   * @throws GrammarSyntaxException if the numbers are malformed
   */
  public static TokenPattern of(String text, String source, int offset) {
    boolean not = text.startsWith("!");
    String inner = text.substring(not ? 1 : 0);
    if (!inner.startsWith("<[") || !inner.endsWith("]>")) {
      return new TokenPattern(text, not, inner, new int[0], source, offset);
    }
    String list = inner.substring(2, inner.length() - 2).trim();
    boolean caret = list.startsWith("^");
    if (caret) {
      list = list.substring(1);
    }
    String[] items = list.split(",", -1);
    int[] bounds = new int[2 * items.length];
    for (int i = 0; i < items.length; i++) {
      String item = items[i].trim();
      int dash = item.indexOf('-');
      boolean all = item.equals("*");
      int from = all ? 0 : number(dash < 0 ? item : item.substring(0, dash), source, offset);
      int to =
          all
              ? Integer.MAX_VALUE
              : dash < 0 ? from : number(item.substring(dash + 1), source, offset);
      if (to < from) {
        throw new GrammarSyntaxException(source, offset, "a range of tokens in the wrong order");
      }
      bounds[2 * i] = from;
      bounds[2 * i + 1] = to;
    }
    return new TokenPattern(text, not != caret, null, bounds, source, offset);
  }

  private static int number(String digits, String source, int offset) {
    String d = digits.trim();
    if (d.isEmpty() || d.length() > 9 || !d.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw new GrammarSyntaxException(
          source, offset, "expected numbers of tokens like <[7]>, <[7-9,20]>, <[^7]> or <[*]>");
    }
    return Integer.parseInt(d);
  }

  /** As it was written. */
  public String text() {
    return text;
  }

  /**
   * The tokens it stands for: text and special ones, and ends of the text where they are named.
   * Those that a negation or {@code *} covers without naming them never include an end.
   *
   * @throws GrammarSyntaxException if the vocabulary has no such token
   */
  BitSet in(Vocabulary vocabulary, TokenTrie trie) {
    BitSet named = name != null ? byName(vocabulary, trie, name) : byNumber(vocabulary);
    if (negated) {
      named.flip(0, vocabulary.size());
    }
    boolean open = negated || (bounds.length > 0 && bounds[1] == Integer.MAX_VALUE);
    for (int id = named.nextSetBit(0); id >= 0; id = named.nextSetBit(id + 1)) {
      if (vocabulary.kind(id) == Vocabulary.Kind.UNUSED || (open && vocabulary.isEnd(id))) {
        named.clear(id);
      }
    }
    return named;
  }

  private BitSet byNumber(Vocabulary vocabulary) {
    BitSet found = new BitSet();
    for (int i = 0; i < bounds.length; i += 2) {
      if (bounds[i] >= vocabulary.size()
          || (bounds[i] == bounds[i + 1] && vocabulary.kind(bounds[i]) == Vocabulary.Kind.UNUSED)) {
        throw error(
            "the vocabulary has no token " + bounds[i] + ", only 0 to " + (vocabulary.size() - 1));
      }
      found.set(bounds[i], Math.min(bounds[i + 1], vocabulary.size() - 1) + 1);
    }
    return found;
  }

  private BitSet byName(Vocabulary vocabulary, TokenTrie trie, String wanted) {
    BitSet found = new BitSet();
    OptionalInt special = vocabulary.special(wanted);
    if (special.isPresent()) {
      found.set(special.getAsInt());
      return found;
    }
    int node = trie.find(wanted.getBytes(StandardCharsets.UTF_8));
    if (node >= 0) {
      for (int t = trie.firstToken(node); t < trie.firstToken(node + 1); t++) {
        found.set(trie.token(t));
      }
    }
    if (found.isEmpty()) {
      TreeSet<String> names = new TreeSet<>(vocabulary.specialNames());
      boolean many = names.size() > NAMES_IN_MESSAGES;
      String known =
          String.join(" ", names.stream().limit(NAMES_IN_MESSAGES).toList()) + (many ? " …" : "");
      throw error("the vocabulary has no token '" + wanted + "'; its special tokens: " + known);
    }
    return found;
  }

  GrammarSyntaxException error(String detail) {
    return new GrammarSyntaxException(source, offset, detail);
  }

  @Override
  public String toString() {
    return text;
  }
}
