package dev.espalier.grammar.schema;

import dev.espalier.BudgetExceededException;
import dev.espalier.grammar.automaton.WorkBudget;
import dev.espalier.grammar.schema.Context.Phase;
import dev.espalier.grammar.token.Segment;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The way out of a text: closes what is open with as little as the obligations ask for. Mutable
 * caches, used under the machine's lock.
 */
final class Completion {
  // A frame's debt is split into branches. For one that can be met, the members that it needs are
  // counted out; the items are the shortest way through what arrays can owe. Each gets the flattest
  // value that meets the branch's part about it. Values are built by rising height, which a
  // recursive schema cannot escape. What comes out is fed through the machine itself, so it is
  // never
  // wrong, only at worst not found.

  private static final int MAX_HEIGHT = 24;
  private static final int UNITS = 64; // of work, that a part or a state takes at least
  private static final int MAX_PARTS = 20_000; // members and items of one completion
  private static final int MAX_STATES = 200_000; // of a segment, on the way to its nearest end
  private static final int MAX_BRANCHES = 100; // of one debt, tried for a height
  private static final int LONG_RUN = 64; // items
  private static final int LONG_TEXT = 200_000; // bytes that are not read one by one
  private static final int MAX_BYTES = 1 << 27; // of such a run
  private static final int SPARE_ITEMS = 2; // that pay off nothing, before others do
  private static final int LONGEST_CHARACTER = 5; // bytes to its end, from inside an escape
  private static final byte[] CHARACTER_ENDS = {'n', '0', (byte) 0x80, (byte) 0x90, (byte) 0xA0};
  private static final int MAX_DEBTS = 5_000; // of one array, on the way to its nearest end

  private record Flat(Formula verdicts, int height) {}

  /** What comes next in a container: the key of a member, and what its value is to satisfy. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Next(int key, Formula wanted, Formula rest, byte[] value) {}

  /** How a state was reached. */
  private record Way(JsonState state, @Nullable Way before, byte last) {
    byte[] bytes() {
      ByteArrayOutputStream reversed = new ByteArrayOutputStream();
      for (Way w = this; w.before != null; w = w.before) {
        reversed.write(w.last);
      }
      byte[] b = reversed.toByteArray();
      for (int i = 0, j = b.length - 1; i < j; i++, j--) {
        byte t = b[i];
        b[i] = b[j];
        b[j] = t;
      }
      return b;
    }
  }

  private final Machine machine;
  private final Map<Flat, byte[]> values = new HashMap<>();
  private int parts;

  Completion(Machine machine) {
    this.machine = machine;
  }

  /**
   * Bytes after which the text may end; null if none were found.
   *
   * @throws BudgetExceededException if the search was given up
   */
  byte @Nullable [] of(JsonState state) {
    parts = 0;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    JsonState s = state;
    while (s != null && !s.mayEnd()) {
      countPart();
      s = advance(s, out);
    }
    return s != null && s.mayEnd() ? out.toByteArray() : null;
  }

  private void countPart() {
    WorkBudget.check(UNITS);
    if (parts++ > MAX_PARTS) {
      throw new BudgetExceededException("parts", MAX_PARTS, "a completion has more");
    }
  }

  // One step further: to the end of a segment, or over a whole member or item.
  private @Nullable JsonState advance(JsonState s, ByteArrayOutputStream out) {
    Context c = s.context;
    boolean array = c.frame.kind == Frame.Kind.ARRAY;
    byte[] close = {(byte) (array ? ']' : '}')};
    JsonState closed =
        switch (c.phase) {
          case AFTER, KEY_START, NUMBER -> feed(s, close, out); // which may need a line end
          case VALUE -> c.meaning.closing() == null ? null : feed(s, close, out);
          default -> null;
        };
    if (closed != null) {
      return closed;
    }
    JsonState later = array && c.phase == Phase.VALUE ? alikeItems(s, out) : null;
    if (later != null) {
      return later;
    }
    byte[] next =
        switch (c.phase) {
          case VALUE ->
              array && !c.frame.remembers() ? begunItem(c) : value(c.meaning.obligation());
          case KEY_START -> member(c.frame, 1);
          case AFTER -> array ? item(c.frame) : member(c.frame, 0);
          default -> null;
        };
    if (next != null && c.phase == Phase.AFTER) {
      next = joined(new byte[] {','}, next);
    }
    // Inside a literal the value has begun, so only its rest can be read.
    if (next != null && next.length > LONG_TEXT) {
      next = new byte[] {next[0]}; // what is long is found again where it is, and skipped over
    }
    JsonState fed = next == null ? null : feed(s, next, out);
    return fed == null ? toEnd(s, out) : fed;
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  /** Reads bytes, with white space where the layout asks for it; null and no output if refused. */
  private @Nullable JsonState feed(JsonState from, byte[] bytes, ByteArrayOutputStream out) {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    JsonState s = from;
    for (byte b : bytes) {
      JsonState next = s.step(b);
      for (int spaces = 0; next == null && spaces < 4096; spaces++) {
        byte space = ' ';
        JsonState wider = s.step(space);
        if (wider == null) {
          space = '\n';
          wider = s.step(space);
        }
        if (wider == null || s.context.phase == Phase.STRING || s.context.phase == Phase.KEY) {
          return null;
        }
        read.write(space);
        s = wider;
        next = s.step(b);
      }
      if (next == null) {
        return null;
      }
      WorkBudget.check();
      read.write(b);
      s = next;
    }
    out.writeBytes(read.toByteArray());
    return s;
  }

  /** The nearest state outside the segment, closing brackets before commas. */
  private @Nullable JsonState toEnd(JsonState from, ByteArrayOutputStream out) {
    JsonState end = nearestEnd(from, out);
    return end == null && from.context.phase == Phase.KEY ? longerName(from, out) : end;
  }

  // A name that came before is refused at its end only, where places in the segment tell no names
  // apart; so it goes on.
  private @Nullable JsonState longerName(JsonState from, ByteArrayOutputStream out) {
    for (int i = 0; i < 256; i++) {
      WorkBudget.check(UNITS);
      byte b = (byte) ('z' - i);
      JsonState longer = from.step(b);
      if (longer == null || longer.context.phase != Phase.KEY) {
        continue;
      }
      ByteArrayOutputStream rest = new ByteArrayOutputStream();
      JsonState end = nearestEnd(longer, rest);
      if (end != null) {
        out.write(b);
        out.writeBytes(rest.toByteArray());
        return end;
      }
    }
    return null;
  }

  private @Nullable JsonState nearestEnd(JsonState from, ByteArrayOutputStream out) {
    Segment.Skip skip = from.remembers() ? null : skip(from.context.segment, from.position);
    if (skip != null) {
      out.writeBytes(skipped(skip));
      return nearestEnd(from.context.state(skip.state()), out);
    }
    JsonState whole = endCharacter(from, out);
    if (whole != null) {
      return nearestEnd(whole, out);
    }
    byte[] way = from.context.segment.wayOut(from.position);
    JsonState end = way == null ? null : feed(from, way, out);
    if (end != null) {
      return end;
    }
    BitSet seen = new BitSet();
    seen.set(from.position);
    ArrayDeque<Way> queue = new ArrayDeque<>(List.of(new Way(from, null, (byte) 0)));
    for (int states = 0; !queue.isEmpty() && states < MAX_STATES; states++) {
      WorkBudget.check(UNITS);
      Way at = queue.remove();
      Segment segment = from.context.segment;
      for (int i = 255; i >= 0; i--) {
        int to = segment.next(at.state.position, i);
        if (to == Segment.DEAD || (to >= 0 && seen.get(to))) {
          continue;
        }
        JsonState next = at.state.step((byte) i);
        if (next != null) {
          Way longer = new Way(next, at, (byte) i);
          if (to < 0 || next.mayEnd()) {
            out.writeBytes(longer.bytes());
            return next;
          }
          seen.set(to);
          queue.add(longer);
        }
      }
    }
    return null;
  }

  // Where only the length matters it is known between characters, so one that was begun is ended.
  private static @Nullable JsonState endCharacter(JsonState from, ByteArrayOutputStream out) {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    JsonState at = from.remembers() ? null : from;
    for (int i = 0; i < LONGEST_CHARACTER && at != null; i++) {
      at = goOn(at, read);
      if (at != null && skip(at.context.segment, at.position) != null) {
        out.writeBytes(read.toByteArray());
        return at;
      }
    }
    return null;
  }

  private static @Nullable JsonState goOn(JsonState from, ByteArrayOutputStream read) {
    for (byte b : CHARACTER_ENDS) {
      JsonState next = from.step(b);
      if (next != null) {
        read.write(b);
        return next;
      }
    }
    return null;
  }

  private static Segment.@Nullable Skip skip(Segment segment, int state) {
    Segment.Skip skip = segment.skip(state);
    return skip == null || skip.count() < LONG_RUN || skip.count() > MAX_BYTES ? null : skip;
  }

  private static byte[] skipped(Segment.Skip skip) {
    byte[] letters = new byte[skip.count()];
    Arrays.fill(letters, skip.letter());
    return letters;
  }

  // ---- members and items

  // At least so many members, where a comma has been written or not.
  private byte @Nullable [] member(Frame f, int min) {
    Formula some = machine.formulas().not(machine.formulas().atom(new Atom.MaxProperties(0)));
    Formula owed = min == 0 ? f.owed : machine.formulas().and(f.owed, some);
    for (int height = 0; height <= MAX_HEIGHT; height++) {
      byte[] members = members(f.keys(), owed, f.gone, f.used, height);
      if (members != null) {
        return members;
      }
    }
    return null;
  }

  // How many items are owed, where all that come are alike; 0 if they are not.
  private static int alike(Formula owed) {
    int min = 0;
    for (Formula part : owed.conjuncts()) {
      if (part.atom instanceof Atom.MinItems items) {
        min = Math.max(min, items.n());
      } else if (!(part.atom instanceof Atom.MaxItems)
          && !(part.atom instanceof Atom.Items rules
              && rules.index() >= rules.rules().prefixLength())) {
        return 0;
      }
    }
    return min;
  }

  // A million items are not read one by one: two are, and all but the last ones are as the second.
  private @Nullable JsonState alikeItems(JsonState s, ByteArrayOutputStream out) {
    Frame f = s.context.frame;
    int owed = alike(f.owed);
    boolean alone = f.sides.isEmpty() && f.pending.isEmpty() && !s.remembers();
    byte[] value = alone && owed > LONG_RUN ? value(s.context.meaning.obligation()) : null;
    if (value == null) {
      return null;
    }
    byte[] item = joined(value, new byte[] {','});
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    JsonState first = feed(s, item, read);
    int begin = read.size();
    JsonState second = first == null ? null : feed(first, item, read);
    if (second == null || second.context.phase != Phase.VALUE) {
      return null;
    }
    byte[] repeated = Arrays.copyOfRange(read.toByteArray(), begin, read.size());
    int more = owed - LONG_RUN;
    if ((long) more * repeated.length > MAX_BYTES) {
      return null;
    }
    out.writeBytes(read.toByteArray());
    for (int i = 0; i < more; i++) {
      out.writeBytes(repeated);
    }
    return machine.afterAlike(second, more);
  }

  // Where an item has to come, what it is decides how many more have to.
  private byte @Nullable [] begunItem(Context c) {
    Formula owed = machine.formulas().and(c.frame.owed, c.meaning.obligation());
    for (int height = 0; height <= MAX_HEIGHT; height++) {
      byte[] items = itemsOf(owed, height);
      if (items != null) {
        return items;
      }
    }
    return null;
  }

  private byte @Nullable [] item(Frame f) {
    if (alike(f.owed) > LONG_RUN) {
      return null; // but a comma, after which they are
    }
    for (int height = 0; height <= MAX_HEIGHT; height++) {
      byte[] items = items(f.owed, height);
      if (items != null) {
        return items;
      }
    }
    return null;
  }

  /**
   * Members after which the object can be closed, their values no higher; null if none are found.
   */
  private byte @Nullable [] members(
      KeySpace space, Formula owed, Gone gone, Set<String> used, int height) {
    List<byte[]> found = new ArrayList<>();
    int[] tried = {0};
    machine
        .formulas()
        .anyBranch(
            owed,
            literals -> machine.liveness().mayFit(space, literals, gone),
            branch -> {
              byte[] members = membersOf(branch, space, gone, used, height);
              if (members != null) {
                found.add(members);
              }
              return members != null || tried[0]++ > MAX_BRANCHES;
            });
    return found.isEmpty() ? null : found.get(0);
  }

  private byte @Nullable [] membersOf(
      Formula branch, KeySpace space, Gone gone, Set<String> used, int height) {
    List<MemberCounts.Member> members = machine.liveness().members(space, branch, gone);
    Set<String> taken = new HashSet<>(used);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    if (members == null) {
      return remembering(space, branch, gone, taken, height);
    }
    for (MemberCounts.Member m : members) {
      countPart();
      byte[] value = value(m.value(), height);
      if (value == null || !add(out, space, m.key(), taken, value)) {
        return null;
      }
    }
    return out.toByteArray();
  }

  // One member after another, where what follows depends on their values.
  private byte @Nullable [] remembering(
      KeySpace space, Formula owed, Gone gone, Set<String> used, int height) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Gone left = gone;
    for (Formula f = owed; !machine.progress().end(f).isTrue(); ) {
      countPart();
      Next next = nextMember(space, f, left, height);
      if (next == null || !add(out, space, next.key, used, next.value)) {
        return null;
      }
      f = next.rest;
      left = space.gone(left, next.key);
    }
    return out.toByteArray();
  }

  private boolean add(
      ByteArrayOutputStream out, KeySpace space, int key, Set<String> used, byte[] value) {
    byte[] name = name(space, key, used);
    if (name == null) {
      return false;
    }
    if (!space.isListed(key)) {
      used.add(machine.readName(name));
    }
    if (out.size() > 0) {
      out.write(',');
    }
    out.writeBytes(joined(name, new byte[] {':'}, value));
    return true;
  }

  /** An array's debt, and the item by which it came about. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Debt(Formula owed, @Nullable Debt before, byte[] item) {}

  /** Items after which the array can be closed, no higher; null if none are found. */
  private byte @Nullable [] items(Formula owed, int height) {
    if (owed.remembers) {
      return remembering(owed, height);
    }
    return itemsOf(machine.progress().item(owed), height);
  }

  // The same, of what is owed by an item that is about to begin and all after it.
  private byte @Nullable [] itemsOf(Formula begun, int height) {
    Set<Formula> seen = new HashSet<>();
    ArrayDeque<Debt> queue = new ArrayDeque<>();
    Debt none = new Debt(begun, null, new byte[0]);
    addDebts(none, begun, seen, queue, height);
    while (!queue.isEmpty() && seen.size() < MAX_DEBTS) {
      WorkBudget.check(UNITS);
      Debt debt = queue.remove();
      if (machine.progress().end(debt.owed).isTrue()) {
        return listed(debt);
      }
      addDebts(debt, machine.progress().item(debt.owed), seen, queue, height);
    }
    return null;
  }

  private void addDebts(
      Debt debt, Formula item, Set<Formula> seen, ArrayDeque<Debt> queue, int height) {
    machine
        .formulas()
        .anyBranch(
            item,
            literals -> true,
            branch -> {
              Debt next = after(debt, branch, seen, height);
              if (next != null) {
                queue.add(next);
              }
              return false;
            });
  }

  private @Nullable Debt after(Debt debt, Formula branch, Set<Formula> seen, int height) {
    List<Formula> asked = new ArrayList<>();
    List<Formula> remaining = new ArrayList<>();
    for (Formula literal : branch.conjuncts()) {
      (literal.hasVerdicts ? asked : remaining).add(literal);
    }
    Formula rest = machine.formulas().and(remaining);
    if (seen.contains(rest) || !machine.liveness().array(rest)) {
      return null;
    }
    byte[] value = value(machine.formulas().and(asked), height);
    return value != null && seen.add(rest) ? new Debt(rest, debt, value) : null;
  }

  private static byte[] listed(Debt last) {
    ArrayDeque<byte[]> items = new ArrayDeque<>();
    for (Debt d = last; d.before != null; d = d.before) {
      items.push(d.item);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] item : items) {
      if (out.size() > 0) {
        out.write(',');
      }
      out.writeBytes(item);
    }
    return out.toByteArray();
  }

  // Where what follows depends on the items' values there is no end of debts; those are followed
  // first that leave the least to come, and few items that pay off nothing.
  private byte @Nullable [] remembering(Formula owed, int height) {
    Set<Formula> seen = new HashSet<>();
    PriorityQueue<Nearing> queue = new PriorityQueue<>(NEAREST_FIRST);
    int first = outstanding(owed);
    int idle = SPARE_ITEMS + height + prefixLeft(owed);
    queue.add(new Nearing(new Debt(owed, null, new byte[0]), first, 0));
    while (!queue.isEmpty() && seen.size() < MAX_DEBTS) {
      countPart();
      Nearing at = queue.remove();
      if (machine.progress().end(at.debt.owed).isTrue()) {
        return listed(at.debt);
      }
      for (Formula branch : machine.formulas().branches(at.debt.owed)) {
        splits(
            machine.progress().item(branch),
            height,
            -1,
            r -> machine.liveness().array(r),
            next -> {
              int left = outstanding(next.rest);
              if (at.items + 1 <= first - left + idle && seen.add(next.rest)) {
                queue.add(
                    new Nearing(new Debt(next.rest, at.debt, next.value), left, at.items + 1));
              }
              return false;
            });
      }
    }
    return null;
  }

  /** A debt, how many items it asks for at least, and how many led to it. */
  private record Nearing(Debt debt, int left, int items) {}

  private static final Comparator<Nearing> NEAREST_FIRST =
      Comparator.comparingInt(Nearing::left).thenComparingInt(Nearing::items);

  private static int outstanding(Formula owed) {
    int min = 0;
    int contained = 0;
    for (Formula literal : owed.conjuncts()) {
      Atom a = literal.literal();
      boolean not = literal.isNegated();
      if (a instanceof Atom.MinItems m && !not) {
        min = Math.max(min, m.n());
      } else if (a instanceof Atom.MaxItems m && not) {
        min = Math.max(min, m.n() + 1);
      } else if (a instanceof Atom.MinContains m && !not) {
        contained += m.n();
      } else if (a instanceof Atom.MaxContains m && not) {
        contained += m.n() + 1;
      }
    }
    return min + contained;
  }

  private static int prefixLeft(Formula owed) {
    int left = 0;
    for (Formula literal : owed.conjuncts()) {
      if (literal.literal() instanceof Atom.Items items) {
        left = Math.max(left, items.rules().prefixLength() - items.index());
      }
    }
    return left;
  }

  private @Nullable Next nextMember(KeySpace space, Formula owed, Gone gone, int height) {
    Next found = null;
    for (Formula branch : machine.formulas().branches(owed)) {
      for (int key : machine.liveness().wantedKeys(space, branch, gone)) {
        Gone after = space.gone(gone, key);
        Formula then = machine.progress().key(branch, space, key, after);
        Next next = split(then, height, key, r -> machine.liveness().object(space, r, after));
        if (next != null && machine.progress().end(next.rest).isTrue()) {
          return next;
        }
        found = found == null ? next : found;
      }
    }
    return found;
  }

  // A value for one branch whose rest can be met; one that leaves nothing owed if there is one.
  private @Nullable Next split(Formula then, int height, int key, Predicate<Formula> alive) {
    List<Next> found = new ArrayList<>(1);
    splits(
        then,
        height,
        key,
        alive,
        next -> {
          boolean last = machine.progress().end(next.rest).isTrue();
          if (last || found.isEmpty()) {
            found.clear();
            found.add(next);
          }
          return last;
        });
    return found.isEmpty() ? null : found.get(0);
  }

  // A value for every branch whose rest can be met, until one is what is looked for.
  private void splits(
      Formula then, int height, int key, Predicate<Formula> alive, Predicate<Next> found) {
    for (Formula branch : machine.formulas().branches(then)) {
      List<Formula> asked = new ArrayList<>();
      List<Formula> remaining = new ArrayList<>();
      for (Formula literal : branch.conjuncts()) {
        (literal.hasVerdicts ? asked : remaining).add(literal);
      }
      Formula left = machine.formulas().and(remaining);
      Formula plain = machine.formulas().and(asked);
      List<Formula> ways =
          left.remembers
              ? machine.liveness().keepRemembering(plain, remaining, key < 0, alive)
              : List.of(plain);
      for (Formula wanted : ways) {
        byte[] value = value(wanted, height);
        if (value != null) {
          Formula rest = machine.remember(left, value);
          if (alive.test(rest) && found.test(new Next(key, wanted, rest, value))) {
            return;
          }
        }
      }
    }
  }

  /** A name of a key with its quotes. */
  private byte @Nullable [] name(KeySpace space, int key, Set<String> used) {
    BitSet only = new BitSet();
    only.set(key);
    Segment names = machine.keySegment(new KeyContent.Choice(space, only, used));
    byte[] rest = toEnd(names);
    return rest == null ? null : joined(new byte[] {'"'}, rest);
  }

  // ---- values

  private byte @Nullable [] value(Formula verdicts) {
    for (int height = 0; height <= MAX_HEIGHT; height++) {
      byte[] value = value(verdicts, height);
      if (value != null) {
        return value;
      }
    }
    return null;
  }

  private byte @Nullable [] value(Formula verdicts, int height) {
    Flat key = new Flat(verdicts, height);
    byte[] known = values.get(key);
    if (known == null) {
      known = build(verdicts, height);
      values.put(key, known == null ? new byte[0] : known);
    }
    return known == null || known.length == 0 ? null : known;
  }

  private byte @Nullable [] build(Formula verdicts, int height) {
    if (verdicts.isFalse()) {
      return null;
    }
    byte[] best = height == 0 ? null : value(verdicts, height - 1);
    if (best != null) {
      return best;
    }
    for (JsonType type : JsonType.values()) {
      if (!machine.liveness().satisfiable(verdicts, type)) {
        continue;
      }
      Formula owed = machine.expansion().of(verdicts, type);
      byte[] made =
          switch (type) {
            case NULL -> "null".getBytes(StandardCharsets.UTF_8);
            case TRUE -> "true".getBytes(StandardCharsets.UTF_8);
            case FALSE -> "false".getBytes(StandardCharsets.UTF_8);
            case STRING -> {
              byte[] rest = toEnd(machine.text(owed, List.of()));
              yield rest == null ? null : joined(new byte[] {'"'}, rest);
            }
            case NUMBER -> toEnd(machine.number(owed, List.of()));
            case ARRAY -> array(owed, height);
            case OBJECT -> object(machine.spaces().of(owed, verdicts, List.of()), owed, height);
          };
      if (made != null && (best == null || made.length < best.length)) {
        best = made;
      }
    }
    return best;
  }

  private byte @Nullable [] array(Formula owed, int height) {
    if (machine.progress().end(owed).isTrue()) {
      return new byte[] {'[', ']'};
    }
    byte[] items = height == 0 ? null : items(owed, height - 1);
    return items == null ? null : joined(new byte[] {'['}, items, new byte[] {']'});
  }

  private byte @Nullable [] object(KeySpace space, Formula owed, int height) {
    if (machine.progress().end(owed).isTrue()) {
      return new byte[] {'{', '}'};
    }
    byte[] members = height == 0 ? null : members(space, owed, Gone.NONE, Set.of(), height - 1);
    return members == null ? null : joined(new byte[] {'{'}, members, new byte[] {'}'});
  }

  /** The shortest text that leaves a segment from its start, or ends in it. */
  private byte @Nullable [] toEnd(Segment segment) {
    Segment.Skip skip = skip(segment, segment.start());
    byte[] rest = toEnd(segment, skip == null ? segment.start() : skip.state());
    return skip == null || rest == null ? rest : joined(skipped(skip), rest);
  }

  private static byte @Nullable [] toEnd(Segment segment, int start) {
    byte[] way = segment.wayOut(start);
    if (way != null) {
      return way;
    }
    List<int[]> ways = new ArrayList<>(); // state, the way before, the byte between
    BitSet seen = new BitSet();
    ways.add(new int[] {start, -1, 0});
    seen.set(start);
    for (int i = 0; i < ways.size() && i < MAX_STATES; i++) {
      WorkBudget.check(UNITS);
      int state = ways.get(i)[0];
      if (segment.endLabel(state) >= 0) {
        return bytes(ways, i);
      }
      for (int b = 0; b < 256; b++) {
        int to = segment.next(state, b);
        if (to >= 0 && !seen.get(to)) {
          seen.set(to);
          ways.add(new int[] {to, i, b});
        } else if (to < Segment.DEAD && Segment.consumes(to)) {
          return joined(bytes(ways, i), new byte[] {(byte) b});
        }
      }
    }
    return null;
  }

  private static byte[] bytes(List<int[]> ways, int last) {
    int n = 0;
    for (int i = last; ways.get(i)[1] >= 0; i = ways.get(i)[1]) {
      n++;
    }
    byte[] out = new byte[n];
    for (int i = last; ways.get(i)[1] >= 0; i = ways.get(i)[1]) {
      out[--n] = (byte) ways.get(i)[2];
    }
    return out;
  }
}
