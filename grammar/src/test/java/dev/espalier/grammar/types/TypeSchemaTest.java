package dev.espalier.grammar.types;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.espalier.Description;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TypeSchemaTest {
  @Description("a human")
  record Person(
      String name,
      @Description("years") int age,
      List<String> skills,
      Optional<LocalDate> born,
      @Nullable String nick,
      @JsonProperty("e-mail") String email) {}

  enum Colour {
    RED,
    @JsonProperty("deep blue")
    BLUE
  }

  sealed interface Shape permits Circle, Group {}

  record Circle(double radius, Colour colour) implements Shape {}

  record Group(List<Shape> parts) implements Shape {}

  record Node(String value, Optional<Node> next) {}

  record Pair<A, B>(A first, B second) {}

  record Uses(Pair<String, List<Integer>> pair, Map<String, Boolean> flags, Map<Colour, Long> n) {}

  private static JsonNode schema(Class<?> type) {
    return JsonMapper.shared().readTree(TypeSchema.of(type));
  }

  private static JsonNode json(String text) {
    return JsonMapper.shared().readTree(text.replace('\'', '"'));
  }

  @Test
  void recordsListTheirComponentsInOrder() {
    assertThat(schema(Person.class))
        .isEqualTo(
            json(
                "{'type':'object','description':'a human','properties':{'name':{'type':'string'},"
                    + "'age':{'type':'integer','minimum':-2147483648,'maximum':2147483647,"
                    + "'description':'years'},'skills':{'type':'array','items':{'type':'string'}},"
                    + "'born':{'type':'string','format':'date'},'nick':{'type':'string'},"
                    + "'e-mail':{'type':'string'}},"
                    + "'required':['name','age','skills','e-mail'],'additionalProperties':false}"));
    assertThat(TypeSchema.of(Person.class).indexOf("\"name\""))
        .isLessThan(TypeSchema.of(Person.class).indexOf("\"age\""));
  }

  @Test
  void aTypeThatContainsItselfGoesThroughDefs() {
    assertThat(schema(Node.class))
        .isEqualTo(
            json(
                "{'$ref':'#/$defs/Node','$defs':{'Node':{'type':'object','properties':"
                    + "{'value':{'type':'string'},'next':{'$ref':'#/$defs/Node'}},"
                    + "'required':['value'],'additionalProperties':false}}}"));
  }

  @Test
  void aSealedInterfaceIsOneOfItsRecordsByName() {
    JsonNode shape = schema(Shape.class).at("/$defs/Shape");
    assertThat(shape.at("/anyOf/0"))
        .isEqualTo(
            json(
                "{'type':'object','properties':{'type':{'const':'Circle'},'radius':{'type':"
                    + "'number'},'colour':{'type':'string','enum':['RED','deep blue']}},"
                    + "'required':['type','radius','colour'],'additionalProperties':false}"));
    assertThat(shape.at("/anyOf/1/properties/parts/items"))
        .isEqualTo(json("{'$ref':'#/$defs/Shape'}"));
  }

  @Test
  void genericsAndMapsAreResolved() {
    JsonNode uses = schema(Uses.class);
    assertThat(uses.at("/properties/pair/properties/second/items/type").stringValue())
        .isEqualTo("integer");
    assertThat(uses.at("/properties/flags/additionalProperties/type").stringValue())
        .isEqualTo("boolean");
    assertThat(uses.at("/properties/n/properties/deep blue/type").stringValue())
        .isEqualTo("integer");
  }

  record Bad(List<Thread> threads) {}

  @Test
  void whatHasNoSchemaIsRefusedWithThePathToIt() {
    assertThatThrownBy(() -> TypeSchema.of(Bad.class))
        .isInstanceOf(TypeException.class)
        .hasMessageContaining("Bad.threads[]")
        .hasMessageContaining("java.lang.Thread");
    assertThatThrownBy(() -> TypeSchema.of(List.class)).isInstanceOf(TypeException.class);
  }
}
