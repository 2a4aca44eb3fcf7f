package dev.espalier.grammar.schema;

import dev.espalier.grammar.automaton.ByteSet;
import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.automaton.Utf8;
import dev.espalier.grammar.token.CharGroups;
import java.util.HashMap;
import java.util.Map;

/** The groups of characters that languages loop on. Mutable cache, for one owner. */
final class CharLoops {
  private static final int FEW = 3; // groups that are not worth a slice

  // A string's quote, backslash and control characters are spelled differently, so no loop.
  private static final long SPELLED =
      CharGroups.bit('"') | CharGroups.bit('\\') | CharGroups.bit(0);

  private final Map<Expr, Long> groups = new HashMap<>();

  /** The groups that leave every one of these where it is; 0 if they are few. */
  long of(Iterable<Expr> languages) {
    long all = CharGroups.ALL & ~SPELLED;
    for (Expr e : languages) {
      all &= of(e);
    }
    return Long.bitCount(all) <= FEW ? 0 : all;
  }

  private long of(Expr e) {
    if (e == Expr.NONE || e == Expr.ALL || e == Utf8.TEXT) {
      return CharGroups.ALL;
    }
    Long known = groups.get(e);
    if (known == null) {
      ByteSet bytes = e.loops();
      long in = 0;
      long out = 0;
      for (int b = 0x20; b < 0xF5; b++) {
        long group = CharGroups.bit(b);
        if (group != CharGroups.MALFORMED && (out & group) == 0) {
          boolean loops = b < 0x80 ? bytes.contains(b) : Utf8.loops(e, b);
          if (loops) {
            in |= group;
          } else {
            out |= group;
          }
        }
      }
      known = in & ~out;
      groups.put(e, known);
    }
    return known;
  }
}
