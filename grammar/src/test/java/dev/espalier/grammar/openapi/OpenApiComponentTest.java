package dev.espalier.grammar.openapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CompiledConstraint;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.JsonSchema;
import dev.espalier.grammar.SchemaException;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class OpenApiComponentTest {
  private static String document(String version, String components) {
    return ("{'openapi':'" + version + "','info':{},'paths':{},'components':{'schemas':")
            .replace('\'', '"')
        + components.replace('\'', '"')
        + "}}";
  }

  private static JsonNode schema(String version, String components, String name) {
    return JsonMapper.shared()
        .readTree(OpenApiComponent.schema(document(version, components), name))
        .get("$defs");
  }

  private static JsonNode json(String text) {
    return JsonMapper.shared().readTree(text.replace('\'', '"'));
  }

  private static boolean accepts(String document, String component, String text) {
    CompiledConstraint compiled =
        JsonSchema.ofOpenApi(document, component).anyOrder().compile(Vocabulary.ofBytes());
    return compiled.check(text.replace('\'', '"')).accepted();
  }

  @Test
  void onlyWhatTheComponentNeedsIsTaken() {
    String components =
        "{'A':{'properties':{'b':{'$ref':'#/components/schemas/B'}}},"
            + "'B':{'items':{'$ref':'#/components/schemas/A'}},'C':{'properties':{'p/q':{'$ref':'elsewhere.json'}}}}";
    JsonNode defs = schema("3.1.0", components, "A");
    assertThat(defs.propertyNames()).containsExactly("A", "B");
    assertThat(defs.at("/A/properties/b")).isEqualTo(json("{'$ref':'#/$defs/B'}"));
    assertThatThrownBy(() -> schema("3.1.0", components, "C"))
        .isInstanceOf(SchemaException.class)
        .hasMessageContaining("/components/schemas/C/properties/p~1q")
        .hasMessageContaining("elsewhere.json");
    assertThatThrownBy(() -> schema("3.1.0", components, "D"))
        .isInstanceOf(SchemaException.class)
        .hasMessageContaining("'D'");
  }

  @Test
  void theDialectOfVersion30IsTranslated() {
    JsonNode a =
        schema(
                "3.0.3",
                "{'A':{'properties':{"
                    + "'s':{'type':'string','nullable':true,'example':{'nullable':true}},"
                    + "'n':{'type':'number','minimum':3,'exclusiveMinimum':true,'maximum':9,"
                    + "'exclusiveMaximum':false},"
                    + "'r':{'$ref':'#/components/schemas/B','nullable':true}}},'B':{}}",
                "A")
            .at("/A/properties");
    assertThat(a)
        .isEqualTo(
            json(
                "{'s':{'type':['string','null']},"
                    + "'n':{'type':'number','exclusiveMinimum':3,'maximum':9},"
                    + "'r':{'$ref':'#/$defs/B'}}"));
    // In 3.1 the same words mean nothing, or what JSON Schema says.
    assertThat(schema("3.1.0", "{'A':{'type':'string','nullable':true}}", "A").at("/A/type"))
        .isEqualTo(json("'string'"));
    assertThat(
            schema(
                    "3.1.0",
                    "{'A':{'$ref':'#/components/schemas/B','maxLength':1},'B':{'type':'string'}}",
                    "A")
                .get("A"))
        .isEqualTo(json("{'$ref':'#/$defs/B','maxLength':1}"));
  }

  @Test
  void integersKeepTheirBits() {
    String document =
        document(
            "3.0.0",
            "{'I':{'type':'integer','format':'int32'},"
                + "'P':{'type':'integer','format':'int64','minimum':1}}");
    assertThat(accepts(document, "I", "2147483647")).isTrue();
    assertThat(accepts(document, "I", "2147483648")).isFalse();
    assertThat(accepts(document, "P", "9223372036854775807")).isTrue();
    assertThat(accepts(document, "P", "9223372036854775808")).isFalse();
    assertThat(accepts(document, "P", "0")).isFalse();
  }

  @Test
  void aDiscriminatorTellsBranchesApart() {
    String document =
        document(
            "3.0.1",
            "{'Pet':{'oneOf':[{'$ref':'#/components/schemas/Cat'},"
                + "{'$ref':'#/components/schemas/Dog'}],'discriminator':{'propertyName':'kind',"
                + "'mapping':{'feline':'#/components/schemas/Cat','kitten':'Cat'}}},"
                + "'Cat':{'type':'object','properties':{'kind':{'type':'string'},"
                + "'lives':{'type':'integer'}},'additionalProperties':false},"
                + "'Dog':{'type':'object','properties':{'kind':{'type':'string'}},"
                + "'additionalProperties':false}}");
    assertThat(accepts(document, "Pet", "{'kind':'feline','lives':9}")).isTrue();
    assertThat(accepts(document, "Pet", "{'kind':'kitten'}")).isTrue();
    assertThat(accepts(document, "Pet", "{'kind':'Dog'}")).isTrue();
    assertThat(accepts(document, "Pet", "{'kind':'Dog','lives':9}")).isFalse();
    assertThat(accepts(document, "Pet", "{'kind':'Cat'}")).isFalse();
    assertThat(accepts(document, "Pet", "{'lives':9}")).isFalse();
    assertThat(accepts(document, "Cat", "{'lives':9}")).isTrue();
  }

  @Test
  void aBranchWithoutANameStaysAsItIs() {
    String document =
        document(
            "3.1.0",
            "{'Pet':{'oneOf':[{'$ref':'#/components/schemas/Cat'},{'type':'null'}],"
                + "'discriminator':{'propertyName':'kind'}},"
                + "'Cat':{'type':'object','properties':{'kind':{'type':'string'}}}}");
    assertThat(accepts(document, "Pet", "{'kind':'Cat'}")).isTrue();
    assertThat(accepts(document, "Pet", "null")).isTrue();
    assertThat(accepts(document, "Pet", "{'kind':'Dog'}")).isFalse();
  }

  @Test
  void aByteOrderMarkMayStandInFrontOfADocument() {
    String document = document("3.1.0", "{'A':{'type':'null'}}");
    assertThat(OpenApiComponent.schema("\uFEFF" + document, "A"))
        .isEqualTo(OpenApiComponent.schema(document, "A"));
  }

  @Test
  void otherDocumentsAreRefused() {
    assertThatThrownBy(() -> OpenApiComponent.schema("openapi: 3.0.0", "A"))
        .isInstanceOf(SchemaException.class)
        .hasMessageContaining("YAML");
    assertThatThrownBy(() -> OpenApiComponent.schema("{\"swagger\":\"2.0\"}", "A"))
        .isInstanceOf(SchemaException.class)
        .hasMessageContaining("3.0 or 3.1");
  }
}
