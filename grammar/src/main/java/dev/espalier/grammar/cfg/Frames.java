package dev.espalier.grammar.cfg;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes equal frames, and equal contexts, of a machine the same object. Used under its lock. */
@SuppressWarnings("ReferenceEquality") // equal forms, calls, contexts and frames are one object
final class Frames {
  // A frame's entries are *resolved*: a return with nothing left to do is replaced by the returns
  // of the frame below. Frames of predicted symbols are made only when a byte enters them.
  //
  // Left recursion: a component of the left-corner graph shares one context (Frame.Context). When a
  // member is entered again from inside, the new context holds the old one's entries and, besides,
  // only returns into frames of the old one that its members make anyway. Such a context says the
  // same as the old one (they are bisimilar, by coinduction), so the old one is used again:
  // otherwise every round through the recursion would make new states.
  private static final int DEPTH_OF_TAIL_CALLS = 8;

  // A text such as "if a if b if c x" leaves calls that may all end at once, or go on with "else":
  // places that differ in nothing but the depth from which "else" goes on. What comes after a
  // deeper one comes after the innermost as well, which returns to it; so only that one is kept,
  // and a state has as many places at depth 2,000 as at depth 2. Answers lean on those for the
  // frames below, which were asked for when those were new.
  private static final int DEPTH_OF_LOOK = 2 * Frame.LEVELS;
  private static final int STEPS_OF_LOOK = 4 * DEPTH_OF_LOOK;

  private final Map<Frame.Key, Frame> frames = new HashMap<>();
  private final Map<Frame.Context, Frame.Context> contexts = new HashMap<>();
  private final Map<Long, Boolean> within = new HashMap<>();
  private int frameNumbers;
  private int steps; // of the present look

  void forget() {
    frames.values().forEach(f -> f.popped = null);
    frames.clear();
    contexts.clear();
    within.clear();
  }

  /** The frame that returns to these. */
  Frame frame(Form[] rests, Frame[] below) {
    return frames.computeIfAbsent(
        new Frame.Key(null, null, rests, below), k -> new Frame(rests, below, ++frameNumbers));
  }

  /** The frame of a member of a left-recursive component in a context. */
  Frame frame(Symbol member, Frame.Context context) {
    Form[] none = {};
    return frames.computeIfAbsent(
        new Frame.Key(member, context, none, new Frame[0]),
        k -> new Frame(member, context, ++frameNumbers));
  }

  /** The rests of a frame's returns; the frames below stand beside them. */
  Form[] returns(Frame frame) {
    Form[] known = frame.rests;
    Frame.Context context = frame.context;
    Symbol member = frame.member;
    if (known != null || context == null || member == null) {
      return known == null ? new Form[0] : known;
    }
    Items<Form> found = new Items<>();
    ArrayDeque<Symbol> todo = new ArrayDeque<>(List.of(member));
    Set<Symbol> seen = new HashSet<>(todo);
    while (!todo.isEmpty()) {
      Symbol s = todo.remove();
      for (int i = 0; i < context.entries.length; i++) {
        Form.Call call = context.entries[i];
        if (call.symbol() == s) {
          found.add(call.rest(), call.rest().number, context.frames[i]);
        }
      }
      for (Symbol.Caller c : s.callers) {
        if (c.caller().component != member.component) {
          continue;
        }
        if (!c.rest().isEmpty()) {
          found.add(c.rest(), c.rest().number, frame(c.caller(), context));
        } else if (seen.add(c.caller())) {
          todo.add(c.caller());
        }
      }
    }
    frame.below = found.frames();
    frame.rests = found.heads(new Form[0]);
    return frame.rests;
  }

  /**
   * Whether whatever may come after one frame's call may come after the other's too, as far as a
   * short look tells.
   */
  boolean within(Frame some, Frame all) {
    steps = 0;
    return within(some, all, 0);
  }

  private boolean within(Frame some, Frame all, int depth) {
    if (some == all) {
      return true;
    }
    if (some.context != null || all.context != null || depth > DEPTH_OF_LOOK) {
      return false;
    }
    long key = ((long) some.number << 32) | all.number;
    Boolean known = within.get(key);
    if (known != null) {
      return known;
    }
    Form[] rests = returns(some);
    boolean found = true;
    for (int i = 0; i < rests.length && found; i++) {
      found = returns(rests[i], some.below[i], all, depth + 1);
    }
    if (found || steps < STEPS_OF_LOOK) {
      within.put(key, found);
    }
    return found;
  }

  // Whether a frame returns like this, at once or when calls that need nothing more have ended.
  private boolean returns(Form rest, Frame below, Frame frame, int depth) {
    if (++steps > STEPS_OF_LOOK || depth > DEPTH_OF_LOOK) {
      steps = STEPS_OF_LOOK;
      return false;
    }
    Form[] rests = returns(frame);
    for (int i = 0; i < rests.length; i++) {
      if (rests[i] == rest && within(below, frame.below[i], depth)) {
        return true;
      }
    }
    for (int i = 0; i < rests.length; i++) {
      if (rests[i].nullable && returns(rest, below, frame.below[i], depth + 1)) {
        return true;
      }
    }
    return false;
  }

  /** The context of these entries: one below that says the same, if there is one. */
  Frame.Context context(Items<Form.Call> entries, int component) {
    Frame.Context known = below(entries, component);
    if (known == null) {
      Frame.Context mine = new Frame.Context(entries.heads(new Form.Call[0]), entries.frames());
      known = contexts.computeIfAbsent(mine, k -> mine);
    }
    return known;
  }

  private static Frame.@Nullable Context below(Items<Form.Call> entries, int component) {
    Frame.Context last = null;
    for (int i = 0; i < entries.size; i++) {
      Frame below = entries.frames[i];
      Frame.Context old = below.context;
      if (old == null
          || old == last
          || below.member == null
          || below.member.component != component) {
        continue;
      }
      last = old;
      if (saysTheSame(entries, old, component)) {
        return old;
      }
    }
    return null;
  }

  private static boolean saysTheSame(Items<Form.Call> entries, Frame.Context old, int component) {
    int matched = 0;
    for (int i = 0; i < entries.size; i++) {
      Form.Call call = (Form.Call) Objects.requireNonNull(entries.heads[i]);
      Frame frame = entries.frames[i];
      if (matched < old.entries.length
          && old.entries[matched] == call
          && old.frames[matched] == frame) {
        matched++;
      } else if (frame.context != old
          || frame.member == null
          || !makes(call.symbol(), call.rest(), frame.member, component, 0)) {
        return false;
      }
    }
    return matched == old.entries.length;
  }

  // Whether members of the component return like this to one another anyway.
  private static boolean makes(Symbol member, Form rest, Symbol into, int component, int depth) {
    if (depth > DEPTH_OF_TAIL_CALLS) {
      return false;
    }
    for (Symbol.Caller c : member.callers) {
      if (c.caller().component != component) {
        continue;
      }
      if (c.rest() == rest && c.caller() == into) {
        return true;
      }
      if (c.rest().isEmpty()
          && c.caller() != member
          && makes(c.caller(), rest, into, component, depth + 1)) {
        return true;
      }
    }
    return false;
  }
}
