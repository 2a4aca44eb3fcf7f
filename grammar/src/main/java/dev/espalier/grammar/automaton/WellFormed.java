package dev.espalier.grammar.automaton;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Which languages hold nothing but well-formed UTF-8, as far as their shape tells. An automaton of
 * text has eight states, one between characters and seven inside them; an expression is judged for
 * each: every one of its texts leads from there to a place between characters.
 */
final class WellFormed {
  // With this, a union that holds "any text" is that and nothing else, and an intersection need not
  // say "and it is text". Both are what patterns become once they have matched; without it every
  // pattern would go on being told apart for ever.

  private static final int STATES = 8;
  private static final int ALL = (1 << STATES) - 1;

  // By state: bytes that lead on, and where to.
  private static final ByteSet[][] STEPS = new ByteSet[STATES][STATES];

  static {
    ByteSet any = ByteSet.range(0x80, 0xBF);
    step(0, 0, ByteSet.range(0, 0x7F));
    step(0, 1, ByteSet.range(0xC2, 0xDF));
    step(0, 2, ByteSet.range(0xE1, 0xEC).or(ByteSet.range(0xEE, 0xEF)));
    step(0, 3, ByteSet.range(0xF1, 0xF3));
    step(0, 4, ByteSet.of(0xE0));
    step(0, 5, ByteSet.of(0xED));
    step(0, 6, ByteSet.of(0xF0));
    step(0, 7, ByteSet.of(0xF4));
    step(1, 0, any);
    step(2, 1, any);
    step(3, 2, any);
    step(4, 1, ByteSet.range(0xA0, 0xBF));
    step(5, 1, ByteSet.range(0x80, 0x9F));
    step(6, 2, ByteSet.range(0x90, 0xBF));
    step(7, 2, ByteSet.range(0x80, 0x8F));
  }

  private static volatile Expr @Nullable [] rests; // what may follow, by state

  private WellFormed() {}

  private static void step(int from, int to, ByteSet bytes) {
    STEPS[from][to] = bytes;
  }

  /** The state from which this is every well-formed text; -1 if it is none. */
  static int stateOf(Expr e) {
    Expr[] all = rests;
    if (all == null) {
      all = rests();
    }
    for (int q = 0; q < all.length; q++) {
      if (all[q] == e) {
        return q;
      }
    }
    return -1;
  }

  private static Expr[] rests() {
    Expr text = Utf8.TEXT;
    if (text == null) {
      return new Expr[0]; // it is being made right now
    }
    Expr[] all = new Expr[STATES];
    all[0] = text;
    rests = all; // its own steps ask
    for (int to = 1; to < STATES; to++) {
      all[to] = text.step(STEPS[0][to].next(0));
    }
    return all;
  }

  /** Whether every text of the language is well-formed from a state on, as far as is known. */
  static boolean is(Expr e, int state) {
    return (states(e) >> state & 1) != 0;
  }

  // A bit for each state.
  private static int states(Expr e) {
    int known = e.wellFormed;
    if (known >= 0) {
      return known;
    }
    // Sequences may be long, so they are judged from their end.
    ArrayDeque<Expr> chain = new ArrayDeque<>();
    Expr at = e;
    while (at.kind() == Expr.Kind.SEQ && at.wellFormed < 0) {
      chain.push(at);
      at = at.args()[1];
    }
    if (at.wellFormed < 0) {
      at.wellFormed = (short) judge(at);
    }
    while (!chain.isEmpty()) {
      Expr s = chain.pop();
      s.wellFormed = (short) sequence(s.args()[0], states(s.args()[1]));
    }
    return e.wellFormed;
  }

  private static int judge(Expr e) {
    return switch (e.kind()) {
      case NONE -> ALL;
      case EMPTY -> 1;
      case SET -> {
        int from = 0;
        for (int q = 0; q < STATES; q++) {
          from |= targets(q, e.set()) == 1 ? 1 << q : 0;
        }
        yield from;
      }
      case REPEAT -> states(e.args()[0]) & 1;
      case OR -> {
        int from = ALL;
        for (Expr a : e.args()) {
          from &= states(a);
        }
        yield from;
      }
      case AND -> {
        int from = 0;
        for (Expr a : e.args()) {
          from |= states(a);
        }
        yield from;
      }
      case SEQ -> throw new AssertionError(e);
      case TRIE, NOT, LOOP -> 0;
    };
  }

  private static int sequence(Expr head, int tail) {
    int from = (tail & 1) != 0 ? states(head) : 0;
    if (head.kind() == Expr.Kind.SET) {
      for (int q = 0; q < STATES; q++) {
        int reached = targets(q, head.set());
        from |= reached > 0 && (reached & ~tail) == 0 ? 1 << q : 0;
      }
    }
    return from;
  }

  // The states that the bytes lead to, or 0 if one of them leads nowhere.
  private static int targets(int state, ByteSet bytes) {
    int reached = 0;
    int covered = 0;
    for (int to = 0; to < STATES; to++) {
      ByteSet step = STEPS[state][to];
      if (step != null && step.intersects(bytes)) {
        reached |= 1 << to;
        covered += step.and(bytes).size();
      }
    }
    return covered == bytes.size() ? reached : 0;
  }
}
