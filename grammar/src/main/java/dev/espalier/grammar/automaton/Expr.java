package dev.espalier.grammar.automaton;

import dev.espalier.BudgetExceededException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A regular language over bytes, and at the same time a state of its automaton: the state after a
 * byte is the derivative. Immutable and hash-consed, so equal expressions are the same object;
 * shared by threads.
 *
 * <p>Union, intersection and complement are kept in a normal form (flattened, sorted, without
 * duplicates), so the derivatives of any expression are finitely many (Brzozowski, 1964). Counted
 * repetition is unrolled by the derivative, never in advance.
 */
public final class Expr {
  // A derivative distributes concatenation over union, which gives the subset construction's states
  // rather than a tree per path. Outgoing edges are computed once per state, for all bytes at once.
  // An expression without complement or intersection is non-empty unless it is NONE itself, because
  // the factories remove empty parts; only the others need a search.

  enum Kind {
    NONE,
    EMPTY,
    SET,
    TRIE,
    SEQ,
    REPEAT,
    OR,
    AND,
    NOT,
    LOOP
  }

  /** No upper bound of a repetition. */
  public static final int UNBOUNDED = Integer.MAX_VALUE;

  static final byte UNDECIDED = 0; // of liveness
  static final byte LIVE = 1;
  static final byte EMPTIED = 2;

  private static final Expr[] NO_ARGS = {};
  private static final Interner<Expr> INTERNER = new Interner<>(e -> e.hash, Expr::same);

  /** No text at all. */
  public static final Expr NONE = make(Kind.NONE, ByteSet.NONE, NO_ARGS, 0, 0);

  /** Only the empty text. */
  public static final Expr EMPTY = make(Kind.EMPTY, ByteSet.NONE, NO_ARGS, 0, 0);

  static final Expr ANY_BYTE = bytes(ByteSet.ALL);

  private static final Expr[] SINGLE = new Expr[256]; // at hand, since texts are made of them

  static {
    for (int b = 0; b < SINGLE.length; b++) {
      SINGLE[b] = bytes(ByteSet.of(b));
    }
  }

  /** Every text. */
  public static final Expr ALL = repeat(ANY_BYTE, 0, UNBOUNDED);

  private final Kind kind;
  private final ByteSet set; // SET only
  private final Expr[] args; // SEQ: head and tail; OR, AND: two or more, by hash; others: one
  private final int min; // REPEAT; TRIE: the first of its texts
  private final int max; // and behind the last one
  private final @Nullable Literals literals; // TRIE only, from here on:
  private final int depth; // bytes of the texts that were read already
  private final @Nullable Equation equation; // LOOP only
  private final int hash;
  final int shape; // hash of all but the bounds of repetitions one after another, see Bounds
  final boolean bounded; // whether there are such bounds
  private final boolean nullable;
  private final boolean searched; // holds AND or NOT, so emptiness needs a search
  private final int largestCount; // the largest finite bound of a repetition anywhere inside
  private final int least; // bytes of the shortest text, UNBOUNDED where the shape does not tell
  private final int fewest; // bytes that every text has
  private final int reach; // see reach()
  private final int inside; // see TextSearch.distance
  private final int outside;
  private volatile Edge @Nullable [] edges;
  private volatile @Nullable ByteSet first;
  volatile int shortest = TextSearch.UNKNOWN; // found by TextSearch
  volatile int nearby = -1; // likewise; characters of some text
  volatile byte liveness; // likewise
  volatile short wellFormed = -1; // found by WellFormed

  private Expr(Kind kind, ByteSet set, Expr[] args, int min, int max) {
    this.kind = kind;
    this.set = set;
    this.args = args;
    this.min = min;
    this.max = max;
    literals = null;
    depth = 0;
    equation = null;
    int h = kind.name().hashCode() * 31 + set.hashCode();
    h = (h * 31 + min) * 31 + max;
    for (Expr a : args) {
      h = h * 0x01000193 + a.hash;
    }
    hash = mixed(h);
    shape =
        switch (kind) {
          case REPEAT -> mixed(args[0].hash + 1);
          case SEQ -> mixed(args[0].shape * 31 + args[1].shape);
          default -> hash;
        };
    bounded =
        switch (kind) {
          case REPEAT -> min > 0 || max < UNBOUNDED;
          case SEQ -> args[0].bounded || args[1].bounded;
          default -> false;
        };
    nullable =
        switch (kind) {
          case NONE, SET, TRIE, LOOP -> false;
          case EMPTY -> true;
          case SEQ -> args[0].nullable && args[1].nullable;
          case REPEAT -> min == 0;
          case OR -> any(args, true);
          case AND -> !any(args, false);
          case NOT -> !args[0].nullable;
        };
    boolean s = kind == Kind.AND || kind == Kind.NOT;
    for (Expr a : args) {
      s |= a.searched;
    }
    searched = s;
    int count = kind == Kind.REPEAT ? (max == UNBOUNDED ? min : max) : 0;
    for (Expr a : args) {
      count = Math.max(count, a.largestCount);
    }
    largestCount = count;
    least = Lengths.least(this);
    fewest = Lengths.fewest(this);
    reach = Lengths.reach(this);
    inside = TextSearch.distance(this, true);
    outside = TextSearch.distance(this, false);
  }

  private Expr(Literals literals, int from, int to, int depth) {
    kind = Kind.TRIE;
    set = ByteSet.NONE;
    args = NO_ARGS;
    min = from;
    max = to;
    this.literals = literals;
    this.depth = depth;
    equation = null;
    hash = mixed(((literals.hashCode() * 31 + from) * 31 + to) * 31 + depth);
    shape = hash;
    bounded = false;
    nullable = literals.length(from) == depth;
    searched = false;
    largestCount = 0;
    least = UNBOUNDED;
    fewest = nullable ? 0 : 1;
    reach = UNBOUNDED;
    inside = TextSearch.distance(this, true);
    outside = TextSearch.distance(this, false);
  }

  private Expr(String name, boolean nullable) {
    kind = Kind.LOOP;
    set = ByteSet.NONE;
    args = NO_ARGS;
    min = nullable ? 1 : 0;
    max = 0;
    literals = null;
    depth = 0;
    equation = new Equation(name);
    hash = mixed(name.hashCode() * 31 + min);
    shape = hash;
    bounded = false;
    this.nullable = nullable;
    searched = true;
    largestCount = 0;
    least = UNBOUNDED;
    fewest = 0;
    reach = UNBOUNDED;
    inside = TextSearch.distance(this, true);
    outside = TextSearch.distance(this, false);
  }

  int distance(boolean in) {
    return in ? inside : outside;
  }

  // Sums of parts that differ in their counts alone would meet: {1,2}|{1,5} and {1,3}|{1,4}. The
  // last step of MurmurHash3 (Appleby, 2011) keeps them apart.
  private static int mixed(int sum) {
    int h = sum;
    h = (h ^ (h >>> 16)) * 0x85EBCA6B;
    h = (h ^ (h >>> 13)) * 0xC2B2AE35;
    return h ^ (h >>> 16);
  }

  /** Whether some of these accept, or do not, as wanted. */
  static boolean any(Expr[] args, boolean wanted) {
    for (Expr a : args) {
      if (a.nullable == wanted) {
        return true;
      }
    }
    return false;
  }

  static Expr make(Kind kind, ByteSet set, Expr[] args, int min, int max) {
    return interned(new Expr(kind, set, args, min, max));
  }

  private static Expr interned(Expr mine) {
    Expr shared = INTERNER.intern(mine);
    if (shared == mine) {
      WorkBudget.part();
    } else {
      WorkBudget.check();
    }
    return shared;
  }

  // Equality is identity. The object's own hash would be that as well, but the JVM takes its time
  // to make one up for every new object, which is most of what a table of new states would cost.
  @Override
  public int hashCode() {
    return hash;
  }

  // Arguments are hash-consed before, so identity is equality.
  private static boolean same(Expr x, Expr y) {
    if (x.hash != y.hash
        || x.kind != y.kind
        || x.min != y.min
        || x.max != y.max
        || x.depth != y.depth
        || !Objects.equals(x.equation, y.equation)
        || !Objects.equals(x.literals, y.literals)
        || x.args.length != y.args.length
        || !x.set.equals(y.set)) {
      return false;
    }
    for (int i = 0; i < x.args.length; i++) {
      if (x.args[i] != y.args[i]) {
        return false;
      }
    }
    return true;
  }

  Kind kind() {
    return kind;
  }

  ByteSet set() {
    return set;
  }

  Expr[] args() {
    return args;
  }

  /** The upper bound of a repetition. */
  int repeatMost() {
    return max;
  }

  /** The lower bound of a repetition. */
  int repeatMin() {
    return min;
  }

  boolean searched() {
    return searched;
  }

  int largestCount() {
    return largestCount;
  }

  // ---- construction

  /** Any one byte of the set. */
  public static Expr bytes(ByteSet set) {
    return set.isEmpty() ? NONE : make(Kind.SET, set, NO_ARGS, 0, 0);
  }

  /** One byte, 0 to 255. */
  static Expr oneByte(int b) {
    return SINGLE[b];
  }

  // From so many bytes on a literal is one expression that unfolds as it is read, not one a byte.
  static final int LONG_LITERAL = 64;

  /** Exactly these bytes. */
  public static Expr literal(byte[] bytes) {
    if (bytes.length > LONG_LITERAL) {
      return oneOf(List.of(bytes));
    }
    Expr r = EMPTY;
    for (int i = bytes.length - 1; i >= 0; i--) {
      r = NormalForm.seq(oneByte(bytes[i] & 0xFF), r);
    }
    return r;
  }

  /** Exactly this text in UTF-8. */
  public static Expr literal(String text) {
    return literal(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * One of many texts, as a trie that is unfolded as it is read: sorting them is all the work,
   * until a state is reached.
   */
  public static Expr oneOf(Collection<byte[]> texts) {
    Literals literals = new Literals(texts);
    return literals.size() == 0 ? NONE : trie(literals, 0, literals.size(), 0);
  }

  /** The texts of what {@link #oneOf} made; null for all other languages. */
  public @Nullable List<byte[]> listed() {
    if (kind != Kind.TRIE) {
      return null;
    }
    List<byte[]> texts = new ArrayList<>(max - min);
    for (int i = min; i < max; i++) {
      texts.add(Objects.requireNonNull(literals).from(i, depth));
    }
    return texts;
  }

  static Expr trie(Literals literals, int from, int to, int depth) {
    if (to - from == 1 && literals.length(from) == depth) {
      return EMPTY;
    }
    return interned(new Expr(literals, from, to, depth));
  }

  /** One after another. */
  public static Expr seq(Expr... parts) {
    Expr r = EMPTY;
    for (int i = parts.length - 1; i >= 0; i--) {
      r = NormalForm.seq(parts[i], r);
    }
    return r;
  }

  /** One after another, where very many plain texts beside one another are read as one. */
  public static Expr sequence(List<Expr> parts) {
    return NormalForm.sequence(parts);
  }

  /** Any number of times, none included. */
  public static Expr star(Expr e) {
    return repeat(e, 0, UNBOUNDED);
  }

  /** Once or not at all. */
  public static Expr optional(Expr e) {
    return repeat(e, 0, 1);
  }

  /** At least {@code min} and at most {@code max} times ({@link #UNBOUNDED} for no limit). */
  public static Expr repeat(Expr e, int min, int max) {
    if (min < 0 || max < min) {
      throw new IllegalArgumentException("a repetition of " + min + " to " + max + " times");
    }
    if (max == 0 || e == EMPTY) {
      return EMPTY;
    }
    if (e == NONE) {
      return min == 0 ? EMPTY : NONE;
    }
    if (e.nullable) {
      min = 0;
    }
    if (min == 1 && max == 1) {
      return e;
    }
    if (e.isStar()) {
      return e;
    }
    return make(Kind.REPEAT, ByteSet.NONE, new Expr[] {e}, min, max);
  }

  boolean isStar() {
    return kind == Kind.REPEAT && min == 0 && max == UNBOUNDED;
  }

  /** Either. */
  public static Expr or(Expr... parts) {
    return or(Arrays.asList(parts));
  }

  /** Any of these. */
  public static Expr or(Collection<Expr> parts) {
    return NormalForm.or(parts);
  }

  /** Any of these, where very many plain texts among them are read as one trie. */
  public static Expr alternatives(List<Expr> parts) {
    return NormalForm.alternatives(parts);
  }

  /** All of these at once. */
  public static Expr and(Expr... parts) {
    return NormalForm.and(parts);
  }

  /** Every byte string that is not in this language. */
  public static Expr not(Expr e) {
    if (e == NONE) {
      return ALL;
    }
    if (e == ALL) {
      return NONE;
    }
    return e.kind == Kind.NOT ? e.args[0] : make(Kind.NOT, ByteSet.NONE, new Expr[] {e}, 0, 0);
  }

  /** What is in this language and not in the other. */
  public Expr minus(Expr other) {
    return other == EMPTY && !nullable ? this : and(this, not(other));
  }

  /**
   * A language given by an equation in which it occurs itself, such as {@code X = a X | b}. The
   * equation follows with {@link #define}, before any step.
   *
   * @param name equal names are the same object, and stand for equal equations
   * @param accepts whether the empty text is in the language
   */
  public static Expr loop(String name, boolean accepts) {
    return interned(new Expr(name, accepts));
  }

  /**
   * What a {@link #loop} is. It may stand in its own definition only behind something that is never
   * empty.
   */
  public void define(Expr definition) {
    if (equation == null || definition.nullable != nullable) {
      throw new IllegalArgumentException(this + " is not " + definition);
    }
    equation.right = definition;
  }

  /** The name of a {@link #loop}. */
  String name() {
    return Objects.requireNonNull(equation).name;
  }

  Expr definition() {
    return Objects.requireNonNull(Objects.requireNonNull(equation).right);
  }

  // ---- the automaton

  /** Whether the empty text is in the language: the automaton accepts here. */
  public boolean accepts() {
    return nullable;
  }

  /** The state after a byte; {@link #NONE} if no text of the language starts with it. */
  public Expr step(int b) {
    if (edges == null) {
      LiteralPlace place = literalPlace();
      if (place != null) {
        return place.step(b);
      }
    }
    for (Edge e : edges()) {
      if (e.bytes().contains(b)) {
        return e.target();
      }
    }
    return NONE;
  }

  /** The bytes that lead back to this state. */
  public ByteSet loops() {
    for (Edge e : edges()) {
      if (e.target() == this) {
        return e.bytes();
      }
    }
    return ByteSet.NONE;
  }

  /** The state after some bytes. */
  public Expr step(byte[] bytes) {
    Expr e = this;
    for (byte b : bytes) {
      e = e.step(b & 0xFF);
    }
    return e;
  }

  /** Whether the bytes are in the language. */
  public boolean matches(byte[] bytes) {
    return step(bytes).nullable;
  }

  /** The bytes that some text of the language may start with, as far as one step shows. */
  public ByteSet first() {
    ByteSet known = first;
    if (known == null) {
      LiteralPlace place = edges == null ? literalPlace() : null;
      known = place == null ? ByteSet.NONE : place.first();
      for (int i = 0; place == null && i < edges().length; i++) {
        known = known.or(edges()[i].bytes());
      }
      first = known;
    }
    return known;
  }

  /** Where among many texts this state is; null if it is no such place. */
  public @Nullable LiteralPlace literalPlace() {
    return LiteralPlace.of(this);
  }

  /** Whether a byte after which nothing can follow may be among {@link #first}. */
  public boolean mayStepIntoNothing() {
    return searched;
  }

  /** What is left of a repetition after one round. */
  Expr afterOneRound() {
    return repeat(args[0], Math.max(0, min - 1), max == UNBOUNDED ? max : max - 1);
  }

  @Nullable Literals literals() {
    return literals;
  }

  /** The first of a trie's texts. */
  int from() {
    return min;
  }

  /** And behind the last one. */
  int to() {
    return max;
  }

  /** Bytes of a trie's texts that were read already. */
  int depth() {
    return depth;
  }

  boolean hasEdges() {
    return edges != null;
  }

  /** The steps from here, found on first use. */
  Edge[] edges() {
    Edge[] known = edges;
    if (known == null) {
      Derivatives.prepareTails(this);
      known = Derivatives.of(this);
      edges = known;
    }
    return known;
  }

  static Expr append(Expr e, Expr tail) {
    if (e.kind != Kind.OR) {
      return NormalForm.seq(e, tail);
    }
    List<Expr> parts = new ArrayList<>(e.args.length);
    for (Expr a : e.args) {
      parts.add(NormalForm.seq(a, tail));
    }
    return or(parts);
  }

  // ---- emptiness

  /**
   * Whether no text at all is in the language. Exact: a search of the automaton where complement or
   * intersection occur, immediate elsewhere; what was found is remembered on every state that was
   * met.
   *
   * @param limit of states looked at
   * @throws BudgetExceededException if the search has not ended by then
   */
  public boolean isEmpty(int limit) {
    if (!searched) {
      return this == NONE;
    }
    if (liveness == UNDECIDED && kind == Kind.AND && largestCount > LARGE && isLongEnough()) {
      liveness = LIVE;
    }
    return liveness == UNDECIDED ? TextSearch.isEmpty(this, limit) : liveness == EMPTIED;
  }

  // At least so many characters, however many those are: some text of a language that loops has
  // them.
  private boolean isLongEnough() {
    Counted counted = Counted.of(this, Utf8.CHAR);
    return counted != null
        && counted.max() == UNBOUNDED
        && TextSearch.loops(counted.rest() == ALL ? Utf8.TEXT : counted.rest(), LARGE);
  }

  private static final int LARGE = 1_000; // a count that is not reached step by step

  /** Whether every text of this language is in the other; exact, see {@link #isEmpty}. */
  public boolean within(Expr other, int limit) {
    return minus(other).isEmpty(limit);
  }

  // ---- what the token layer wants to know about the shape

  /** Number of alternatives at the top: a measure of how ambiguous the automaton is here. */
  public int width() {
    return kind == Kind.OR || kind == Kind.AND ? args.length : 1;
  }

  /** What a complement leaves out; null for anything else. */
  public @Nullable Expr excluded() {
    return kind == Kind.NOT ? args[0] : null;
  }

  /** What must hold together: the parts of an intersection, else the expression alone. */
  public List<Expr> conjuncts() {
    return kind == Kind.AND ? List.of(args) : List.of(this);
  }

  /**
   * A number of bytes within which every text can be completed, wherever it has got to; {@link
   * #UNBOUNDED} if the shape does not tell. An upper bound, found without a search.
   */
  public int reach() {
    return reach;
  }

  int least() {
    return least;
  }

  int fewest() {
    return fewest;
  }

  /** If this is {@code e} repeated, its lower bound, else -1. */
  public int repeatMin(Expr e) {
    return kind == Kind.REPEAT && args[0] == e ? min : e == this ? 1 : -1;
  }

  /** The upper bound belonging to {@link #repeatMin}. */
  public int repeatMax() {
    return kind == Kind.REPEAT ? max : 1;
  }

  /** Shown to people, so no longer than these like to read: parts can be shared without end. */
  @Override
  public String toString() {
    return ExprText.of(this);
  }
}
