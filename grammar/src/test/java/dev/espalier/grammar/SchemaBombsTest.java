package dev.espalier.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.espalier.BudgetExceededException;
import dev.espalier.CompiledConstraint.State;
import dev.espalier.TokenMask;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.token.Vocabularies;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Schemas that were made to take for ever, and some that are only very long: each is compiled, and
 * leads to masks and some tokens, or is ended by a budget or an error. Nothing that is done, and
 * nothing up to the first mask together, takes much longer than the budget in force, so that it is
 * 2 s at most where that is the default. The test allows three times as much, for processors that
 * are not quiet.
 */
class SchemaBombsTest {
  private static final Duration SMALL = Duration.ofMillis(300); // is spent soon
  private static final Duration BEYOND = Duration.ofMillis(500); // reading, and between two looks
  private static final long PATIENCE = 3;
  private static final int STEPS = 6;
  private static final int LONG = 5_000_000; // characters

  private static final Vocabulary TOKENS =
      Vocabularies.random(new Random(3), 600, "{\"a\":", "[1,2]", "true,false", "\"t\":\"m\"");

  private static final List<Arguments> BOMBS = new ArrayList<>();

  private static void bomb(String name, Supplier<String> schema) {
    BOMBS.add(arguments(name, schema));
  }

  private static void bomb(String name, String schema) {
    bomb(name, () -> schema);
  }

  /** A schema of about 5 MB, most of which are parts between a head and a tail. */
  private static void large(String name, String head, IntFunction<String> part, String tail) {
    bomb(
        name,
        () -> {
          StringBuilder s = new StringBuilder(head);
          for (int i = 0; s.length() < LONG; i++) {
            s.append(i == 0 ? "" : ",").append(part.apply(i));
          }
          return s.append(tail).toString();
        });
  }

  private static String list(int n, IntFunction<String> part) {
    return IntStream.range(0, n).mapToObj(part).collect(Collectors.joining(",", "[", "]"));
  }

  private static String map(int n, IntFunction<String> member) {
    return IntStream.range(0, n).mapToObj(member).collect(Collectors.joining(",", "{", "}"));
  }

  private static String nested(int n, String innermost, UnaryOperator<String> around) {
    String s = innermost;
    for (int i = 0; i < n; i++) {
      s = around.apply(s);
    }
    return s;
  }

  static {
    manyWays();
    alternatives();
    circles();
    patternsAndNumbers();
    largeObjects();
    largeLists();
  }

  private static void manyWays() {
    bomb(
        "exponential allOf",
        "{'$ref':'#/$defs/d0','$defs':"
            + map(
                61,
                i ->
                    i == 60
                        ? "'d60':{'minLength':1}"
                        : "'d%d':{'allOf':[{'$ref':'#/$defs/d%d'},{'$ref':'#/$defs/d%d'}]}"
                            .formatted(i, i + 1, i + 1))
            + "}");
    bomb(
        "exponential anyOf of objects",
        "{'$ref':'#/$defs/d0','$defs':"
            + map(
                41,
                i ->
                    i == 40
                        ? "'d40':{'required':['z']}"
                        : ("'d%d':{'anyOf':[{'properties':{'a':{'$ref':'#/$defs/d%d'}}},"
                                + "{'properties':{'b':{'$ref':'#/$defs/d%d'}}}]}")
                            .formatted(i, i + 1, i + 1))
            + "}");
    bomb(
        "oneOf in oneOf, 20 deep",
        nested(
            20, "{'type':'integer'}", s -> "{'oneOf':[" + s + ",{'minimum':" + s.length() + "}]}"));
    bomb(
        "oneOf in oneOf of objects",
        nested(
            20,
            "{'type':'string'}",
            s -> "{'oneOf':[{'required':['a'],'properties':{'a':" + s + "}},{'required':['b']}]}"));
    bomb(
        "oneOf twice in oneOf",
        nested(12, "{'required':['a']}", s -> "{'oneOf':[" + s + ",{'not':" + s + "}]}"));
    bomb(
        "200 pairs of required names",
        "{'allOf':"
            + list(200, i -> "{'oneOf':[{'required':['a" + i + "']},{'required':['b" + i + "']}]}")
            + "}");
    bomb(
        "200 pairs of properties",
        "{'allOf':"
            + list(
                200,
                i ->
                    "{'oneOf':[{'properties':{'a%d':{'type':'string'}}},{'properties':{'b%d':{'type':'number'}}}]}"
                        .formatted(i, i))
            + "}");
    bomb("400 nots", nested(400, "{'minLength':3}", s -> "{'not':" + s + "}"));
    bomb(
        "unevaluated after 40 anyOf",
        "{'unevaluatedProperties':false,'allOf':"
            + list(
                40,
                i ->
                    "{'anyOf':[{'properties':{'a%d':true}},{'properties':{'b%d':true}}]}"
                        .formatted(i, i))
            + "}");
    bomb(
        "3,000 kinds",
        "{'oneOf':"
            + list(
                3000,
                i ->
                    "{'properties':{'kind':{'const':'k%d'},'v%d':{'type':'string'}},'required':['kind']}"
                        .formatted(i, i))
            + "}");
    bomb("100,000 texts", "{'enum':" + list(100_000, i -> "'value number " + i + "'") + "}");
    bomb("100,000 numbers", "{'enum':" + list(100_000, i -> String.valueOf(i * 37)) + "}");
    bomb("20,000 objects", "{'enum':" + list(20_000, i -> "{'a':" + i + ",'b':[true]}") + "}");
    bomb(
        "10,000 different items",
        "{'type':'array','uniqueItems':true,'minItems':9999,'items':{'enum':"
            + list(10_000, String::valueOf)
            + "}}");
  }

  private static void alternatives() {
    bomb("2,000 constants", "{'oneOf':" + list(2000, i -> "{'const':'v" + i + "'}") + "}");
    bomb(
        "2,000 required names",
        "{'anyOf':"
            + list(2000, i -> "{'required':['k%d'],'properties':{'k%d':{}}}".formatted(i, i))
            + "}");
    bomb(
        "30 ifs",
        "{'type':'object','allOf':"
            + list(
                30,
                i ->
                    "{'if':{'required':['k%d']},'then':{'required':['m%d']},'else':{'maxProperties':%d}}"
                        .formatted(i, i, 40 + i))
            + "}");
    bomb(
        "1,000 different numbers",
        "{'type':'array','uniqueItems':true,'minItems':1000,'items':{'type':'integer','minimum':1,'maximum':1000}}");
    bomb(
        "40 forbidden units",
        "{'type':'number','allOf':"
            + list(40, i -> "{'not':{'multipleOf':" + (i + 7) + "}}")
            + "}");
  }

  private static void circles() {
    bomb("a reference to itself", "{'$ref':'#'}");
    bomb(
        "a circle of references",
        "{'$ref':'#/$defs/a','$defs':{'a':{'$ref':'#/$defs/b'},'b':{'$ref':'#/$defs/a'}}}");
    bomb("a circle through allOf", "{'allOf':[{'type':'object'},{'$ref':'#'}]}");
    bomb("a circle through not", "{'not':{'$ref':'#'}}");
    bomb("a circle through if", "{'if':{'$ref':'#'},'then':false}");
    bomb(
        "a circle of dynamic references",
        "{'$dynamicAnchor':'a','anyOf':[{'$dynamicRef':'#a'},{'type':'null'}]}");
    bomb(
        "an object that holds itself",
        "{'type':'object','properties':{'a':{'$ref':'#'}},'required':['a']}");
    bomb("a list that holds itself", "{'type':'array','items':{'$ref':'#'},'minItems':1}");
    bomb(
        "two lists that hold each other",
        "{'$ref':'#/$defs/a','$defs':{'a':{'type':'array','minItems':2,'items':{'$ref':'#/$defs/b'}},"
            + "'b':{'type':'array','minItems':2,'items':{'anyOf':[{'$ref':'#/$defs/a'},{'type':'null'}]}}}}");
    bomb(
        "a chain of 2,000 references",
        "{'$ref':'#/$defs/d0','$defs':"
            + map(
                2001,
                i -> "'d" + i + "':" + (i == 2000 ? "{}" : "{'$ref':'#/$defs/d" + (i + 1) + "'}"))
            + "}");
  }

  private static void patternsAndNumbers() {
    bomb("(a+)+", "{'pattern':'^(a+)+$'}");
    bomb("((a*)*)*b", "{'type':'string','pattern':'^((a*)*)*b$'}");
    bomb("a letter twenty times", "{'type':'string','pattern':'^(.*a){20}$'}");
    bomb(
        "a letter thirty places before the end", "{'type':'string','pattern':'(a|b)*a(a|b){30}$'}");
    bomb(
        "counts in counts",
        "{'type':'string','pattern':'^((([a-z]{1,50}){1,50} ){1,50}x){1,50}$'}");
    bomb("a million letters or none", "{'type':'string','pattern':'^(a{1000}){1000}$'}");
    bomb(
        "lookaheads",
        "{'type':'string','pattern':'^" + "(?=.*[a-m].{9})(?!.*z{3})".repeat(12) + ".*$'}");
    bomb(
        "20 patterns at once",
        "{'type':'string','allOf':"
            + list(20, i -> "{'pattern':'" + (char) ('a' + i) + ".{" + i + "}x'}")
            + "}");
    bomb(
        "20 overlapping names",
        "{'patternProperties':" + map(20, i -> "'p" + i + "':{'minLength':" + i + "}") + "}");
    bomb(
        "1,500 name patterns",
        "{'patternProperties':" + map(1500, i -> "'^p" + i + "_':{'minLength':1}") + "}");
    bomb(
        "a pattern of 2 MB",
        "{'type':'string','pattern':'" + "(abc|d[e-f]+)?x".repeat(140_000) + "'}");
    bomb("500,000 groups", "{'type':'string','pattern':'" + "(".repeat(500_000) + "'}");
    bomb("minLength 1e9", "{'type':'string','minLength':1000000000}");
    bomb("a billion of a kind", "{'type':'string','minLength':1e9,'pattern':'^[a-z]+( [a-z]+)*$'}");
    bomb("minItems 1e6", "{'type':'array','minItems':1000000,'items':{'type':'integer'}}");
    bomb("maxItems 1e6", "{'type':'array','maxItems':1000000,'items':{'maxItems':1000000}}");
    bomb(
        "contains 1e6",
        "{'type':'array','contains':{'const':1},'minContains':1000000,'maxContains':2000000}");
    bomb("minProperties 1e9", "{'type':'object','minProperties':1e9}");
    bomb("multipleOf 1e-300", "{'type':'number','multipleOf':1e-300,'minimum':1}");
    bomb("multipleOf 1e400", "{'type':'number','multipleOf':1e400,'minimum':1}");
    bomb("minimum 1e400", "{'type':'number','minimum':1e400,'maximum':2e400}");
    bomb("minimum 1e999999999", "{'type':'number','minimum':1e999999999}");
    bomb("const 1e999999999", "{'const':1e999999999}");
    bomb(
        "many units",
        "{'type':'number','allOf':"
            + list(300, i -> "{'multipleOf':" + (1_000_003 + 2 * i) + "}")
            + "}");
    bomb(
        "units far apart",
        "{'type':'number','allOf':[{'multipleOf':1e-999999},{'multipleOf':3e999999}]}");
    bomb("100,000 levels", "{'not':".repeat(100_000) + "{}" + "}".repeat(100_000));
    bomb(
        "400 levels of objects",
        nested(160, "{'type':'null'}", s -> "{'required':['a'],'properties':{'a':" + s + "}}"));
  }

  private static void largeObjects() {
    large(
        "5 MB of properties",
        "{'type':'object','properties':{",
        i -> "'property number " + i + "':{'type':'string','maxLength':" + i + "}",
        "}}");
    large(
        "5 MB of objects",
        "{'type':'object','properties':{",
        i ->
            "'property number "
                + i
                + "':{'type':'object','properties':{'x':{'type':'string','maxLength':"
                + i
                + "},'y':{'type':'number'}}}",
        "}}");
    large(
        "5 MB of required names",
        "{'type':'object','required':[",
        i -> "'property number " + i + "'",
        "]}");
    bomb(
        "60,000 properties, all required",
        () ->
            "{'type':'object','additionalProperties':false,'properties':"
                + map(
                    60_000,
                    i -> "'property number " + i + "':{'type':'string','minLength':" + i % 7 + "}")
                + ",'required':"
                + list(60_000, i -> "'property number " + i + "'")
                + "}");
    large(
        "5 MB of definitions",
        "{'type':'null','$defs':{",
        i -> "'definition " + i + "':{'type':'object','properties':{'x':{'type':'string'}}}",
        "}}");
    bomb(
        "30,000 definitions that are used",
        () ->
            "{'type':'object','properties':"
                + map(30_000, i -> "'p" + i + "':{'$ref':'#/$defs/d" + i + "'}")
                + ",'$defs':"
                + map(
                    30_000,
                    i ->
                        "'d"
                            + i
                            + "':{'type':'object','properties':{'x':{'type':'string','maxLength':"
                            + i
                            + "}}}")
                + "}");
    large(
        "5 MB of identifiers",
        "{'$id':'http://x.y/','$ref':'d9','$defs':{",
        i -> "'d" + i + "':{'$id':'d" + i + "','$anchor':'a','title':'title " + i + "'}",
        "}}");
    large(
        "5 MB of dependentRequired",
        "{'dependentRequired':{",
        i -> "'property number " + i + "':['property number " + (i + 1) + "']",
        "}}");
    large(
        "5 MB of dependentSchemas",
        "{'dependentSchemas':{",
        i -> "'property number " + i + "':{'minProperties':" + i % 5 + "}",
        "}}");
    bomb(
        "5 MB in one description",
        () -> "{'type':'string','description':'" + "x".repeat(LONG) + "'}");
    bomb(
        "5 MB, 240 levels deep",
        () ->
            nested(
                240,
                "{'type':'null'}",
                s -> "{'title':'" + "x".repeat(20_000) + "','properties':{'a':" + s + "}}"));
  }

  private static void largeLists() {
    large(
        "5 MB of allOf",
        "{'allOf':[",
        i -> "{'properties':{'property number " + i + "':{'type':'string'}}}",
        "]}");
    large(
        "5 MB of required in allOf",
        "{'type':'object','allOf':[",
        i -> "{'required':['property number " + i + "']}",
        "]}");
    large("5 MB of minimums", "{'type':'number','allOf':[", i -> "{'minimum':" + i + "}", "]}");
    large(
        "5 MB of lengths",
        "{'type':'string','allOf':[",
        i -> "{'maxLength':" + (i + 3) + "}",
        "]}");
    large(
        "5 MB of anyOf",
        "{'anyOf':[",
        i -> "{'properties':{'property number " + i + "':{'type':'string'}}}",
        "]}");
    large(
        "5 MB of constants",
        "{'oneOf':[",
        i -> "{'const':'the value number " + i + "','title':'This is number " + i + "'}",
        "]}");
    large(
        "5 MB of kinds",
        "{'oneOf':[",
        i ->
            "{'properties':{'kind':{'const':'k"
                + i
                + "'},'value':{'maxLength':"
                + i
                + "}},'required':['kind']}",
        "]}");
    large(
        "5 MB of ifs",
        "{'allOf':[",
        i ->
            "{'if':{'properties':{'kind':{'const':'k"
                + i
                + "'}}},'then':{'properties':{'v':{'maxLength':"
                + i
                + "}}}}",
        "]}");
    large("5 MB of enum", "{'enum':[", i -> "'value number " + i + " of many'", "]}");
    large(
        "5 MB of lists and numbers",
        "{'enum':[",
        i -> i % 3 == 0 ? "'value " + i + "'" : i % 3 == 1 ? i + ".5e3" : "[" + i + ",null,true]",
        "]}");
    large("5 MB of one object", "{'const':{", i -> "'member number " + i + "':[" + i + "]", "}}");
    large("5 MB of one list", "{'const':[", i -> "" + i, "]}");
    large(
        "5 MB of prefixItems",
        "{'items':false,'prefixItems':[",
        i -> "{'type':'string','maxLength':" + i + "}",
        "]}");
    large(
        "5 MB of patterns",
        "{'patternProperties':{",
        i -> "'^property number " + i + "$':{'type':'string'}",
        "}}");
    large(
        "5 MB that are unevaluated",
        "{'unevaluatedProperties':false,'allOf':[",
        i -> "{'properties':{'property number " + i + "':true}}",
        "]}");
  }

  static List<Arguments> bombs() {
    String only = System.getProperty("only", ""); // of the names, for those who look into one
    return BOMBS.stream().filter(b -> ((String) b.get()[0]).contains(only)).toList();
  }

  /** Bombs of which each spends one of the budgets, or nearly. */
  static List<Arguments> someBombs() {
    List<String> some =
        List.of(
            "200 pairs of properties",
            "a letter thirty places before the end",
            "5 MB of dependentRequired",
            "5 MB of kinds");
    return BOMBS.stream().filter(b -> some.contains((String) b.get()[0])).toList();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bombs")
  void endsWithASmallBudget(String name, Supplier<String> schema) {
    endsInTime(
        name, schema, s -> s.budgets(128, 1_000_000, SMALL), SMALL.multipliedBy(3).dividedBy(2));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("someBombs")
  void endsInTwoSeconds(String name, Supplier<String> schema) {
    endsInTime(name, schema, s -> s, Duration.ofSeconds(2).minus(BEYOND));
  }

  private static void endsInTime(
      String name, Supplier<String> schema, UnaryOperator<JsonSchema> options, Duration budget) {
    String text = schema.get().replace('\'', '"');
    Times times = new Times();
    String end = walk(text, options, times);
    System.out.printf("%6d ms  %-42s %s%n", times.longest / 1_000_000, name, end);
    long most = PATIENCE * budget.plus(BEYOND).toNanos();
    assertThat(times.longest).as(name + ": " + end).isLessThan(most);
  }

  private static long now() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  /** The longest of some times, in nanoseconds. */
  private static final class Times {
    long longest;

    <T> T of(Supplier<T> work) {
      long began = now();
      try {
        return work.get();
      } finally {
        longest = Math.max(longest, now() - began);
      }
    }
  }

  // How it went, in words.
  private static String walk(String schema, UnaryOperator<JsonSchema> options, Times times) {
    Random r = new Random(11);
    TokenMask mask = new TokenMask(TOKENS.size());
    int tokens = 0;
    try {
      State s =
          times.of(
              () -> {
                JsonSchema read = options.apply(JsonSchema.of(schema).anyOrder());
                State first = read.compile(TOKENS).start();
                first.fillMask(mask);
                return first;
              });
      for (; tokens < STEPS && !s.mayEnd(); tokens++) {
        State at = s;
        mask.clear();
        times.of(
            () -> {
              at.fillMask(mask);
              return mask;
            });
        assertThat(mask.cardinality()).isPositive();
        int token = r.nextInt(TOKENS.size());
        while (!mask.contains(token)) {
          token = (token + 1) % TOKENS.size();
        }
        int chosen = token;
        s = java.util.Objects.requireNonNull(times.of(() -> at.advance(chosen)));
      }
      return tokens + " tokens";
    } catch (BudgetExceededException e) {
      assertThat(e).hasMessageMatching("(?s)budget '.*' of \\d+ is exceeded at [#(].*");
      return "after %d tokens: %s".formatted(tokens, start(e));
    } catch (SchemaException e) {
      return "after %d tokens: %s".formatted(tokens, start(e));
    }
  }

  private static String start(Exception e) {
    String message = String.valueOf(e.getMessage());
    return message.substring(0, Math.min(110, message.length()));
  }
}
