package dev.espalier.grammar.cfg;

import dev.espalier.grammar.automaton.ByteClasses;
import dev.espalier.grammar.automaton.ByteSet;
import dev.espalier.grammar.token.LexemeState;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The symbols that some calls may begin with, themselves included. Derived from a state, not part
 * of it, and shared by all states with the same calls. Used under its machine's lock.
 */
final class Prediction {
  private static final int[] NONE = {};

  final Symbol[] symbols; // by number
  final Symbol[] tokens; // those of the symbols that are tokens
  final ByteSet first;
  private final @Nullable Object[] takers; // int[] by byte class; null where nobody asked
  private final ByteClasses classes;

  Prediction(BitSet reached, List<Symbol> all, ByteClasses classes) {
    symbols = reached.stream().mapToObj(all::get).toArray(Symbol[]::new);
    tokens = Arrays.stream(symbols).filter(s -> s.tokens != null).toArray(Symbol[]::new);
    ByteSet bytes = ByteSet.NONE;
    takers = new Object[classes.size()];
    this.classes = classes;
    for (Symbol s : symbols) {
      LexemeState lexeme = s.lexeme();
      bytes = lexeme == null ? bytes : bytes.or(lexeme.first());
      bytes = s.inner == null ? bytes : bytes.or(s.inner.first());
    }
    first = bytes;
  }

  /** The places among {@link #symbols} of what can begin with a byte of the class. */
  int[] takers(int byteClass) {
    int[] known = (int[]) takers[byteClass];
    if (known == null) {
      known = find(classes.sample(byteClass));
      takers[byteClass] = known;
    }
    return known;
  }

  private int[] find(int b) {
    if (!first.contains(b)) {
      return NONE;
    }
    int[] found = new int[symbols.length];
    int n = 0;
    for (int i = 0; i < symbols.length; i++) {
      LexemeState lexeme = symbols[i].lexeme();
      Inner inner = symbols[i].inner;
      if ((lexeme != null && lexeme.first().contains(b))
          || (inner != null && inner.first().contains(b))) {
        found[n++] = i;
      }
    }
    return Arrays.copyOf(found, n);
  }

  /** The place of a symbol, negative if it is not predicted. */
  int placeOf(Symbol symbol) {
    int low = 0;
    int high = symbols.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int d = symbols[middle].number - symbol.number;
      if (d == 0) {
        return middle;
      }
      if (d < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1;
  }
}
