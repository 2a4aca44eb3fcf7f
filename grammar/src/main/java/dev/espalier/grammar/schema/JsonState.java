package dev.espalier.grammar.schema;

import dev.espalier.BudgetExceededException;
import dev.espalier.CompiledConstraint;
import dev.espalier.TokenMask;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.Expected;
import dev.espalier.grammar.automaton.WorkBudget;
import dev.espalier.grammar.token.Embeddable;
import dev.espalier.grammar.token.Segment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A point in a JSON text: a context and a position in its segment. Where later text depends on the
 * text itself, a {@link Memory} of it belongs to the state too.
 */
final class JsonState implements Embeddable {
  private static final int LONGEST_FORCED_RUN = 1024;

  private record Next(byte b, @Nullable JsonState state) {}

  private static final Next[] NONE_NEXT = {};

  final Context context;
  final int position;
  private final @Nullable Memory memory; // null where nobody asks for it

  // Caches; every value is the only possible one, so a lost race costs time and nothing else.
  private volatile @Nullable JsonMask mask;
  private volatile JsonMask.@Nullable Own own;
  private volatile CompiledConstraint.@Nullable ForcedRun forced;
  private volatile Next[] next = NONE_NEXT; // only with a memory: other steps are in the segment

  JsonState(Context context, int position, @Nullable Memory memory) {
    this.context = context;
    this.position = position;
    this.memory = memory;
  }

  /** Whether what follows depends on text that was read before. */
  boolean remembers() {
    return memory != null;
  }

  @Override
  public @Nullable JsonState step(byte b) {
    try {
      return memory == null ? read(b, null) : readOnce(b, memory);
    } catch (BudgetExceededException | StackOverflowError e) {
      throw failed("a step", e);
    }
  }

  private BudgetExceededException failed(String doing, Throwable failure) {
    BudgetExceededException e =
        failure instanceof BudgetExceededException b
            ? b
            : new BudgetExceededException("nesting", 0, doing + " needs too deep a stack");
    return e.at(context.place());
  }

  private @Nullable JsonState readOnce(byte b, Memory memory) {
    for (Next n : next) {
      if (n.b == b) {
        return n.state;
      }
    }
    synchronized (context.machine) {
      for (Next n : next) {
        if (n.b == b) {
          return n.state;
        }
      }
      Next[] longer = Arrays.copyOf(next, next.length + 1);
      longer[next.length] = new Next(b, inBudget("a step", () -> read(b, memory)));
      next = longer;
      return longer[longer.length - 1].state;
    }
  }

  // Follows the exits that do not read the byte until something does.
  private @Nullable JsonState read(byte b, @Nullable Memory known) {
    Machine machine = context.machine;
    Context c = context;
    int q = position;
    Memory m = known;
    while (true) {
      int to = c.segment.next(q, b & 0xFF, machine.stepTime);
      if (to == Segment.DEAD) {
        return null;
      }
      boolean consumed = to >= 0 || Segment.consumes(to);
      Memory before = m;
      m = m == null || !consumed ? m : m.append(b);
      if (to >= 0) {
        return m == null && c == context && to == position ? this : c.state(to, m);
      }
      int label = Segment.label(to);
      if (m == null || before == null) {
        c = c.exit(label);
      } else if (c.phase == Context.Phase.KEY && c.remembers()) {
        c = machine.leaveKey(c, label, before.last());
        m = m.close();
      } else {
        m =
            c.phase == Context.Phase.VALUE && label == Punctuation.VALUE_CLOSE && c.remembers()
                ? m.close()
                : m;
        c = c.exit(label);
      }
      while (m != null && c.phase == Context.Phase.VALUE_END) {
        c = machine.leaveValue(c, m.last());
        m = m.close();
      }
      if (c == machine.refused) {
        return null;
      }
      if (c == machine.tooDeep) {
        throw new BudgetExceededException(
            "depth",
            machine.options.depth(),
            "objects and arrays are nested deeper; raise the depth or bound the schema's recursion");
      }
      q = c.segment.start();
      if (m != null && c.remembers()) {
        m = Memory.open(m);
      }
      if (consumed) {
        return c.state(q, m);
      }
    }
  }

  @Override
  public @Nullable JsonState advance(int token) {
    Vocabulary v = context.machine.tables.vocabulary();
    int length = token < 0 || token >= v.size() ? 0 : v.byteLength(token);
    JsonState s = length == 0 ? null : this;
    boolean begun = WorkBudget.begin("a step", context.machine.stepTime);
    try {
      for (int i = 0; i < length && s != null; i++) {
        s = s.step(v.byteAt(token, i));
      }
    } finally {
      if (begun) {
        WorkBudget.end();
      }
    }
    return s;
  }

  /** The name that is being read, as spelled so far; null where nobody asks for it. */
  byte @Nullable [] name() {
    boolean reads = memory != null && context.phase == Context.Phase.KEY && context.remembers();
    return reads ? Objects.requireNonNull(memory).last() : null;
  }

  /** What this state's memory changes about its mask; null if nobody has asked yet. */
  JsonMask.@Nullable Own own() {
    return own;
  }

  void setOwn(JsonMask.Own changes) {
    own = changes;
  }

  private JsonMask mask() {
    JsonMask known = mask;
    if (known == null) {
      // Memories do not change what is allowed but for the tokens that a mask tries one by one.
      JsonState shared = memory == null ? this : context.state(position);
      known = shared.mask;
      if (known == null) {
        known = shared.newMask();
        shared.mask = known;
      }
      mask = known;
    }
    return known;
  }

  private JsonMask newMask() {
    return inBudget("a mask", () -> JsonMask.of(this));
  }

  /** Does what is done once for a state. */
  <T> T inBudget(String doing, Supplier<T> work) {
    boolean begun = WorkBudget.begin(doing, context.machine.stepTime);
    try {
      return work.get();
    } catch (BudgetExceededException | StackOverflowError e) {
      throw failed(doing, e);
    } finally {
      if (begun) {
        WorkBudget.end();
      }
    }
  }

  @Override
  public void fillMask(TokenMask out) {
    mask().fill(out, this);
  }

  // A number at the root has no end of its own: whatever cannot belong to it ends it.
  @Override
  public boolean beyond(Beyond out) {
    boolean root = context.frame.kind == Frame.Kind.ROOT;
    if (root && (context.phase == Context.Phase.VALUE || context.phase == Context.Phase.NUMBER)) {
      return false;
    }
    mask().beyond(out);
    return true;
  }

  @Override
  public boolean mayEnd() {
    return context.phase == Context.Phase.END
        || (context.frame.kind == Frame.Kind.ROOT
            && context.phase == Context.Phase.NUMBER
            && context.segment.endLabel(position) >= 0);
  }

  @Override
  public byte @Nullable [] completion() {
    return context.machine.complete(this);
  }

  @Override
  public CompiledConstraint.ForcedRun forced() {
    CompiledConstraint.ForcedRun known = forced;
    if (known == null) {
      known = inBudget("what is forced", this::findForced);
      forced = known;
    }
    return known;
  }

  private CompiledConstraint.ForcedRun findForced() {
    byte[] run = new byte[16];
    int n = 0;
    JsonState s = this;
    for (JsonState only = s.onlyNext();
        only != null && n < LONGEST_FORCED_RUN;
        only = s.onlyNext()) {
      if (n == run.length) {
        run = Arrays.copyOf(run, 2 * n);
      }
      run[n++] = s.onlyByte();
      s = only;
    }
    boolean ends = s.context.phase == Context.Phase.END;
    return n == 0 && !ends
        ? CompiledConstraint.ForcedRun.NONE
        : new CompiledConstraint.ForcedRun(Arrays.copyOf(run, n), ends);
  }

  private byte onlyByte() {
    for (int b = 0; b < 256; b++) {
      if (leads((byte) b)) {
        return (byte) b;
      }
    }
    throw new IllegalStateException("no byte leads on from here");
  }

  private boolean leads(byte b) {
    return context.segment.next(position, b & 0xFF, context.machine.stepTime) != Segment.DEAD
        && step(b) != null;
  }

  // The next state if exactly one byte leads on and the text may not end here.
  private @Nullable JsonState onlyNext() {
    if (mayEnd()) {
      return null;
    }
    int found = -1;
    for (int b = 0; b < 256; b++) {
      if (leads((byte) b)) {
        if (found >= 0) {
          return null;
        }
        found = b;
      }
    }
    return found < 0 ? null : Objects.requireNonNull(step((byte) found));
  }

  @Override
  public String explain(int token) {
    return Expected.token(context.machine.tables.vocabulary(), this, token);
  }

  @Override
  public String explain() {
    String inside = context.segment.explain(position);
    return switch (context.phase) {
      case STRING, NUMBER, KEY -> inside;
      case VALUE -> value();
      case KEY_START -> "a property name or the object's end";
      case COLON -> "':'";
      case AFTER ->
          "',' or the end of the " + (context.frame.kind == Frame.Kind.ARRAY ? "array" : "object");
      case VALUE_END, END -> "the end of the text";
    };
  }

  /** The kinds of values that may begin here, if not all may. */
  private String value() {
    List<String> kinds = new ArrayList<>();
    addIf(kinds, "a string", '"');
    addIf(kinds, "a number", '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
    addIf(kinds, "an object", '{');
    addIf(kinds, "an array", '[');
    addIf(kinds, "true", 't');
    addIf(kinds, "false", 'f');
    addIf(kinds, "null", 'n');
    if (kinds.isEmpty() || kinds.size() == 7) {
      return "a value";
    }
    String last = kinds.remove(kinds.size() - 1);
    return kinds.isEmpty() ? last : String.join(", ", kinds) + " or " + last;
  }

  private void addIf(List<String> kinds, String kind, int... first) {
    for (int b : first) {
      if (leads((byte) b)) {
        kinds.add(kind);
        return;
      }
    }
  }
}
