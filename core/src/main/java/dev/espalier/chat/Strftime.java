package dev.espalier.chat;

import dev.espalier.chat.Values.Failure;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Dates in the directives of C's {@code strftime}, in English. */
final class Strftime {
  private Strftime() {}

  static String format(LocalDateTime time, String format) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%' || i + 1 == format.length()) {
        out.append(c);
        continue;
      }
      char directive = format.charAt(++i);
      boolean unpadded = directive == '-' && i + 1 < format.length();
      if (unpadded) {
        directive = format.charAt(++i);
      }
      String pattern =
          switch (directive) {
            case 'Y' -> "uuuu";
            case 'y' -> "uu";
            case 'm' -> unpadded ? "M" : "MM";
            case 'd' -> unpadded ? "d" : "dd";
            case 'e' -> "ppd";
            case 'H' -> unpadded ? "H" : "HH";
            case 'I' -> unpadded ? "h" : "hh";
            case 'M' -> unpadded ? "m" : "mm";
            case 'S' -> unpadded ? "s" : "ss";
            case 'j' -> unpadded ? "D" : "DDD";
            case 'b', 'h' -> "MMM";
            case 'B' -> "MMMM";
            case 'a' -> "EEE";
            case 'A' -> "EEEE";
            case 'p' -> "a";
            case 'F' -> "uuuu-MM-dd";
            case 'T' -> "HH:mm:ss";
            case '%' -> "'%'";
            default -> throw new Failure("strftime_now: unknown directive '%" + directive + "'");
          };
      out.append(DateTimeFormatter.ofPattern(pattern, Locale.US).format(time));
    }
    return out.toString();
  }
}
