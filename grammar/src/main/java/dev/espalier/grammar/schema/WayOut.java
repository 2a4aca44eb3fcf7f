package dev.espalier.grammar.schema;

import dev.espalier.grammar.automaton.WorkBudget;
import dev.espalier.grammar.schema.Context.Phase;
import dev.espalier.grammar.token.Segment;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The nearest ends of segments, from a state of a text or from a segment's start. */
final class WayOut {
  static final int UNITS = 64; // of work, that a state takes at least
  static final int MAX_BYTES = 1 << 27; // of a run that is not read one by one
  static final int LONG_RUN = 64; // letters or items
  private static final int MAX_STATES = 200_000; // of a segment, on the way to its nearest end
  private static final int LONGEST_CHARACTER = 5; // bytes to its end, from inside an escape
  private static final byte[] CHARACTER_ENDS = {'n', '0', (byte) 0x80, (byte) 0x90, (byte) 0xA0};

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

  private WayOut() {}

  static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  /** Reads bytes, with white space where the layout asks for it; null and no output if refused. */
  static @Nullable JsonState feed(JsonState from, byte[] bytes, ByteArrayOutputStream out) {
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
  static @Nullable JsonState toEnd(JsonState from, ByteArrayOutputStream out) {
    JsonState end = nearestEnd(from, out);
    return end == null && from.context.phase == Phase.KEY ? longerName(from, out) : end;
  }

  // A name that came before is refused at its end only, where places in the segment tell no names
  // apart; so it goes on.
  private static @Nullable JsonState longerName(JsonState from, ByteArrayOutputStream out) {
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

  private static @Nullable JsonState nearestEnd(JsonState from, ByteArrayOutputStream out) {
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

  /** The shortest text that leaves a segment from its start, or ends in it. */
  static byte @Nullable [] toEnd(Segment segment) {
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

  // ---- several texts

  /**
   * Some texts that leave a segment from its start, or end in it, shorter ones first.
   *
   * @return {@code n}, or fewer if there are no more that are short, or easily found
   */
  static List<byte[]> texts(Segment segment, int n) {
    return new Texts(segment, n).find();
  }

  /** Looks for texts of one length after another; mutable. */
  private static final class Texts {
    private static final int LONGEST = 64; // bytes
    private static final int STEPS = 50; // states looked at for each text that is wanted

    private final Segment segment;
    private final int n;
    private final List<byte[]> found = new ArrayList<>();
    private final Set<Long> none = new HashSet<>(); // states, and lengths of texts they do not have
    private final byte[] text = new byte[LONGEST];
    private int left;

    Texts(Segment segment, int n) {
      this.segment = segment;
      this.n = n;
      left = STEPS * (n + LONGEST);
    }

    List<byte[]> find() {
      for (int length = 0; length <= LONGEST && found.size() < n && left > 0; length++) {
        read(segment.start(), 0, length);
      }
      return found;
    }

    private boolean isDone() {
      return found.size() == n || left <= 0;
    }

    private void read(int state, int from, int length) {
      if (from == length) {
        if (segment.endLabel(state) >= 0) {
          found.add(Arrays.copyOf(text, length));
        }
        return;
      }
      long place = (long) state * (LONGEST + 1) + length - from;
      if (none.contains(place)) {
        return;
      }
      WorkBudget.check(UNITS);
      left--;
      int before = found.size();
      for (int i = 0; i < 256 && !isDone(); i++) {
        int b = ('0' + i) & 0xFF; // what is written without an escape first
        int to = segment.next(state, b);
        text[from] = (byte) b;
        if (to >= 0) {
          read(to, from + 1, length);
        } else if (to < Segment.DEAD && Segment.consumes(to) && from + 1 == length) {
          found.add(Arrays.copyOf(text, length));
        }
      }
      if (found.size() == before && !isDone()) {
        none.add(place);
      }
    }
  }
}
