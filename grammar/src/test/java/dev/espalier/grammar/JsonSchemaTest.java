package dev.espalier.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.espalier.BudgetExceededException;
import dev.espalier.CompiledConstraint;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.token.Vocabularies;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonSchemaTest {
  private static final Vocabulary BYTES = bytes();

  private static Vocabulary bytes() {
    List<byte[]> all = new ArrayList<>();
    for (int b = 0; b < 256; b++) {
      all.add(new byte[] {(byte) b});
    }
    return Vocabularies.of(all);
  }

  private static CompiledConstraint compile(String schema) {
    return JsonSchema.of(schema.replace('\'', '"')).compile(BYTES);
  }

  private static boolean accepts(CompiledConstraint c, String text) {
    return c.check(text.replace('\'', '"')).accepted();
  }

  @Test
  void aRefusedSpaceIsExplained() {
    CompiledConstraint c = compile("{'properties':{'a':{'pattern':'^x y$'}},'required':['a']}");
    assertThat(c.check("{\"a\": \"x y\"}").expected()).contains("white space only as");
    assertThat(c.check("{\"a\":\" x y\"}").expected()).doesNotContain("white space only");
    assertThat(c.check("{\"a\":\"x y\"}").accepted()).isTrue();
  }

  @Test
  void theKindsOfValuesThatMayComeAreNamed() {
    assertThat(compile("{'type':'object'}").check("[").expected()).isEqualTo("an object");
    assertThat(compile("{'minimum':3,'type':['number','null']}").check("x").expected())
        .isEqualTo("a number or null");
    assertThat(compile("{'enum':['a',true,[1]]}").check("x").expected())
        .isEqualTo("a string, an array or true");
    assertThat(compile("{}").check("x").expected()).isEqualTo("a value");
    assertThat(compile("{'const':true}").check("tx").expected()).isEqualTo("a value");
  }

  @Test
  void aTextThatIsNoJsonIsNamedWithItsPlace() {
    assertThatThrownBy(() -> JsonSchema.of("{\n\"type\": \"object\", "))
        .isInstanceOf(SchemaException.class)
        .hasMessageContaining("not JSON at line 2, column ");
    assertThatThrownBy(() -> JsonSchema.of(" \n")).hasMessageContaining("empty");
    assertThatThrownBy(() -> JsonSchema.of("{\"type\":1,\"type\":2}"))
        .hasMessageEndingWith("Duplicate property \"type\"");
    assertThatThrownBy(() -> JsonSchema.of("{} {}"))
        .hasMessageContaining("Trailing token")
        .message()
        .doesNotContain("FAIL_ON", "jackson");
  }

  @Test
  void oneByteOrderMarkMayStandInFrontOfASchema() {
    String mark = "\uFEFF";
    JsonSchema marked = JsonSchema.of(mark + "{\"$ref\":\"http://x/other\"}");
    CompiledConstraint c =
        marked.resolver(uri -> mark + "{\"type\":\"null\"}").compile(Vocabulary.ofBytes());
    assertThat(c.check("null").accepted()).isTrue();
    assertThat(c.check("1").accepted()).isFalse();
    assertThat(marked.text()).startsWith(mark);
    for (String end : List.of("", " ")) {
      assertThatThrownBy(() -> JsonSchema.of(mark + end)).hasMessageContaining("empty");
    }
    String broken = "{\"type\":]";
    assertThatThrownBy(() -> JsonSchema.of(mark + broken))
        .hasMessageContaining("not JSON at line 1, column ")
        .hasMessage(catchThrowable(() -> JsonSchema.of(broken)).getMessage());
    for (String text : List.of(mark + mark + "{}", " " + mark + "{}", "{}" + mark)) {
      assertThatThrownBy(() -> JsonSchema.of(text)).hasMessageContaining("not JSON");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'type':'integer'}                               | 12 -3 0 1.0 1e2 100e-2 1.50e1 | 1.5 01 1e-1 +1 - 1e1000
          {'type':'number'}                                | 1.5 -0.0 1E+10 0 | .5 1. 00 1e
          {'type':'integer','minimum':1,'maximum':10}      | 1 10 1e1 0.5e1 10.0 | 0 11 0.5 100 1e2
          {'type':'number','exclusiveMinimum':0}           | 0.1 1 1e-999 | 0 -1 0.0 -0
          {'type':'number','multipleOf':0.01}              | 0.01 12.34 1e2 3 | 0.001 1e-3 0.015
          {'enum':[1,2.5,'a',null,[1],{'b':1}]}            | 1 1.0 2.5 2.50 'a' null [1] {'b':1} | 2 'b' [] {} {'b':2} false
          {'const':{'a':[1,2]}}                            | {'a':[1,2]} {'a':[1.0,2]} | {'a':[1]} {} {'a':[1,2],'b':1}
          {'type':'string','minLength':2,'maxLength':3}    | 'ab' 'é漢字' '\\n\\u0001' '😀😀' | 'a' 'abcd' ''
          {'anyOf':[{'type':'null'},{'type':'boolean'}]}   | null true false | 0 'x'
          {'type':'array','items':{'type':'null'},'minItems':1,'maxItems':2} | [null] [null,null] | [] [0] [null,null,null]
          {'type':'array','prefixItems':[{'const':1}],'items':false} | [] [1] | [2] [1,1]
          {'type':'array','contains':{'const':1},'maxContains':1} | [1] [0,1] | [] [0] [1,1]
          {'oneOf':[{'type':'integer'},{'minimum':5}]}     | 1 5.5 'x' | 6 4.5
          {'not':{'type':['object','array','string']}}     | 1 null true | 'x' {} []
          {'type':'string','format':'date'}                | '2024-02-29' | '2023-02-29' 'x' '2024-13-01'
          {'minProperties':1,'maxProperties':2,'type':'object'} | {'a':1} {'a':1,'b':2} | {} {'a':1,'b':2,'c':3} {'a':1,'a':2}
          {'type':'object','propertyNames':{'maxLength':1}} | {} {'a':1,'b':1} | {'ab':1} {'a':1,'a':1}
          {'if':{'type':'integer'},'then':{'minimum':3}}   | 3 2.5 'x' | 2
          """)
  void acceptsExactlyWhatTheSchemaSays(String schema, String valid, String invalid) {
    CompiledConstraint c = compile(schema);
    for (String text : valid.split(" ", -1)) {
      assertThat(accepts(c, text)).as("%s accepts %s: %s", schema, text, c.check(text)).isTrue();
    }
    for (String text : invalid.split(" ", -1)) {
      assertThat(accepts(c, text)).as("%s refuses %s", schema, text).isFalse();
    }
  }

  /** Zeros change no value: without a limit a model that has begun with them need never stop. */
  @Test
  void aFractionEndsInABoundedRunOfZeros() {
    String zeros = "0".repeat(16);
    for (String schema : new String[] {"{'type':'number'}", "{'type':'integer','maximum':600}"}) {
      CompiledConstraint c = compile(schema);
      assertThat(accepts(c, "20." + zeros)).isTrue();
      assertThat(accepts(c, "20." + zeros + "0")).isFalse();
    }
    assertThat(compile("{'type':'integer','maximum':600}").check("20000." + zeros).verdict())
        .isEqualTo(CompiledConstraint.Check.Verdict.ACCEPTED_SO_FAR);
    String narrow = "{'exclusiveMinimum':50000000000,'maximum':50000000000." + zeros + "1}";
    assertThat(accepts(compile(narrow), "5.0000000000" + zeros + "1e10")).isTrue();
    assertThat(accepts(compile("{'const':1." + zeros + zeros + "1}"), "1." + zeros + zeros + "1"))
        .isTrue();
  }

  @Test
  void declaredOrderIsAsWrittenThenRequiredThenOthers() {
    String schema =
        "{'properties':{'b':{'type':'integer'},'a':{}},'required':['a','z'],'type':'object'}";
    CompiledConstraint c = compile(schema);
    assertThat(accepts(c, "{'b':1,'a':2,'z':3,'x':4,'w':5}")).isTrue();
    assertThat(accepts(c, "{'a':2,'z':3}")).isTrue();
    assertThat(accepts(c, "{'a':2,'b':1,'z':3}")).isFalse();
    assertThat(accepts(c, "{'z':3,'a':2}")).isFalse();
    assertThat(c.check("{\"z").verdict()).isEqualTo(CompiledConstraint.Check.Verdict.REFUSED);
    assertThat(accepts(c, "{'b':1,'a':2,'x':4,'z':3}")).isFalse();
    CompiledConstraint any = JsonSchema.of(schema.replace('\'', '"')).anyOrder().compile(BYTES);
    assertThat(accepts(any, "{'x':0,'z':3,'a':2,'b':1}")).isTrue();
    assertThat(accepts(any, "{'x':0,'z':3,'a':2,'b':1.5}")).isFalse();
    assertThat(accepts(any, "{'a':2,'z':3,'a':1}")).isFalse();
  }

  @Test
  void namesComeEitherWayWhereBranchesDisagree() {
    CompiledConstraint c =
        compile(
            "{'properties':{'k':{},'l':{}},'additionalProperties':true,'oneOf':["
                + "{'properties':{'k':{'const':1},'a':{},'b':{}},'required':['a','b']},"
                + "{'properties':{'k':{'const':2},'b':{},'x':{},'a':{}},'required':['b','x']}]}");
    assertThat(accepts(c, "{'k':1,'a':0,'b':0}")).isTrue();
    assertThat(accepts(c, "{'k':2,'b':0,'x':0,'a':0}")).isTrue();
    assertThat(accepts(c, "{'k':1,'b':0,'a':0,'z':0}")).isTrue();
    assertThat(accepts(c, "{'k':2,'x':0,'b':0}")).as("no branch has x before b").isFalse();
    assertThat(accepts(c, "{'a':0,'k':1,'b':0}")).as("no branch has a before k").isFalse();
    assertThat(accepts(c, "{'k':1,'z':0,'a':0,'b':0}")).as("others come last").isFalse();
    assertThat(c.check("{\"k\":2,\"x\"").verdict())
        .as("b is needed, and could come no more")
        .isEqualTo(CompiledConstraint.Check.Verdict.REFUSED);
  }

  @Test
  void namesThatAreNotDeclaredComeOnceToo() {
    CompiledConstraint c = compile("{'type':'object','properties':{'a':{}}}");
    assertThat(accepts(c, "{'x':1,'y':2}")).isTrue();
    assertThat(accepts(c, "{'x':1,'x':2}")).isFalse();
    assertThat(accepts(c, "{'\\n':1,'\\u000a':2}")).isFalse();
    assertThat(accepts(c, "{'x':{'x':1},'y':{'x':1}}")).isTrue();
  }

  /**
   * Each of the two patterns has names without end, what the one has and the other has not: one.
   */
  @Test
  void aClassOfFewNamesRunsOut() {
    CompiledConstraint c =
        compile(
            "{'type':'object','additionalProperties':false,'patternProperties':"
                + "{'^[^]$':{'type':'null'},'[^a]':{'type':'integer'}},'minProperties':2}");
    assertThat(accepts(c, "{'a':null,'bc':1}")).isTrue();
    assertThat(accepts(c, "{'bc':1,'bd':1}")).isTrue();
    assertThat(accepts(c, "{'a':null,'a':null}")).isFalse();
    assertThat(c.check("{\"a\":null,\"b\"").verdict())
        .isEqualTo(CompiledConstraint.Check.Verdict.REFUSED);
    assertThatThrownBy(
            () ->
                compile(
                    "{'type':'object','additionalProperties':false,'patternProperties':"
                        + "{'^[^]$':{'type':'null'},'[^a]':{'type':'integer'}},'minProperties':2,"
                        + "'propertyNames':{'maxLength':1}}"))
        .hasMessageContaining("no value");
  }

  @Test
  void recursionThroughReferences() {
    CompiledConstraint c =
        compile(
            "{'$ref':'#/$defs/tree','$defs':{'tree':{'type':'object','required':['value'],"
                + "'properties':{'value':{'type':'integer'},'children':{'type':'array','items':"
                + "{'$ref':'#/$defs/tree'}}},'additionalProperties':false}}}");
    assertThat(accepts(c, "{'value':1,'children':[{'value':2,'children':[]},{'value':3}]}"))
        .isTrue();
    assertThat(accepts(c, "{'value':1,'children':[{'children':[]}]}")).isFalse();
  }

  @Test
  void whitespaceGoesWhereTheOptionPutsIt() {
    JsonSchema s = JsonSchema.of("{}");
    CompiledConstraint single = s.whitespace(Whitespace.singleSpace()).compile(BYTES);
    assertThat(accepts(single, "{'a': 1, 'b': [1, 2], 'c': {}}")).isTrue();
    assertThat(accepts(single, "{'a':1}")).isFalse();
    CompiledConstraint indented = s.whitespace(Whitespace.indented(2)).compile(BYTES);
    assertThat(accepts(indented, "{\n  'a': [\n    1,\n    {}\n  ]\n}")).isTrue();
    assertThat(accepts(indented, "{\n 'a': 1\n}")).isFalse();
    CompiledConstraint flexible = s.whitespace(Whitespace.flexible()).compile(BYTES);
    assertThat(accepts(flexible, " { 'a' :\t[ 1 ,2 ] , \n 'b':{ }\n}")).isTrue();
    assertThat(accepts(flexible, "[1,\n\n2]")).isFalse();
    assertThat(accepts(flexible, "[1 , 2 ]")).isTrue();
  }

  @Test
  void refusesWithPointerAndKeyword() {
    assertThatThrownBy(() -> compile("{'properties':{'a':{'items':{'pattern':'(a*)\\\\1'}}}}"))
        .isInstanceOf(SchemaException.class)
        .hasMessageContaining("#/properties/a/items")
        .hasMessageContaining("pattern");
    assertThatThrownBy(() -> compile("{'$ref':'#/$defs/none'}"))
        .isInstanceOf(SchemaException.class)
        .hasMessageContaining("leads nowhere");
    assertThatThrownBy(() -> compile("{'type':'text'}")).isInstanceOf(SchemaException.class);
    assertThatThrownBy(() -> compile("{'enum':3}"))
        .isInstanceOf(SchemaException.class)
        .hasMessageContaining("#, enum: must be a list");
    assertThatThrownBy(() -> JsonSchema.of("{")).isInstanceOf(SchemaException.class);
    assertThatThrownBy(() -> compile("{'$ref':'#'}"))
        .isInstanceOf(SchemaException.class)
        .hasMessageContaining("without end");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'properties':{'a':{'$ref':'#/properties/a'}}}",
        "{'items':{'anyOf':[{'type':'null'},{'not':{'$ref':'#/items'}}]}}",
        "{'properties':{'a':{'$ref':'#/$defs/b'}},'$defs':{'b':{'allOf':[{'$ref':'#/$defs/c'}]},"
            + "'c':{'dependentSchemas':{'x':{'$ref':'#/$defs/b'}}}}}"
      })
  void endlessReferencesAreFoundWhereNoTextNeedLead(String schema) {
    assertThatThrownBy(() -> compile(schema))
        .isInstanceOf(SchemaException.class)
        .hasMessageContaining("without end");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'type':'integer','minimum':3,'maximum':2}                                        | #
          {'properties':{'a':{'enum':[]}},'required':['a'],'type':'object'}                 | #/properties/a
          {'type':'object','required':['a'],'properties':{'a':{'$ref':'#'}}}                | #
          {'type':'string','minLength':3,'maxLength':2}                                     | #
          {'type':'array','minItems':2,'items':false}                                       | #/items
          {'allOf':[{'type':'string'},{'type':'integer'}]}                                  | #
          {'type':'object','required':['a','b'],'maxProperties':1}                          | #
          {'type':'object','minProperties':2,'propertyNames':{'enum':['a']}}                | #
          """)
  void unsatisfiableSchemasAreRefusedWithTheirPlace(String schema, String pointer) {
    assertThatThrownBy(() -> compile(schema))
        .isInstanceOf(SchemaException.class)
        .hasMessageStartingWith("schema at " + pointer + ": no value");
  }

  @Test
  void aTextIsRefusedAtTheByteAfterWhichNothingCanComplete() {
    CompiledConstraint c =
        compile(
            "{'type':'object','properties':{'a':{'type':'integer','minimum':10,'maximum':19},"
                + "'b':{'enum':['xy','xz']}},'required':['b'],'additionalProperties':false}");
    assertThat(c.check("{\"a\":2").verdict()).isEqualTo(CompiledConstraint.Check.Verdict.REFUSED);
    assertThat(c.check("{\"a\":0.0015").verdict())
        .isEqualTo(CompiledConstraint.Check.Verdict.ACCEPTED_SO_FAR); // 0.0015e4
    assertThat(c.check("{\"a\":-").verdict()).isEqualTo(CompiledConstraint.Check.Verdict.REFUSED);
    assertThat(c.check("{\"b\":\"y").verdict()).isEqualTo(CompiledConstraint.Check.Verdict.REFUSED);
  }

  @Test
  void halfOfASurrogatePairIsNoCharacterOfAString() {
    CompiledConstraint c = compile("{'type':'string'}");
    CompiledConstraint.Check half = c.check("\"a\uD83D\"");
    assertThat(half.verdict()).isEqualTo(CompiledConstraint.Check.Verdict.REFUSED);
    assertThat(half.offset()).isEqualTo(2);
    assertThat(c.check("\"a\uD83D\uDE00\"").accepted()).isTrue();
    assertThat(c.check("1\uDE00").offset()).isZero(); // what comes first is told first
  }

  @Test
  void constantsThatWouldFillTheMemoryAreOverBudget() {
    assertThatThrownBy(() -> compile("{'const':[0" + ",1".repeat(200_000) + "]}"))
        .isInstanceOf(BudgetExceededException.class)
        .hasMessageContaining("'constants' of 200000 is exceeded at #");
  }

  @Test
  void depthBeyondTheBudgetSaysSo() {
    CompiledConstraint c =
        JsonSchema.of("{}").budgets(5, 100_000, Duration.ofSeconds(2)).compile(BYTES);
    assertThat(accepts(c, "[[[[[]]]]]")).isTrue();
    assertThatThrownBy(() -> c.check("[[[[[[")).isInstanceOf(BudgetExceededException.class);
  }

  @Test
  void forcedRunsAreTheBytesWithoutAlternative() {
    CompiledConstraint c =
        compile(
            "{'type':'object','properties':{'name':{'type':'string'}},'required':['name'],"
                + "'additionalProperties':false}");
    assertThat(new String(c.start().forced().bytes(), java.nio.charset.StandardCharsets.UTF_8))
        .isEqualTo("{\"name\":\"");
  }

  /** A value that meets one rule breaks another only if it really does. */
  @Test
  void aRuleIsNotBrokenByAValueThatMeetsIt() {
    String closed =
        "\"additionalProperties\":false,\"not\":{\"properties\":{\"a\":{\"enum\":[1,2]}}}}";
    assertThatThrownBy(
            () ->
                JsonSchema.of(
                        "{\"type\":\"object\",\"properties\":{\"a\":{\"enum\":[1]}}," + closed)
                    .compile(BYTES))
        .isInstanceOf(SchemaException.class)
        .hasMessageContaining("no value");
    assertThat(
            JsonSchema.of("{\"type\":\"object\",\"properties\":{\"a\":{\"enum\":[1,3]}}," + closed)
                .compile(BYTES)
                .check("{\"a\":3}")
                .accepted())
        .isTrue();
  }
}
