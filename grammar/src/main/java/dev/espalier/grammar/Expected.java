package dev.espalier.grammar;

import dev.espalier.CompiledConstraint.State;
import dev.espalier.Texts;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.automaton.ByteSet;
import java.nio.charset.StandardCharsets;

/** Says to people what may come next. */
public final class Expected {
  private static final int SHOWN = 80; // chars of a text

  private Expected() {}

  /** The beginning of the forced text if there is one, else the characters that may come. */
  public static String describe(byte[] forced, ByteSet first, boolean mayEnd) {
    StringBuilder s = new StringBuilder();
    if (forced.length > 0) {
      int whole = wholeCharacters(forced);
      if (whole > 0) {
        s.append(quoted(forced, whole));
      }
      if (whole < forced.length) { // several characters begin like this
        boolean begins = (forced[whole] & 0xC0) != 0x80;
        s.append(whole > 0 ? " and " : "");
        s.append(begins ? "a character beyond ASCII" : "the rest of a character");
      }
    } else {
      characters(first, s);
    }
    if (mayEnd) {
      s.append(s.length() > 0 ? " or " : "").append("the end");
    }
    return s.toString();
  }

  /** Why a token may or may not come at a state. */
  public static String token(Vocabulary vocabulary, State state, int token) {
    if (token < 0 || token >= vocabulary.size()) {
      return "token " + token + " is outside the vocabulary";
    }
    String name = "token " + token + ", " + vocabulary.describe(token) + ",";
    if (state.advance(token) != null) {
      return name + " may come here";
    }
    int n = vocabulary.byteLength(token);
    if (vocabulary.isEnd(token)) {
      return name
          + (state.mayEnd() ? " ends the text, which is complete" : " ends the text too early")
          + "; expected "
          + state.explain();
    } else if (n == 0) {
      return name + " has no text, and none without text is asked for; expected " + state.explain();
    }
    State s = state;
    for (int i = 0; i < n; i++) {
      State next = s.step(vocabulary.byteAt(token, i));
      if (next == null) {
        StringBuilder at = new StringBuilder();
        characters(ByteSet.of(vocabulary.byteAt(token, i) & 0xFF), at);
        return name
            + " is refused at its byte "
            + i
            + (i == 0 ? "" : ", after " + quoted(vocabulary.bytes(token), i))
            + " ("
            + at
            + "); expected "
            + s.explain();
      }
      s = next;
    }
    return name + " is refused";
  }

  private static String quoted(byte[] bytes, int length) {
    String text = new String(bytes, 0, length, StandardCharsets.UTF_8);
    return Texts.quote(Texts.shortened(text, SHOWN), SHOWN + 1);
  }

  // Bytes up to the end of the last character that is complete.
  private static int wholeCharacters(byte[] bytes) {
    int at = 0;
    while (at < bytes.length) {
      int b = bytes[at] & 0xFF;
      int length = b < 0x80 ? 1 : b < 0xC0 ? bytes.length : b < 0xE0 ? 2 : b < 0xF0 ? 3 : 4;
      if (at + length > bytes.length) {
        return at;
      }
      at += length;
    }
    return at;
  }

  private static void characters(ByteSet set, StringBuilder s) {
    for (int b = set.next(0); b >= 0 && b < 0x80; ) {
      int to = b;
      while (to < 0x7F && set.contains(to + 1)) {
        to++;
      }
      separate(s);
      if (b == 0 && to == 0x7F) {
        s.append("any ASCII character");
      } else {
        character(b, s);
        if (to > b) {
          s.append(to > b + 1 ? " to " : ", ");
          character(to, s);
        }
      }
      b = set.next(to + 1);
    }
    ByteSet leads = set.and(ByteSet.range(0xC0, 0xFF));
    if (!leads.isEmpty()) {
      separate(s);
      s.append("a character beyond ASCII");
    }
    if (set.intersects(ByteSet.range(0x80, 0xBF))) {
      separate(s);
      s.append("the rest of a character");
    }
  }

  private static void separate(StringBuilder s) {
    if (s.length() > 0) {
      s.append(", ");
    }
  }

  private static void character(int b, StringBuilder s) {
    switch (b) {
      case '\n' -> s.append("'\\n'");
      case '\r' -> s.append("'\\r'");
      case '\t' -> s.append("'\\t'");
      case ' ' -> s.append("a space");
      default -> {
        if (b < 0x20 || b == 0x7F) {
          s.append(String.format("U+%04X", b));
        } else {
          s.append('\'').append((char) b).append('\'');
        }
      }
    }
  }
}
