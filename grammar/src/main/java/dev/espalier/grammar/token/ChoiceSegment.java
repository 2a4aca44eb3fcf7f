package dev.espalier.grammar.token;

import dev.espalier.grammar.automaton.ByteSet;
import dev.espalier.grammar.automaton.Expr;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A choice between short texts, left as soon as one of them is complete: punctuation, literals,
 * what may start a value. No alternative may be a prefix of another.
 */
public final class ChoiceSegment extends Segment {
  /**
   * One alternative; its label is its place in the list.
   *
   * @param text what is read, at least one byte unless {@code ahead} is given
   * @param ahead if given, the segment is left before one of these bytes after the text
   */
  public record Alternative(Expr text, @Nullable ByteSet ahead) {
    /** Text that is read to its end. */
    public static Alternative of(Expr text) {
      return new Alternative(text, null);
    }
  }

  private final List<Alternative> alternatives;
  private final Map<List<Expr>, Integer> ids = new HashMap<>();
  private final List<List<Expr>> states = new ArrayList<>();

  /** A segment over alternatives; impossible ones may be {@link Expr#NONE}. */
  public ChoiceSegment(List<Alternative> alternatives) {
    this.alternatives = List.copyOf(alternatives);
    List<Expr> first = new ArrayList<>();
    alternatives.forEach(a -> first.add(a.text));
    intern(first);
  }

  private int intern(List<Expr> state) {
    return ids.computeIfAbsent(
        state,
        s -> {
          states.add(s);
          return states.size() - 1;
        });
  }

  @Override
  public int start() {
    return 0;
  }

  @Override
  protected ByteSet live(int state) {
    ByteSet all = ByteSet.NONE;
    List<Expr> at = states.get(state);
    for (int i = 0; i < at.size(); i++) {
      all = all.or(at.get(i).first());
      ByteSet ahead = alternatives.get(i).ahead;
      if (ahead != null) {
        all = all.or(ahead);
      }
    }
    return all;
  }

  @Override
  protected int compute(int state, int b) {
    List<Expr> at = states.get(state);
    List<Expr> next = new ArrayList<>(at.size());
    boolean alive = false;
    for (int i = 0; i < at.size(); i++) {
      ByteSet ahead = alternatives.get(i).ahead;
      if (ahead != null && at.get(i).accepts() && ahead.contains(b)) {
        return exit(i, false);
      }
      Expr e = at.get(i).step(b);
      if (ahead == null && e.accepts()) {
        return exit(i, true);
      }
      alive |= e != Expr.NONE;
      next.add(e);
    }
    return alive ? intern(next) : DEAD;
  }
}
