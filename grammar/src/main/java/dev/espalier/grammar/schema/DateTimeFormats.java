package dev.espalier.grammar.schema;

import dev.espalier.grammar.automaton.Expr;
import java.time.Month;
import java.util.ArrayList;
import java.util.List;

/** {@code date}, {@code time}, {@code date-time} and {@code duration} of RFC 3339. */
final class DateTimeFormats {
  private static final int DAY = 24 * 60; // minutes

  private DateTimeFormats() {}

  /** Section 5.6, leap years included. */
  static Expr date() {
    Expr digit = Formats.matching("[0-9]");
    List<Expr> days = new ArrayList<>();
    for (int month = 1; month <= 12; month++) {
      int last = month == 2 ? 28 : Month.of(month).maxLength();
      days.add(Expr.seq(Expr.literal("-%02d-".formatted(month)), Expr.or(numbers(1, last))));
    }
    List<Expr> byFour = new ArrayList<>();
    for (int i = 4; i < 100; i += 4) {
      byFour.add(Expr.literal("%02d".formatted(i)));
    }
    Expr four = Expr.or(byFour);
    Expr leapYear =
        Expr.or(
            Expr.seq(digit, digit, four),
            Expr.seq(Expr.or(four, Expr.literal("00")), Expr.literal("00")));
    return Expr.or(
        Expr.seq(Expr.repeat(digit, 4, 4), Expr.or(days)),
        Expr.seq(leapYear, Expr.literal("-02-29")));
  }

  private static List<Expr> numbers(int from, int to) {
    List<Expr> all = new ArrayList<>();
    for (int i = from; i <= to; i++) {
      all.add(Expr.literal("%02d".formatted(i)));
    }
    return all;
  }

  /** Section 5.6; a 60th second only where it is 23:59 in UTC. */
  static Expr time() {
    Expr fraction = Formats.matching("(\\.[0-9]+)?");
    Expr ordinary =
        Expr.seq(
            Formats.matching("([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"),
            fraction,
            Formats.matching("[zZ]|[-+]([01][0-9]|2[0-3]):[0-5][0-9]"));
    List<Expr> hours = new ArrayList<>();
    for (int hour = 0; hour < 24; hour++) {
      List<Expr> minutes = new ArrayList<>();
      for (int minute = 0; minute < 60; minute++) {
        int ahead = Math.floorMod(60 * hour + minute - (DAY - 1), DAY);
        List<Expr> offsets = new ArrayList<>();
        offsets.add(Expr.literal("+" + clock(ahead)));
        offsets.add(Expr.literal("-" + clock((DAY - ahead) % DAY)));
        if (ahead == 0) {
          offsets.add(Formats.matching("[zZ]"));
        }
        minutes.add(
            Expr.seq(Expr.literal("%02d:60".formatted(minute)), fraction, Expr.or(offsets)));
      }
      hours.add(Expr.seq(Expr.literal("%02d:".formatted(hour)), Expr.or(minutes)));
    }
    return Expr.or(ordinary, Expr.or(hours));
  }

  private static String clock(int minutes) {
    return "%02d:%02d".formatted(minutes / 60, minutes % 60);
  }

  /** Section 5.6. */
  static Expr dateTime() {
    return Expr.seq(date(), Formats.matching("[tT]"), time());
  }

  /** Appendix A: units in order, none skipped between two that are given. */
  static Expr duration() {
    String time = "T([0-9]+H([0-9]+M([0-9]+S)?)?|[0-9]+M([0-9]+S)?|[0-9]+S)";
    String date = "([0-9]+Y([0-9]+M([0-9]+D)?)?|[0-9]+M([0-9]+D)?|[0-9]+D)";
    return Formats.matching("P(" + date + "(" + time + ")?|" + time + "|[0-9]+W)");
  }
}
