package dev.espalier.grammar.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.espalier.BudgetExceededException;
import dev.espalier.grammar.automaton.WorkBudget;
import dev.espalier.grammar.schema.Context.Phase;
import dev.espalier.grammar.token.Segment;
import dev.espalier.grammar.token.TokenTables;
import dev.espalier.grammar.token.Vocabularies;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.json.JsonMapper;

class JsonStateTest {
  private static final TokenTables TABLES =
      TokenTables.of(Vocabularies.of(List.of(new byte[] {'a'})));

  /**
   * Whose one state loops on all bytes, with enough work for the clock to be looked at more than
   * once.
   */
  private static final class Laborious extends Segment {
    @Override
    public int start() {
      return 0;
    }

    @Override
    protected int compute(int state, int b) {
      for (int i = 0; i < 100; i++) {
        WorkBudget.check(1 << 20);
      }
      return state;
    }
  }

  private static JsonState in(Phase phase, Duration time) {
    Options options = Options.DEFAULT.with(o -> o.compileTime = time);
    Machine machine = new Machine(new JsonMapper().readTree("{}"), options, TABLES);
    Context start = machine.start;
    return new Context(machine, phase, new Laborious(), start.frame, start.obligation, 0, null)
        .start();
  }

  @ParameterizedTest
  @EnumSource(names = {"STRING", "NUMBER"})
  void aByteOfAValueMayTakeAsMuchTimeAsTheSchemaAllows(Phase phase) {
    JsonState patient = in(phase, Duration.ofMinutes(10));
    assertThat(patient.step((byte) 'a')).isSameAs(patient);
    JsonState hasty = in(phase, Duration.ofNanos(1));
    assertThatExceptionOfType(BudgetExceededException.class)
        .isThrownBy(() -> hasty.step((byte) 'a'))
        .satisfies(e -> assertThat(e.budget()).isEqualTo("time"))
        .withMessageContaining("a step");
  }
}
