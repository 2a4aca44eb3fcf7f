package dev.espalier.grammar.regex;

import dev.espalier.grammar.GrammarSyntaxException;
import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.automaton.Utf8;
import dev.espalier.grammar.automaton.WorkBudget;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
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
  private static final int MAX_COUNT = 1_000_000;
  private static final int MANY_TEXTS = 1_000; // options that are better read as a trie
  private static final String SPECIAL = "\\^$.|?*+()[]{}";

  private static final CodePoints BLANK =
      CodePoints.ranges(
          '\t', '\t', ' ', ' ', 0xA0, 0xA0, 0x1680, 0x1680, 0x180E, 0x180E, 0x2000, 0x200A, 0x202F,
          0x202F, 0x205F, 0x205F, 0x3000, 0x3000);

  private final String pattern;
  private final RegexDialect dialect;
  private final boolean web; // takes what annex B takes
  private final CapturedTexts captures;
  private int at;
  private int depth;
  private boolean ignoreCase;
  private boolean multiLine;
  private boolean dotAll;
  private boolean extended;

  private RegexParser(String pattern, RegexDialect dialect, boolean web, CapturedTexts captures) {
    this.pattern = pattern;
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
    if (at < pattern.length()) {
      throw error(at, "a ')' without '('; write '\\)' for the character");
    }
    return node;
  }

  private GrammarSyntaxException error(int offset, String detail) {
    return new GrammarSyntaxException(pattern, offset, detail);
  }

  private boolean more() {
    return at < pattern.length();
  }

  private boolean looking(String s) {
    return pattern.startsWith(s, at);
  }

  private boolean skip(String s) {
    boolean there = looking(s);
    at += there ? s.length() : 0;
    return there;
  }

  private int codePoint() {
    int c = pattern.codePointAt(at);
    at += Character.charCount(c);
    return c;
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
      if (texts.size() + options.size() > 1 || looking("|")) {
        captures.forget(known); // another option may be taken
      }
    } while (skip("|"));
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
    int end = at;
    while (end < pattern.length()
        && SPECIAL.indexOf(pattern.charAt(end)) < 0
        && !Character.isSurrogate(pattern.charAt(end))) {
      end++;
    }
    boolean whole = end == pattern.length() || "|)".indexOf(pattern.charAt(end)) >= 0;
    if (!whole || ignoreCase || extended) {
      return null;
    }
    String text = pattern.substring(at, end);
    at = end;
    return text;
  }

  private RegexNode sequence() {
    List<RegexNode> parts = new ArrayList<>();
    while (more() && !looking("|") && !looking(")")) {
      if (extended && blank()) {
        continue;
      }
      if (skip("\\Q")) {
        quoted(parts);
      } else {
        int start = at;
        int known = captures.known();
        RegexNode atom = atom();
        if (atom != null) {
          parts.add(quantified(atom, start, known));
        }
      }
    }
    RegexNode all = new RegexNode.Sequence(parts);
    return all.asserts()
        ? all
        : plain(Expr.seq(parts.stream().map(RegexParser::expr).toArray(Expr[]::new)));
  }

  // Under the flag x: white space, and comments to the line's end.
  private boolean blank() {
    char c = pattern.charAt(at);
    if (c == '#') {
      int end = pattern.indexOf('\n', at);
      at = end < 0 ? pattern.length() : end;
      return true;
    }
    boolean white = c == ' ' || (c >= '\t' && c <= '\r');
    at += white ? 1 : 0;
    return white;
  }

  private static RegexNode plain(Expr e) {
    return new RegexNode.Plain(e);
  }

  private static Expr expr(RegexNode node) {
    return ((RegexNode.Plain) node).expr();
  }

  // A quantifier after the quotation is about its last character.
  private void quoted(List<RegexNode> parts) {
    while (more() && !looking("\\E")) {
      int start = at;
      RegexNode character = character(codePoint());
      if (skip("\\E")) {
        parts.add(quantified(character, start, captures.known()));
        return;
      }
      parts.add(character);
    }
    skip("\\E");
  }

  /**
   * What an atom is with the quantifiers behind it.
   *
   * @param known groups whose text was known before the atom
   */
  private RegexNode quantified(RegexNode atom, int start, int known) {
    RegexNode node = atom;
    for (boolean first = true; more(); first = false) {
      int from = at;
      int min;
      int max;
      if (skip("*")) {
        min = 0;
        max = Expr.UNBOUNDED;
      } else if (skip("+")) {
        min = 1;
        max = Expr.UNBOUNDED;
      } else if (skip("?")) {
        min = 0;
        max = 1;
      } else if (looking("{") && (!web || beginsCount())) {
        at++;
        min = count(from);
        max = skip(",") ? (looking("}") ? Expr.UNBOUNDED : count(from)) : min;
        if (!skip("}")) {
          throw error(from, "expected a count like {2}, {2,} or {2,5}; write '\\{' for the brace");
        }
        if (max < min) {
          throw error(from, "the counts of a quantifier are in the wrong order");
        }
      } else {
        return node;
      }
      if (!first) {
        throw error(from, "a quantifier after a quantifier; put the first one into a group");
      }
      captures.repeated(known, max, start);
      boolean possessive = skip("+");
      skip("?"); // a lazy quantifier matches the same texts
      if (possessive) {
        node = possessive(node, min, max, at - 1);
      } else if (node instanceof RegexNode.Plain p) {
        node = plain(Expr.repeat(p.expr(), min, max));
      } else {
        node = new RegexNode.Repetition(node, min, max, start);
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
  private boolean beginsCount() {
    return COUNT.matcher(pattern).region(at, pattern.length()).lookingAt();
  }

  private int count(int from) {
    int start = at;
    long n = 0;
    while (more() && pattern.charAt(at) >= '0' && pattern.charAt(at) <= '9') {
      n = Math.min(Integer.MAX_VALUE, n * 10 + pattern.charAt(at++) - '0');
    }
    if (at == start) {
      throw error(from, "expected a count like {2}, {2,} or {2,5}; write '\\{' for the brace");
    }
    if (n > MAX_COUNT) {
      throw error(start, "a count above " + MAX_COUNT + "; use '*' or a smaller one");
    }
    return (int) n;
  }

  // Null for what matches nothing and asserts nothing, such as flags.
  private @Nullable RegexNode atom() {
    int start = at;
    WorkBudget.check(pattern, start);
    int c = codePoint();
    return switch (c) {
      case '(' -> group(start);
      case '[' -> plain(characterClass(start).expr());
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
    Expr word = dialect.word().expr();
    Expr other = dialect.word().complement().expr();
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
    if (skip("?=")) {
      body = new RegexNode.Look(alternation(), true, false, start);
      captures.forget(known);
    } else if (skip("?!")) {
      body = new RegexNode.Look(alternation(), true, true, start);
      captures.forget(known);
    } else if (skip("?<=")) {
      body = new RegexNode.Look(alternation(), false, false, start);
      captures.forget(known);
    } else if (skip("?<!")) {
      body = new RegexNode.Look(alternation(), false, true, start);
      captures.forget(known);
    } else if (skip("?>")) {
      throw error(start, "atomic groups are not regular; write (?:…)");
    } else if (web && skip("?#")) {
      at = Math.max(at, pattern.indexOf(')', at));
      body = plain(Expr.EMPTY);
    } else if (web && skip("?P=")) {
      body = captured(captures.number(name(start, ")")), start);
      at--;
    } else {
      if (skip("?<") || ((web || dialect == RegexDialect.RUST) && skip("?P<"))) {
        group = captures.open(name(start, ">"));
      } else if (skip("?")) {
        flags(start);
        if (skip(")")) { // the flags hold until the group around them ends
          depth--;
          return null;
        }
        if (!skip(":")) {
          throw error(at, "expected ':' or ')' after the flags; known flags are " + FLAGS);
        }
      } else {
        group = captures.open("");
      }
      body = alternation();
    }
    if (!skip(")")) {
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
    int from = at;
    while (more() && Character.isJavaIdentifierPart(pattern.charAt(at))) {
      at++;
    }
    String name = pattern.substring(from, at);
    if (name.isEmpty() || !skip(end)) {
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
    for (; more() && !looking(":") && !looking(")"); at++) {
      if (looking("-")) {
        on = false;
      } else {
        flag(pattern.charAt(at), on, start);
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
    if (!more()) {
      throw error(start, "a '\\' at the end; write '\\\\' for the character");
    }
    char c = pattern.charAt(at);
    switch (c) {
      case 'b', 'B' -> {
        at++;
        return boundary(c == 'b', start);
      }
      case 'A' -> {
        at++;
        return textStart(start);
      }
      case 'z' -> {
        at++;
        return textEnd(start);
      }
      case 'Z' -> {
        if (!web) {
          throw error(start, "write \\z or $ for the end; dialects disagree on \\Z");
        }
        at++;
        return textEnd(start);
      }
      case '1', '2', '3', '4', '5', '6', '7', '8', '9' -> {
        int group = 0;
        while (more() && Character.digit(pattern.charAt(at), 10) >= 0 && group < 10) {
          group = group * 10 + Character.digit(pattern.charAt(at++), 10);
        }
        return captured(group, start);
      }
      case 'k' -> {
        at++;
        if (!skip("<")) {
          throw error(start, "expected a group's name like \\k<name>");
        }
        return captured(captures.number(name(start, ">")), start);
      }
      case 'R' -> {
        at++;
        Expr crlf = Expr.literal("\r\n");
        return plain(Expr.or(crlf, CodePoints.ranges(10, 13, 0x85, 0x85, 0x2028, 0x2029).expr()));
      }
      default -> {
        CodePoints set = classEscape(start);
        return set != null ? plain(cased(set).expr()) : character(characterEscape(start));
      }
    }
  }

  // A set of characters; null if the escape stands for one character.
  private @Nullable CodePoints classEscape(int start) {
    char c = pattern.charAt(at);
    CodePoints set =
        switch (c) {
          case 'd', 'D' -> dialect.digit();
          case 's', 'S' -> dialect.space();
          case 'w', 'W' -> dialect.word();
          case 'h', 'H' -> BLANK;
          case 'p', 'P' -> {
            at++;
            yield property(start);
          }
          default -> null;
        };
    if (set == null) {
      return null;
    }
    if (c != 'p' && c != 'P') {
      at++;
    }
    return Character.isUpperCase(c) ? set.complement() : set;
  }

  private CodePoints property(int start) {
    String name;
    if (skip("{")) {
      int end = pattern.indexOf('}', at);
      if (end < 0) {
        throw error(start, "a property without '}'");
      }
      name = pattern.substring(at, end);
      at = end + 1;
    } else if (more()) {
      name = pattern.substring(at, ++at);
    } else {
      throw error(start, "expected a property like \\p{L} or \\p{Script=Greek}");
    }
    boolean negated = name.startsWith("^");
    String wanted = negated ? name.substring(1) : name;
    CodePoints set = UnicodeProperties.of(wanted);
    if (set == null && dialect == RegexDialect.RUST) {
      set = UnicodeProperties.of("Script=" + wanted);
    }
    if (set == null) {
      throw error(
          start,
          "unknown property '"
              + name
              + "'; known are general categories, scripts (Script=Greek) and binary properties"
              + " such as Alphabetic");
    }
    return negated ? set.complement() : set;
  }

  private int characterEscape(int start) {
    int c = codePoint();
    return switch (c) {
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'r' -> '\r';
      case 'f' -> '\f';
      case 'v' -> 0x0B;
      case 'a' -> 7;
      case 'e' -> 0x1B;
      case '0' -> web ? octal(0) : 0;
      case 'c' -> {
        if (!more() || !Character.isLetter(pattern.charAt(at))) {
          throw error(start, "expected a letter after '\\c'");
        }
        yield pattern.charAt(at++) & 0x1F;
      }
      case 'x' -> looking("{") ? bracedHex(start) : hex(2, start);
      case 'U' -> {
        if (dialect != RegexDialect.RUST) {
          throw error(start, "unknown escape '\\U'");
        }
        int point = looking("{") ? bracedHex(start) : hex(8, start);
        if (point < 0 || point > Character.MAX_CODE_POINT) {
          throw error(start, "expected a code point in hexadecimal, at most 10FFFF");
        }
        yield point;
      }
      case 'u' -> {
        int unit = looking("{") ? bracedHex(start) : hex(4, start);
        if (Character.isBmpCodePoint(unit)
            && Character.isHighSurrogate((char) unit)
            && looking("\\u")) {
          int back = at;
          at += 2;
          int low = hex(4, start);
          if (Character.isLowSurrogate((char) low)) {
            yield Character.toCodePoint((char) unit, (char) low);
          }
          at = back;
        }
        yield unit;
      }
      default -> {
        boolean itself = web && (c >= 0x80 || MEANINGLESS.indexOf(c) >= 0);
        if (Character.isLetterOrDigit(c) && !itself) {
          throw error(start, "unknown escape '\\" + Character.toString(c) + "'");
        }
        yield c;
      }
    };
  }

  /** Letters that mean themselves behind a backslash wherever that is allowed. */
  private static final String MEANINGLESS = "FIJMOTijmoq";

  // Up to three digits, as long as they give a character of one byte.
  private int octal(int before) {
    int v = before;
    for (int i = 0; i < 3 && more(); i++) {
      int d = Character.digit(pattern.charAt(at), 8);
      if (d < 0 || v * 8 + d > 0xFF) {
        break;
      }
      v = v * 8 + d;
      at++;
    }
    return v;
  }

  private int hex(int digits, int start) {
    int v = 0;
    for (int i = 0; i < digits; i++) {
      int d = more() ? Character.digit(pattern.charAt(at), 16) : -1;
      if (d < 0) {
        throw error(start, "expected " + digits + " hexadecimal digits");
      }
      v = v * 16 + d;
      at++;
    }
    return v;
  }

  private int bracedHex(int start) {
    at++;
    int v = 0;
    int digits = 0;
    for (; more() && !looking("}"); at++, digits++) {
      int d = Character.digit(pattern.charAt(at), 16);
      if (d < 0 || v > Character.MAX_CODE_POINT) {
        throw error(start, "expected a code point in hexadecimal");
      }
      v = v * 16 + d;
    }
    if (!skip("}") || digits == 0 || v > Character.MAX_CODE_POINT) {
      throw error(start, "expected a code point in hexadecimal, at most 10FFFF");
    }
    return v;
  }

  // ---- character classes

  private CodePoints characterClass(int start) {
    boolean negated = skip("^");
    int literal =
        web && looking("]") && closesAgain() ? at : -1; // a bracket that stands for itself
    CodePoints set = CodePoints.NONE;
    int[] bounds = new int[16];
    int n = 0;
    while (true) {
      if (!more()) {
        throw error(start, "a '[' without ']'; write '\\[' for the character");
      }
      if (at != literal && skip("]")) {
        break;
      }
      if (!web && looking("&&")) {
        throw error(
            at, "'&&' means different things in different dialects; write '&' once, or \\p{…}");
      }
      if (extended && pattern.charAt(at) != '#' && blank()) {
        continue;
      }
      if (dialect == RegexDialect.RUST && looking("[")) {
        set = set.or(posixClass());
        continue;
      }
      int itemStart = at;
      int from = classItem();
      if (from < 0) {
        set = set.or(lastClass);
        if (looking("-") && !looking("-]") && !web) {
          throw error(itemStart, "a class cannot begin a range; write '\\-' for the character");
        }
        continue;
      }
      int to = from;
      if (looking("-") && !looking("-]")) {
        int hyphen = at++;
        to = more() ? classItem() : from;
        if (to < 0 && !web) {
          throw error(itemStart, "a class cannot end a range; write '\\-' for the character");
        }
        if (to < 0) { // then the hyphen stands for itself
          at = hyphen;
          to = from;
        } else if (to < from) {
          throw error(itemStart, "a range in the wrong order");
        }
      }
      if (n + 2 > bounds.length) {
        bounds = Arrays.copyOf(bounds, 2 * n);
      }
      bounds[n++] = from;
      bounds[n++] = to;
    }
    set = cased(set.or(CodePoints.ranges(Arrays.copyOf(bounds, n))));
    return negated ? set.complement() : set;
  }

  // []a] and [^]]: were the first bracket the end, the next one would stand alone, which is wrong
  // under the flag u; so whoever takes the pattern reads the first one as a character.
  private boolean closesAgain() {
    for (int i = at + 1; i < pattern.length() && pattern.charAt(i) != '['; i++) {
      if (pattern.charAt(i) == ']') {
        return true;
      }
      i += pattern.charAt(i) == '\\' ? 1 : 0;
    }
    return false;
  }

  private CodePoints posixClass() {
    int start = at;
    int end = pattern.indexOf(":]", at);
    CodePoints set = null;
    boolean not = false;
    if (looking("[:") && end > 0) {
      String name = pattern.substring(at + 2, end);
      not = name.startsWith("^");
      set = RegexDialect.posix(not ? name.substring(1) : name);
    }
    if (set == null) {
      throw error(
          start,
          "classes inside classes are not read; write '\\[' for the character, or [:alpha:]");
    }
    at = end + 2;
    return not ? set.complement() : set;
  }

  private CodePoints lastClass = CodePoints.NONE;

  // One character, or -1 after putting a set into lastClass.
  private int classItem() {
    int start = at;
    int c = codePoint();
    if (c != '\\') {
      return c;
    }
    if (!more()) {
      throw error(start, "a '\\' at the end; write '\\\\' for the character");
    }
    if (skip("b")) {
      return '\b';
    }
    char kind = pattern.charAt(at);
    if (web && kind >= '1' && kind <= '7') {
      return octal(0);
    }
    if (kind >= '1' && kind <= '9') {
      throw error(start, "a class holds no back-reference; write \\x01 and so on for a character");
    }
    CodePoints set = classEscape(start);
    if (set != null) {
      lastClass = set;
      return -1;
    }
    return characterEscape(start);
  }
}
