package dev.espalier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonIgnore;
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
}
