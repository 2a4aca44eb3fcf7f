package dev.espalier.grammar.cfg;

import dev.espalier.CompiledConstraint.ForcedRun;
import dev.espalier.CompiledConstraint.State;
import dev.espalier.grammar.automaton.ByteSet;
import dev.espalier.grammar.token.LexemeState;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A state of a constraint that stands inside a grammar, as a lexeme's state does. One object per
 * state and machine.
 */
final class Inner {
  final State state;
  final int number;
  private @Nullable ByteSet first;

  Inner(State state, int number) {
    this.state = state;
    this.number = number;
  }

  /**
   * Makes equal states the same object, for as long as the machine holds it. Mutable: one
   * machine's, used under its lock.
   */
  static final class Table {
    private final Map<State, WeakReference<Inner>> known = new WeakHashMap<>();
    private int numbers;

    Inner of(State state) {
      WeakReference<Inner> reference = known.get(state);
      Inner inner = reference == null ? null : reference.get();
      if (inner == null) {
        inner = new Inner(state, ++numbers);
        known.remove(state); // or the old key would stay, which lives no longer than its value
        known.put(state, new WeakReference<>(inner));
      }
      return inner;
    }

    int size() {
      return known.size();
    }
  }

  boolean accepts() {
    return state.mayEnd();
  }

  /** Of a terminal with a limit: its lexeme, the limit left aside; else null. */
  @Nullable LexemeState lexeme() {
    return state instanceof Limited.Read r ? r.lexeme() : null;
  }

  boolean endsLazily() {
    return state instanceof Limited.Read r && r.endsLazily();
  }

  /** Whether it, or what is inside it, counts tokens. */
  boolean counts() {
    return state instanceof Limited.Counting c && c.counts();
  }

  /** Whether the text is complete and nothing may follow. */
  boolean isOver() {
    return accepts() && state.forced().thenEnd();
  }

  /** The bytes that may come next; asks for each. */
  ByteSet first() {
    ByteSet known = first;
    if (known == null) {
      ForcedRun forced = state.forced();
      known = ByteSet.NONE;
      if (!forced.isEmpty()) {
        known = ByteSet.of(forced.bytes()[0] & 0xFF);
      } else if (!forced.thenEnd()) {
        for (int b = 0; b < 256; b++) {
          if (state.step((byte) b) != null) {
            known = known.or(ByteSet.of(b));
          }
        }
      }
      first = known;
    }
    return known;
  }
}
