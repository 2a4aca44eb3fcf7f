package dev.espalier.grammar.cfg;

import dev.espalier.CompiledConstraint;
import dev.espalier.TokenSet;
import dev.espalier.grammar.automaton.ByteSet;
import dev.espalier.grammar.token.LexemeState;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A state of the machine: everywhere a parser may be after some text, as a set of (place, frame).
 * Hash-consed: equal states are the same object. Other threads may read what is final and {@link
 * #next}; the rest is filled under the machine's lock.
 */
final class ParseState {
  /** Inside lexemes: the place in each, and what comes after it. Sorted by number. */
  final LexemeState[] lexemes;

  final Frame[] lexemeFrames;

  /** Inside constraints that stand in the grammar. Sorted by number. */
  final Inner[] inners;

  final Frame[] innerFrames;

  /** Between lexemes: what is left of rules that may go on here. Sorted by number. */
  final Form[] forms;

  final Frame[] formFrames;

  /** Whether the text may end here. */
  final boolean end;

  /** Whether an end can be reached; see {@link Liveness}. */
  byte liveness = UNKNOWN;

  static final byte UNKNOWN = 0;
  static final byte LIVE = 1;
  static final byte DEAD = 2;

  private final boolean dead;
  private final int hash;

  /** Successors by byte class; null where not computed yet. */
  final @Nullable ParseState[] next;

  /** Inside many literal texts and nothing else: where whole tokens lead; null elsewhere. */
  final @Nullable Leaps leaps;

  /** The one lexeme that a byte led into, if all else follows from its being complete. */
  @Nullable LexemeState kernel;

  /** Inside terminals that a lexer reads: the state if they end here. */
  @Nullable ParseState ended;

  /** The state if a token ends here, where that matters. */
  @Nullable ParseState tokenEnded;

  /** The bytes that may come next, once somebody asked. */
  @Nullable ByteSet first;

  @Nullable Prediction prediction;

  /** Of the prediction's symbols; null where not needed yet. */
  @Nullable Frame @Nullable [] predictedFrames;

  /** What may be called here, each with what comes after it; sorted. Null where nobody asked. */
  @Nullable Items<Form.Call> calls;

  /** What users see of this state, once they do. */
  CompiledConstraint.@Nullable State position;

  /** Once known; for readers without the lock. */
  @Nullable TokenSet mask;

  private @Nullable Map<PartialMask.Rest, PartialMask> partials;
  private int generation; // of the partials

  ParseState(
      LexemeState[] lexemes,
      Frame[] lexemeFrames,
      Inner[] inners,
      Frame[] innerFrames,
      Form[] forms,
      Frame[] formFrames,
      boolean end,
      int classes) {
    this.lexemes = lexemes;
    this.lexemeFrames = lexemeFrames;
    this.inners = inners;
    this.innerFrames = innerFrames;
    this.forms = forms;
    this.formFrames = formFrames;
    this.end = end;
    next = new ParseState[classes];
    dead = !isInside() && forms.length == 0 && !end;
    boolean leaps =
        lexemes.length == 1
            && inners.length + forms.length == 0
            && !end
            && lexemes[0].isAmongTexts();
    this.leaps = leaps ? new Leaps() : null;
    int h = end ? 1 : 0;
    for (int i = 0; i < lexemes.length; i++) {
      h = (h * 31 + lexemes[i].number()) * 31 + lexemeFrames[i].number;
    }
    for (int i = 0; i < inners.length; i++) {
      h = (h * 31 + inners[i].number) * 31 + innerFrames[i].number;
    }
    for (int i = 0; i < forms.length; i++) {
      h = (h * 31 + forms[i].number) * 31 + formFrames[i].number;
    }
    hash = h ^ (h >>> 14);
  }

  /** Of something read alone: what it makes of tokens; filled by the mask builder. */
  Map<PartialMask.Rest, PartialMask> partials(int wanted) {
    Map<PartialMask.Rest, PartialMask> known = partials;
    if (known == null || generation != wanted) {
      known = new HashMap<>();
      partials = known;
      generation = wanted;
    }
    return known;
  }

  boolean isDead() {
    return dead;
  }

  /** Whether something is being read that has not been left yet. */
  boolean isInside() {
    return lexemes.length > 0 || inners.length > 0;
  }

  /** Equal as a value; for the table of states only, everybody else compares by identity. */
  record Key(ParseState state) {
    @Override
    public int hashCode() {
      return state.hash;
    }

    @Override
    public boolean equals(@Nullable Object o) {
      if (!(o instanceof Key k)) {
        return false;
      }
      ParseState s = k.state;
      return s.hash == state.hash
          && s.end == state.end
          && Arrays.equals(s.lexemes, state.lexemes)
          && Arrays.equals(s.forms, state.forms)
          && Arrays.equals(s.inners, state.inners)
          && Arrays.equals(s.lexemeFrames, state.lexemeFrames)
          && Arrays.equals(s.innerFrames, state.innerFrames)
          && Arrays.equals(s.formFrames, state.formFrames);
    }
  }

  /** Leaves the states after this one to be found again, for those that nobody is in to go. */
  void forget() {
    Arrays.fill(next, null);
    ended = null;
    tokenEnded = null;
    if (leaps != null) {
      leaps.forget();
    }
  }
}
