package dev.espalier.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CompiledConstraint;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.CompileReport.Status;
import dev.espalier.grammar.token.Vocabularies;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Options, the report, and what is said about schemas that nothing satisfies. */
class SchemaOptionsTest {
  private static final Vocabulary BYTES = Vocabularies.random(new Random(1), 300, "a1");

  private static JsonSchema schema(String text) {
    return JsonSchema.of(text.replace('\'', '"'));
  }

  private static boolean accepts(JsonSchema schema, String text) {
    CompiledConstraint c = schema.compile(BYTES);
    return c.check(text.replace('\'', '"')).accepted();
  }

  @Test
  void optionsComeWithTheSchema() {
    String text =
        "{'x-espalier':{'order':'any','whitespace':{'indented':1},'formats':'annotate'},"
            + "'properties':{'a':{'format':'date'},'b':{}},'type':'object'}";
    assertThat(accepts(schema(text), "{\n 'b': 1,\n 'a': 'x'\n}")).isTrue();
    assertThat(accepts(schema(text), "{'b':1}")).isFalse();
    assertThat(accepts(schema(text).whitespace(Whitespace.compact()), "{'b':1}")).isTrue();
    for (String wrong : new String[] {"{'order':'some'}", "{'depth':0}", "{'colour':1}", "[]"}) {
      assertThatThrownBy(() -> schema("{'x-espalier':" + wrong + "}"))
          .isInstanceOf(SchemaException.class)
          .hasMessageContaining("x-espalier");
    }
  }

  @Test
  void strictClosesWholeObjectsAndNoBranches() {
    JsonSchema s =
        schema(
            "{'allOf':[{'properties':{'a':{'properties':{'x':{}}}}},{'properties':{'b':{}}}],"
                + "'if':{'properties':{'a':true}},'then':{'properties':{'c':{}}},'type':'object'}");
    assertThat(accepts(s, "{'a':{'y':1},'d':1}")).isTrue();
    assertThat(accepts(s.strict(), "{'a':{'x':1},'b':2,'c':3}")).isTrue();
    assertThat(accepts(s.strict(), "{'d':1}")).isFalse();
    assertThat(accepts(s.strict(), "{'a':{'y':1}}")).isFalse();
    assertThat(accepts(schema("{'type':'object'}").strict(), "{'any':1}")).isTrue();
  }

  @Test
  void reportsEveryKeyword() {
    CompileReport report =
        schema(
                "{'title':'t','type':'object','properties':{'a':{'type':'string','pattern':'(x*)\\\\1',"
                    + "'format':'hostname'},'b':{'type':'string','format':'colour'}},'requierd':['a']}")
            .report();
    assertThat(report.complete()).isFalse();
    assertThat(report.entries(Status.REFUSED))
        .singleElement()
        .satisfies(
            e -> {
              assertThat(e.pointer()).isEqualTo("/properties/a");
              assertThat(e.keyword()).isEqualTo("pattern");
              assertThat(e.reason()).contains("back");
            });
    assertThat(report.entries(Status.ANNOTATION))
        .extracting(CompileReport.Entry::keyword)
        .containsExactlyInAnyOrder("title", "requierd", "format");
    assertThat(report.entries(Status.ENFORCED))
        .anyMatch(e -> e.keyword().equals("format") && e.reason().contains("xn--"));
    assertThat(report.warnings()).anyMatch(w -> w.message().contains("did you mean 'required'"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'type':'object','required':['a'],'additionalProperties':false} | 'a' is required
          {'type':'string','pattern':'a^'}                                | matches nothing
          {'properties':{'a':{}}}                                         | no 'type'
          {}                                                              | every JSON value
          {'type':'object','aditionalProperties':false}                   | additionalProperties
          {'$schema':'https://example.com/mine','type':'null'}            | not known
          {'definitions':{'x':{'$id':'x','$ref':'#/definitions/y'},'y':{}},'$ref':'x'} | author will have meant
          {'type':'array','items':{'uniqueItems':true,'minItems':1}}      | 'array' and has no 'type'
          {'type':'object','properties':{'a':{'minProperties':1}}}        | 'object' and has no 'type'
          {'$schema':'http://json-schema.org/draft-07/schema#','type':'object','dependentRequired':{'a':['b']}} | 'dependentRequired' means nothing here: it is not a keyword
          {'$schema':'http://json-schema.org/draft-07/schema#','type':'object','properties':{'a':{'$ref':'#','minProperties':2}}} | 'minProperties' means nothing here: it is hidden by $ref
          {'type':'object','properties':{'a':{'type':'null','x-espalier':{}}}} | at the root of the schema only
          {'type':'object','properties':{'a':{'type':'object','required':['x'],'propertyNames':{'maxLength':0}}}} | #/properties/a/required and #/properties/a/propertyNames
          {'type':'object','properties':{'a':{'type':'string','minLength':3,'maxLength':2}}} | never comes
          """)
  void warnsOfLikelyMistakes(String text, String message) {
    assertThat(schema(text).report().warnings()).anyMatch(w -> w.message().contains(message));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'type':'object','allOf':[MANY 300 {'oneOf':[{'required':['a%d']},{'required':['b%d']}]}]} | no way to the end
          {'type':'array','uniqueItems':true,'minItems':5000,'items':{'type':'array','minItems':1}} | no way to the end
          {'type':'array','uniqueItems':true,'items':{'enum':[MANY 2000 %d]}}                       | 2000 values
          {'type':'array','uniqueItems':true,'contains':{'minimum':3}}                              | beside 'contains'
          {'type':'integer','minimum':3,'maximum':2}                                                | no value satisfies
          """)
  void warnsOfWhatIsNotDecidedInTime(String text, String message) {
    assertThat(schema(manyTimes(text)).report().warnings())
        .anyMatch(w -> w.message().contains(message));
  }

  private static String manyTimes(String text) {
    Matcher m = Pattern.compile("MANY (\\d+) (.*)").matcher(text);
    if (!m.find()) {
      return text;
    }
    int begin = text.indexOf("MANY");
    int end = text.lastIndexOf(']');
    String part = text.substring(m.start(2), end);
    return text.substring(0, begin)
        + IntStream.range(0, Integer.parseInt(m.group(1)))
            .mapToObj(i -> part.replace("%d", "" + i))
            .collect(Collectors.joining(","))
        + text.substring(end);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'type':'object','properties':{'a':{'type':'string'}}}",
        "{'type':'object','propertyNames':{'pattern':'^a'},'properties':{'b':false,'c':{'not':{}}}}",
        "{'type':'array','uniqueItems':true,'minItems':20,'items':{'type':'integer'}}",
        "{'type':'object','allOf':[{'oneOf':[{'required':['a']},{'required':['b']}]}]}",
      })
  void warnsOfNothingThatIsDecided(String text) {
    assertThat(schema(text).report().warnings()).isEmpty();
  }

  @Test
  void lenientLeavesOutWhatIsRefused() {
    String text = "{'type':'string','pattern':'(x*)\\\\1','minLength':2}";
    assertThatThrownBy(() -> schema(text).compile(BYTES))
        .isInstanceOfSatisfying(
            SchemaException.class,
            e -> assertThat(e.kind()).isEqualTo(SchemaException.Kind.NOT_ENFORCED));
    assertThat(accepts(schema(text).lenient(), "'ab'")).isTrue();
    assertThat(accepts(schema(text).lenient(), "'a'")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'type':'integer','minimum':3,'maximum':2}                    | #/minimum and #/maximum
          {'allOf':[{'type':'string'},{'type':'integer'}]}              | #/allOf/0/type and #/allOf/1/type cannot both hold
          {'type':'string','enum':[1,2]}                                | #/type and #/enum cannot both hold
          {'$ref':'#/$defs/a','maximum':3,'$defs':{'a':{'type':'integer','minimum':5}}} | #/$defs/a/minimum and #/maximum cannot both hold
          {'type':'integer','multipleOf':7,'minimum':1,'maximum':6}     | #/multipleOf, #/minimum, #/maximum cannot all hold
          {'type':'object','properties':{'a':{'type':'string'}},'allOf':[{'properties':{'a':{'type':'null'}}}],'required':['a']} | #/allOf/0/properties, #/properties, #/required cannot all hold
          {'enum':[]}                                                   | #/enum alone leaves none
          {'type':'string','not':{'type':'string'}}                     | #/type and #/not cannot both hold
          {'type':'object','required':['a'],'maxProperties':0}           | #/required and #/maxProperties
          """)
  void bothSidesOfAConflictAreNamed(String text, String places) {
    assertThatThrownBy(() -> schema(text).compile(BYTES))
        .isInstanceOfSatisfying(
            SchemaException.class,
            e -> assertThat(e.kind()).isEqualTo(SchemaException.Kind.UNSATISFIABLE))
        .hasMessageContaining(places);
  }

  @Test
  void draft4IntegersAreSpelledPlain() {
    String text = "{'$schema':'http://json-schema.org/draft-04/schema#','type':'integer',%s}";
    JsonSchema s = schema(text.formatted("'minimum':5,'exclusiveMinimum':true"));
    assertThat(accepts(s, "6")).isTrue();
    assertThat(accepts(s, "120")).isTrue();
    for (String no : new String[] {"5", "6.0", "6e0", "60e-1", "0"}) {
      assertThat(accepts(s, no)).as(no).isFalse();
    }
    JsonSchema not = schema(text.formatted("'not':{'enum':[1]}").replace("'type'", "'title'"));
    assertThat(accepts(not, "1.5")).isTrue();
    assertThat(accepts(schema("{'type':'integer'}"), "6.0")).isTrue();
  }

  @Test
  void documentsComeFromTheResolverOnly() {
    JsonSchema s = schema("{'$ref':'https://example.com/a.json#/$defs/n'}");
    assertThatThrownBy(() -> s.compile(BYTES))
        .isInstanceOf(SchemaException.class)
        .hasMessageContaining("https://example.com/a.json");
    JsonSchema resolved =
        s.resolver(
            uri ->
                uri.toString().equals("https://example.com/a.json")
                    ? "{\"$defs\":{\"n\":{\"type\":\"null\"}}}"
                    : null);
    assertThat(accepts(resolved, "null")).isTrue();
    assertThat(accepts(resolved, "1")).isFalse();
  }

  @Test
  void anyEscapeIsGeneratedOnRequest() {
    String text = "{'type':'object','properties':{'é':{'const':'aé/😀'}},'required':['é']}";
    CompiledConstraint c = schema(text).anyEscape().compile(BYTES);
    for (String spelled :
        new String[] {
          "{\"é\":\"aé/😀\"", "{\"\\u00E9\":\"\\u0061\\u00e9\\/\\ud83d\\uDE00\"",
        }) {
      assertThat(walk(c, spelled)).as(spelled).isNotNull();
    }
    for (String dead :
        new String[] {
          "{\"é\":\"\\u1", "{\"é\":\"\\n", "{\"é\":\"aé/\\ud83c", "{\"é\":\"aé/\\ud83d\\n"
        }) {
      assertThat(walk(c, dead)).as(dead).isNull();
    }
    assertThat(walk(schema(text).compile(BYTES), "{\"\\u00E9\"")).isNull();
    CompiledConstraint open = schema("{'x-espalier':{'escapes':'any'}}").compile(BYTES);
    assertThat(walk(open, "{\"a\":1,\"\\u0061\"")).as("a name twice").isNull();
    assertThat(walk(open, "{\"a\":1,\"\\u0062\"")).isNotNull();
    assertThat(walk(open, "\"\\udc00")).as("half a pair").isNull();
  }

  private static CompiledConstraint.@Nullable State walk(CompiledConstraint c, String text) {
    CompiledConstraint.State s = c.start();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      s = s == null ? null : s.step(b);
    }
    return s;
  }

  @Test
  void anyEscapeIsReadAndItsPlaceKept() {
    CompiledConstraint c = schema("{'const':'aé/😀'}").compile(BYTES);
    assertThat(c.check("\"\\u0061\\u00e9\\/\\ud83d\\ude00\"").accepted()).isTrue();
    CompiledConstraint.Check refused = c.check("\"\\u0061\\u0062\"");
    assertThat(refused.accepted()).isFalse();
    assertThat(refused.offset()).isEqualTo(7);
  }
}
