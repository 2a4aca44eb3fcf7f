package dev.espalier.chat;

import dev.espalier.chat.Expr.Arguments;
import dev.espalier.chat.Stmt.NameTarget;
import dev.espalier.chat.Stmt.NamespaceTarget;
import dev.espalier.chat.Stmt.Parameter;
import dev.espalier.chat.Stmt.Target;
import dev.espalier.chat.Stmt.TupleTarget;
import dev.espalier.chat.Token.Kind;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Recursive descent over the tokens of a template, with Jinja's precedences. Every statement and
 * operator that it does not know is an error with its place.
 */
final class Parser {
  /** Deeper nesting of statements or expressions than this is refused. */
  static final int MAX_DEPTH = 200;

  /** The name under which a block's text reaches the filters behind it. */
  static final String BLOCK_TEXT = " block";

  private static final Set<String> RESERVED =
      Set.of("and", "or", "not", "in", "is", "if", "else", "elif");

  private final Source source;
  private final List<Token> tokens;
  private int next;
  private int depth;
  private int loops; // loops around the statement at hand, within its macro

  private Parser(Source source) {
    this.source = source;
    tokens = Lexer.tokens(source);
  }

  /** The statements of a template. */
  static List<Stmt> parse(Source source) {
    Parser parser = new Parser(source);
    List<Stmt> body = parser.body(Set.of());
    if (parser.peek().kind() != Kind.END) {
      throw parser.unexpected("no '" + parser.tokens.get(parser.next + 1).text() + "' here");
    }
    return body;
  }

  // Statements

  /** Statements up to a block that starts with one of the names, which is left to the caller. */
  private List<Stmt> body(Set<String> ends) {
    List<Stmt> statements = new ArrayList<>();
    enter();
    while (true) {
      Token token = peek();
      switch (token.kind()) {
        case DATA -> {
          advance();
          statements.add(new Stmt.Data(token.at(), token.text()));
        }
        case VARIABLE_BEGIN -> {
          advance();
          statements.add(new Stmt.Output(token.at(), tuple(true)));
          expect(Kind.VARIABLE_END, "'}}'");
        }
        case BLOCK_BEGIN -> {
          Token name = tokens.get(next + 1);
          if (name.kind() == Kind.NAME
              && (ends.contains(name.text()) || name.text().startsWith("end"))) {
            if (!ends.contains(name.text())) {
              String wanted = ends.isEmpty() ? "no block is open" : "expected " + ends;
              throw source.error(name.at(), "unexpected '" + name.text() + "'; " + wanted);
            }
            depth--;
            return statements;
          }
          advance();
          statements.addAll(statement());
        }
        case END -> {
          if (!ends.isEmpty()) {
            throw source.error(token.at(), "the template ends, expected one of " + ends);
          }
          depth--;
          return statements;
        }
        default -> throw unexpected("a statement");
      }
    }
  }

  private List<Stmt> statement() {
    Token tag = expect(Kind.NAME, "the name of a statement");
    int at = tag.at();
    return switch (tag.text()) {
      case "if" -> List.of(ifStatement(at));
      case "for" -> List.of(forStatement(at));
      case "set" -> List.of(setStatement(at));
      case "with" -> List.of(withStatement(at));
      case "macro" -> List.of(macroStatement(at));
      case "call" -> List.of(callBlock(at));
      case "filter" -> List.of(filterBlock(at));
      case "generation" -> { // marks what the model wrote; writes nothing itself
        endOfBlock();
        List<Stmt> body = body(Set.of("endgeneration"));
        close("endgeneration");
        yield body;
      }
      case "break", "continue" -> {
        if (loops == 0) {
          throw source.error(at, "'" + tag.text() + "' outside a loop");
        }
        endOfBlock();
        yield List.of(tag.isName("break") ? new Stmt.Break(at) : new Stmt.Continue(at));
      }
      case "include", "import", "from", "extends", "block" ->
          throw source.error(
              at, "'" + tag.text() + "' is refused: a chat template may not load other templates");
      default -> throw source.error(at, "unknown statement '" + tag.text() + "'");
    };
  }

  private Stmt filterBlock(int at) {
    Expr filtered = filters(new Expr.Name(at, BLOCK_TEXT), true);
    endOfBlock();
    List<Stmt> body = body(Set.of("endfilter"));
    close("endfilter");
    return new Stmt.FilterBlock(at, filtered, body);
  }

  private Stmt ifStatement(int at) {
    Expr condition = tuple(false);
    endOfBlock();
    List<Stmt> yes = body(Set.of("elif", "else", "endif"));
    advance();
    Token end = advance();
    List<Stmt> no = List.of();
    if (end.isName("elif")) {
      enter();
      no = List.of(ifStatement(end.at()));
      depth--;
      return new Stmt.If(at, condition, yes, no);
    }
    endOfBlock();
    if (end.isName("else")) {
      no = body(Set.of("endif"));
      close("endif");
    }
    return new Stmt.If(at, condition, yes, no);
  }

  private Stmt forStatement(int at) {
    Target target = target();
    if (!peek().isName("in")) {
      throw unexpected("'in'");
    }
    advance();
    Expr items = tupleWithoutCondition();
    Expr filter = null;
    if (peek().isName("if")) {
      advance();
      filter = expression();
    }
    if (peek().isName("recursive")) {
      throw source.error(peek().at(), "recursive loops are not supported");
    }
    endOfBlock();
    loops++;
    List<Stmt> body = body(Set.of("else", "endfor"));
    loops--;
    advance();
    Token end = advance();
    endOfBlock();
    List<Stmt> otherwise = List.of();
    if (end.isName("else")) {
      otherwise = body(Set.of("endfor"));
      close("endfor");
    }
    return new Stmt.For(at, target, items, filter, body, otherwise);
  }

  private Stmt setStatement(int at) {
    Target target = target();
    if (peek().is("=")) {
      advance();
      Expr value = tuple(true);
      endOfBlock();
      return new Stmt.Set(at, target, value);
    }
    Expr filtered = peek().is("|") ? filters(new Expr.Name(peek().at(), BLOCK_TEXT), false) : null;
    endOfBlock();
    List<Stmt> body = body(Set.of("endset"));
    close("endset");
    return new Stmt.SetBlock(at, target, body, filtered);
  }

  private Stmt withStatement(int at) {
    List<Target> targets = new ArrayList<>();
    List<Expr> values = new ArrayList<>();
    while (peek().kind() != Kind.BLOCK_END) {
      if (!targets.isEmpty()) {
        operator(",");
      }
      targets.add(singleTarget());
      operator("=");
      values.add(expression());
    }
    endOfBlock();
    List<Stmt> body = body(Set.of("endwith"));
    close("endwith");
    return new Stmt.With(at, targets, values, body);
  }

  private Stmt macroStatement(int at) {
    String name = expect(Kind.NAME, "the macro's name").text();
    List<Parameter> parameters = parameters();
    endOfBlock();
    List<Stmt> body = macroBody("endmacro");
    return new Stmt.Macro(at, name, parameters, body);
  }

  private Stmt callBlock(int at) {
    List<Parameter> parameters = peek().is("(") ? parameters() : List.of();
    int callAt = peek().at();
    if (!(expression() instanceof Expr.Call call)) {
      throw source.error(callAt, "expected the call of a macro");
    }
    endOfBlock();
    return new Stmt.CallBlock(at, call, parameters, macroBody("endcall"));
  }

  private List<Stmt> macroBody(String end) {
    int outer = loops;
    loops = 0;
    List<Stmt> body = body(Set.of(end));
    loops = outer;
    close(end);
    return body;
  }

  private List<Parameter> parameters() {
    List<Parameter> parameters = new ArrayList<>();
    operator("(");
    while (!peek().is(")")) {
      if (!parameters.isEmpty()) {
        operator(",");
      }
      String name = expect(Kind.NAME, "a parameter's name").text();
      Expr otherwise = null;
      if (peek().is("=")) {
        advance();
        otherwise = expression();
      }
      parameters.add(new Parameter(name, otherwise));
    }
    advance();
    return parameters;
  }

  private Target target() {
    Target first = singleTarget();
    if (!peek().is(",")) {
      return first;
    }
    List<Target> parts = new ArrayList<>(List.of(first));
    while (peek().is(",")) {
      advance();
      if (peek().kind() != Kind.NAME && !peek().is("(")) {
        break;
      }
      if (peek().isName("in")) {
        break;
      }
      parts.add(singleTarget());
    }
    return new TupleTarget(parts);
  }

  private Target singleTarget() {
    if (peek().is("(")) {
      enter();
      advance();
      Target inner = target();
      operator(")");
      depth--;
      return inner;
    }
    Token name = expect(Kind.NAME, "a variable's name");
    if (RESERVED.contains(name.text())) {
      throw source.error(name.at(), "expected a variable's name, found '" + name.text() + "'");
    }
    if (peek().is(".")) {
      advance();
      Token attribute = expect(Kind.NAME, "an attribute of the namespace");
      return new NamespaceTarget(name.at(), name.text(), attribute.text());
    }
    return new NameTarget(name.text());
  }

  // Expressions, loosest binding first

  /** An expression, or several with commas between: a tuple. */
  private Expr tuple(boolean condition) {
    return tuple(condition, true);
  }

  private Expr tupleWithoutCondition() {
    return tuple(true, false);
  }

  private Expr tuple(boolean allowTuple, boolean condition) {
    int at = peek().at();
    Expr first = condition ? expression() : or();
    if (!allowTuple || !peek().is(",")) {
      return first;
    }
    List<Expr> items = new ArrayList<>(List.of(first));
    while (peek().is(",")) {
      advance();
      Token token = peek();
      if (token.kind() == Kind.VARIABLE_END
          || token.kind() == Kind.BLOCK_END
          || token.is(")")
          || token.is("]")) {
        break;
      }
      items.add(condition ? expression() : or());
    }
    return new Expr.TupleOf(at, items);
  }

  private Expr expression() {
    enter();
    Expr value = or();
    while (peek().isName("if")) {
      int at = advance().at();
      Expr test = or();
      Expr no = null;
      if (peek().isName("else")) {
        advance();
        no = expression();
      }
      value = new Expr.Conditional(at, test, value, no);
    }
    depth--;
    return value;
  }

  private Expr or() {
    Expr left = and();
    while (peek().isName("or")) {
      int at = advance().at();
      left = new Expr.Or(at, left, and());
    }
    return left;
  }

  private Expr and() {
    Expr left = not();
    while (peek().isName("and")) {
      int at = advance().at();
      left = new Expr.And(at, left, not());
    }
    return left;
  }

  private Expr not() {
    if (!peek().isName("not")) {
      return compare();
    }
    enter();
    int at = advance().at();
    Expr result = new Expr.Not(at, not());
    depth--;
    return result;
  }

  private Expr compare() {
    Expr first = sum();
    List<String> operators = new ArrayList<>();
    List<Expr> others = new ArrayList<>();
    int at = peek().at();
    while (true) {
      Token token = peek();
      if (token.kind() == Kind.OPERATOR
          && Set.of("==", "!=", "<", "<=", ">", ">=").contains(token.text())) {
        advance();
        operators.add(token.text());
      } else if (token.isName("in")) {
        advance();
        operators.add("in");
      } else if (token.isName("not") && tokens.get(next + 1).isName("in")) {
        advance();
        advance();
        operators.add("not in");
      } else {
        break;
      }
      others.add(sum());
    }
    return operators.isEmpty() ? first : new Expr.Compare(at, first, operators, others);
  }

  private Expr sum() {
    Expr left = concat();
    while (peek().is("+") || peek().is("-")) {
      Token token = advance();
      left = new Expr.Arithmetic(token.at(), token.text(), left, concat());
    }
    return left;
  }

  private Expr concat() {
    Expr first = product();
    if (!peek().is("~")) {
      return first;
    }
    int at = peek().at();
    List<Expr> parts = new ArrayList<>(List.of(first));
    while (peek().is("~")) {
      advance();
      parts.add(product());
    }
    return new Expr.Concat(at, parts);
  }

  private Expr product() {
    Expr left = power();
    while (peek().is("*") || peek().is("/") || peek().is("//") || peek().is("%")) {
      Token token = advance();
      left = new Expr.Arithmetic(token.at(), token.text(), left, power());
    }
    return left;
  }

  private Expr power() {
    Expr left = unary(true);
    while (peek().is("**")) {
      Token token = advance();
      left = new Expr.Arithmetic(token.at(), "**", left, unary(true));
    }
    return left;
  }

  private Expr unary(boolean withFilters) {
    Token token = peek();
    Expr value;
    if (token.is("-") || token.is("+")) {
      enter();
      advance();
      value = new Expr.Sign(token.at(), token.text().charAt(0), unary(false));
      depth--;
    } else {
      value = postfix(primary());
    }
    return withFilters ? filters(value, false) : value;
  }

  private Expr primary() {
    Token token = advance();
    int at = token.at();
    return switch (token.kind()) {
      case NAME -> name(token);
      case STRING -> {
        StringBuilder text = new StringBuilder(token.text());
        while (peek().kind() == Kind.STRING) {
          text.append(advance().text());
        }
        yield new Expr.Constant(at, text.toString());
      }
      case INTEGER -> new Expr.Constant(at, Py.integer(new BigInteger(token.text())));
      case FLOAT -> new Expr.Constant(at, Double.parseDouble(token.text()));
      case OPERATOR ->
          switch (token.text()) {
            case "(" -> parenthesised(at);
            case "[" -> new Expr.ListOf(at, items("]"));
            case "{" -> dict(at);
            default -> throw source.error(at, "expected an expression, found " + token.shown());
          };
      default -> throw source.error(at, "expected an expression, found " + token.shown());
    };
  }

  private Expr name(Token token) {
    int at = token.at();
    return switch (token.text()) {
      case "true", "True" -> new Expr.Constant(at, true);
      case "false", "False" -> new Expr.Constant(at, false);
      case "none", "None" -> new Expr.Constant(at, Values.NONE);
      default -> {
        if (RESERVED.contains(token.text())) {
          throw source.error(at, "expected an expression, found '" + token.text() + "'");
        }
        if (token.isName("varargs") || token.isName("kwargs")) {
          throw source.error(at, "'" + token.text() + "' is not supported; name the parameters");
        }
        yield new Expr.Name(at, token.text());
      }
    };
  }

  private Expr parenthesised(int at) {
    if (peek().is(")")) {
      advance();
      return new Expr.TupleOf(at, List.of());
    }
    Expr inner = tuple(true);
    operator(")");
    return inner;
  }

  private List<Expr> items(String end) {
    List<Expr> items = new ArrayList<>();
    while (!peek().is(end)) {
      if (!items.isEmpty()) {
        operator(",");
        if (peek().is(end)) {
          break;
        }
      }
      items.add(expression());
    }
    advance();
    return items;
  }

  private Expr dict(int at) {
    List<Expr> keys = new ArrayList<>();
    List<Expr> values = new ArrayList<>();
    while (!peek().is("}")) {
      if (!keys.isEmpty()) {
        operator(",");
        if (peek().is("}")) {
          break;
        }
      }
      keys.add(expression());
      operator(":");
      values.add(expression());
    }
    advance();
    return new Expr.DictOf(at, keys, values);
  }

  private Expr postfix(Expr start) {
    Expr value = start;
    while (true) {
      Token token = peek();
      if (token.is(".")) {
        advance();
        Token name = advance();
        if (name.kind() == Kind.NAME) {
          value = new Expr.Attribute(token.at(), value, name.text());
        } else if (name.kind() == Kind.INTEGER) {
          Expr index = new Expr.Constant(name.at(), Py.integer(new BigInteger(name.text())));
          value = new Expr.Item(token.at(), value, index);
        } else {
          throw source.error(name.at(), "expected an attribute's name, found " + name.shown());
        }
      } else if (token.is("[")) {
        advance();
        value = subscript(token.at(), value);
      } else if (token.is("(")) {
        value = new Expr.Call(token.at(), value, arguments());
      } else {
        return value;
      }
    }
  }

  private Expr subscript(int at, Expr object) {
    @Nullable Expr[] parts = new @Nullable Expr[3];
    int part = 0;
    boolean slice = false;
    while (!peek().is("]")) {
      if (peek().is(":")) {
        advance();
        slice = true;
        if (++part > 2) {
          throw source.error(at, "a slice has at most three parts");
        }
      } else {
        parts[part] = expression();
        if (!peek().is(":") && !peek().is("]")) {
          throw unexpected("']'");
        }
      }
    }
    advance();
    if (slice) {
      return new Expr.Slice(at, object, parts[0], parts[1], parts[2]);
    }
    if (parts[0] == null) {
      throw source.error(at, "expected an index or a key");
    }
    return new Expr.Item(at, object, parts[0]);
  }

  private Arguments arguments() {
    List<Expr> positional = new ArrayList<>();
    Map<String, Expr> named = new LinkedHashMap<>();
    operator("(");
    while (!peek().is(")")) {
      if (!positional.isEmpty() || !named.isEmpty()) {
        operator(",");
        if (peek().is(")")) {
          break;
        }
      }
      if (peek().is("*") || peek().is("**")) {
        throw source.error(peek().at(), "unpacked arguments are not supported");
      }
      if (peek().kind() == Kind.NAME && tokens.get(next + 1).is("=")) {
        Token name = advance();
        advance();
        if (named.put(name.text(), expression()) != null) {
          throw source.error(name.at(), "argument '" + name.text() + "' is given twice");
        }
      } else {
        if (!named.isEmpty()) {
          throw source.error(peek().at(), "a positional argument after a named one");
        }
        positional.add(expression());
      }
    }
    advance();
    return new Arguments(positional, named);
  }

  /** Filters and tests behind a value; with {@code first}, a filter's name comes at once. */
  private Expr filters(Expr start, boolean first) {
    Expr value = start;
    boolean bare = first;
    while (true) {
      Token token = peek();
      if (bare || token.is("|")) {
        if (!bare) {
          advance();
        }
        bare = false;
        Token name = expect(Kind.NAME, "a filter's name");
        if (!Filters.known(name.text())) {
          throw source.error(name.at(), "unknown filter '" + name.text() + "'");
        }
        Arguments arguments = peek().is("(") ? arguments() : Arguments.NONE;
        value = new Expr.Filter(name.at(), value, name.text(), arguments);
      } else if (token.isName("is")) {
        advance();
        value = test(value);
      } else if (token.is("(")) {
        value = new Expr.Call(token.at(), value, arguments());
      } else {
        return value;
      }
    }
  }

  private Expr test(Expr operand) {
    boolean negated = peek().isName("not");
    int at = peek().at();
    if (negated) {
      advance();
    }
    Token name = expect(Kind.NAME, "a test's name");
    if (!Tests.known(name.text())) {
      throw source.error(name.at(), "unknown test '" + name.text() + "'");
    }
    Arguments arguments = Arguments.NONE;
    Token token = peek();
    if (token.is("(")) {
      arguments = arguments();
    } else if (startsArgument(token)) {
      arguments = new Arguments(List.of(postfix(primary())), Map.of());
    }
    Expr test = new Expr.Test(name.at(), operand, name.text(), arguments);
    return negated ? new Expr.Not(at, test) : test;
  }

  private static boolean startsArgument(Token token) {
    return switch (token.kind()) {
      case STRING, INTEGER, FLOAT -> true;
      case NAME -> !RESERVED.contains(token.text());
      case OPERATOR -> token.is("[") || token.is("{");
      default -> false;
    };
  }

  // Tokens

  private Token peek() {
    return tokens.get(next);
  }

  private Token advance() {
    Token token = tokens.get(next);
    if (token.kind() != Kind.END) {
      next++;
    }
    return token;
  }

  private Token expect(Kind kind, String what) {
    if (peek().kind() != kind) {
      throw unexpected(what);
    }
    return advance();
  }

  private void operator(String operator) {
    if (!peek().is(operator)) {
      throw unexpected("'" + operator + "'");
    }
    advance();
  }

  private void endOfBlock() {
    expect(Kind.BLOCK_END, "'%}'");
  }

  /** The closing block of a statement, whose name the body has already seen. */
  private void close(String name) {
    advance();
    Token end = advance();
    if (!end.isName(name)) {
      throw source.error(end.at(), "expected '" + name + "', found " + end.shown());
    }
    endOfBlock();
  }

  private void enter() {
    if (++depth > MAX_DEPTH) {
      throw new dev.espalier.BudgetExceededException(
          "nesting", MAX_DEPTH, "the template " + source.name() + " nests deeper");
    }
  }

  private ChatTemplateException unexpected(String wanted) {
    return source.error(peek().at(), "expected " + wanted + ", found " + peek().shown());
  }
}
