package dev.espalier.examples.cli;

import java.util.ArrayList;
import java.util.List;

/** Two texts side by side. */
final class Columns {
  private static final String GAP = " │ ";

  private final int width;

  /**
   * Columns in so many characters altogether.
   *
   * @param total at least 20
   */
  Columns(int total) {
    width = (total - GAP.length()) / 2;
  }

  /** A line of a column: what it shows, and how many cells that takes. */
  private record Cell(String shown, int length) {}

  /** How a finished line is coloured. */
  interface Style {
    String apply(String line);
  }

  /** The lines of both texts, the shorter one filled up. */
  List<String> join(String left, Style leftStyle, String right, Style rightStyle) {
    List<Cell> a = cells(left, leftStyle);
    List<Cell> b = cells(right, rightStyle);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < Math.max(a.size(), b.size()); i++) {
      Cell l = i < a.size() ? a.get(i) : new Cell("", 0);
      Cell r = i < b.size() ? b.get(i) : new Cell("", 0);
      lines.add((l.shown + " ".repeat(width - l.length) + GAP + r.shown).stripTrailing());
    }
    return lines;
  }

  /** A rule under headings. */
  String rule() {
    return "─".repeat(width) + "─┼─" + "─".repeat(width);
  }

  private List<Cell> cells(String text, Style style) {
    return wrap(text, width).stream()
        .map(line -> new Cell(style.apply(line), line.codePointCount(0, line.length())))
        .toList();
  }

  /** Breaks text into lines, at a space or after a comma in its last two thirds if there is one. */
  static List<String> wrap(String text, int width) {
    List<String> lines = new ArrayList<>();
    for (String paragraph : printable(text).replace('\t', ' ').split("\n", -1)) {
      String rest = paragraph;
      while (rest.codePointCount(0, rest.length()) > width) {
        int cut = rest.offsetByCodePoints(0, width);
        for (int i = cut; i > cut - width * 2 / 3; i--) {
          if (rest.charAt(i - 1) == ',' || rest.charAt(i - 1) == ' ') {
            cut = i;
            break;
          }
        }
        lines.add(rest.substring(0, cut).stripTrailing());
        rest = rest.substring(cut).stripLeading();
      }
      lines.add(rest);
    }
    return lines;
  }

  /** A model may write anything; a terminal must not obey it. */
  static String printable(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c ->
                out.appendCodePoint(
                    Character.isISOControl(c) && c != '\n' && c != '\t' ? 0xFFFD : c));
    return out.toString();
  }
}
