package dev.espalier.examples.cli;

import java.io.BufferedReader;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Where a command reads and writes. Results go to {@code out}; progress, remarks and errors go to
 * {@code err}, so that a pipe carries results alone. Both are UTF-8 whatever the locale, because
 * JSON is.
 *
 * @param out for results
 * @param err for everything else
 * @param in what the user types or pipes in
 * @param outTerminal whether a person reads {@code out} while it is written
 * @param errTerminal whether a person reads {@code err} while it is written
 * @param columns width of the terminal, or 80
 * @param colour whether to use colours on terminals
 */
record Shell(
    PrintWriter out,
    PrintWriter err,
    BufferedReader in,
    boolean outTerminal,
    boolean errTerminal,
    int columns,
    boolean colour) {

  /** This process's streams. */
  static Shell system() {
    boolean console = isConsole();
    String term = String.valueOf(System.getenv("TERM"));
    String noColor = System.getenv("NO_COLOR");
    return new Shell(
        writer(FileDescriptor.out),
        writer(FileDescriptor.err),
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)),
        flag("espalier.tty.out", console),
        flag("espalier.tty.err", console),
        terminalColumns(),
        !term.equals("dumb") && (noColor == null || noColor.isEmpty()));
  }

  private static PrintWriter writer(FileDescriptor stream) {
    return new PrintWriter(
        new PrintStream(new FileOutputStream(stream), true, StandardCharsets.UTF_8),
        true,
        StandardCharsets.UTF_8);
  }

  /** The launcher knows better than Java, which has no isatty for single streams. */
  private static boolean flag(String property, boolean otherwise) {
    String value = System.getProperty(property);
    return value == null ? otherwise : Boolean.parseBoolean(value);
  }

  // From JDK 22 on there is a console even in a pipe, and only Console.isTerminal tells.
  @SuppressWarnings("SystemConsoleNull")
  private static boolean isConsole() {
    Console console = System.console();
    try {
      return console != null && (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException beforeJdk22) {
      return true;
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }

  private static int terminalColumns() {
    try {
      String known = System.getProperty("espalier.columns", System.getenv("COLUMNS"));
      return known == null ? 80 : Math.max(20, Integer.parseInt(known.trim()));
    } catch (NumberFormatException e) {
      return 80;
    }
  }

  /** An escape sequence around text for {@code out}, or the text alone. */
  String paint(Paint paint, String text) {
    return colour && outTerminal ? paint.around(text) : text;
  }

  /** An escape sequence around text for {@code err}, or the text alone. */
  String paintErr(Paint paint, String text) {
    return colour && errTerminal ? paint.around(text) : text;
  }

  /** A line for {@code out}. */
  void say(String format, Object... arguments) {
    out.println(arguments.length == 0 ? format : String.format(Locale.ROOT, format, arguments));
  }

  /**
   * A piece of generated text for {@code out}, seen at once. A model may write anything; a terminal
   * must not obey it, so there control characters are replaced.
   */
  void stream(String piece) {
    out.print(outTerminal ? Columns.printable(piece) : piece);
    out.flush();
  }

  /** Colours and weights. */
  enum Paint {
    BOLD(1),
    DIM(2),
    RED(31),
    GREEN(32),
    YELLOW(33),
    CYAN(36);

    private final int code;

    Paint(int code) {
      this.code = code;
    }

    private String around(String text) {
      return "\u001b[" + code + "m" + text + "\u001b[0m";
    }
  }
}
