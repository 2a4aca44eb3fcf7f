package dev.espalier.grammar.lark;

import dev.espalier.Texts;
import dev.espalier.grammar.GrammarSyntaxException;
import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.lark.LarkNode.Definition;
import dev.espalier.grammar.lark.LarkToken.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a grammar's text into definitions. For one thread. */
final class LarkParser {
  private static final int MAX_DEPTH = 500;
  private static final int MAX_COUNT = 1_000_000;

  /**
   * What a grammar says.
   *
   * @param definitions rules and terminals by name
   * @param ignored what may stand between terminals
   */
  record Document(String source, Map<String, Definition> definitions, List<LarkNode> ignored) {}

  private final String source;
  private final List<LarkToken> tokens;
  private final Map<String, Definition> definitions = new LinkedHashMap<>();
  private final List<LarkNode> ignored = new ArrayList<>();
  private int at;
  private int depth;

  private LarkParser(String source) {
    this.source = source;
    tokens = LarkLexer.read(source);
  }

  /**
   * The definitions of a grammar.
   *
   * @throws GrammarSyntaxException if the text is malformed or asks for what is not supported
   */
  static Document parse(String source) {
    LarkParser p = new LarkParser(source);
    while (p.peek().kind() != Kind.END) {
      if (!p.skip(Kind.NEWLINE)) {
        p.item();
        if (!p.skip(Kind.NEWLINE)) {
          throw p.expected("an element, '|' or the end of the line");
        }
      }
    }
    return new Document(source, p.definitions, p.ignored);
  }

  private LarkToken peek() {
    return tokens.get(at);
  }

  private LarkToken take() {
    return tokens.get(at++);
  }

  private boolean looking(String punctuation) {
    return peek().is(punctuation);
  }

  private boolean skip(String punctuation) {
    boolean there = looking(punctuation);
    at += there ? 1 : 0;
    return there;
  }

  private boolean skip(Kind kind) {
    boolean there = peek().kind() == kind;
    at += there ? 1 : 0;
    return there;
  }

  private LarkToken take(Kind kind) {
    if (peek().kind() != kind) {
      throw expected(kind.description);
    }
    return take();
  }

  private void take(String punctuation) {
    if (!skip(punctuation)) {
      throw expected("'" + punctuation + "'");
    }
  }

  private GrammarSyntaxException expected(String what) {
    return error(peek().offset(), "expected " + what);
  }

  private GrammarSyntaxException error(int offset, String detail) {
    return new GrammarSyntaxException(source, offset, detail);
  }

  // ---- lines

  private void item() {
    LarkToken first = peek();
    switch (first.kind()) {
      case RULE, TERMINAL -> definition();
      case DIRECTIVE -> directive();
      default -> throw expected("a rule, a terminal or a directive");
    }
  }

  private void directive() {
    LarkToken directive = take();
    switch (directive.text()) {
      case "%ignore" -> ignored.add(alternatives());
      case "%import" -> imports();
      case "%llguidance" -> LarkOptions.check(take(Kind.JSON), source);
      case "%declare" ->
          throw error(directive.offset(), "%declare is not supported; define the terminal");
      case "%override", "%extend" ->
          throw error(
              directive.offset(),
              directive.text() + " is not supported; define the rule as it shall be");
      default ->
          throw error(
              directive.offset(), "unknown directive; known are %ignore, %import and %llguidance");
    }
  }

  private void imports() {
    int start = peek().offset();
    if (looking(".")) {
      throw error(start, "grammars are not imported from files; only 'common' is there");
    }
    LarkToken library = take();
    if (!library.text().equals("common")) {
      throw error(start, "only 'common' can be imported from, as in '%import common.INT'");
    }
    if (skip(".")) {
      LarkToken name = take();
      String alias = name.text();
      if (skip("->")) {
        alias = take(Kind.TERMINAL).text();
      }
      define(common(name, alias));
      return;
    }
    take("(");
    do {
      LarkToken name = take();
      define(common(name, name.text()));
    } while (skip(","));
    take(")");
  }

  private Definition common(LarkToken name, String alias) {
    String regex = CommonTerminals.regex(name.text());
    if (regex == null) {
      throw error(
          name.offset(),
          "'common' has no '" + name.text() + "'; it has " + CommonTerminals.names());
    }
    LarkNode body = new LarkNode.Pattern(regex, "", alias, name.offset());
    return new Definition(alias, body, false, null, null, null, false, 0, name.offset());
  }

  private void define(Definition d) {
    if (definitions.put(d.name(), d) != null) {
      throw error(d.offset(), "'" + d.name() + "' is defined twice; join the two with '|'");
    }
  }

  private void definition() {
    LarkToken name = take();
    boolean terminal = name.kind() == Kind.TERMINAL;
    if (looking("{")) {
      throw expected("':' after the name; templates are not supported");
    }
    if (looking(".")) {
      throw expected(
          "':' after the name; priorities are not supported: all terminals that may come are read"
              + " at once, and all that match count");
    }
    Attributes attributes = new Attributes();
    if (looking("[") && !terminal) {
      take();
      do {
        attribute(attributes);
      } while (skip(","));
      take("]");
    }
    if (!skip(":")) {
      throw expected("':' after the name" + (terminal ? " (attributes are for rules)" : ""));
    }
    LarkNode body = alternatives();
    String capture = attributes.capture;
    define(
        new Definition(
            name.text(),
            body,
            attributes.lazy,
            attributes.suffix,
            capture != null && capture.isEmpty() ? name.text() : capture,
            attributes.suffixCapture,
            attributes.hidden,
            attributes.maxTokens,
            name.offset()));
    if (attributes.suffixCapture != null && attributes.suffix == null) {
      throw error(name.offset(), "'stop_capture' needs a 'stop' or a 'suffix'");
    }
  }

  private static final class Attributes {
    boolean lazy;
    @Nullable LarkNode suffix;
    @Nullable String capture; // empty for the rule's own name
    @Nullable String suffixCapture;
    boolean hidden;
    int maxTokens;
  }

  private void attribute(Attributes a) {
    LarkToken key = take(Kind.RULE);
    switch (key.text()) {
      case "lazy" -> a.lazy = true;
      case "capture" -> a.capture = skip("=") ? string(take(Kind.STRING)) : "";
      case "suffix", "stop" -> {
        take("=");
        if (a.suffix != null) {
          throw error(key.offset(), "one 'stop' or 'suffix' is enough; join the two with '|'");
        }
        a.suffix = value();
        if (a.suffix instanceof LarkNode.Literal l && l.text().isEmpty()) {
          throw error(
              key.offset(),
              "an empty '"
                  + key.text()
                  + "' would stand for the end of the whole text; leave it out");
        }
        a.hidden = key.text().equals("stop");
        a.lazy = true;
      }
      case "stop_capture" -> {
        take("=");
        a.suffixCapture = string(take(Kind.STRING));
      }
      case "max_tokens" -> {
        take("=");
        a.maxTokens = count();
        if (a.maxTokens == 0) {
          throw error(key.offset(), "'max_tokens' has to be at least 1");
        }
      }
      case "temperature" ->
          throw error(
              key.offset(),
              "'temperature' is not supported: a constraint says what may come, not how it is"
                  + " drawn; give the sampler a temperature");
      default ->
          throw error(
              key.offset(),
              "unknown attribute; known are lazy, stop=…, suffix=…, max_tokens=…, capture,"
                  + " capture=\"…\" and stop_capture=\"…\"");
    }
  }

  // ---- right-hand sides

  private LarkNode alternatives() {
    int start = peek().offset();
    if (++depth > MAX_DEPTH) {
      throw error(start, "groups are nested deeper than " + MAX_DEPTH);
    }
    List<LarkNode> options = new ArrayList<>();
    do {
      options.add(conjunction());
      if (skip("->")) { // a name for Lark's tree
        take(Kind.RULE);
      }
    } while (skip("|"));
    depth--;
    return options.size() == 1 ? options.get(0) : new LarkNode.Either(options, start);
  }

  private LarkNode conjunction() {
    int start = peek().offset();
    List<LarkNode> parts = new ArrayList<>();
    do {
      parts.add(sequence());
    } while (skip("&"));
    return parts.size() == 1 ? parts.get(0) : new LarkNode.Both(parts, start);
  }

  private LarkNode sequence() {
    int start = peek().offset();
    List<LarkNode> parts = new ArrayList<>();
    while (!ends()) {
      parts.add(repeated());
    }
    return parts.size() == 1 ? parts.get(0) : new LarkNode.Sequence(parts, start);
  }

  private boolean ends() {
    LarkToken t = peek();
    return t.kind() == Kind.NEWLINE
        || t.kind() == Kind.END
        || t.is("|")
        || t.is("&")
        || t.is("->")
        || t.is(")")
        || t.is("]");
  }

  private LarkNode repeated() {
    int start = peek().offset();
    int negations = 0;
    while (skip("~")) {
      negations++;
    }
    LarkNode atom = atom();
    for (; negations > 0; negations--) {
      atom = new LarkNode.Not(atom, start);
    }
    int min = 1;
    int max = 1;
    if (skip("*")) {
      min = 0;
      max = Expr.UNBOUNDED;
    } else if (skip("+")) {
      max = Expr.UNBOUNDED;
    } else if (skip("?")) {
      min = 0;
    } else if (looking("~") && tokens.get(at + 1).kind() == Kind.NUMBER) {
      take();
      min = count();
      max = skip("..") ? count() : min;
    } else if (skip("{")) {
      min = looking(",") ? 0 : count();
      max = skip(",") ? (looking("}") ? Expr.UNBOUNDED : count()) : min;
      take("}");
    } else {
      return atom;
    }
    if (max < min) {
      throw error(start, "the counts of a repetition are in the wrong order");
    }
    if (looking("*") || looking("+") || looking("?")) {
      throw expected("another element; put what is repeated twice into a group");
    }
    return new LarkNode.Repeat(atom, min, max, start);
  }

  private int count() {
    LarkToken t = take(Kind.NUMBER);
    if (t.text().length() > 7 || !t.text().chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw error(t.offset(), "expected a number of times, at most " + MAX_COUNT);
    }
    int n = Integer.parseInt(t.text());
    if (n > MAX_COUNT) {
      throw error(t.offset(), "a count above " + MAX_COUNT + "; use '*' or a smaller one");
    }
    return n;
  }

  private LarkNode atom() {
    LarkToken t = peek();
    if (skip("(")) {
      LarkNode body = alternatives();
      take(")");
      return body;
    }
    if (skip("[")) {
      LarkNode body = alternatives();
      take("]");
      return new LarkNode.Repeat(body, 0, 1, t.offset());
    }
    return value();
  }

  private LarkNode value() {
    LarkToken t = peek();
    switch (t.kind()) {
      case STRING -> {
        take();
        return skip("..") ? range(t, take(Kind.STRING)) : literal(t);
      }
      case REGEX -> {
        take();
        int end = t.text().lastIndexOf('/');
        String flags = t.text().substring(end + 1);
        if (flags.indexOf('l') >= 0) {
          throw error(t.offset(), "the flag l (locale) is not supported");
        }
        return new LarkNode.Pattern(t.text().substring(1, end), flags, t.text(), t.offset());
      }
      case RULE, TERMINAL -> {
        take();
        if (looking("{")
            && tokens.get(at + 1).kind() != Kind.NUMBER
            && !tokens.get(at + 1).is(",")) {
          throw error(t.offset(), "templates are not supported");
        }
        return new LarkNode.Name(t.text(), t.kind() == Kind.TERMINAL, t.offset());
      }
      case SPECIAL -> {
        take();
        return new LarkNode.Special(t.text(), t.offset());
      }
      case DIRECTIVE -> {
        if (t.text().equals("%json") || t.text().equals("%regex")) {
          take();
          LarkToken json = take(Kind.JSON);
          return new LarkNode.Inline(t.text(), json.text(), t.offset(), json.offset());
        }
        throw error(t.offset(), "expected an element; of the directives only %json and %regex are");
      }
      case GRAMMAR ->
          throw error(t.offset(), "there are no other grammars to refer to; write it here instead");
      default -> throw expected("a string, a regular expression, a name, a token or a group");
    }
  }

  private LarkNode literal(LarkToken t) {
    boolean ignoreCase = t.text().endsWith("i");
    return new LarkNode.Literal(string(t), ignoreCase, t.text(), t.offset());
  }

  private LarkNode range(LarkToken from, LarkToken to) {
    String a = string(from);
    String b = string(to);
    if (a.codePointCount(0, a.length()) != 1 || b.codePointCount(0, b.length()) != 1) {
      throw error(from.offset(), "a range goes from one character to another");
    }
    if (a.codePointAt(0) > b.codePointAt(0)) {
      throw error(from.offset(), "a range in the wrong order");
    }
    String written = from.text() + ".." + to.text();
    return new LarkNode.Range(a.codePointAt(0), b.codePointAt(0), written, from.offset());
  }

  private String string(LarkToken t) {
    StringBuilder out = new StringBuilder();
    String s = t.text();
    int end = s.lastIndexOf('"');
    for (int i = 1; i < end; i++) {
      char c = s.charAt(i);
      if (c != '\\') {
        out.append(c);
        continue;
      }
      char kind = s.charAt(++i);
      int digits = kind == 'x' ? 2 : kind == 'u' ? 4 : 0;
      switch (kind) {
        case 'n' -> out.append('\n');
        case 'r' -> out.append('\r');
        case 't' -> out.append('\t');
        case 'b' -> out.append('\b');
        case 'f' -> out.append('\f');
        case '"', '\\', '/' -> out.append(kind);
        case 'x', 'u' -> {
          int value = 0;
          for (int k = 1; k <= digits; k++) {
            int d = i + k < end ? Character.digit(s.charAt(i + k), 16) : -1;
            if (d < 0) {
              throw error(t.offset() + i - 1, "expected " + digits + " hexadecimal digits");
            }
            value = value * 16 + d;
          }
          out.append((char) value);
          i += digits;
        }
        default ->
            throw error(
                t.offset() + i - 1,
                "unknown escape '\\"
                    + kind
                    + "'; known are \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\xHH \\uHHHH");
      }
    }
    if (Texts.loneSurrogate(out.toString()) >= 0) {
      throw error(t.offset(), "half of a surrogate pair, which is no character; write both halves");
    }
    return out.toString();
  }
}
