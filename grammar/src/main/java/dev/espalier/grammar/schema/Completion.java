package dev.espalier.grammar.schema;

import dev.espalier.BudgetExceededException;
import dev.espalier.grammar.schema.Context.Phase;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The way out of a text: closes what is open with as little as the obligations ask for. Mutable
 * caches, used under the machine's lock.
 */
final class Completion {
  // A frame's debt is split into branches. For one that can be met, the members that it needs are
  // counted out ({@link ShortMembers}); the items are the shortest way through what arrays can owe
  // ({@link ShortItems}). Each gets the flattest value that meets the branch's part about it, see
  // {@link ShortValues}. What comes out is fed through the machine itself, so it is never wrong,
  // only at worst not found.

  private static final int LONG_TEXT = 200_000; // bytes that are not read one by one
  private static final int LONG_LIST = 1_000; // bytes, of items that may not be either

  private final ShortValues values;
  private final LongRuns runs;

  Completion(Machine machine) {
    values = new ShortValues(machine);
    runs = new LongRuns(machine, values);
  }

  /**
   * Bytes after which the text may end; null if none were found.
   *
   * @throws BudgetExceededException if the search was given up
   */
  byte @Nullable [] of(JsonState state) {
    values.begin();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    JsonState s = state;
    while (s != null && !s.mayEnd()) {
      values.countPart();
      s = advance(s, out);
    }
    return s != null && s.mayEnd() ? out.toByteArray() : null;
  }

  // One step further: to the end of a segment, or over a whole member or item.
  private @Nullable JsonState advance(JsonState s, ByteArrayOutputStream out) {
    Context c = s.context;
    boolean array = c.frame.kind == Frame.Kind.ARRAY;
    byte[] close = {(byte) (array ? ']' : '}')};
    JsonState closed =
        switch (c.phase) {
          case AFTER, KEY_START, NUMBER -> WayOut.feed(s, close, out); // which may need a line end
          case VALUE -> c.closing == null ? null : WayOut.feed(s, close, out);
          default -> null;
        };
    if (closed != null) {
      return closed;
    }
    JsonState later = array ? runs.of(s, out) : null;
    if (later != null) {
      return later;
    }
    byte[] next =
        switch (c.phase) {
          case VALUE ->
              array && !c.frame.remembers() ? values.items().begun(c) : values.of(c.obligation);
          case KEY_START -> values.members().of(c.frame, 1);
          case AFTER -> array ? items(c.frame) : values.members().of(c.frame, 0);
          default -> null;
        };
    if (next != null && c.phase == Phase.AFTER) {
      next = WayOut.joined(new byte[] {','}, next);
    }
    // Inside a literal the value has begun, so only its rest can be read. What is long is found
    // again where it is, and skipped over.
    if (next != null && next.length > LONG_TEXT) {
      next = new byte[] {next[0]};
    } else if (next != null && next.length > LONG_LIST && !array) {
      next = toLongList(next);
    }
    JsonState fed = next == null ? null : WayOut.feed(s, next, out);
    return fed == null ? WayOut.toEnd(s, out) : fed;
  }

  // Up to the bracket of the first long list, if there is one.
  static byte[] toLongList(byte[] text) {
    boolean inString = false;
    int first = text.length;
    ArrayDeque<Integer> open = new ArrayDeque<>();
    for (int i = 0; i < text.length; i++) {
      byte b = text[i];
      if (b == '"') {
        inString = !inString;
      } else if (b == '\\') {
        i++; // only strings have escapes
      } else if (b == '[' && !inString) {
        open.push(i);
      } else if (b == ']' && !inString && !open.isEmpty()) {
        int begin = open.pop();
        first = i - begin > LONG_LIST ? Math.min(first, begin + 1) : first;
      }
    }
    return Arrays.copyOf(text, first);
  }

  // Null, where a comma comes first and then a run.
  private byte @Nullable [] items(Frame f) {
    return LongRuns.begins(f) ? null : values.items().of(f);
  }
}
