package dev.espalier.grammar.cfg;

import dev.espalier.Texts;
import dev.espalier.grammar.GrammarSyntaxException;
import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.automaton.WorkBudget;
import dev.espalier.grammar.regex.CodePoints;
import dev.espalier.grammar.regex.Cursor;
import dev.espalier.grammar.regex.Times;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads grammars in llama.cpp's GBNF: {@code name ::= alternatives}, with literals in quotes,
 * character classes, {@code .}, groups, {@code * + ?} and {@code {m,n}}, escapes as in C (with two,
 * four or eight hexadecimal digits after {@code x}, {@code u}, {@code U}), tokens of the vocabulary
 * ({@code <name>}, {@code <[7]>}, {@code !<name>}), and comments from {@code #} to the line's end.
 * A rule ends with its line unless it goes on inside parentheses or after {@code |}. For one
 * thread.
 */
public final class GbnfParser {
  private static final int MANY_TEXTS = 16; // alternatives that are better read as a trie

  private static final int MAX_DEPTH = 500;

  private final Cursor in;
  private final Map<String, Syntax> rules = new LinkedHashMap<>();
  private final Map<String, Integer> references = new LinkedHashMap<>(); // first place of each
  private int depth;

  private GbnfParser(String source) {
    in = new Cursor(source);
  }

  /**
   * The rules of a grammar by name, in their order.
   *
   * @throws GrammarSyntaxException if the text is malformed, a rule is missing or defined twice, or
   *     there is no rule {@code root}
   */
  public static Map<String, Syntax> parse(String source) {
    return new GbnfParser(source).grammar();
  }

  private Map<String, Syntax> grammar() {
    space(true);
    while (in.more()) {
      int start = in.at();
      String name = name("a rule's name");
      space(false);
      if (!in.skip("::=")) {
        throw error(in.at(), "expected '::=' after the rule's name");
      }
      space(true);
      Syntax body = alternatives(false);
      if (rules.put(name, body) != null) {
        throw error(start, "the rule '" + name + "' is defined twice; join the two with '|'");
      }
      if (in.more() && !in.looking("\n") && !in.looking("\r")) {
        throw error(
            in.at(),
            in.looking("'")
                ? "strings are written in double quotes"
                : "expected an element, '|' or the end of the line");
      }
      space(true);
    }
    references.forEach(
        (name, place) -> {
          if (!rules.containsKey(name)) {
            throw error(place, "the rule '" + name + "' is not defined");
          }
        });
    if (!rules.containsKey("root")) {
      throw error(in.text().length(), "there is no rule 'root', which the whole text derives from");
    }
    return rules;
  }

  private GrammarSyntaxException error(int offset, String detail) {
    return in.error(offset, detail);
  }

  private void space(boolean newLines) {
    while (in.more()) {
      char c = in.peek();
      if (c == '#') {
        while (in.more() && in.peek() != '\n' && in.peek() != '\r') {
          in.next();
        }
      } else if (c == ' ' || c == '\t' || (newLines && (c == '\n' || c == '\r'))) {
        in.next();
      } else {
        return;
      }
    }
  }

  private static boolean isName(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '_';
  }

  private String name(String expected) {
    int start = in.at();
    while (in.more() && isName(in.peek())) {
      in.next();
    }
    if (in.at() == start) {
      boolean goesOn = in.more() && "|\"[(.<!".indexOf(in.peek()) >= 0;
      throw error(
          in.at(),
          "expected "
              + expected
              + " (letters, digits, '-', '_')"
              + (goesOn
                  ? "; a rule goes on in the next line only inside parentheses or after '|'"
                  : ""));
    }
    return in.since(start);
  }

  // ---- right-hand sides

  private Syntax alternatives(boolean nested) {
    List<Syntax> options = new ArrayList<>();
    List<byte[]> texts = new ArrayList<>(); // of alternatives that are one literal each
    List<Integer> starts = new ArrayList<>();
    do {
      space(true);
      int start = in.at();
      String text = in.looking("\"") ? text() : null;
      if (text != null) {
        space(nested);
      }
      if (text == null || (in.more() && "|)\n\r".indexOf(in.peek()) < 0)) {
        in.to(start);
        options.add(sequence(nested));
      } else {
        starts.add(start);
        texts.add(text.getBytes(StandardCharsets.UTF_8));
      }
    } while (in.skip("|"));
    if (texts.size() >= MANY_TEXTS) {
      options.add(new Syntax.Regular(Expr.oneOf(texts), "one of " + texts.size() + " texts"));
      return options.size() == 1 ? options.get(0) : new Syntax.Either(options);
    }
    int end = in.at();
    for (int i = 0; i < starts.size(); i++) {
      in.to(starts.get(i));
      options.add(i, sequence(nested));
    }
    in.to(end);
    return options.size() == 1 ? options.get(0) : new Syntax.Either(options);
  }

  private Syntax sequence(boolean nested) {
    List<Syntax> parts = new ArrayList<>();
    while (in.more()) {
      WorkBudget.check(in.text(), in.at());
      char c = in.peek();
      int start = in.at();
      Syntax element;
      if (c == '"') {
        element = literal();
      } else if (c == '[') {
        element = characterClass();
      } else if (c == '.') {
        in.next();
        element = new Syntax.Regular(CodePoints.ALL.expr(), "any character");
      } else if (c == '<' || in.looking("!<")) {
        element = token();
      } else if (c == '(') {
        element = group();
      } else if (isName(c)) {
        String name = name("a rule's name");
        references.putIfAbsent(name, start);
        element = new Syntax.Reference(name);
      } else {
        break;
      }
      parts.add(repeated(element, nested));
      space(nested);
    }
    return parts.size() == 1 ? parts.get(0) : new Syntax.Sequence(parts);
  }

  private Syntax token() {
    int start = in.at();
    int end = in.text().indexOf('>', in.at());
    String text = end < 0 ? "" : in.text().substring(start, end + 1);
    if (text.length() < 3 || text.chars().anyMatch(c -> c == '\n' || c == '\r')) {
      throw error(start, "expected a token like <name> or <[7]>, or !<name> for any other");
    }
    in.to(end + 1);
    return new Syntax.Tokens(TokenPattern.of(text, in.text(), start));
  }

  private Syntax group() {
    int start = in.at();
    in.next();
    if (++depth > MAX_DEPTH) {
      throw error(start, "groups are nested deeper than " + MAX_DEPTH);
    }
    Syntax body = alternatives(true);
    if (!in.skip(")")) {
      throw error(
          in.at(), "expected an element, '|' or the ')' that closes the group of " + place(start));
    }
    depth--;
    return body;
  }

  private String place(int offset) {
    long line = 1 + in.text().substring(0, offset).chars().filter(c -> c == '\n').count();
    return "line " + line;
  }

  private Syntax repeated(Syntax element, boolean nested) {
    Syntax e = element;
    for (int n = 0; ; n++) {
      int back = in.at();
      if (n > MAX_DEPTH) {
        throw error(in.at(), "more than " + MAX_DEPTH + " repetitions of one element");
      }
      space(nested);
      int from = in.at();
      Times times = Times.sign(in);
      if (times == null && in.skip("{")) {
        times = counts(from, nested);
      }
      if (times == null) {
        in.to(back);
        return e;
      }
      e = new Syntax.Repeat(e, times.min(), times.max());
    }
  }

  // What stands behind '{'.
  private Times counts(int from, boolean nested) {
    space(nested);
    int min = in.looking(",") ? 0 : count();
    space(nested);
    int max = min;
    if (in.skip(",")) {
      space(nested);
      max = in.looking("}") ? Expr.UNBOUNDED : count();
      space(nested);
    }
    if (!in.skip("}")) {
      throw error(in.at(), "expected '}' after a count like {2}, {2,}, {,5} or {2,5}");
    }
    if (max < min) {
      throw error(from, "the counts of a repetition are in the wrong order");
    }
    return new Times(min, max);
  }

  private int count() {
    int n = in.count();
    if (n < 0) {
      throw error(in.at(), "expected a number of times");
    }
    return n;
  }

  private Syntax literal() {
    int start = in.at();
    return new Syntax.Regular(Expr.literal(text()), in.since(start));
  }

  private String text() {
    int start = in.at();
    in.next();
    StringBuilder text = new StringBuilder();
    while (!in.skip("\"")) {
      if (!in.more()) {
        throw error(start, "a '\"' without its partner; write '\\\"' for the character");
      }
      text.appendCodePoint(character());
    }
    if (Texts.loneSurrogate(text.toString()) >= 0) {
      throw error(start, "half of a surrogate pair, which is no character; write both halves");
    }
    return text.toString();
  }

  private Syntax characterClass() {
    int start = in.at();
    in.next();
    boolean negated = in.skip("^");
    int[] bounds = new int[16];
    int n = 0;
    while (!in.skip("]")) {
      if (!in.more()) {
        throw error(start, "a '[' without ']'; write '\\[' for the character");
      }
      int from = character();
      int to = from;
      if (in.looking("-") && !in.looking("-]")) {
        int dash = in.at();
        in.next();
        if (!in.more()) {
          throw error(start, "a '[' without ']'; write '\\[' for the character");
        }
        to = character();
        if (to < from) {
          throw error(dash, "a range in the wrong order");
        }
      }
      if (n + 2 > bounds.length) {
        bounds = Arrays.copyOf(bounds, 2 * n);
      }
      bounds[n++] = from;
      bounds[n++] = to;
    }
    CodePoints set = CodePoints.ranges(Arrays.copyOf(bounds, n));
    Expr expr = (negated ? set.complement() : set).expr();
    return new Syntax.Regular(expr, in.since(start));
  }

  private int character() {
    int start = in.at();
    int c = in.codePoint();
    if (c != '\\') {
      return c;
    }
    if (!in.more()) {
      throw error(start, "a '\\' at the end");
    }
    char kind = in.next();
    return switch (kind) {
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case '"', '[', ']', '\\', '^', '-', '/', '\'' -> kind;
      case 'x' -> hex(2, start);
      case 'u' -> hex(4, start);
      case 'U' -> hex(8, start);
      default ->
          throw error(
              start,
              "unknown escape '\\"
                  + kind
                  + "'; known are n, r, t, x and two, u and four, U and eight hexadecimal digits,"
                  + " and punctuation");
    };
  }

  private int hex(int digits, int start) {
    int point = in.hex(digits, start);
    if (point < 0 || point > Character.MAX_CODE_POINT) {
      throw error(start, "no such code point; the largest is 10FFFF");
    }
    return point;
  }
}
