package dev.espalier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JsonBindingTest {
  record Person(String name, int age, Optional<LocalDate> born, @Nullable String nick) {}

  sealed interface Shape permits Circle, Group {}

  record Circle(double radius) implements Shape {}

  record Group(List<Shape> parts, Map<String, Boolean> flags) implements Shape {}

  record Times(Instant at, UUID id) {}

  record Partial(String name, @JsonIgnore @Nullable String note) {}

  private static <T> T as(String text, Class<T> type, boolean satisfied) {
    return as(text, type, satisfied, FinishReason.LENGTH);
  }

  private static <T> T as(String text, Class<T> type, boolean satisfied, FinishReason reason) {
    Usage usage =
        new Usage(
            1,
            0,
            0,
            0,
            0,
            0,
            Duration.ZERO,
            Duration.ZERO,
            Duration.ZERO,
            Duration.ZERO,
            Duration.ZERO);
    return new Generation(text, new int[0], List.of(), reason, satisfied, 0, usage, null).as(type);
  }

  @Test
  void recordsOptionalsAndTimes() {
    assertThat(as("{\"name\":\"Ada\",\"age\":36,\"born\":\"1815-12-10\"}", Person.class, true))
        .isEqualTo(new Person("Ada", 36, Optional.of(LocalDate.of(1815, 12, 10)), null));
    assertThat(as("{\"name\":\"Ada\",\"age\":3.6e1}", Person.class, true))
        .isEqualTo(new Person("Ada", 36, Optional.empty(), null));
    assertThat(
            as(
                    "{\"at\":\"2026-01-02T03:04:05.5+02:00\","
                        + "\"id\":\"00000000-0000-0000-0000-00000000000A\"}",
                    Times.class,
                    true)
                .at())
        .isEqualTo(Instant.parse("2026-01-02T01:04:05.5Z"));
  }

  @Test
  void sealedInterfacesAreToldApartByType() {
    Shape shape =
        as(
            "{\"type\":\"Group\",\"parts\":[{\"type\":\"Circle\",\"radius\":1}],"
                + "\"flags\":{\"a\":true}}",
            Shape.class,
            true);
    assertThat(shape).isEqualTo(new Group(List.of(new Circle(1)), Map.of("a", true)));
    assertThat(as("{\"radius\":2}", Circle.class, true)).isEqualTo(new Circle(2));
  }

  sealed interface Animal permits Pet, Fish {}

  sealed interface Pet extends Animal permits Cat, Dog {}

  @JsonTypeName("kitten")
  record Cat(int lives) implements Pet {}

  @JsonTypeName
  record Dog(int age) implements Pet {}

  record Fish(boolean fresh) implements Animal {}

  @Test
  void typesMayHaveNamesOfTheirOwnAndSealedTypesInside() {
    assertThat(
            as(
                "[{'type':'kitten','lives':9},{'type':'Dog','age':2},{'type':'Fish','fresh':true}]"
                    .replace('\'', '"'),
                Animal[].class,
                true))
        .containsExactly(new Cat(9), new Dog(2), new Fish(true));
    assertThatThrownBy(() -> as("{\"type\":\"Cat\",\"lives\":9}", Animal.class, true))
        .isInstanceOf(BindingException.class)
        .hasMessageContaining("kitten");
  }

  enum Level {
    LOW,
    HIGH {
      @Override
      public String toString() {
        return "very high";
      }
    }
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
  sealed interface Told permits Inner {}

  sealed interface Inner extends Told permits Leaf {}

  record Leaf(Level level) implements Inner {}

  record Holds(Told told, List<Told> list, Inner inner) {}

  @Test
  void jacksonsPropertyTellsComponentsApartToo() {
    String leaf = "{\"kind\":\"Leaf\",\"level\":\"HIGH\"}";
    Leaf high = new Leaf(Level.HIGH);
    assertThat(
            as(
                "{'told':%s,'list':[%s],'inner':%s}".replace('\'', '"').formatted(leaf, leaf, leaf),
                Holds.class,
                true))
        .isEqualTo(new Holds(high, List.of(high), high));
  }

  @Test
  void enumsAreReadByNameWhateverTheirConstantsAre() {
    assertThat(as("[\"LOW\",\"HIGH\"]", Level[].class, true))
        .containsExactly(Level.LOW, Level.HIGH);
  }

  record Count(long n, Map<String, Long> more) {}

  @Test
  void longsAreExactHoweverTheyAreSpelled() {
    assertThat(
            as(
                "{\"n\":9007199254740993.0,\"more\":{\"a\":9.007199254740993e15}}",
                Count.class,
                true))
        .isEqualTo(new Count(9007199254740993L, Map.of("a", 9007199254740993L)));
    for (long extreme : new long[] {Long.MIN_VALUE, Long.MAX_VALUE}) {
      assertThat(as("{\"n\":%d.0,\"more\":{}}".formatted(extreme), Count.class, true))
          .isEqualTo(new Count(extreme, Map.of()));
    }
    for (String beyond : List.of("1e19", "-1e19", "9223372036854775808.0")) {
      assertThatThrownBy(() -> as("{\"n\":%s}".formatted(beyond), Count.class, true))
          .isInstanceOf(BindingException.class);
    }
  }

  /** As the schema of the type has it, which leaves them out. */
  @Test
  void ignoredComponentsAreEmpty() {
    assertThat(as("{\"name\":\"Ada\"}", Partial.class, true)).isEqualTo(new Partial("Ada", null));
  }

  @Test
  void whatDoesNotFitShowsTheTextAndTheReason() {
    assertThatThrownBy(() -> as("{\"name\":\"Ada\"", Person.class, false))
        .isInstanceOf(BindingException.class)
        .hasMessageContaining("Person")
        .hasMessageContaining("raise maxTokens")
        .hasMessageContaining("{\\\"name\\\":\\\"Ada\\\"");
    assertThatThrownBy(() -> as("{\"name\":\"Ada\"", Person.class, false, FinishReason.DEADLINE))
        .hasMessageContaining("ended early (DEADLINE)")
        .message()
        .doesNotContain("maxTokens", "REDACTED");
    assertThatThrownBy(() -> as("{\"nope\":1}", Person.class, true))
        .isInstanceOf(BindingException.class)
        .hasMessageContaining("nope");
  }

  @Test
  void ofALongTextItsBeginAndItsEndAreShown() {
    String text = "{\"begin\":1," + "\"x\":0,".repeat(10_000) + "\"end\":2}";
    assertThatThrownBy(() -> as(text, Person.class, true))
        .isInstanceOf(BindingException.class)
        .hasMessageEndingWith("; text: " + Texts.quote(text, 400))
        .message()
        .contains("begin", " … ", "end")
        .hasSizeLessThan(2_000);
  }

  @Test
  void nothingMayBeLeftOver() {
    for (String text : List.of("{\"radius\":2,\"more\":1}", "{\"radius\":2} 1")) {
      assertThatThrownBy(() -> as(text, Circle.class, true)).isInstanceOf(BindingException.class);
    }
  }
}
