package dev.espalier.grammar.regex;

import dev.espalier.grammar.GrammarSyntaxException;
import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.automaton.Utf8;
import dev.espalier.grammar.automaton.WorkBudget;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads regular expressions: the common ground of ECMA-262 (with the {@code u} flag) and {@code
 * java.util.regex}. Where the two disagree ECMA-262 wins: {@code .} stops at {@code \n \r U+2028
 * U+2029}, {@code \s} is Unicode white space, {@code \w} and {@code \b} are ASCII, {@code $} is the
 * very end, a bracket inside a class is literal. From Java come the inline flags {@code (?imsx)},
 * {@code \A}, {@code \z}, {@code \Q…\E}, {@code \h}, {@code \x{…}} and POSIX classes. Another
 * {@link RegexDialect} changes what the classes and the dot stand for. For one thread.
 *
 * <p>A {@link #search} also takes what is wrong under the {@code u} flag and still means one thing
 * only to whoever reads it (ECMA-262, annex B, and Python): a brace that begins no count, {@code
 * [\w-.]}, escapes of characters that need none, {@code (?P<name>…)}, {@code \Z}.
 */
public final class RegexParser {
  private static final int MAX_DEPTH = 500;
  private static final int MANY_TEXTS = 1_000; // options that are better read as a trie
  private static final String SPECIAL = "\\^$.|?*+()[]{}";

  private final Cursor in;
  private final RegexCharacters characters;
  private final RegexDialect dialect;
  private final boolean web; // takes what annex B takes
  private final CapturedTexts captures;
  private int depth;
  private boolean ignoreCase;
  private boolean multiLine;
  private boolean dotAll;
  private boolean extended;

  private RegexParser(String pattern, RegexDialect dialect, boolean web, CapturedTexts captures) {
    in = new Cursor(pattern);
    characters = new RegexCharacters(in, dialect, web);
    this.dialect = dialect;
    this.web = web;
    this.captures = captures;
  }

  /**
   * The texts that match as a whole.
   *
   * @throws GrammarSyntaxException if the pattern is malformed or not regular
   */
  public static Expr whole(String pattern) {
    return whole(pattern, RegexDialect.ECMA, "");
  }

  /**
   * The texts that match as a whole.
   *
   * @param flags that hold from the start, some of {@code imsux}
   * @throws GrammarSyntaxException if the pattern is malformed or not regular
   */
  public static Expr whole(String pattern, RegexDialect dialect, String flags) {
    RegexNode parsed = parse(pattern, dialect, flags, false);
    return new RegexCompiler(pattern, dialect + flags + " " + pattern).whole(parsed);
  }

  /**
   * The texts that contain a match: the meaning of the {@code pattern} keyword of JSON Schema.
   *
   * @throws GrammarSyntaxException if the pattern is malformed or not regular
   */
  public static Expr search(String pattern) {
    RegexNode parsed = parse(pattern, RegexDialect.ECMA, "", true);
    return new RegexCompiler(pattern, pattern).search(parsed);
  }

  // Where groups are referred to, the pattern is read once more for each of the texts that they may
  // hold.
  private static RegexNode parse(String pattern, RegexDialect dialect, String flags, boolean web) {
    CapturedTexts captures = new CapturedTexts(pattern);
    RegexNode first = new RegexParser(pattern, dialect, web, captures).parse(flags);
    if (!captures.areReferredTo()) {
      return first;
    }
    List<RegexNode> ways = new ArrayList<>();
    for (CapturedTexts texts : captures.combinations()) {
      ways.add(new RegexParser(pattern, dialect, web, texts).parse(flags));
    }
    return ways.stream().anyMatch(RegexNode::asserts)
        ? new RegexNode.Alternation(ways)
        : plain(Expr.or(ways.stream().map(RegexParser::expr).toList()));
  }

  private RegexNode parse(String flags) {
    for (int i = 0; i < flags.length(); i++) {
      flag(flags.charAt(i), true, 0);
    }
    RegexNode node = alternation();
    if (in.at() < in.text().length()) {
      throw error(in.at(), "a ')' without '('; write '\\)' for the character");
    }
    return node;
  }

  private GrammarSyntaxException error(int place, String detail) {
    return in.error(place, detail);
  }

  // ---- structure

  private RegexNode alternation() {
    List<RegexNode> options = new ArrayList<>();
    List<byte[]> texts = new ArrayList<>();
    int known = captures.known();
    do {
      String text = text();
      if (text != null) {
        texts.add(text.getBytes(StandardCharsets.UTF_8));
      } else {
        options.add(sequence());
      }
      if (texts.size() + options.size() > 1 || in.looking("|")) {
        captures.forget(known); // another option may be taken
      }
    } while (in.skip("|"));
    if (texts.size() >= MANY_TEXTS) {
      options.add(plain(Expr.oneOf(texts)));
    } else {
      texts.forEach(t -> options.add(plain(Expr.literal(t))));
    }
    if (options.size() == 1) {
      return options.get(0);
    }
    RegexNode all = new RegexNode.Alternation(options);
    return all.asserts() ? all : plain(Expr.or(options.stream().map(RegexParser::expr).toList()));
  }

  // An option that is a text and nothing else; null for another one, which is left unread.
  private @Nullable String text() {
    int end = in.at();
    while (end < in.text().length()
        && SPECIAL.indexOf(in.text().charAt(end)) < 0
        && !Character.isSurrogate(in.text().charAt(end))) {
      end++;
    }
    boolean whole = end == in.text().length() || "|)".indexOf(in.text().charAt(end)) >= 0;
    if (!whole || ignoreCase || extended) {
      return null;
    }
    String text = in.text().substring(in.at(), end);
    in.to(end);
    return text;
  }

  private RegexNode sequence() {
    List<RegexNode> parts = new ArrayList<>();
    while (in.more() && !in.looking("|") && !in.looking(")")) {
      if (extended && characters.skipBlank()) {
        continue;
      }
      if (in.skip("\\Q")) {
        quoted(parts);
      } else {
        int start = in.at();
        int known = captures.known();
        RegexNode atom = atom();
        if (atom != null) {
          parts.add(quantified(atom, start, known));
        }
      }
    }
    return inSequence(parts);
  }

  // Neighbours that assert nothing become one language at once, from the last to the first: joined
  // one after another, a text would take time in the square of its length.
  private static RegexNode inSequence(List<RegexNode> parts) {
    List<RegexNode> joined = new ArrayList<>();
    for (int i = 0; i < parts.size(); ) {
      int start = i;
      while (i < parts.size() && !parts.get(i).asserts()) {
        i++;
      }
      if (i > start) {
        joined.add(
            plain(
                Expr.seq(
                    parts.subList(start, i).stream().map(RegexParser::expr).toArray(Expr[]::new))));
      } else {
        joined.add(parts.get(i++));
      }
    }
    return joined.isEmpty()
        ? plain(Expr.EMPTY)
        : joined.size() == 1 ? joined.get(0) : new RegexNode.Sequence(joined);
  }

  private static RegexNode plain(Expr e) {
    return new RegexNode.Plain(e);
  }

  private static Expr expr(RegexNode node) {
    return ((RegexNode.Plain) node).expr();
  }

  // A quantifier after the quotation is about its last character.
  private void quoted(List<RegexNode> parts) {
    while (in.more() && !in.looking("\\E")) {
      int start = in.at();
      RegexNode character = character(in.codePoint());
      if (in.skip("\\E")) {
        parts.add(quantified(character, start, captures.known()));
        return;
      }
      parts.add(character);
    }
    in.skip("\\E");
  }

  /**
   * What an atom is with the quantifiers behind it.
   *
   * @param known groups whose text was known before the atom
   */
  private RegexNode quantified(RegexNode atom, int start, int known) {
    RegexNode node = atom;
    for (boolean first = true; in.more(); first = false) {
      int from = in.at();
      Times times = Times.sign(in);
      if (times == null && in.looking("{") && (!web || beginsCount(from))) {
        times = counts(from);
      }
      if (times == null) {
        return node;
      }
      if (!first) {
        throw error(from, "a quantifier after a quantifier; put the first one into a group");
      }
      captures.repeated(known, times.max(), start);
      boolean possessive = in.skip("+");
      in.skip("?"); // a lazy quantifier matches the same texts
      if (possessive) {
        node = possessive(node, times.min(), times.max(), in.at() - 1);
      } else if (node instanceof RegexNode.Plain p) {
        node = plain(Expr.repeat(p.expr(), times.min(), times.max()));
      } else {
        node = new RegexNode.Repetition(node, times.min(), times.max(), start);
      }
    }
    return node;
  }

  // All that there is of one character: so many that none follows, or as many as there may be.
  private RegexNode possessive(RegexNode node, int min, int max, int place) {
    if (!(node instanceof RegexNode.Plain p) || !p.expr().within(Utf8.CHAR, RegexCompiler.SEARCH)) {
      throw error(
          place, "a possessive quantifier after more than one character; leave the '+' out");
    }
    RegexNode end = new RegexNode.Look(node, true, true, place);
    if (max == Expr.UNBOUNDED) {
      return new RegexNode.Sequence(List.of(plain(Expr.repeat(p.expr(), min, max)), end));
    }
    RegexNode most = plain(Expr.repeat(p.expr(), max, max));
    if (min == max) {
      return most;
    }
    RegexNode fewer = plain(Expr.repeat(p.expr(), min, max - 1));
    return new RegexNode.Alternation(List.of(new RegexNode.Sequence(List.of(fewer, end)), most));
  }

  private static final Pattern COUNT = Pattern.compile("\\{[0-9]+(,[0-9]*)?\\}|\\{,[0-9]+\\}");

  // {,5} is up to five in Python and five characters in JavaScript, so it is left to be an error.
  private boolean beginsCount(int at) {
    return COUNT.matcher(in.text()).region(at, in.text().length()).lookingAt();
  }

  private Times counts(int from) {
    in.next();
    int min = count(from);
    int max = in.skip(",") ? (in.looking("}") ? Expr.UNBOUNDED : count(from)) : min;
    if (!in.skip("}")) {
      throw noCount(from);
    }
    if (max < min) {
      throw error(from, "the counts of a quantifier are in the wrong order");
    }
    return new Times(min, max);
  }

  private int count(int from) {
    int n = in.count();
    if (n < 0) {
      throw noCount(from);
    }
    return n;
  }

  private GrammarSyntaxException noCount(int from) {
    return error(from, "expected a count like {2}, {2,} or {2,5}; write '\\{' for the brace");
  }

  // Null for what matches nothing and asserts nothing, such as flags.
  private @Nullable RegexNode atom() {
    int start = in.at();
    WorkBudget.check(in.text(), start);
    int c = in.codePoint();
    return switch (c) {
      case '(' -> group(start);
      case '[' -> plain(characters.bracketed(start, ignoreCase, extended).expr());
      case '.' -> plain((dotAll ? CodePoints.ALL : dialect.lineEnd().complement()).expr());
      case '^' ->
          multiLine
              ? new RegexNode.Before(dialect.lineEnd().expr(), true, start)
              : textStart(start);
      case '$' ->
          multiLine ? new RegexNode.After(dialect.lineEnd().expr(), true, start) : textEnd(start);
      case '\\' -> escape(start);
      case '*', '+', '?' ->
          throw error(start, "nothing to repeat; write '\\" + (char) c + "' for the character");
      case '{' -> {
        if (!web && beginsCount(start)) {
          throw error(start, "nothing to repeat; write '\\{' for the character");
        }
        yield character(c);
      }
      default -> character(c);
    };
  }

  private RegexNode character(int c) {
    return plain(cased(CodePoints.range(c, c)).expr());
  }

  private CodePoints cased(CodePoints set) {
    return ignoreCase ? set.ignoringCase() : set;
  }

  private static RegexNode textStart(int offset) {
    return new RegexNode.Before(Expr.NONE, true, offset);
  }

  private static RegexNode textEnd(int offset) {
    return new RegexNode.After(Expr.NONE, true, offset);
  }

  private RegexNode boundary(boolean is, int offset) {
    Expr word = dialect.word(ignoreCase).expr();
    Expr other = dialect.word(ignoreCase).complement().expr();
    RegexNode wordBefore = new RegexNode.Before(word, false, offset);
    RegexNode otherBefore = new RegexNode.Before(other, true, offset);
    RegexNode wordAfter = new RegexNode.After(word, false, offset);
    RegexNode otherAfter = new RegexNode.After(other, true, offset);
    return new RegexNode.Alternation(
        List.of(
            new RegexNode.Sequence(List.of(wordBefore, is ? otherAfter : wordAfter)),
            new RegexNode.Sequence(List.of(otherBefore, is ? wordAfter : otherAfter))));
  }

  private @Nullable RegexNode group(int start) {
    if (++depth > MAX_DEPTH) {
      throw error(start, "groups are nested deeper than " + MAX_DEPTH);
    }
    boolean i = ignoreCase;
    boolean m = multiLine;
    boolean s = dotAll;
    boolean x = extended;
    RegexNode body;
    int known = captures.known();
    int group = 0; // number of a group whose text is captured
    if (in.skip("?=")) {
      body = new RegexNode.Look(alternation(), true, false, start);
      captures.forget(known);
    } else if (in.skip("?!")) {
      body = new RegexNode.Look(alternation(), true, true, start);
      captures.forget(known);
    } else if (in.skip("?<=")) {
      body = new RegexNode.Look(alternation(), false, false, start);
      captures.forget(known);
    } else if (in.skip("?<!")) {
      body = new RegexNode.Look(alternation(), false, true, start);
      captures.forget(known);
    } else if (in.skip("?>")) {
      throw error(start, "atomic groups are not regular; write (?:…)");
    } else if (web && in.skip("?#")) {
      in.to(Math.max(in.at(), in.text().indexOf(')', in.at())));
      body = plain(Expr.EMPTY);
    } else if (web && in.skip("?P=")) {
      body = captured(captures.number(name(start, ")")), start);
      in.to(in.at() - 1);
    } else {
      if (in.skip("?<") || ((web || dialect == RegexDialect.RUST) && in.skip("?P<"))) {
        String name = name(start, ">");
        if (!web && captures.number(name) > 0) {
          throw error(start, "a second group called '" + name + "'");
        }
        group = captures.open(name);
      } else if (in.skip("?")) {
        flags(start);
        if (in.skip(")")) { // the flags hold until the group around them ends
          depth--;
          return null;
        }
        if (!in.skip(":")) {
          throw error(in.at(), "expected ':' or ')' after the flags; known flags are " + FLAGS);
        }
      } else {
        group = captures.open("");
      }
      body = alternation();
    }
    if (!in.skip(")")) {
      throw error(start, "a '(' without ')'; write '\\(' for the character");
    }
    if (group > 0) {
      body = captures.close(group, body);
    }
    ignoreCase = i;
    multiLine = m;
    dotAll = s;
    extended = x;
    depth--;
    return body;
  }

  private String name(int start, String end) {
    int from = in.at();
    while (in.more() && Character.isJavaIdentifierPart(in.peek())) {
      in.next();
    }
    String name = in.since(from);
    if (name.isEmpty() || !in.skip(end)) {
      throw error(start, "expected a group's name like (?<name>…)");
    }
    return name;
  }

  // The text of a group once more.
  private RegexNode captured(int group, int start) {
    String text = captures.text(group, start);
    return plain(
        Expr.seq(text.codePoints().mapToObj(c -> expr(character(c))).toArray(Expr[]::new)));
  }

  private void flags(int start) {
    boolean on = true;
    for (; in.more() && !in.looking(":") && !in.looking(")"); in.next()) {
      if (in.looking("-")) {
        on = false;
      } else {
        flag(in.peek(), on, start);
      }
    }
  }

  private static final String FLAGS = "i, m, s, u and x";

  private void flag(char flag, boolean on, int place) {
    switch (flag) {
      case 'i' -> ignoreCase = on;
      case 'm' -> multiLine = on;
      case 's' -> dotAll = on;
      case 'u' -> {} // case is always Unicode's
      case 'x' -> extended = on;
      default -> throw error(place, "unknown flag '" + flag + "'; known flags are " + FLAGS);
    }
  }

  // ---- escapes

  private RegexNode escape(int start) {
    if (!in.more()) {
      throw error(start, "a '\\' at the end; write '\\\\' for the character");
    }
    char c = in.peek();
    switch (c) {
      case 'b', 'B' -> {
        in.next();
        return boundary(c == 'b', start);
      }
      case 'A' -> {
        in.next();
        return textStart(start);
      }
      case 'z' -> {
        in.next();
        return textEnd(start);
      }
      case 'Z' -> {
        if (!web) {
          throw error(start, "write \\z or $ for the end; dialects disagree on \\Z");
        }
        in.next();
        return textEnd(start);
      }
      case '1', '2', '3', '4', '5', '6', '7', '8', '9' -> {
        int group = 0;
        while (in.more() && Character.digit(in.peek(), 10) >= 0 && group < 10) {
          group = group * 10 + Character.digit(in.next(), 10);
        }
        return captured(group, start);
      }
      case 'k' -> {
        in.next();
        if (!in.skip("<")) {
          throw error(start, "expected a group's name like \\k<name>");
        }
        return captured(captures.number(name(start, ">")), start);
      }
      case 'R' -> {
        in.next();
        Expr crlf = Expr.literal("\r\n");
        return plain(Expr.or(crlf, CodePoints.ranges(10, 13, 0x85, 0x85, 0x2028, 0x2029).expr()));
      }
      default -> {
        CodePoints set = characters.escapedSet(start, ignoreCase);
        return set != null ? plain(cased(set).expr()) : character(characters.escaped(start));
      }
    }
  }
}
