package dev.espalier.grammar.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.Vocabulary;
import dev.espalier.grammar.automaton.WorkBudget;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SchemaTextTest {
  private static final Vocabulary BYTES = Vocabulary.ofBytes();
  private static final Duration DAY = Duration.ofDays(1); // far more than anything here takes

  /** Thrown where compiling looks for the schema's dialect, which is before all other work. */
  private static final class Begun extends RuntimeException {
    private static final long serialVersionUID = 1L;

    final transient Duration left;

    Begun(Duration left) {
      super("compiling has begun");
      this.left = left;
    }
  }

  // Five million characters, in a dialect that has to be looked for.
  private static String longText() {
    return "{\"$schema\":\"http://x.y/dialect\",\"examples\":[" + "[],".repeat(1_600_000) + "[]]}";
  }

  // What compiling has when it begins, of a budget for reading and compiling together.
  private static Duration leftToCompile(String text, Duration whole) {
    Options options =
        Options.DEFAULT.with(
            o -> {
              o.compileTime = whole;
              o.resolver =
                  uri -> {
                    throw new Begun(WorkBudget.left(DAY).minus(DAY).plus(whole));
                  };
            });
    try {
      CompiledSchema.of(text, options, BYTES);
    } catch (Begun e) {
      return e.left;
    }
    throw new AssertionError("nobody asked for the dialect");
  }

  private static Duration now() {
    return Duration.ofNanos(ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime());
  }

  @Test
  void compilingHasWhatReadingHasLeftAndAQuarterAtLeast() {
    String text = longText();
    Duration took = SchemaText.of(text).took;
    assertThat(took).isPositive();
    Duration whole = DAY.dividedBy(2);
    assertThat(leftToCompile(text, whole)).isPositive().isLessThanOrEqualTo(whole.minus(took));

    Duration quarter = took.dividedBy(4);
    Duration before = now();
    Duration left = leftToCompile(text, took); // all of which has gone into reading
    Duration passed = now().minus(before);
    assertThat(left).isBetween(quarter.minus(passed), quarter);
  }

  @Test
  void whoeverPaysForReadingIsNotChargedAgain() {
    String text = "{\"title\":\"read within the budget of somebody else\"}";
    SchemaText read = new WorkBudget("testing", DAY).spend(() -> SchemaText.of(text));
    assertThat(read.took).isZero();
  }

  @Test
  void aTextIsReadOnce() {
    String text = "{\"title\":\"read once\"}";
    assertThat(SchemaText.of(new String(text))).isSameAs(SchemaText.of(text));
    String longOne = longText();
    SchemaText read = SchemaText.of(longOne);
    assertThat(SchemaText.of(new String(longOne))).isSameAs(read);
    String another = "{\"title\":\"another one\"}";
    assertThat(SchemaText.of(another).text).isEqualTo(another);
  }

  @Test
  void onlyTextsOfAMillionCharactersTogetherAreRemembered() {
    String[] texts = new String[20];
    SchemaText[] read = new SchemaText[texts.length];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = "{\"title\":\"" + i + "\"}" + " ".repeat(100_000);
      read[i] = SchemaText.of(texts[i]);
    }
    for (int i = texts.length - 10; i < texts.length; i++) {
      assertThat(SchemaText.of(texts[i])).as("text %d", i).isSameAs(read[i]);
    }
    for (int i = 0; i < 10; i++) { // the first ones have gone
      assertThat(SchemaText.of(texts[i])).as("text %d", i).isNotSameAs(read[i]);
    }
  }
}
