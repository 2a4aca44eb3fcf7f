package dev.espalier.grammar.token;

import dev.espalier.Vocabulary;
import dev.espalier.grammar.automaton.ByteSet;
import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.automaton.Horizon;
import dev.espalier.grammar.automaton.LiteralPlace;
import dev.espalier.grammar.automaton.WorkBudget;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A state of a lexeme's automaton: what may still come, and which tokens stay inside it. Equal
 * states of one lexeme are the same object. Everything but {@link #DEAD} can reach an accepting
 * state. Safe for threads.
 */
public final class LexemeState {
  /** Where no text goes on. */
  public static final LexemeState DEAD = new LexemeState();

  private static final AtomicInteger NUMBERS = new AtomicInteger();

  private final @Nullable Lexeme lexeme; // null only in DEAD
  private final Expr expr;
  private final int row; // where its steps begin in the lexeme's table
  private final int number;
  private final boolean accepts;
  private final @Nullable LiteralPlace place; // inside many texts; null elsewhere

  // Filled by whoever comes first; where two race for one that is cheap, both compute the same.
  private @Nullable ByteSet first;
  private @Nullable LexemeMask mask;
  private @Nullable LexemeState clamped;
  private volatile @Nullable ConcurrentHashMap<Integer, Optional<LexemeMask>> masks; // by trie node

  private LexemeState() {
    lexeme = null;
    expr = Expr.NONE;
    row = 0;
    number = -1;
    accepts = false;
    place = null;
  }

  LexemeState(Lexeme lexeme, Expr expr, int row) {
    this.lexeme = lexeme;
    this.expr = expr;
    this.row = row;
    accepts = expr.accepts();
    place = expr.literalPlace();
    number = NUMBERS.getAndIncrement();
  }

  /** Whether no text goes on from here. */
  public boolean isDead() {
    return this == DEAD;
  }

  /** Whether the lexeme may end here. */
  public boolean accepts() {
    return accepts;
  }

  /** Whether a lazy lexeme ends here, whatever other lexemes do. */
  public boolean endsLazily() {
    return lexeme != null && lexeme.lazy && accepts;
  }

  /** The texts that may still come. */
  public Expr expr() {
    return expr;
  }

  /** Different for different states. */
  public int number() {
    return number;
  }

  /** How the lexeme's table names this state. */
  int entry() {
    return 2 + (row << 1) + (accepts ? 1 : 0);
  }

  /** Where among many texts it lies; null if it does not, or if it ends as soon as it accepts. */
  @Nullable LiteralPlace place() {
    return endsLazily() ? null : place;
  }

  Lexeme lexeme() {
    if (lexeme == null) {
      throw new IllegalStateException("a dead state has no lexeme");
    }
    return lexeme;
  }

  /** The state after a byte, 0 to 255. */
  public LexemeState step(int b) {
    return lexeme == null ? this : lexeme.step(row, lexeme.classes.of(b));
  }

  /** Whether it lies inside many literal texts, so that {@link #leap} pays. */
  public boolean isAmongTexts() {
    return place != null && !lexeme().lazy;
  }

  /**
   * The state after all bytes of a token, without the states between; null if a text is complete
   * before its last byte, so that it has to be read byte by byte. For states {@linkplain
   * #isAmongTexts among texts}.
   */
  public @Nullable LexemeState leap(int token) {
    LiteralPlace place = Objects.requireNonNull(this.place);
    Vocabulary vocabulary = lexeme().tables.vocabulary();
    int low = place.from();
    int high = place.to();
    int depth = place.depth();
    for (int i = 0, n = vocabulary.byteLength(token); i < n; i++, depth++) {
      if (i > 0 && place.length(low) == depth) {
        return null;
      }
      int b = vocabulary.byteAt(token, i) & 0xFF;
      low = place.firstWith(b, low, high, depth);
      high = low == high ? high : place.firstWith(b + 1, low, high, depth);
      if (low == high) {
        return DEAD;
      }
    }
    return lexeme().state(place.state(low, high, depth));
  }

  /** Whether some byte may come next. */
  public boolean goesOn() {
    return isAmongTexts() || !first().isEmpty();
  }

  /** The bytes that may come next, those after which nothing can follow left out. */
  public ByteSet first() {
    ByteSet known = first;
    if (known == null) {
      known = WorkBudget.step(this::findFirst);
      first = known;
    }
    return known;
  }

  private ByteSet findFirst() {
    ByteSet found = endsLazily() ? ByteSet.NONE : expr.first();
    ByteSet candidates = expr.mayStepIntoNothing() ? found : ByteSet.NONE;
    for (int b = candidates.next(0); b >= 0; b = candidates.next(b + 1)) {
      if (step(b).isDead()) {
        found = found.and(ByteSet.of(b).complement());
      }
    }
    return found;
  }

  /** The vocabulary as seen from here; built on first use. */
  public LexemeMask mask() {
    return mask(WorkBudget.TIME_OF_A_STEP);
  }

  /** The same, where building it may take another time, unless a budget is in force already. */
  public LexemeMask mask(Duration time) {
    LexemeMask known = mask;
    if (known == null) {
      known = new WorkBudget("a mask", time).spend(this::firstMask);
      mask = known;
      lexeme().tables.holdsMask(this);
    }
    return known;
  }

  private LexemeMask firstMask() {
    LexemeState same = clamped();
    return same == this ? build() : same.mask();
  }

  // Once, however many threads ask: a first mask takes long, and who waits for it waits no longer
  // than it would take to build.
  private synchronized LexemeMask build() {
    LexemeMask known = mask;
    if (known == null) {
      known = LexemeMask.build(this);
      mask = known;
    }
    return known;
  }

  /** Leaves masks to be built again, for those that nobody else holds to go. */
  void forgetMasks() {
    mask = null;
    masks = null;
  }

  // Of those with the same texts, the first one that anybody asked about. Places inside many
  // literal texts are too many to be remembered.
  private LexemeState first(TokenTables tables) {
    return place != null ? this : tables.cached(new Texts(expr, lexeme().lazy), t -> this);
  }

  /**
   * What the tokens of a trie node's subtree do from here, if it pays to look at it that way; null
   * where few tokens stay inside, or most of them leave.
   */
  public @Nullable LexemeMask maskAt(int node) {
    TokenTrie trie = lexeme().tables.trie();
    int least = LexemeMask.fewNodes(trie);
    if (trie.end(node) - node < least) {
      return null;
    }
    LexemeState same = clamped();
    if (same != this) {
      return same.maskAt(node);
    }
    if (node == 0) {
      LexemeMask m = mask();
      return m.isWide(least) ? m : null;
    }
    ConcurrentHashMap<Integer, Optional<LexemeMask>> known = masks;
    return (known == null ? masks() : known)
        .computeIfAbsent(node, n -> Optional.ofNullable(LexemeMask.wide(this, n, least)))
        .orElse(null);
  }

  private synchronized ConcurrentHashMap<Integer, Optional<LexemeMask>> masks() {
    ConcurrentHashMap<Integer, Optional<LexemeMask>> known = masks;
    if (known == null) {
      known = new ConcurrentHashMap<>();
      masks = known;
      lexeme().tables.holdsMask(this);
    }
    return known;
  }

  private record Texts(Expr expr, boolean lazy) {}

  /**
   * The state that stands for all with the same tokens, and the same tokens after leaving it: it
   * counts no further than the longest token is long, and may belong to another lexeme, since what
   * is left of different ones is often the same.
   */
  public LexemeState clamped() {
    LexemeState known = clamped;
    if (known == null) {
      TokenTables tables = lexeme().tables;
      Expr near = Horizon.of(expr, tables.trie().depth());
      known =
          near == expr ? first(tables) : Lexeme.of(near, lexeme().lazy, tables).start().clamped();
      clamped = known;
    }
    return known;
  }
}
