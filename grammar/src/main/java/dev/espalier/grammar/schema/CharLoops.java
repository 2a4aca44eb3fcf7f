package dev.espalier.grammar.schema;

import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.automaton.Utf8;
import dev.espalier.grammar.token.CharGroups;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The groups of characters that languages loop on. Mutable cache, for one owner. */
final class CharLoops {
  /** Characters of a loop; longer than any token. */
  static final int LONG = 1024;

  /** A character that patterns seldom single out. */
  static final int LETTER = 'a';

  private static final int FEW = 3; // groups that are not worth a slice
  private static final long LETTERS = CharGroups.bit('m') | CharGroups.bit('M'); // of many tokens

  private record Way(Expr from, Expr home) {}

  private final Map<Way, Long> groups = new HashMap<>();

  /** The groups that leave every one of these where it is; 0 if they are few. */
  long of(List<Expr> languages) {
    return groups(languages, languages);
  }

  /**
   * The groups of which any character leads each of these to its home, where all that follow leave
   * it; 0 if they are few.
   *
   * @param home where {@link #LETTER} leads
   */
  long into(List<Expr> from, List<Expr> home) {
    for (Expr e : home) {
      if (e.step(LETTER) != e) {
        return 0; // mostly so: seen without looking at every group
      }
    }
    return groups(from, home);
  }

  private long groups(List<Expr> from, List<Expr> home) {
    long all = CharGroups.PLAIN;
    for (int i = 0; i < from.size() && all != 0; i++) {
      all &= groups(home.get(i), home.get(i));
      if (from != home) {
        all &= groups(from.get(i), home.get(i));
      }
    }
    return Long.bitCount(all) <= FEW && (all & LETTERS) == 0 ? 0 : all;
  }

  private long groups(Expr from, Expr home) {
    if (from == home && (from == Expr.NONE || from == Expr.ALL || from == Utf8.TEXT)) {
      return CharGroups.ALL;
    }
    Way way = new Way(from, home);
    Long known = groups.get(way);
    if (known == null) {
      long in = 0;
      long out = 0;
      for (int b = 0x20; b < 0xF5; b++) {
        long group = CharGroups.bit(b);
        if (group != CharGroups.MALFORMED && (out & group) == 0) {
          boolean leads = b < 0x80 ? from.step(b) == home : Utf8.leads(from, b, home);
          if (leads) {
            in |= group;
          } else {
            out |= group;
          }
        }
      }
      known = in & ~out;
      groups.put(way, known);
    }
    return known;
  }
}
