package dev.espalier.tests.sampling;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** A line chart as SVG: thin grid, names at the ends of the lines. */
final class SvgChart {
  private static final String[] COLOURS = {
    "#1b6ca8", "#c8553d", "#3d8b5f", "#8e5ea2", "#b08900", "#444444", "#d1719b"
  };
  private static final int WIDTH = 760;
  private static final int HEIGHT = 430;
  private static final int LEFT = 66;
  private static final int RIGHT = 570;
  private static final int TOP = 58;
  private static final int BOTTOM = 370;
  private static final double LINE = 17; // between two names

  record Point(double x, double y) {}

  record Series(String name, List<Point> points) {}

  private final String title;
  private final String xLabel;
  private final String yLabel;
  private final boolean logarithmic;
  private final double xMax;
  private final double yMin;
  private final double yMax;
  private final List<Series> lines = new ArrayList<>();
  private final StringBuilder out = new StringBuilder();

  /**
   * An empty chart; x begins at 0.
   *
   * @param logarithmic whether the y axis is
   */
  SvgChart(
      String title,
      String xLabel,
      String yLabel,
      double xMax,
      double yMin,
      double yMax,
      boolean logarithmic) {
    this.title = title;
    this.xLabel = xLabel;
    this.yLabel = yLabel;
    this.xMax = xMax;
    this.yMin = yMin;
    this.yMax = yMax;
    this.logarithmic = logarithmic;
  }

  void add(String name, List<Point> points) {
    lines.add(new Series(name, points));
  }

  private double x(double value) {
    return LEFT + (RIGHT - LEFT) * value / xMax;
  }

  private double y(double value) {
    double share =
        logarithmic
            ? Math.log(value / yMin) / Math.log(yMax / yMin)
            : (value - yMin) / (yMax - yMin);
    return BOTTOM - (BOTTOM - TOP) * share;
  }

  String draw() {
    write(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' font-family='Helvetica, Arial,"
            + " sans-serif' font-size='13' fill='#333'>%n",
        WIDTH, HEIGHT);
    write("<rect width='%d' height='%d' fill='white'/>%n", WIDTH, HEIGHT);
    write("<text x='%d' y='26' font-size='16' font-weight='bold'>%s</text>%n", LEFT, title);
    write("<text x='%d' y='%d' fill='#666'>%s</text>%n", LEFT, TOP - 12, yLabel);
    write(
        "<text x='%d' y='%d' text-anchor='middle' fill='#666'>%s</text>%n",
        (LEFT + RIGHT) / 2, BOTTOM + 44, xLabel);
    grid();
    for (int i = 0; i < lines.size(); i++) {
      StringBuilder path = new StringBuilder();
      for (Point p : lines.get(i).points()) {
        path.append(path.isEmpty() ? 'M' : 'L');
        path.append(String.format(Locale.ROOT, "%.1f %.1f", x(p.x()), y(p.y())));
      }
      write(
          "<path d='%s' fill='none' stroke='%s' stroke-width='2' stroke-linejoin='round'/>%n",
          path, COLOURS[i]);
    }
    names();
    return out.append("</svg>\n").toString();
  }

  private void grid() {
    double step = step(xMax);
    for (double v = 0; v <= xMax * 1.0001; v += step) {
      write("<path d='M%.1f %dV%d' stroke='#e8e8e8'/>%n", x(v), TOP, BOTTOM);
      write("<text x='%.1f' y='%d' text-anchor='middle'>%s</text>%n", x(v), BOTTOM + 20, number(v));
    }
    for (double v : ticks()) {
      write("<path d='M%d %.1fH%d' stroke='#e8e8e8'/>%n", LEFT, y(v), RIGHT);
      write("<text x='%d' y='%.1f' text-anchor='end'>%s</text>%n", LEFT - 8, y(v) + 4.5, number(v));
    }
    write("<path d='M%d %dH%d' stroke='#888'/>%n", LEFT, BOTTOM, RIGHT);
  }

  private List<Double> ticks() {
    List<Double> ticks = new ArrayList<>();
    if (logarithmic) {
      for (double v = yMin; v <= yMax; v *= 10) {
        ticks.add(v);
      }
    } else {
      double step = step(yMax - yMin);
      for (double v = yMin; v <= yMax * 1.0001; v += step) {
        ticks.add(v);
      }
    }
    return ticks;
  }

  /** 1, 2 or 5 times a power of ten, so that there are four to ten ticks. */
  private static double step(double range) {
    double power = Math.pow(10, Math.floor(Math.log10(range / 4)));
    double rest = range / 4 / power;
    return power * (rest >= 5 ? 5 : rest >= 2 ? 2 : 1);
  }

  private static String number(double v) {
    if (v >= 1000) {
      return String.format(Locale.ROOT, "%,.0f", v);
    }
    String text = String.format(Locale.ROOT, "%.2f", v);
    return text.contains(".") ? text.replaceAll("\\.?0+$", "") : text;
  }

  /** Each name where its line ends, moved down where two would touch. */
  private void names() {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      order.add(i);
    }
    order.sort(Comparator.comparingDouble(this::end));
    double[] places = new double[order.size()];
    for (int i = 0; i < places.length; i++) {
      double wanted = end(order.get(i));
      places[i] = i == 0 ? wanted : Math.max(wanted, places[i - 1] + LINE);
    }
    double over = places.length == 0 ? 0 : places[places.length - 1] - BOTTOM;
    for (int i = places.length - 1; i >= 0 && over > 0; i--) {
      double limit = i == places.length - 1 ? BOTTOM : places[i + 1] - LINE;
      places[i] = Math.min(places[i], limit);
    }
    for (int i = 0; i < places.length; i++) {
      int line = order.get(i);
      write(
          "<text x='%d' y='%.1f' fill='%s'>%s</text>%n",
          RIGHT + 12, places[i] + 4.5, COLOURS[line], lines.get(line).name());
    }
  }

  private double end(int line) {
    List<Point> points = lines.get(line).points();
    return y(points.get(points.size() - 1).y());
  }

  private void write(String format, Object... values) {
    out.append(String.format(Locale.ROOT, format, values));
  }
}
