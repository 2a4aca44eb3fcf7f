package dev.espalier.grammar;

import dev.espalier.grammar.automaton.ByteSet;
import java.nio.charset.StandardCharsets;

/** Says to people what may come next. */
public final class Expected {
  private Expected() {}

  /** The forced text if there is one, else the characters that may come. */
  public static String describe(byte[] forced, ByteSet first, boolean mayEnd) {
    StringBuilder s = new StringBuilder();
    if (forced.length > 0) {
      String text = new String(forced, StandardCharsets.UTF_8);
      s.append('"').append(text.replace("\\", "\\\\").replace("\n", "\\n")).append('"');
    } else {
      characters(first, s);
    }
    if (mayEnd) {
      s.append(s.length() > 0 ? " or " : "").append("the end");
    }
    return s.toString();
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
