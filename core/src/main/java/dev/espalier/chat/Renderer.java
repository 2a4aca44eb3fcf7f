package dev.espalier.chat;

import dev.espalier.chat.Expr.Arguments;
import dev.espalier.chat.Stmt.NameTarget;
import dev.espalier.chat.Stmt.NamespaceTarget;
import dev.espalier.chat.Stmt.Parameter;
import dev.espalier.chat.Stmt.Target;
import dev.espalier.chat.Stmt.TupleTarget;
import dev.espalier.chat.Values.Args;
import dev.espalier.chat.Values.Callable;
import dev.espalier.chat.Values.Failure;
import dev.espalier.chat.Values.Loop;
import dev.espalier.chat.Values.Namespace;
import dev.espalier.chat.Values.Tuple;
import dev.espalier.chat.Values.Undefined;
import dev.espalier.chat.Values.View;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One rendering of a template: walks its tree and writes. Used by one thread, once. */
final class Renderer {
  private static final int MAX_RANGE = 100_000;

  private enum Flow {
    ON,
    BREAK,
    CONTINUE
  }

  /** Variables of a loop, macro or block; what is assigned inside stays inside. */
  private record Scope(@Nullable Scope outer, Map<String, Object> variables) {
    Scope(@Nullable Scope outer) {
      this(outer, new HashMap<>());
    }

    @Nullable Object find(String name) {
      for (Scope s = this; s != null; s = s.outer) {
        Object value = s.variables.get(name);
        if (value != null) {
          return value;
        }
      }
      return null;
    }
  }

  private final Source source;
  private final Budget budget;
  private final Filters filters;
  private final Map<String, Object> globals = new HashMap<>();
  private StringBuilder out = new StringBuilder();
  private Scope scope;
  private int at; // of what is being evaluated, for messages

  Renderer(Source source, Map<String, Object> variables, Supplier<LocalDateTime> clock) {
    this.source = source;
    budget = new Budget(source.name());
    filters = new Filters(budget);
    scope = new Scope(null, new HashMap<>(variables));
    globals.put("range", (Callable) this::range);
    globals.put("namespace", (Callable) this::namespace);
    globals.put("dict", (Callable) args -> keyed(args.named()));
    globals.put(
        "raise_exception",
        (Callable)
            args -> {
              throw new Failure("the template refuses the chat: " + Py.str(args.positional(0)));
            });
    globals.put(
        "strftime_now",
        (Callable) args -> Strftime.format(clock.get(), Py.str(args.required(0, "format"))));
  }

  String render(List<Stmt> body) {
    try {
      execute(body);
      return out.toString();
    } catch (Failure e) {
      throw source.error(at, String.valueOf(e.getMessage()));
    } catch (StackOverflowError e) {
      throw new dev.espalier.BudgetExceededException(
          "depth", Budget.MAX_DEPTH, "the chat template " + source.name() + " nests too deep");
    }
  }

  // Statements

  private Flow execute(List<Stmt> body) {
    for (Stmt statement : body) {
      budget.step();
      Flow flow = execute(statement);
      if (flow != Flow.ON) {
        return flow;
      }
    }
    return Flow.ON;
  }

  private Flow execute(Stmt statement) {
    at = statement.at();
    if (statement instanceof Stmt.Data data) {
      write(data.text());
    } else if (statement instanceof Stmt.Output output) {
      write(Py.str(evaluate(output.value())));
    } else if (statement instanceof Stmt.If choice) {
      return execute(Py.truth(evaluate(choice.condition())) ? choice.yes() : choice.no());
    } else if (statement instanceof Stmt.For loop) {
      loop(loop);
    } else if (statement instanceof Stmt.Set set) {
      assign(set.target(), evaluate(set.value()));
    } else if (statement instanceof Stmt.SetBlock set) {
      String text = captured(set.body(), new Scope(scope));
      assign(set.target(), set.filtered() == null ? text : filtered(set.filtered(), text));
    } else if (statement instanceof Stmt.FilterBlock block) {
      write(Py.str(filtered(block.filtered(), captured(block.body(), new Scope(scope)))));
    } else if (statement instanceof Stmt.With with) {
      return with(with);
    } else if (statement instanceof Stmt.Macro macro) {
      scope.variables.put(macro.name(), macro(macro.name(), macro.parameters(), macro.body()));
    } else if (statement instanceof Stmt.CallBlock block) {
      Callable caller = macro("caller", block.parameters(), block.body());
      write(Py.str(call(block.call(), Map.of("caller", caller))));
    } else {
      return statement instanceof Stmt.Break ? Flow.BREAK : Flow.CONTINUE;
    }
    return Flow.ON;
  }

  private void write(String text) {
    budget.text((long) out.length() + text.length());
    out.append(text);
  }

  /** The text that statements write in a scope of their own. */
  private String captured(List<Stmt> body, Scope inner) {
    StringBuilder outerOut = out;
    Scope outerScope = scope;
    out = new StringBuilder();
    scope = inner;
    execute(body);
    String text = out.toString();
    out = outerOut;
    scope = outerScope;
    return text;
  }

  private Object filtered(Expr filters, String text) {
    Scope outer = scope;
    scope = new Scope(outer);
    scope.variables.put(Parser.BLOCK_TEXT, text);
    Object value = evaluate(filters);
    scope = outer;
    return value;
  }

  private Flow with(Stmt.With with) {
    Scope inner = new Scope(scope);
    Scope outer = scope;
    List<Object> values = new ArrayList<>();
    for (Expr value : with.values()) {
      values.add(evaluate(value));
    }
    scope = inner;
    for (int i = 0; i < values.size(); i++) {
      assign(with.targets().get(i), values.get(i));
    }
    Flow flow = execute(with.body());
    scope = outer;
    return flow;
  }

  private void loop(Stmt.For loop) {
    Scope outer = scope;
    Object iterable = evaluate(loop.items());
    at = loop.at();
    List<Object> items = Py.items(iterable);
    budget.steps(items.size());
    if (loop.filter() != null) {
      List<Object> kept = new ArrayList<>();
      for (Object item : items) {
        budget.step();
        scope = new Scope(outer);
        assign(loop.target(), item);
        if (Py.truth(evaluate(loop.filter()))) {
          kept.add(item);
        }
      }
      items = kept;
    }
    Loop state = new Loop(items);
    for (state.index = 0; state.index < items.size(); state.index++) {
      budget.step();
      scope = new Scope(outer);
      scope.variables.put("loop", state);
      at = loop.at();
      assign(loop.target(), items.get(state.index));
      if (execute(loop.body()) == Flow.BREAK) {
        break;
      }
    }
    scope = outer;
    if (items.isEmpty()) {
      scope = new Scope(outer);
      execute(loop.otherwise());
      scope = outer;
    }
  }

  private void assign(Target target, Object value) {
    if (target instanceof NameTarget name) {
      scope.variables.put(name.name(), value);
    } else if (target instanceof NamespaceTarget attribute) {
      at = attribute.at();
      if (!(scope.find(attribute.namespace()) instanceof Namespace namespace)) {
        throw new Failure(
            "'" + attribute.namespace() + "' is no namespace(); only one has attributes to set");
      }
      namespace.attributes.put(attribute.attribute(), value);
    } else if (target instanceof TupleTarget tuple) {
      List<Object> items = Py.items(value);
      if (items.size() != tuple.parts().size()) {
        throw new Failure(
            items.size() + " values cannot be assigned to " + tuple.parts().size() + " names");
      }
      for (int i = 0; i < items.size(); i++) {
        assign(tuple.parts().get(i), items.get(i));
      }
    }
  }

  private Callable macro(String name, List<Parameter> parameters, List<Stmt> body) {
    Scope defined = scope;
    return args -> {
      budget.enter();
      Scope inner = new Scope(defined);
      Map<String, Object> named = new HashMap<>(args.named());
      Object caller = named.remove("caller");
      inner.variables.put(
          "caller", caller == null ? new Undefined("no block calls '" + name + "'") : caller);
      if (args.count() > parameters.size()) {
        throw new Failure(name + "() takes at most " + parameters.size() + " arguments");
      }
      Scope outer = scope;
      for (int i = 0; i < parameters.size(); i++) {
        Parameter parameter = parameters.get(i);
        Object value = i < args.count() ? args.positional(i) : named.remove(parameter.name());
        if (value == null && parameter.otherwise() != null) {
          scope = inner;
          value = evaluate(parameter.otherwise());
          scope = outer;
        }
        String missing = "parameter '" + parameter.name() + "' was not provided";
        inner.variables.put(parameter.name(), value == null ? new Undefined(missing) : value);
      }
      if (!named.isEmpty()) {
        throw new Failure(name + "() has no parameter '" + named.keySet().iterator().next() + "'");
      }
      String text = captured(body, inner);
      budget.leave();
      return text;
    };
  }

  // Expressions

  private Object evaluate(Expr e) {
    budget.step();
    budget.enter();
    at = e.at();
    Object value = value(e);
    budget.leave();
    return value;
  }

  private Object value(Expr e) {
    if (e instanceof Expr.Constant constant) {
      return constant.value();
    }
    if (e instanceof Expr.Name name) {
      return lookUp(name.name());
    }
    if (e instanceof Expr.Attribute attribute) {
      Object object = evaluate(attribute.object());
      at = e.at();
      return attribute(object, attribute.name());
    }
    if (e instanceof Expr.Item item) {
      return item(item);
    }
    if (e instanceof Expr.Call call) {
      return call(call, Map.of());
    }
    if (e instanceof Expr.Filter filter) {
      Object operand = budget.made(evaluate(filter.operand()));
      Args args = arguments(filter.name(), filter.arguments(), Map.of());
      at = e.at();
      return budget.made(filters.apply(filter.name(), operand, args));
    }
    if (e instanceof Expr.Test test) {
      Object operand = evaluate(test.operand());
      Args args = arguments(test.name(), test.arguments(), Map.of());
      at = e.at();
      return Tests.test(test.name(), operand, args);
    }
    if (e instanceof Expr.Not not) {
      return !Py.truth(evaluate(not.operand()));
    }
    if (e instanceof Expr.And and) {
      Object left = evaluate(and.left());
      return Py.truth(left) ? evaluate(and.right()) : left;
    }
    if (e instanceof Expr.Or or) {
      Object left = evaluate(or.left());
      return Py.truth(left) ? left : evaluate(or.right());
    }
    if (e instanceof Expr.Arithmetic arithmetic) {
      return arithmetic(arithmetic);
    }
    if (e instanceof Expr.Concat concat) {
      return concat(concat);
    }
    if (e instanceof Expr.Compare compare) {
      return compare(compare);
    }
    if (e instanceof Expr.Conditional conditional) {
      return conditional(conditional);
    }
    if (e instanceof Expr.Sign sign) {
      Object operand = defined(evaluate(sign.operand()));
      at = e.at();
      if (!Py.isNumber(operand)) {
        throw new Failure("a " + Py.type(operand) + " has no sign");
      }
      if (operand instanceof Double d) {
        return sign.sign() == '-' ? (Object) (-d) : d;
      }
      return Py.arithmetic(String.valueOf(sign.sign()), 0L, operand);
    }
    if (e instanceof Expr.Slice slice) {
      return slice(slice);
    }
    if (e instanceof Expr.ListOf list) {
      return all(list.items());
    }
    if (e instanceof Expr.TupleOf tuple) {
      return new Tuple(all(tuple.items()));
    }
    Expr.DictOf dict = (Expr.DictOf) e;
    Map<Object, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < dict.keys().size(); i++) {
      Object key = evaluate(dict.keys().get(i));
      at = dict.at();
      map.put(Py.key(key), evaluate(dict.values().get(i)));
    }
    return map;
  }

  private Object lookUp(String name) {
    Object value = scope.find(name);
    if (value == null) {
      value = globals.get(name);
    }
    return value == null ? new Undefined("'" + name + "' is undefined") : value;
  }

  /** {@code object.name}: a method or attribute first, then a member. */
  private Object attribute(Object object, String name) {
    if (object instanceof Undefined undefined) {
      throw new Failure(undefined.reason());
    }
    if (object instanceof Loop loop) {
      return loop.attribute(name);
    }
    if (object instanceof Namespace namespace) {
      Object value = namespace.attributes.get(name);
      return value == null ? new Undefined("the namespace has no '" + name + "'") : value;
    }
    Object method = Methods.find(object, name, budget);
    return method == null ? Filters.member(object, name) : method;
  }

  private Object item(Expr.Item item) {
    Object object = evaluate(item.object());
    Object key = evaluate(item.key());
    at = item.at();
    if (key instanceof String name) {
      if (object instanceof Loop || object instanceof Namespace) {
        return attribute(object, name);
      }
      Object found = Filters.member(object, name);
      Object method = found instanceof Undefined ? Methods.find(object, name, budget) : null;
      return method == null ? found : method;
    }
    return Filters.member(object, key);
  }

  private Object call(Expr.Call call, Map<String, Object> more) {
    Object callee = evaluate(call.callee());
    Args args = arguments(nameOf(call.callee()), call.arguments(), more);
    at = call.at();
    if (callee instanceof Undefined undefined) {
      throw new Failure(undefined.reason());
    }
    if (!(callee instanceof Callable callable)) {
      throw new Failure("a " + Py.type(callee) + " cannot be called");
    }
    return budget.made(callable.call(args));
  }

  private static String nameOf(Expr callee) {
    if (callee instanceof Expr.Name name) {
      return name.name();
    }
    return callee instanceof Expr.Attribute attribute ? attribute.name() : "the call";
  }

  private Args arguments(String name, Arguments arguments, Map<String, Object> more) {
    Map<String, Object> named = new LinkedHashMap<>();
    List<Object> positional = all(arguments.positional());
    arguments.named().forEach((key, value) -> named.put(key, evaluate(value)));
    named.putAll(more);
    return new Args(name, positional, named);
  }

  private List<Object> all(List<Expr> expressions) {
    List<Object> values = new ArrayList<>(expressions.size());
    for (Expr e : expressions) {
      values.add(evaluate(e));
    }
    return values;
  }

  private Object arithmetic(Expr.Arithmetic e) {
    Object left = evaluate(e.left());
    Object right = evaluate(e.right());
    at = e.at();
    defined(left);
    defined(right);
    if (e.operator().equals("*") && (left instanceof String || right instanceof String)) {
      String text = (String) (left instanceof String ? left : right);
      int times = Math.max(0, Py.index(left instanceof String ? right : left));
      budget.text((long) text.length() * times);
      return text.repeat(times);
    }
    return budget.made(Py.arithmetic(e.operator(), left, right));
  }

  private static Object defined(Object value) {
    if (value instanceof Undefined undefined) {
      throw new Failure(undefined.reason());
    }
    return value;
  }

  private Object concat(Expr.Concat e) {
    StringBuilder text = new StringBuilder();
    for (Expr part : e.parts()) {
      String next = Py.str(evaluate(part));
      budget.text((long) text.length() + next.length());
      text.append(next);
    }
    return text.toString();
  }

  private Object compare(Expr.Compare e) {
    Object left = evaluate(e.first());
    for (int i = 0; i < e.others().size(); i++) {
      Object right = evaluate(e.others().get(i));
      at = e.at();
      budget.made(right);
      if (!holds(e.operators().get(i), left, right)) {
        return false;
      }
      left = right;
    }
    return true;
  }

  private static boolean holds(String operator, Object left, Object right) {
    return switch (operator) {
      case "==" -> Py.equal(left, right);
      case "!=" -> !Py.equal(left, right);
      case "in" -> Py.contains(right, left);
      case "not in" -> !Py.contains(right, left);
      default -> {
        int order = Py.compare(defined(left), defined(right), operator);
        yield switch (operator) {
          case "<" -> order < 0;
          case "<=" -> order <= 0;
          case ">" -> order > 0;
          default -> order >= 0;
        };
      }
    };
  }

  private Object conditional(Expr.Conditional e) {
    if (Py.truth(evaluate(e.condition()))) {
      return evaluate(e.yes());
    }
    return e.no() == null
        ? new Undefined("the condition is false and there is no else")
        : evaluate(e.no());
  }

  private Object slice(Expr.Slice e) {
    Object object = evaluate(e.object());
    Object from = e.from() == null ? Values.NONE : evaluate(e.from());
    Object to = e.to() == null ? Values.NONE : evaluate(e.to());
    Object step = e.step() == null ? Values.NONE : evaluate(e.step());
    at = e.at();
    return budget.made(Py.slice(defined(object), from, to, step));
  }

  // Global functions

  private Object range(Args args) {
    args.atMost(3);
    long start = args.count() > 1 ? Py.index(args.positional(0)) : 0;
    long end = Py.index(args.positional(args.count() > 1 ? 1 : 0));
    long step = args.integer(2, "step", 1);
    if (step == 0) {
      throw new Failure("range() needs a step that is not zero");
    }
    long n =
        Math.max(0, step > 0 ? (end - start + step - 1) / step : (start - end - step - 1) / -step);
    if (n > MAX_RANGE) {
      throw new Failure("range() of more than " + MAX_RANGE + " numbers is refused");
    }
    budget.steps(n);
    List<Object> numbers = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      numbers.add(start + i * step);
    }
    return new View("range", numbers);
  }

  private Object namespace(Args args) {
    Namespace namespace = new Namespace();
    if (args.count() > 0 && args.positional(0) instanceof Map<?, ?> first) {
      first.forEach((key, value) -> namespace.attributes.put(Py.str(key), value));
    }
    namespace.attributes.putAll(args.named());
    return namespace;
  }

  private static Object keyed(Map<String, Object> named) {
    return new LinkedHashMap<Object, Object>(named);
  }
}
