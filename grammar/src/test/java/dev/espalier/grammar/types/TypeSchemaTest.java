package dev.espalier.grammar.types;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.espalier.CompiledConstraint;
import dev.espalier.Description;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.JsonSchema;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;
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
                "{'type':'object','properties':{'type':{'const':'Circle'},"
                    + "'radius':{'type':'number','minimum':-1.7976931348623157E308,"
                    + "'maximum':1.7976931348623157E308},"
                    + "'colour':{'type':'string','enum':['RED','deep blue']}},"
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

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
  @JsonSubTypes(@JsonSubTypes.Type(value = Ok.class, name = "ok"))
  sealed interface Result<T> permits Ok, Failed {}

  record Ok<T>(T value) implements Result<T> {}

  @JsonTypeName("failure")
  record Failed<E>(String message) implements Result<E> {}

  record Answer(Result<List<Integer>> numbers, LocalDateTime at, Duration took, char grade) {}

  @Test
  void jacksonNamesTheAlternativesAndVariablesReachThem() {
    JsonNode choices = schema(Answer.class).at("/properties/numbers/anyOf");
    assertThat(choices.at("/0/properties/kind/const").stringValue()).isEqualTo("ok");
    assertThat(choices.at("/0/properties/value/items/type").stringValue()).isEqualTo("integer");
    assertThat(choices.at("/1/properties/kind/const").stringValue()).isEqualTo("failure");
  }

  @Test
  void whatTheSchemaAcceptsIsRead() {
    CompiledConstraint compiled = JsonSchema.of(Answer.class).compile(Vocabulary.ofBytes());
    String[] good = {"2024-02-29T23:59:59", "1900-12-31T00:00:00.125", "2000-02-29T10:00:00"};
    String[] bad = {"2023-02-29T10:00:00", "1900-02-29T10:00:00", "2024-04-31T10:00:00"};
    for (String at : good) {
      String text = answer(at, "P1DT2H3.5S", "A");
      assertThat(compiled.check(text).accepted()).as(text).isTrue();
      Answer read = JsonMapper.shared().readValue(text, Answer.class);
      assertThat(read.at).isEqualTo(LocalDateTime.parse(at));
      assertThat(read.took).isEqualTo(Duration.parse("P1DT2H3.5S"));
      assertThat(read.numbers).isEqualTo(new Ok<>(List.of(1, 2)));
    }
    for (String at : bad) {
      assertThat(compiled.check(answer(at, "PT1S", "A")).accepted()).as(at).isFalse();
    }
    for (String took : new String[] {"P", "PT", "P1M", "P1DT", "1S"}) {
      assertThat(compiled.check(answer(good[0], took, "A")).accepted()).as(took).isFalse();
    }
    assertThat(compiled.check(answer(good[0], "PT1S", "AB")).accepted()).isFalse();
    assertThat(compiled.check(answer(good[0], "PT1S", "😀")).accepted()).isFalse();
  }

  private static String answer(String at, String took, String grade) {
    return "{'numbers':{'kind':'ok','value':[1,2]},'at':'%s','took':'%s','grade':'%s'}"
        .formatted(at, took, grade)
        .replace('\'', '"');
  }

  @JsonIgnoreProperties({"hidden", "cost"})
  record Partial(
      String name, @JsonIgnore String note, Integer hidden, @JsonProperty("cost") Double price) {}

  record Unset(@JsonIgnore int note) {}

  record Formatted(@JsonFormat(pattern = "dd.MM.yyyy") LocalDate day) {}

  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  record Snake(String firstName) {}

  @Test
  void whatIsNotReadIsNotAskedFor() {
    assertThat(schema(Partial.class))
        .isEqualTo(
            json(
                "{'type':'object','properties':{'name':{'type':'string'}},'required':['name'],"
                    + "'additionalProperties':false}"));
  }

  @Test
  void annotationsThatWouldHaveAnotherFormReadAreRefused() {
    assertThatThrownBy(() -> TypeSchema.of(Formatted.class))
        .isInstanceOf(TypeException.class)
        .hasMessageContaining("Formatted.day: @JsonFormat");
    assertThatThrownBy(() -> TypeSchema.of(Snake.class))
        .isInstanceOf(TypeException.class)
        .hasMessageContaining("Snake: @JsonNaming");
    assertThatThrownBy(() -> TypeSchema.of(Unset.class))
        .isInstanceOf(TypeException.class)
        .hasMessageContaining("Unset.note");
  }

  record Tree<T>(T value, List<Tree<T>> parts) {}

  record Trees(Tree<String> texts, Tree<Integer> numbers) {}

  record Growing<T>(T value, Optional<Growing<List<T>>> next) {}

  record Grows(Growing<String> growing) {}

  @Test
  void aTypeThatContainsItselfHasASchemaForEachOfItsArguments() {
    JsonNode schema = schema(Trees.class);
    for (String name : List.of("texts", "numbers")) {
      String reference = schema.at("/properties/" + name + "/$ref").stringValue();
      JsonNode tree = schema.at(reference.substring(1));
      assertThat(tree.at("/properties/value/type").stringValue())
          .isEqualTo(name.equals("texts") ? "string" : "integer");
      assertThat(tree.at("/properties/parts/items/$ref").stringValue()).isEqualTo(reference);
    }
    assertThatThrownBy(() -> TypeSchema.of(Grows.class))
        .isInstanceOf(TypeException.class)
        .hasMessageContaining("Growing contains itself with other type arguments");
  }

  record Anything(Object value, Map<String, Object> more) {}

  @Test
  void anObjectIsAnyValueWhoseNumbersAreReadAsTheyAre() {
    CompiledConstraint compiled = JsonSchema.of(Anything.class).compile(Vocabulary.ofBytes());
    String[] good = {"null", "true", "'a'", "[]", "{}", "1e308", "-1.5", "9".repeat(300)};
    String[] bad = {"1e309", "-1e999", "1.8e308"};
    for (String around : new String[] {"%s", "[%s]", "{'a':%s}", "[1,{'b':[%s]}]"}) {
      for (String value : good) {
        String text = anything(around.formatted(value));
        assertThat(compiled.check(text).accepted()).as(text).isTrue();
        assertThat(JsonMapper.shared().readValue(text, Anything.class).toString())
            .doesNotContain("Infinity");
      }
      for (String value : bad) {
        String text = anything(around.formatted(value));
        assertThat(compiled.check(text).accepted()).as(text).isFalse();
        assertThat(JsonMapper.shared().readValue(text, Anything.class).toString())
            .contains("Infinity");
      }
    }
    assertThat(JsonSchema.of(Anything.class).report().warnings()).isEmpty();
    CompiledConstraint alone = JsonSchema.of(Object.class).compile(Vocabulary.ofBytes());
    assertThat(alone.check("[1e308]").accepted()).isTrue();
    assertThat(alone.check("[1e309]").accepted()).isFalse();
  }

  private static String anything(String value) {
    return "{'value':%s,'more':{'x':%s}}".formatted(value, value).replace('\'', '"');
  }

  record Values(
      OffsetDateTime at,
      ZonedDateTime zoned,
      Instant instant,
      URI link,
      double real,
      float small) {}

  /** The formats have more: leap seconds, offsets of a day, addresses of versions to come. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          at      | '1998-12-31T23:59:59Z' '1998-12-31t23:59:59z' '0000-01-01T00:00:00.123456789-18:00' '2024-02-29T10:00:00+17:59' | '1998-12-31T23:59:60Z' '1998-12-31T23:59:59+18:01' '1998-12-31T23:59:59.1234567890Z' '2023-02-29T10:00:00Z' '1998-12-31T23:59:59'
          zoned   | '1998-12-31T23:59:59+18:00' | '1998-12-31T23:59:60Z' '1998-12-31T23:59:59-23:59'
          instant | '9999-12-31T23:59:59.999999999Z' | '1998-12-31T23:59:59-18:01'
          link    | 'a:b' 'a:/' 'a:?q' 'a://?' 'a://@/' 'http:///x' 'http://[::1]:8/x' 'http://a_b:999999/' 'urn:x:y' | 'a:' 'a:#f' 'a://' 'a://#f' 'http://[v1.a]/' 'http://u@[Vf.x]/'
          real    | 1e308 -1.7976931348623157e308 1e-999 0.001e311 | 1e309 -1.8e308 0.001e312
          small   | 3.4e38 1e-60 | 3.5e38 -1e39
          """)
  void dateTimesLinksAndNumbersAreThoseThatJavaReads(String name, String good, String bad) {
    CompiledConstraint compiled = JsonSchema.of(Values.class).compile(Vocabulary.ofBytes());
    for (String value : good.split(" ", -1)) {
      String text = values(name, value);
      assertThat(compiled.check(text).accepted()).as(text).isTrue();
      assertThat(JsonMapper.shared().readValue(text, Values.class).toString())
          .doesNotContain("Infinity");
    }
    for (String value : bad.split(" ", -1)) {
      String text = values(name, value);
      assertThat(compiled.check(text).accepted()).as(text).isFalse();
    }
  }

  private static String values(String name, String value) {
    Map<String, String> all =
        new LinkedHashMap<>(
            Map.of("at", "'2000-01-01T00:00:00Z'", "link", "'a:b'", "real", "1", "small", "1"));
    all.put("zoned", all.get("at"));
    all.put("instant", all.get("at"));
    all.put(name, value);
    return List.of("at", "zoned", "instant", "link", "real", "small").stream()
        .map(n -> "'" + n + "':" + all.get(n))
        .collect(Collectors.joining(",", "{", "}"))
        .replace('\'', '"');
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
  sealed interface Told permits Inner {}

  sealed interface Inner extends Told permits Leaf {}

  record Leaf(int value) implements Inner {}

  record HoldsInner(Inner inner) {}

  record HoldsLeaf(Leaf leaf) {}

  record ReadOnly(String name, @JsonProperty(access = JsonProperty.Access.READ_ONLY) String id) {}

  enum Coded {
    A;

    @JsonValue
    String code() {
      return "a";
    }
  }

  record HoldsCoded(Coded coded) {}

  record Made(String a) {
    @JsonCreator
    static Made of(@JsonProperty("x") String x) {
      return new Made(x);
    }
  }

  record Compact(String a) {
    @JsonCreator
    Compact {}
  }

  record Told2(@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS) Leaf leaf) {}

  @Test
  void jacksonInheritsHowTypesAreToldApart() {
    assertThat(schema(HoldsInner.class).at("/properties/inner/anyOf/0/required"))
        .isEqualTo(json("['kind','value']"));
    assertThatThrownBy(() -> TypeSchema.of(HoldsLeaf.class))
        .isInstanceOf(TypeException.class)
        .hasMessageContaining("HoldsLeaf.leaf: Told says with @JsonTypeInfo");
    assertThatThrownBy(() -> TypeSchema.of(Told2.class))
        .isInstanceOf(TypeException.class)
        .hasMessageContaining("Told2.leaf: @JsonTypeInfo");
  }

  @Test
  void whatIsReadAnotherWayIsRefused() {
    assertThat(schema(ReadOnly.class).at("/properties").propertyNames()).containsExactly("name");
    assertThat(schema(Compact.class).at("/required")).isEqualTo(json("['a']"));
    assertThatThrownBy(() -> TypeSchema.of(HoldsCoded.class))
        .isInstanceOf(TypeException.class)
        .hasMessageContaining("HoldsCoded.coded: @JsonValue");
    assertThatThrownBy(() -> TypeSchema.of(Made.class))
        .isInstanceOf(TypeException.class)
        .hasMessageContaining("Made: @JsonCreator");
  }

  record Bad(List<Thread> threads) {}

  @Test
  void whatHasNoSchemaIsRefusedWithThePathToIt() {
    assertThatThrownBy(() -> TypeSchema.of(Bad.class))
        .isInstanceOf(TypeException.class)
        .hasMessageContaining("Bad.threads[]")
        .hasMessageContaining("java.lang.Thread");
    assertThatThrownBy(() -> TypeSchema.of(List.class))
        .isInstanceOf(TypeException.class)
        .hasMessageContaining("Person[].class");
    assertThatThrownBy(() -> TypeSchema.of(Pair.class))
        .isInstanceOf(TypeException.class)
        .hasMessageContaining("Pair.first: type variable A");
  }
}
