package dev.espalier.grammar.regex;

import dev.espalier.grammar.GrammarSyntaxException;
import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.automaton.TextSearch;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The groups of a pattern, for back-references. They are regular where a group matches one of few
 * texts, such as a quote or a separator: then the pattern means any of the patterns in which the
 * group and what refers to it are one of these texts. For one thread.
 */
final class CapturedTexts {
  private static final int MAX_TEXTS = 64;
  private static final int MAX_COMBINATIONS = 256;

  private final String pattern;
  private final Map<Integer, String> texts; // by group, where they are fixed
  private final Map<String, Integer> numbers = new HashMap<>();
  private final Map<Integer, RegexNode> bodies = new HashMap<>();
  private final List<Integer> known = new ArrayList<>(); // groups that have matched here for sure
  private final Map<Integer, Integer> referredTo = new TreeMap<>(); // group and first place
  private int groups;

  CapturedTexts(String pattern) {
    this(pattern, Map.of());
  }

  private CapturedTexts(String pattern, Map<Integer, String> texts) {
    this.pattern = pattern;
    this.texts = texts;
  }

  private GrammarSyntaxException error(int place, String detail) {
    return new GrammarSyntaxException(pattern, place, detail);
  }

  // ---- while the pattern is read

  /** A group begins; its number. */
  int open(String name) {
    groups++;
    if (!name.isEmpty()) {
      numbers.putIfAbsent(name, groups);
    }
    return groups;
  }

  /** A group has ended; what it matches. */
  RegexNode close(int group, RegexNode body) {
    known.add(group);
    bodies.put(group, body);
    String text = texts.get(group);
    return text == null ? body : new RegexNode.Plain(Expr.literal(text));
  }

  /** The number of a named group, 0 if there is none. */
  int number(String name) {
    return numbers.getOrDefault(name, 0);
  }

  /** How many groups have matched for sure. */
  int known() {
    return known.size();
  }

  /** From here on, only the first ones have. */
  void forget(int first) {
    known.subList(first, known.size()).clear();
  }

  /** What was read since {@code first} groups were known is repeated. */
  void repeated(int first, int most, int place) {
    List<Integer> inside = known.subList(first, known.size());
    if (most > 1 && inside.stream().anyMatch(referredTo::containsKey)) {
      throw error(place, "a back-reference inside a repetition is not regular");
    }
    inside.clear();
  }

  /** The text of a group; any if it is not fixed yet. */
  String text(int group, int place) {
    if (!known.contains(group)) {
      throw error(
          place,
          "a back-reference needs a group before it that has matched in any case; spell the"
              + " repeated text out");
    }
    referredTo.putIfAbsent(group, place);
    return texts.getOrDefault(group, "");
  }

  // ---- once it was

  boolean areReferredTo() {
    return !referredTo.isEmpty();
  }

  /** The same with the texts fixed, in every possible way. */
  List<CapturedTexts> combinations() {
    List<Map<Integer, String>> all = List.of(Map.of());
    for (Map.Entry<Integer, Integer> reference : referredTo.entrySet()) {
      int group = reference.getKey();
      List<Map<Integer, String>> longer = new ArrayList<>();
      for (String text : texts(group, reference.getValue())) {
        for (Map<Integer, String> before : all) {
          Map<Integer, String> with = new TreeMap<>(before);
          with.put(group, text);
          longer.add(with);
        }
      }
      all = longer;
      if (all.size() > MAX_COMBINATIONS) {
        throw error(reference.getValue(), "back-references to too many combinations of texts");
      }
    }
    return all.stream().map(fixed -> new CapturedTexts(pattern, fixed)).toList();
  }

  private List<String> texts(int group, int place) {
    List<byte[]> few =
        bodies.get(group) instanceof RegexNode.Plain p
            ? TextSearch.enumerate(p.expr(), MAX_TEXTS, RegexCompiler.SEARCH)
            : null;
    if (few == null) {
      throw error(
          place,
          "back-references are regular only to groups that match few texts (up to "
              + MAX_TEXTS
              + "); spell the repeated text out");
    }
    return few.stream().map(t -> new String(t, StandardCharsets.UTF_8)).toList();
  }
}
