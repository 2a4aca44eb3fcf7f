package dev.espalier.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JudgeTest {
  private final Judge judge =
      new Judge(
          "{\"type\":\"object\",\"properties\":{\"age\":{\"type\":\"integer\",\"minimum\":0}},"
              + "\"required\":[\"age\"],\"additionalProperties\":false}");

  @Test
  void passesWhatIsValid() {
    assertThat(judge.fault("{\"age\": 3}")).isEmpty();
  }

  @Test
  void namesWhatIsNot() {
    assertThat(judge.fault("{\"age\": -3}")).contains("/age");
    assertThat(judge.fault("{}")).contains("age");
    assertThat(judge.fault("{\"age\": 3, \"x\": 1}")).contains("x");
    assertThat(judge.fault("")).startsWith("no JSON");
    assertThat(judge.fault("{\"age\": 3")).startsWith("no JSON");
    assertThat(judge.fault("{\"age\": 3} trailing")).startsWith("no JSON");
    assertThat(judge.fault("{\"age\": 3, \"age\": 4}")).startsWith("no JSON");
  }
}
