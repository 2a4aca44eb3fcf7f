package dev.espalier.grammar.schema;

import dev.espalier.grammar.token.Segment;
import dev.espalier.grammar.token.Suffixes;
import dev.espalier.grammar.token.TokenTables;
import dev.espalier.grammar.token.View;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rest of a JSON string after its opening quote, spelled with any escapes that JSON has: a
 * backslash before a slash too, and four hexadecimal digits for any character, two such groups for
 * those beyond the basic plane, never half of such a pair. Content is judged unescaped.
 */
final class AnySpellingSegment extends Segment {
  private static final String SHORT = "\"\\/bfnrt";
  private static final String SHORT_MEANS = "\"\\/\b\f\n\r\t";

  private enum Place {
    CONTENT,
    BACKSLASH, // after one
    HEX, // among the digits
    PAIR_BACKSLASH, // before the second half of a surrogate pair
    PAIR_U
  }

  /**
   * A place in the spelling.
   *
   * @param content state of the content before the escape
   * @param high first half of a surrogate pair, 0 if none
   * @param unit the digits so far
   * @param digits how many they are
   */
  private record Spot(int content, Place place, int high, int unit, int digits) {}

  private record Range(int content, int from, int to) {}

  private final Content content;
  private final List<Spot> spots = new ArrayList<>();
  private final Map<Spot, Integer> ids = new HashMap<>();
  private final Map<Range, Boolean> reachable = new HashMap<>();

  AnySpellingSegment(Content content) {
    this.content = content;
    spot(new Spot(content.start(), Place.CONTENT, 0, 0, 0));
  }

  @Override
  public int start() {
    return 0;
  }

  private int spot(Spot s) {
    return ids.computeIfAbsent(
        s,
        k -> {
          spots.add(k);
          return spots.size() - 1;
        });
  }

  private int content(int state) {
    return state == Content.DEAD ? DEAD : spot(new Spot(state, Place.CONTENT, 0, 0, 0));
  }

  private int read(int state, int codePoint) {
    int at = state;
    for (byte b : Character.toString(codePoint).getBytes(StandardCharsets.UTF_8)) {
      at = at == Content.DEAD ? at : content.step(at, b & 0xFF);
    }
    return at;
  }

  @Override
  protected int compute(int state, int b) {
    Spot s = spots.get(state);
    switch (s.place) {
      case CONTENT -> {
        if (b == '"') {
          int label = content.label(s.content);
          return label < 0 ? DEAD : exit(label, true);
        }
        if (b == '\\') {
          return any(s.content, 0, Character.MAX_CODE_POINT)
              ? spot(new Spot(s.content, Place.BACKSLASH, 0, 0, 0))
              : DEAD;
        }
        return b < 0x20 ? DEAD : content(content.step(s.content, b));
      }
      case BACKSLASH -> {
        int i = SHORT.indexOf(b);
        if (i >= 0) {
          return content(content.step(s.content, SHORT_MEANS.charAt(i)));
        }
        return b == 'u' ? spot(new Spot(s.content, Place.HEX, 0, 0, 0)) : DEAD;
      }
      case HEX -> {
        int digit = Character.digit(b, 16);
        return digit < 0 ? DEAD : digit(s, digit);
      }
      case PAIR_BACKSLASH -> {
        return b == '\\' ? spot(new Spot(s.content, Place.PAIR_U, s.high, 0, 0)) : DEAD;
      }
      default -> {
        return b == 'u' ? spot(new Spot(s.content, Place.HEX, s.high, 0, 0)) : DEAD;
      }
    }
  }

  private int digit(Spot s, int digit) {
    int unit = 16 * s.unit + digit;
    int digits = s.digits + 1;
    int open = 4 * (4 - digits); // bits to come
    int first = unit << open;
    int last = first + (1 << open) - 1;
    boolean live;
    if (s.high != 0) {
      int from = Math.max(first, Character.MIN_LOW_SURROGATE);
      int to = Math.min(last, Character.MAX_LOW_SURROGATE);
      live =
          from <= to
              && any(
                  s.content,
                  Character.toCodePoint((char) s.high, (char) from),
                  Character.toCodePoint((char) s.high, (char) to));
    } else {
      int fromHigh = Math.max(first, Character.MIN_HIGH_SURROGATE);
      int toHigh = Math.min(last, Character.MAX_HIGH_SURROGATE);
      live =
          any(s.content, first, Math.min(last, Character.MIN_SURROGATE - 1))
              || any(s.content, Math.max(first, Character.MAX_SURROGATE + 1), last)
              || (fromHigh <= toHigh
                  && any(
                      s.content,
                      Character.toCodePoint((char) fromHigh, Character.MIN_LOW_SURROGATE),
                      Character.toCodePoint((char) toHigh, Character.MAX_LOW_SURROGATE)));
    }
    if (!live) {
      return DEAD;
    }
    if (digits < 4) {
      return spot(new Spot(s.content, Place.HEX, s.high, unit, digits));
    }
    if (s.high == 0 && Character.isHighSurrogate((char) unit)) {
      return spot(new Spot(s.content, Place.PAIR_BACKSLASH, unit, 0, 0));
    }
    return content(
        read(s.content, s.high == 0 ? unit : Character.toCodePoint((char) s.high, (char) unit)));
  }

  /** Whether some character between two can follow; halves of pairs are none. */
  private boolean any(int state, int from, int to) {
    if (from > to) {
      return false;
    }
    return reachable.computeIfAbsent(new Range(state, from, to), this::search);
  }

  private boolean search(Range r) {
    for (int c = r.from; c <= r.to; c++) {
      if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
        c = Character.MAX_SURROGATE;
        continue;
      }
      byte[] utf8 = Character.toString(c).getBytes(StandardCharsets.UTF_8);
      int at = r.content;
      int read = 0;
      while (read < utf8.length && at != Content.DEAD) {
        at = content.step(at, utf8[read++] & 0xFF);
      }
      if (at != Content.DEAD) {
        return true;
      }
      c |= (1 << (6 * (utf8.length - read))) - 1; // all that share the bytes read so far
    }
    return false;
  }

  // Any text is spelled the same way everywhere, and its views are shared by the vocabulary.
  @Override
  protected View build(int state, Suffixes suffixes, TokenTables tables) {
    Spot s = spots.get(state);
    AnySpellingSegment any =
        (AnySpellingSegment)
            tables.segment(
                "any string, any escape", k -> new AnySpellingSegment(TextContent.any()));
    if (this == any
        || s.place != Place.CONTENT
        || !suffixes.equals(tables.root())
        || !(content.likeness(s.content) instanceof Content.Likeness.Any same)) {
      return super.build(state, suffixes, tables);
    }
    return any.view(any.place(same.anyState()), tables).relabelled(same.label());
  }

  private synchronized int place(int state) {
    return content(state);
  }

  @Override
  public byte @Nullable [] wayOut(int state) {
    Spot s;
    synchronized (this) {
      s = spots.get(state);
    }
    byte[] rest = s.place == Place.CONTENT ? content.wayOut(s.content) : null;
    return rest == null ? null : StringSegment.spelled(rest);
  }

  @Override
  public synchronized String explain(int state) {
    return content.explain(spots.get(state).content);
  }
}
