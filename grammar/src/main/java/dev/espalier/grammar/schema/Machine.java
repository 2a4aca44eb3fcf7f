package dev.espalier.grammar.schema;

import dev.espalier.BudgetExceededException;
import dev.espalier.grammar.SchemaException;
import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.automaton.WorkBudget;
import dev.espalier.grammar.schema.Context.Phase;
import dev.espalier.grammar.token.Segment;
import dev.espalier.grammar.token.TokenTables;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One compiled schema: an incremental validator whose states are values. Grows as texts reach new
 * places; its own monitor guards the growth.
 */
final class Machine {
  // A value's start splits what is owed: the part about the value goes into its obligation ("which
  // verdicts leave the container able to be completed"), the rest waits in the frame. So liveness
  // is a question about the top frame alone, and nobody looks down the stack again.

  private static final int MAX_PENDING = 30; // verdicts with a bit each
  private static final JsonMapper MAPPER = new JsonMapper();

  final Options options;
  final Duration stepTime;
  final TokenTables tables;
  final Context start;
  final Context refused;
  final Context tooDeep;

  private final Formulas formulas;
  private final Expansion expansion;
  private final Progress progress;
  private final KeySpaces spaces;
  private final Values values;
  private final Liveness liveness;
  private final SchemaCheck check;
  private final Punctuation punctuation;
  private final Unique<Frame> frames = new Unique<>(f -> f.hash, Frame::same);
  private final Unique<Context> contexts = new Unique<>(c -> c.hash, Context::same);
  private final Map<List<Formula>, Kinds> kindsOf = new HashMap<>(); // by their verdicts
  private final Map<List<Formula>, Kinds> kindsByBits = new HashMap<>();
  private final Map<Formula, Set<JsonType>> types = new HashMap<>(); // that satisfy an obligation
  private final Map<List<Formula>, Segment> texts = new HashMap<>(); // by what is owed, and sides
  private final Map<List<Formula>, Segment> numbers = new HashMap<>();
  private @Nullable Completion completion;
  private volatile int size;

  /**
   * @throws SchemaException if the schema is broken, not enforceable, or no value satisfies it
   */
  Machine(JsonNode schema, Options options, TokenTables tables) {
    this.options = options;
    this.tables = tables;
    References references = new References(schema, options);
    formulas = new Formulas(options.states());
    expansion =
        new Expansion(
            references, new Patterns(tables), formulas, options, new Refusals(options.lenient()));
    progress = new Progress(formulas);
    spaces = new KeySpaces(expansion, tables, options.declaredOrder(), options.states());
    values = new Values(references, expansion, options.states());
    liveness = new Liveness(references, expansion, progress, spaces, values, options.states());
    check = new SchemaCheck(references, expansion);
    punctuation = Punctuation.of(options.whitespace(), tables);
    Frame root =
        frame(
            new Frame(
                Frame.Kind.ROOT,
                formulas.yes,
                List.of(),
                List.of(),
                null,
                Gone.NONE,
                Set.of(),
                null));
    refused = context(Phase.END, punctuation.end(), root, formulas.no, 0, null);
    tooDeep = context(Phase.END, punctuation.end(), root, formulas.no, 1, null);
    try {
      check.run(k -> {});
      Formula wanted = formulas.verdict(references.root());
      if (!liveness.satisfiable(wanted)) {
        throw check.unsatisfiable(references.root(), liveness);
      }
      start = value(wanted, root, Punctuation.Place.ROOT, null);
      stepTime = WorkBudget.left(options.wholeTime());
    } catch (BudgetExceededException e) {
      throw e.at(expansion.place());
    } catch (StackOverflowError e) {
      throw new BudgetExceededException(
              "depth", options.depth(), "the schema is nested too deeply to be compiled")
          .at(expansion.place());
    }
  }

  /** Declared properties that never come, since no value satisfies their schemas, and why. */
  synchronized Map<SchemaNode, SchemaException> impossible() {
    return check.impossible(liveness);
  }

  /** Frames, contexts and states so far. */
  int size() {
    return size;
  }

  void count(int n) {
    int now = size + n; // writers hold the monitor
    size = now;
    if (now > 2L * options.states()) {
      throw new BudgetExceededException(
          "states", options.states(), "the machine has grown too large; raise the budget");
    }
  }

  private Frame frame(Frame f) {
    Frame known = frames.find(f);
    if (known == null) {
      known = f;
      frames.add(f);
      count(1);
    }
    return known;
  }

  private Context context(
      Phase phase,
      Segment segment,
      Frame frame,
      Formula obligation,
      int key,
      @Nullable Frame closing) {
    Context made = new Context(this, phase, segment, frame, obligation, key, closing);
    Context known = contexts.find(made);
    if (known == null) {
      known = made;
      contexts.add(made);
      count(1);
    }
    return known;
  }

  private Context context(Phase phase, Segment segment, Frame frame, Formula obligation) {
    return context(phase, segment, frame, obligation, 0, null);
  }

  // ---- leaving a segment

  /** Where an exit leads. */
  Context leave(Context c, int label) {
    return switch (c.phase) {
      case VALUE -> leaveValueStart(c, label);
      case STRING, NUMBER -> after(c.frame, label, null);
      case KEY_START ->
          label == Punctuation.KEY
              ? context(Phase.KEY, keySegment(c.frame), c.frame, formulas.yes)
              : close(c.frame);
      case KEY ->
          nextKeys(c.frame).contains(label)
              ? context(Phase.COLON, punctuation.colon(), c.frame, formulas.yes, label, null)
              : refused;
      case COLON -> memberValue(c.frame, c.key);
      case AFTER ->
          label == Punctuation.CLOSE
              ? close(c.frame)
              : c.frame.kind == Frame.Kind.OBJECT ? keyStart(c.frame, false) : item(c.frame, false);
      case VALUE_END, END -> refused;
    };
  }

  /** Where the end of a value leads that decides itself what follows. */
  Context leaveValue(Context c, byte[] text) {
    return after(c.frame, c.key, values.read(text));
  }

  /**
   * Where the end of such a value leads if the value is a new one and what follows does not depend
   * on it any further; null if it does.
   */
  synchronized @Nullable Context leaveNewValue(Context c) {
    Frame f = c.frame;
    boolean plain = f.kind == Frame.Kind.ARRAY && f.sides.stream().noneMatch(s -> s.remembers);
    if (!plain) {
      return null;
    }
    int verdicts = c.key;
    Formula owed = settle(f.owed, f, verdicts, null);
    if (!liveness.indifferent(owed)) {
      return null;
    }
    List<Formula> sides = f.sides.stream().map(s -> settle(s, f, verdicts, null)).toList();
    return goOn(frame(f.with(owed, sides, List.of(), f.gone)));
  }

  /** Where a name leads that is not listed, or is; only the former is remembered. */
  Context leaveKey(Context c, int label, byte[] spelled) {
    if (c.frame.keys().isListed(label)) {
      return c.exit(label);
    }
    String name =
        MAPPER.readValue('"' + new String(spelled, StandardCharsets.UTF_8) + '"', String.class);
    if (c.frame.used.contains(name)) {
      return refused;
    }
    Frame f = frame(c.frame.withUsed(name));
    return context(Phase.COLON, punctuation.colon(), f, formulas.yes, label, null);
  }

  /** Whether names have to be remembered as they are read in this context. */
  boolean readsNames(Context c) {
    return nextKeys(c.frame).hasOthers();
  }

  private NextKeys nextKeys(Frame f) {
    NextKeys known = f.next;
    if (known == null) {
      known = liveness.nextKeys(f.keys(), f.owed, f.gone);
      f.next = known;
    }
    return known;
  }

  /** Whether the value that starts here may be null, true or false. */
  synchronized boolean mayBeLiteral(Context c) {
    return liveness.satisfiable(c.obligation, JsonType.NULL)
        || liveness.satisfiable(c.obligation, JsonType.TRUE)
        || liveness.satisfiable(c.obligation, JsonType.FALSE);
  }

  private Context leaveValueStart(Context c, int label) {
    if (label == Punctuation.VALUE_CLOSE) {
      return close(java.util.Objects.requireNonNull(c.closing));
    }
    JsonType type = Punctuation.typeOf(label);
    Frame f = c.frame;
    Formula owed = expansion.of(c.obligation, type);
    List<Formula> sides = new ArrayList<>();
    for (Formula verdict : f.pending) {
      sides.add(expansion.of(verdict, type));
    }
    Formula obligation = c.obligation;
    return switch (type) {
      case NULL, TRUE, FALSE -> after(f, settled(sides), null);
      case STRING -> context(Phase.STRING, text(owed, sides), f, obligation);
      case NUMBER -> context(Phase.NUMBER, number(owed, sides), f, obligation);
      case ARRAY ->
          f.depth >= options.depth()
              ? tooDeep
              : item(open(Frame.Kind.ARRAY, owed, sides, null, f), true);
      case OBJECT ->
          f.depth >= options.depth()
              ? tooDeep
              : keyStart(
                  open(Frame.Kind.OBJECT, owed, sides, spaces.of(owed, obligation, sides), f),
                  true);
    };
  }

  private Frame open(
      Frame.Kind kind, Formula owed, List<Formula> sides, @Nullable KeySpace space, Frame parent) {
    return frame(
        new Frame(kind, owed, List.copyOf(sides), List.of(), space, Gone.NONE, Set.of(), parent));
  }

  private static int settled(List<Formula> sides) {
    int bits = 0;
    for (int i = 0; i < sides.size(); i++) {
      bits |= sides.get(i).isTrue() ? 1 << i : 0;
    }
    return bits;
  }

  Segment text(Formula owed, List<Formula> sides) {
    return texts.computeIfAbsent(withSides(owed, sides), k -> findText(owed, sides));
  }

  private static List<Formula> withSides(Formula owed, List<Formula> sides) {
    if (sides.isEmpty()) {
      return List.of(owed);
    }
    List<Formula> all = new ArrayList<>(sides);
    all.add(owed);
    return all;
  }

  private Segment findText(Formula owed, List<Formula> sides) {
    Set<String> excluded = sides.isEmpty() ? Constants.excludedTexts(owed) : null;
    if (excluded != null) {
      KeySpace none = new KeySpace(List.of(), 0, Map.of(), KeyClasses.ONE);
      KeyContent.Choice any = new KeyContent.Choice(none, none.allKeys(), excluded);
      return string(any, () -> new KeyContent(any, options.states()));
    }
    Expr main = Expansion.language(owed);
    List<Expr> others = sides.stream().map(Expansion::language).toList();
    return string(List.of(main, others), () -> new TextContent(main, others, options.states()));
  }

  private Segment string(Object key, Supplier<Content> content) {
    return options.anyEscape()
        ? tables.segment(List.of("any escape", key), k -> new AnySpellingSegment(content.get()))
        : tables.segment(key, k -> new StringSegment(content.get()));
  }

  Segment number(Formula owed, List<Formula> sides) {
    return numbers.computeIfAbsent(
        withSides(owed, sides),
        f -> {
          Formula main = NumberGoal.tightened(formulas, owed);
          return tables.segment(
              List.of("number", main.toString(), sides.toString()),
              k -> new NumberSegment(formulas, main, sides));
        });
  }

  // ---- values

  private Context value(
      Formula obligation, Frame f, Punctuation.Place place, @Nullable Frame closing) {
    Set<JsonType> possible = types.computeIfAbsent(obligation, this::possibleTypes);
    if (possible.isEmpty() && closing == null) {
      return refused;
    }
    Segment segment = punctuation.value(possible, place, closing != null, f.depth);
    return context(Phase.VALUE, segment, f, obligation, 0, closing);
  }

  private Set<JsonType> possibleTypes(Formula obligation) {
    Set<JsonType> possible = EnumSet.noneOf(JsonType.class);
    for (JsonType type : JsonType.values()) {
      if (liveness.satisfiable(obligation, type)) {
        possible.add(type);
      }
    }
    return possible;
  }

  // The container waits with what it still owes; what is asked of the value alone goes with it.
  private Frame waiting(Frame f, Formula owed, List<Formula> sides, Gone gone) {
    List<Formula> kept = new ArrayList<>();
    Set<Atom> atoms = new LinkedHashSet<>();
    for (Formula part : owed.conjuncts()) {
      if (part.hasResiduals || !part.hasVerdicts) {
        kept.add(part);
        collectVerdicts(part, atoms);
      }
    }
    for (Formula side : sides) {
      collectVerdicts(side, atoms);
    }
    List<Formula> pending = new ArrayList<>();
    for (Atom a : atoms) {
      if (a instanceof Atom.Verdict) {
        pending.add(formulas.atom(a));
      }
    }
    if (pending.size() > MAX_PENDING) {
      pending = numbered(List.copyOf(pending));
    }
    return frame(f.with(formulas.and(kept), List.copyOf(sides), List.copyOf(pending), gone));
  }

  private static void collectVerdicts(Formula f, Set<Atom> out) {
    if (f.hasVerdicts) {
      f.collectAtoms(out);
    }
  }

  private List<Formula> numbered(List<Formula> verdicts) {
    Kinds known = kindsOf.get(verdicts);
    if (known == null) {
      List<SchemaNode> schemas = new ArrayList<>();
      for (Formula v : verdicts) {
        if (v.atom instanceof Atom.Verdict verdict) {
          schemas.add(verdict.schema());
        }
      }
      boolean apart = schemas.size() == verdicts.size() && expansion.exclusive().areApart(schemas);
      known = new Kinds(verdicts, apart, formulas, liveness::satisfiable);
      kindsOf.put(verdicts, known);
      kindsByBits.put(known.bits(), known);
    }
    return known.bits();
  }

  private Context memberValue(Frame f, int key) {
    KeySpace space = f.keys();
    Gone gone = space.gone(f.gone, key);
    Formula owed = progress.key(f.owed, space, key, gone);
    List<Formula> sides = new ArrayList<>();
    for (Formula s : f.sides) {
      sides.add(progress.key(s, space, key, gone));
    }
    Formula obligation = liveness.keep(owed, space, gone);
    return value(obligation, waiting(f, owed, sides, gone), Punctuation.Place.MEMBER, null);
  }

  private Context item(Frame f, boolean first) {
    Formula owed = progress.item(f.owed);
    List<Formula> sides = new ArrayList<>(f.sides.size());
    for (Formula s : f.sides) {
      sides.add(progress.item(s));
    }
    Formula obligation = liveness.keep(owed, null, f.gone);
    Frame closing = first && progress.end(f.owed).isTrue() ? f : null;
    return value(
        obligation,
        waiting(f, owed, sides, f.gone),
        first ? Punctuation.Place.FIRST_ITEM : Punctuation.Place.NEXT_ITEM,
        closing);
  }

  private Context close(Frame f) {
    int verdicts = 0;
    for (int i = 0; i < f.sides.size(); i++) {
      verdicts |= progress.end(f.sides.get(i)).isTrue() ? 1 << i : 0;
    }
    return after(f.container(), verdicts, null);
  }

  // A value has ended with these verdicts on what was pending. Where the value itself matters and
  // is not known here, somebody who has read it asks again.
  private Context after(Frame f, int verdicts, @Nullable SchemaNode value) {
    if (f.kind == Frame.Kind.ROOT) {
      return context(Phase.END, punctuation.end(), f, formulas.yes);
    }
    if (f.remembers() && value == null) {
      return context(Phase.VALUE_END, punctuation.end(), f, formulas.yes, verdicts, null);
    }
    if (f.pending.isEmpty() && value == null) {
      return goOn(f);
    }
    Formula owed = settle(f.owed, f, verdicts, value);
    List<Formula> sides = new ArrayList<>(f.sides.size());
    for (Formula s : f.sides) {
      sides.add(settle(s, f, verdicts, value));
    }
    return goOn(frame(f.with(owed, List.copyOf(sides), List.of(), f.gone)));
  }

  private Context goOn(Frame g) {
    boolean close = progress.end(g.owed).isTrue();
    boolean array = g.kind == Frame.Kind.ARRAY;
    boolean more =
        array
            ? liveness.satisfiable(liveness.keep(progress.item(g.owed), null, g.gone))
            : !nextKeys(g).isEmpty();
    if (!close && !more) {
      return refused;
    }
    return context(Phase.AFTER, punctuation.after(more, close, array, g.depth), g, formulas.yes);
  }

  private Formula settle(Formula formula, Frame f, int verdicts, @Nullable SchemaNode value) {
    Kinds kinds = kindsByBits.get(f.pending);
    return formulas.map(
        formula,
        a -> {
          if (value != null && a.remembers()) {
            return progress.remember(a, value);
          }
          Formula atom = formulas.atom(a);
          if (kinds != null && kinds.knows(atom)) {
            return formulas.constant(kinds.holds(verdicts, atom));
          }
          int i = f.pending.indexOf(atom);
          return i < 0 ? atom : formulas.constant(((verdicts >> i) & 1) != 0);
        });
  }

  // ---- keys

  private Context keyStart(Frame f, boolean first) {
    boolean key = !nextKeys(f).isEmpty();
    boolean close = first && progress.end(f.owed).isTrue();
    Segment segment = punctuation.keyStart(key, close, first, f.depth);
    return context(Phase.KEY_START, segment, f, formulas.yes);
  }

  // Where any other name may come, whatever has been read can go on to one: then names that can
  // come no more need not be kept out of the segment, only refused at its end, and every key of
  // every such object shares one segment.
  private Segment keySegment(Frame f) {
    KeySpace space = f.keys();
    NextKeys next = nextKeys(f);
    boolean anyOther =
        next.hasAllOthers()
            && !options.anyEscape() // which has more than one spelling of a name
            && JsonMask.arePlain(f.used);
    return keySegment(
        new KeyContent.Choice(
            space,
            anyOther ? space.allKeys() : next.all(),
            anyOther || !next.hasOthers() ? Set.of() : f.used));
  }

  Segment keySegment(KeyContent.Choice choice) {
    return string(choice, () -> new KeyContent(choice, options.states()));
  }

  // ---- the way out

  /** Bytes after which the text may end; null if none were found. */
  synchronized byte @Nullable [] complete(JsonState state) {
    return WorkBudget.completion(
        () -> {
          Completion known = completion;
          if (known == null) {
            known = new Completion(this);
            completion = known;
          }
          return known.of(state);
        });
  }

  /** The state after so many more items that are all alike, each with its comma. */
  JsonState afterAlike(JsonState s, int items) {
    Context c = s.context;
    Frame f = c.frame;
    Frame later =
        frame(f.with(progress.after(f.owed, items, Set.of()), f.sides, f.pending, f.gone));
    return context(c.phase, c.segment, later, c.obligation).state(s.position);
  }

  /**
   * Where an item begins, in an array that asks the same of all that come.
   *
   * @param waiting for an item
   * @param items that came after that one
   * @param values of that one and of those, all different
   */
  @Nullable JsonState afterDifferent(Frame waiting, int items, Set<SchemaNode> values) {
    Formula owed = progress.after(waiting.owed, items, values);
    Frame f = frame(waiting.with(owed, waiting.sides, waiting.pending, waiting.gone));
    Context c = goOn(f) == refused ? refused : item(f, false);
    return c == refused ? null : c.start();
  }

  /** What is owed once the value is known. */
  Formula remember(Formula owed, byte[] value) {
    if (!owed.remembers) {
      return owed;
    }
    SchemaNode exactly = values.read(value);
    return formulas.map(
        owed, a -> a.remembers() ? progress.remember(a, exactly) : formulas.atom(a));
  }

  String readName(byte[] quoted) {
    return MAPPER.readValue(quoted, String.class);
  }

  Formulas formulas() {
    return formulas;
  }

  Expansion expansion() {
    return expansion;
  }

  Progress progress() {
    return progress;
  }

  Liveness liveness() {
    return liveness;
  }

  KeySpaces spaces() {
    return spaces;
  }

  Values values() {
    return values;
  }
}
