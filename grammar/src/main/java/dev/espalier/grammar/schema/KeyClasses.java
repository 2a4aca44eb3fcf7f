package dev.espalier.grammar.schema;

import dev.espalier.BudgetExceededException;
import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.automaton.TextSearch;
import dev.espalier.grammar.automaton.Utf8;
import dev.espalier.grammar.token.TokenTables;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The classes into which key languages part all names: names in the same languages are of one
 * class. Immutable, found once for all schemas with the same languages.
 */
final class KeyClasses {
  private static final int MAX_LANGUAGES = 62;
  private static final int MAX_CLASSES = 400;
  private static final int LISTED = 256; // names of a finite language that are listed one by one
  private static final int FEW = 64; // names of a class that are counted
  private static final int MAX_COUNTED = 6; // languages; classes of more are taken as unlimited

  /**
   * A class that is not empty.
   *
   * @param bits which languages hold its names
   * @param endless whether it is known to have a name of more than {@link #FEW} bytes
   * @param few all its names if it is known to have at most {@link #FEW}
   */
  private record Part(long bits, Expr names, boolean endless, @Nullable Set<String> few) {
    boolean hasOther(List<byte[]> names, Set<String> texts, int longest, int stateLimit) {
      if (endless && longest <= FEW) {
        return true; // that long one at least
      }
      return few != null
          ? !texts.containsAll(few)
          : !this.names.minus(Expr.oneOf(names)).isEmpty(stateLimit);
    }
  }

  private record Languages(List<Expr> all, int stateLimit) {}

  /** Every name in one class. */
  static final KeyClasses ONE = new KeyClasses(List.of(), Integer.MAX_VALUE);

  final List<Expr> languages;

  /** The names of languages so small that each of their names had better be a key of its own. */
  final Set<String> listed = new LinkedHashSet<>();

  private final List<Part> parts = new ArrayList<>();
  private final int stateLimit;

  private KeyClasses(List<Expr> languages, int stateLimit) {
    this.languages = languages;
    this.stateLimit = stateLimit;
    if (languages.size() > MAX_LANGUAGES) {
      throw new BudgetExceededException(
          "key languages", MAX_LANGUAGES, "too many name patterns meet in one object");
    }
    for (Expr language : languages) {
      List<byte[]> few = TextSearch.enumerate(language, LISTED, stateLimit);
      if (few != null) {
        listed.addAll(texts(few));
      }
    }
    part();
  }

  static KeyClasses of(List<Expr> languages, TokenTables tables, int stateLimit) {
    return languages.isEmpty()
        ? ONE
        : tables.cached(
            new Languages(languages, stateLimit), t -> new KeyClasses(languages, stateLimit));
  }

  // One language after another parts the classes so far, which become no fewer: too many are found
  // while they are still simple.
  private void part() {
    Map<Long, Expr> classes = Map.of(0L, Utf8.TEXT);
    for (int i = 0; i < languages.size(); i++) {
      Expr language = languages.get(i);
      Map<Long, Expr> finer = new LinkedHashMap<>();
      for (Map.Entry<Long, Expr> c : classes.entrySet()) {
        put(finer, c.getKey() | (1L << i), Expr.and(c.getValue(), language));
        put(finer, c.getKey(), c.getValue().minus(language));
      }
      classes = finer;
    }
    classes.forEach(this::add);
  }

  private void put(Map<Long, Expr> classes, long bits, Expr names) {
    if (names.isEmpty(stateLimit)) {
      return;
    }
    classes.put(bits, names);
    if (classes.size() > MAX_CLASSES) {
      throw new BudgetExceededException(
          "key classes", MAX_CLASSES, "too many name patterns overlap in one object");
    }
  }

  private void add(long bits, Expr names) {
    int n = languages.size();
    boolean counted = n > 0 && n <= MAX_COUNTED;
    boolean endless = n == 0 || (counted && TextSearch.isEndless(names, FEW, stateLimit));
    List<byte[]> few = counted && !endless ? TextSearch.enumerate(names, FEW, stateLimit) : null;
    parts.add(new Part(bits, names, endless, few == null ? null : Set.copyOf(texts(few))));
  }

  private static List<String> texts(List<byte[]> names) {
    return names.stream().map(n -> new String(n, StandardCharsets.UTF_8)).toList();
  }

  /**
   * The classes that have other names than these: which languages hold them.
   *
   * @param names the bytes of {@code texts}
   * @param countable gets the other names of classes that have few
   */
  List<Long> beside(List<byte[]> names, Set<String> texts, List<String> countable) {
    if (languages.isEmpty()) {
      return List.of(0L); // names are endless
    }
    int longest = names.stream().mapToInt(n -> n.length).max().orElse(0);
    List<Long> classes = new ArrayList<>();
    for (Part part : parts) {
      if (part.hasOther(names, texts, longest, stateLimit)) {
        classes.add(part.bits);
        if (part.few != null) {
          part.few.stream().filter(n -> !texts.contains(n)).sorted().forEach(countable::add);
        }
      }
    }
    return classes;
  }

  @Override
  public int hashCode() {
    return languages.hashCode();
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof KeyClasses c && c.languages.equals(languages);
  }
}
