package dev.espalier.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CompiledConstraint;
import dev.espalier.Vocabulary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keywords with values that are none, in a property that need not come. */
class BrokenSchemasTest {
  private static final String SCHEMA_URI = "https://json-schema.org/draft/2020-12/schema";

  private static CompiledConstraint compile(String draft, String keywords) {
    String schema =
        "{'$schema':'%s','properties':{'x':{%s}}}".formatted(draft, keywords).replace('\'', '"');
    return JsonSchema.of(schema).compile(Vocabulary.builder(1).end(0).build());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'type':'any'",
        "'type':5",
        "'type':['string',{}]",
        "'enum':'a'",
        "'minimum':'1'",
        "'exclusiveMaximum':true",
        "'multipleOf':0",
        "'minLength':-1",
        "'maxLength':'5'",
        "'pattern':5",
        "'format':[]",
        "'minItems':1.5",
        "'maxItems':null",
        "'uniqueItems':'true'",
        "'contains':5",
        "'minContains':-1",
        "'maxContains':{}",
        "'items':[{}]",
        "'items':'string'",
        "'prefixItems':{}",
        "'prefixItems':[null]",
        "'unevaluatedItems':0",
        "'properties':[]",
        "'properties':{'a':'string'}",
        "'patternProperties':{'a':3}",
        "'additionalProperties':'false'",
        "'propertyNames':'a'",
        "'required':true",
        "'required':['a',1]",
        "'minProperties':'1'",
        "'maxProperties':-2",
        "'unevaluatedProperties':[]",
        "'dependentRequired':[]",
        "'dependentRequired':{'a':'b'}",
        "'dependentRequired':{'a':[true]}",
        "'dependentSchemas':{'a':['b']}",
        "'dependencies':{'a':[1]}",
        "'dependencies':{'a':'b'}",
        "'allOf':{}",
        "'anyOf':[1]",
        "'oneOf':'a'",
        "'not':[]",
        "'if':1",
        "'then':1",
        "'else':null",
        "'$ref':5",
        "'$ref':'#/none'",
        "'$ref':'#none'",
        "'$dynamicRef':{}"
      })
  void areErrorsOfTheSchemaWithTheirPlace(String keyword) {
    String name = keyword.substring(1, keyword.indexOf('\'', 1));
    assertThatThrownBy(() -> compile(SCHEMA_URI, keyword))
        .isInstanceOfSatisfying(
            SchemaException.class, e -> assertThat(e.kind()).isEqualTo(SchemaException.Kind.BROKEN))
        .hasMessageStartingWith("schema at #/properties/x")
        .hasMessageContaining(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'additionalItems':5",
        "'exclusiveMinimum':1",
        "'dependencies':{'a':[{}]}",
        "'items':[5]"
      })
  void areThoseOfTheirDraft(String keyword) {
    assertThatThrownBy(() -> compile("http://json-schema.org/draft-04/schema#", keyword))
        .isInstanceOf(SchemaException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'const':'a\\ud800'",
        "'enum':[1,[{'a':'\\udc00'}]]",
        "'enum':[{'\\ud800b':1}]",
        "'required':['\\ud800']",
        "'properties':{'\\ud800':{}}",
        "'patternProperties':{'\\ud800':{}}",
        "'dependentRequired':{'\\ud800':['a']}",
        "'dependentRequired':{'a':['\\ud800']}",
        "'dependentSchemas':{'\\ud800':{}}",
        "'dependencies':{'a':['\\ud800']}"
      })
  void mayNotAskForHalfOfACharacter(String keyword) {
    String name = keyword.substring(1, keyword.indexOf('\'', 1));
    assertThatThrownBy(() -> compile(SCHEMA_URI, keyword))
        .isInstanceOf(SchemaException.class)
        .hasMessageStartingWith("schema at #/properties/x, " + name + ": char ")
        .hasMessageContaining("half of a surrogate pair");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'pattern':'('",
        "'patternProperties':{'(':{}}",
        "'propertyNames':{'pattern':'('}",
        "'additionalProperties':{'patternProperties':{'[':true}}"
      })
  void mayNotAskForPatternsThatAreNone(String keyword) {
    assertThatThrownBy(() -> compile(SCHEMA_URI, keyword))
        .isInstanceOf(SchemaException.class)
        .hasMessageStartingWith("schema at #/properties/x")
        .hasMessageContaining("the pattern cannot be enforced");
  }

  @Test
  void notesMayHoldHalfOfACharacter() {
    CompiledConstraint c =
        compile(SCHEMA_URI, "'const':'\\ud83d\\ude00','title':'\\ud800','default':'\\ud800'");
    assertThat(c.check("{\"x\":\"\uD83D\uDE00\"}").accepted()).isTrue();
    assertThat(c.check("{\"x\":\"?\"}").accepted()).isFalse();
  }
}
