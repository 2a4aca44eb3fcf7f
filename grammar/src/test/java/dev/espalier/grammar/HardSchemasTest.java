package dev.espalier.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.CompiledConstraint;
import dev.espalier.CompiledConstraint.State;
import dev.espalier.TokenMask;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.token.Vocabularies;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Schemas that are hard but can be decided exactly. */
class HardSchemasTest {
  private static final Vocabulary TOKENS =
      Vocabularies.random(new Random(3), 600, "{\"a\":", "[1,2]", "true,false", "\"t\":\"m\"");

  private static JsonSchema schema(String text) {
    return JsonSchema.of(text.replace('\'', '"')).anyOrder();
  }

  private static String joined(int n, java.util.function.IntFunction<String> part) {
    return IntStream.range(0, n).mapToObj(part).collect(Collectors.joining(","));
  }

  // ---- many alternatives

  private static boolean accepts(CompiledConstraint c, String text) {
    return c.check(text.replace('\'', '"')).accepted();
  }

  @Test
  void largeClassesOfCharactersMayBeCounted() {
    CompiledConstraint c =
        schema("{'type':'string','pattern':'^(?!aws:)[\\\\p{L}\\\\p{N}:/-]{1,128}$'}")
            .compile(TOKENS);
    assertThat(accepts(c, "'Größe:1'")).isTrue();
    assertThat(accepts(c, "'aws:x'")).isFalse();
    assertThat(accepts(c, "'" + "ä".repeat(129) + "'")).isFalse();
  }

  @Test
  void textsThatAreNotShortAreFound() {
    CompiledConstraint one =
        schema("{'oneOf':[{'type':'string','maxLength':65535},{'type':'string'}]}").compile(TOKENS);
    assertThat(accepts(one, "'a'")).isFalse();
    assertThat(accepts(one, "'" + "a".repeat(65_535) + "'")).isFalse();
    assertThat(accepts(one, "'" + "a".repeat(65_536) + "'")).isTrue();
    everyWalkCanBeCompleted(one);
    CompiledConstraint time =
        schema("{'format':'date-time','type':'string','not':{'minLength':2,'maxLength':255}}")
            .compile(TOKENS);
    assertThat(accepts(time, "'2024-12-31T23:59:59Z'")).isFalse();
    assertThat(accepts(time, "'2024-12-31T23:59:59." + "0".repeat(235) + "Z'")).isTrue();
    everyWalkCanBeCompleted(time);
  }

  @Test
  void manyItemsMayComeBesideWhatSomeMustSatisfy() {
    CompiledConstraint never =
        schema(
                "{'properties':{'a':{'type':'array','items':{'type':'string'},'maxItems':1000,"
                    + "'contains':{'type':'boolean'}}}}")
            .compile(TOKENS);
    assertThat(accepts(never, "{'a':[]}")).isFalse();
    assertThat(accepts(never, "{'b':[]}")).isTrue();
    CompiledConstraint one =
        schema(
                "{'type':'array','maxItems':1000,'oneOf':[{'items':{'type':['string','null']}},"
                    + "{'items':{'type':['string','boolean']}}]}")
            .compile(TOKENS);
    assertThat(accepts(one, "[]")).isFalse();
    assertThat(accepts(one, "[" + "'a',".repeat(999) + "null]")).isTrue();
    assertThat(accepts(one, "[" + "'a',".repeat(999) + "'a']")).isFalse();
    assertThat(accepts(one, "[" + "'a',".repeat(1000) + "null]")).isFalse();
    everyWalkCanBeCompleted(one);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'type':'array','minItems':6000,'items':{'type':'integer'}}",
        "{'type':'array','minItems':6000,'maxItems':6000,'prefixItems':[{},{'const':7}],'items':{'const':{'a':[1]}}}",
        "{'type':'array','items':{'type':'array','minItems':3000,'items':{'minLength':2,'type':'string'}},'minItems':2}",
      })
  void longListsAreCompleted(String text) {
    everyWalkCanBeCompleted(schema(text).compile(TOKENS));
    everyWalkCanBeCompleted(schema(text).whitespace(Whitespace.indented(2)).compile(TOKENS));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'b':1,'b",
        "{'b':1,'bz':2,'b",
        "{'':1,'",
        "{'é':1,'é",
        "{'a':1,'a",
        "{'b':{'x':1,'x",
      })
  void aNameThatCameBeforeIsMadeLonger(String begun) {
    for (String type : new String[] {"{}", "{'type':'object','properties':{'a':{'minimum':0}}}"}) {
      CompiledConstraint c = schema(type).anyOrder().compile(TOKENS);
      State s = c.start();
      String text = begun.replace('\'', '"');
      for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
        s = java.util.Objects.requireNonNull(s.step(b));
      }
      byte[] rest = s.completion();
      assertThat(rest).as(type).isNotNull();
      String whole =
          text + new String(java.util.Objects.requireNonNull(rest), StandardCharsets.UTF_8);
      assertThat(c.check(whole).accepted()).as(whole).isTrue();
    }
  }

  @Test
  void aMillionItemsAreWrittenWithoutBeingRead() {
    CompiledConstraint c =
        schema("{'type':'array','minItems':1000000,'items':{'type':'integer'}}").compile(TOKENS);
    byte[] text = java.util.Objects.requireNonNull(c.start().completion());
    assertThat(new String(text, StandardCharsets.UTF_8))
        .isEqualTo("[" + "0,".repeat(999_999) + "0]");
  }

  @Test
  void aMillionLettersAreWrittenWithoutBeingRead() {
    CompiledConstraint c =
        schema("{'type':'array','minItems':2,'items':{'type':'string','minLength':1000000}}")
            .compile(TOKENS);
    String letters = '"' + "a".repeat(1_000_000) + '"';
    assertThat(completed(c, "")).isEqualTo("[" + letters + "," + letters + "]");
    assertThat(completed(c, "['bc"))
        .isEqualTo("[\"bc" + letters.substring(3) + "," + letters + "]");
  }

  @Test
  void aLongFractionBecomesAMultipleByAnExponent() {
    CompiledConstraint c =
        schema(
                "{'type':'number','minimum':1,'allOf':["
                    + "{'anyOf':[{'multipleOf':3},{'multipleOf':5},{'multipleOf':7}]},"
                    + "{'not':{'multipleOf':8}},{'not':{'multipleOf':5}},{'not':{'multipleOf':7}}]}")
            .compile(TOKENS);
    Random r = new Random(7);
    for (String whole : new String[] {"0.", "12345."}) {
      for (int places : new int[] {1, 30, 140, 600}) {
        StringBuilder begun = new StringBuilder(whole);
        for (int i = 0; i < places; i++) {
          begun.append(1 + r.nextInt(9));
        }
        assertThat(c.check(completed(c, begun.toString())).accepted()).as("%s", begun).isTrue();
      }
    }
  }

  private static String completed(CompiledConstraint c, String begun) {
    State s = c.start();
    String text = begun.replace('\'', '"');
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      s = java.util.Objects.requireNonNull(s.step(b), text);
    }
    byte[] rest = s.completion();
    assertThat(rest).as("after %s", text).isNotNull();
    return text + new String(java.util.Objects.requireNonNull(rest), StandardCharsets.UTF_8);
  }

  @Test
  void thirtyConditionsOnOneValue() {
    String conditions =
        joined(
            30,
            i ->
                "{'if':{'properties':{'kind':{'const':'k"
                    + i
                    + "'}},'required':['kind']},'then':{'required':['p"
                    + i
                    + "']}}");
    CompiledConstraint c = schema("{'type':'object','allOf':[" + conditions + "]}").compile(TOKENS);
    assertThat(accepts(c, "{'kind':'k29','p29':1}")).isTrue();
    assertThat(accepts(c, "{'p0':1,'kind':'k0'}")).isTrue();
    assertThat(accepts(c, "{'kind':'other'}")).isTrue();
    assertThat(accepts(c, "{'kind':'k29','p28':1}")).isFalse();
    assertThat(accepts(c, "{'p28':1,'kind':'k0'}")).isFalse();
    everyWalkCanBeCompleted(c);
  }

  @Test
  void fortyAlternativesOfWhichNoneIsNamedByANeededProperty() {
    String ways =
        joined(40, i -> "{'properties':{'t':{'const':'m" + i + "'},'n':{'maximum':" + i + "}}}");
    CompiledConstraint c = schema("{'type':'object','oneOf':[" + ways + "]}").compile(TOKENS);
    assertThat(accepts(c, "{'t':'m3'}")).isTrue();
    assertThat(accepts(c, "{'t':'m3','n':3}")).isTrue();
    assertThat(accepts(c, "{'n':2,'t':'m3'}")).isTrue();
    assertThat(accepts(c, "{'n':39}")).as("only the last allows it").isTrue();
    assertThat(accepts(c, "{'t':'m3','n':4}")).isFalse();
    assertThat(accepts(c, "{'n':4,'t':'m3'}")).isFalse();
    assertThat(accepts(c, "{'n':38}")).as("the last two allow it").isFalse();
    assertThat(accepts(c, "{'t':'m40'}")).isFalse();
    assertThat(accepts(c, "{}")).isFalse();
    everyWalkCanBeCompleted(c);
  }

  @Test
  void manyOpenAlternativesThatARequiredNameTellsApart() {
    String ways =
        joined(
            32,
            i ->
                "{'properties':{'k%d':{'type':'string','minLength':%d},'a%d':{}},'required':['k%d','a%d']}"
                    .formatted(i, i % 4, i, i, i));
    CompiledConstraint c = schema("{'type':'object','oneOf':[" + ways + "]}").compile(TOKENS);
    assertThat(accepts(c, "{'k3':'abc','a3':1}")).isTrue();
    assertThat(accepts(c, "{'o':1,'a3':[],'k2':'','k3':'abc'}")).isTrue();
    assertThat(accepts(c, "{'k3':'abc','a2':1}")).isFalse();
    assertThat(accepts(c, "{'k3':'abc','a3':1,'k2':'ab','a2':1}")).as("two of them").isFalse();
    assertThat(accepts(c, "{'k3':'abc','a3':1,'k2':'a','a2':1}")).as("too short").isTrue();
    assertThat(accepts(c, "{'k3':'ab','a3':1}")).as("none of them").isFalse();
    everyWalkCanBeCompleted(c);
  }

  @Test
  void manyAlternativesWithAConstantOfTheirOwn() {
    String resources =
        joined(
            250,
            i ->
                "{'properties':{'type':{'enum':['x"
                    + i
                    + "']},'v':{'maximum':"
                    + i % 5
                    + "},'p':{'type':'object'}},'required':['type','v']}");
    String base = "{'properties':{'name':{'type':'string'}}}";
    CompiledConstraint c =
        schema("{'items':{'allOf':[" + base + ",{'oneOf':[" + resources + "]}]},'type':'array'}")
            .compile(TOKENS);
    assertThat(accepts(c, "[{'type':'x7','v':2},{'v':4,'name':'n','type':'x249'}]")).isTrue();
    assertThat(accepts(c, "[{'type':'x7','v':3}]")).isFalse();
    assertThat(accepts(c, "[{'v':3,'type':'x7'}]")).isFalse();
    assertThat(accepts(c, "[{'type':'x250','v':0}]")).isFalse();
    assertThat(accepts(c, "[{'type':'x7'}]")).isFalse();
    everyWalkCanBeCompleted(c);
  }

  @Test
  void alternativesThatOnlySeemToBeApartAreNot() {
    CompiledConstraint c =
        schema(
                "{'oneOf':[{'properties':{'t':{'const':'a'}}},{'properties':{'t':{'const':'b'}}},"
                    + "{'required':['t'],'properties':{'t':{'enum':['b','c']}}}]}")
            .compile(TOKENS);
    assertThat(accepts(c, "{}")).as("the first two").isFalse();
    assertThat(accepts(c, "{'t':'a'}")).isTrue();
    assertThat(accepts(c, "{'t':'b'}")).as("the last two").isFalse();
    assertThat(accepts(c, "{'t':'c'}")).isTrue();
    assertThat(accepts(c, "1")).isFalse();
    c =
        schema(
                "{'required':['t'],'oneOf':[{'properties':{'t':{'type':'integer'}}},"
                    + "{'properties':{'t':{'type':['number','string']}}},"
                    + "{'properties':{'u':{}},'additionalProperties':false}]}")
            .compile(TOKENS);
    assertThat(accepts(c, "{'t':1}")).as("an integer is a number").isFalse();
    assertThat(accepts(c, "{'t':1.5}")).isTrue();
    assertThat(accepts(c, "{'t':'a','u':1}")).isTrue();
    assertThat(accepts(c, "{'u':1}")).isFalse();
  }

  @Test
  void thirtyNamePatternsThatDoNotOverlap() {
    String patterns = joined(30, i -> "'^p" + i + "_[a-z]+$':{'maximum':" + i + "}");
    CompiledConstraint c =
        schema(
                "{'type':'object','patternProperties':{"
                    + patterns
                    + "},'additionalProperties':false}")
            .compile(TOKENS);
    assertThat(accepts(c, "{'p7_a':7,'p29_z':29,'p7_b':0}")).isTrue();
    assertThat(accepts(c, "{'p29_a':30}")).isFalse();
    assertThat(accepts(c, "{'p30_a':0}")).isFalse();
    everyWalkCanBeCompleted(c);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'type':'array','items':{'type':'integer'},'not':{'items':{'multipleOf':2}}}",
        "{'type':'array','oneOf':[{'contains':{'const':1}},{'contains':{'const':2},'minContains':2}]}",
        "{'type':'object','not':{'additionalProperties':{'type':'string'}},'maxProperties':3}",
        "{'type':'object','properties':{'a':{'type':'integer'},'b':{'type':'null'}},"
            + "'oneOf':[{'required':['a']},{'required':['b']},{'minProperties':3}]}",
        "{'type':'object','allOf':[{'not':{'properties':{'a':{'const':1}}}},"
            + "{'not':{'properties':{'b':{'const':1}}}},{'not':{'patternProperties':{'c':false}}}]}",
        "{'type':'object','not':{'propertyNames':{'pattern':'^x'}},'minProperties':2}",
        "{'type':'string','allOf':[{'pattern':'a.*b'},{'pattern':'c..d'},{'not':{'pattern':'e'}},"
            + "{'pattern':'[0-9]{3}$'}],'minLength':20}",
        "{'type':'string','pattern':'^(\\\\w+ ?){3,5}$','maxLength':40,'not':{'pattern':'aa'}}",
        "{'$ref':'#/$defs/t','$defs':{'t':{'anyOf':[{'type':'null'},"
            + "{'type':'object','required':['l','r'],'properties':{'l':{'$ref':'#/$defs/t'},"
            + "'r':{'$ref':'#/$defs/t'}}}]}}}",
      })
  void everyPlaceHasAWayOut(String text) {
    everyWalkCanBeCompleted(schema(text).compile(TOKENS));
  }

  private static void everyWalkCanBeCompleted(CompiledConstraint c) {
    Random r = new Random(17);
    TokenMask mask = new TokenMask(TOKENS.size());
    for (int walk = 0; walk < 20; walk++) {
      State s = c.start();
      StringBuilder text = new StringBuilder();
      for (int step = r.nextInt(25); step > 0 && !s.mayEnd(); step--) {
        mask.clear();
        s.fillMask(mask);
        int token = r.nextInt(TOKENS.size());
        while (!mask.contains(token)) {
          token = (token + 1) % TOKENS.size();
        }
        text.append(new String(TOKENS.bytes(token), StandardCharsets.UTF_8));
        s = java.util.Objects.requireNonNull(s.advance(token));
      }
      byte[] rest = s.completion();
      assertThat(rest).as("after %s", text).isNotNull();
      String whole =
          text + new String(java.util.Objects.requireNonNull(rest), StandardCharsets.UTF_8);
      assertThat(c.check(whole).accepted()).as(whole).isTrue();
    }
  }
}
