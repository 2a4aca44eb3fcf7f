package dev.espalier.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.Candidates;
import dev.espalier.LogitsProcessor;
import dev.espalier.LogitsRow;
import dev.espalier.Vocabulary;
import org.junit.jupiter.api.Test;

class FirstProcessorsTest {
  private static final float[] L1 = {2, 1, 0.5f, 0, -1};

  private static Candidates after(LogitsProcessor processor, float... logits) {
    Candidates candidates = new Candidates(logits.length);
    candidates.load(LogitsRow.of(logits), null);
    var vocabulary = Vocabulary.builder(logits.length).build();
    processor.open(new LogitsProcessor.Context(vocabulary, new int[0])).process(candidates);
    return candidates;
  }

  private static double[] law(Candidates c) {
    double[] p = new double[c.size()];
    for (int id = 0; id < p.length; id++) {
      p[id] = Math.exp(c.logProb(id));
    }
    return p;
  }

  @Test
  void temperatureSharpensAndFlattens() {
    assertThat(law(after(Processors.temperature(0.7), L1)))
        .containsExactly(
            new double[] {0.700198, 0.167803, 0.082147, 0.040214, 0.009637},
            org.assertj.core.data.Offset.offset(1e-6));
    assertThat(law(after(Processors.temperature(0), L1))).containsExactly(1, 0, 0, 0, 0);
  }

  @Test
  void minPKeepsWhatIsNearTheBest() {
    assertThat(after(Processors.minP(0.1), L1).count()).isEqualTo(4);
    assertThat(after(Processors.minP(0.3), L1).count()).isEqualTo(2);
    assertThat(after(Processors.minP(1), 3, 3, 1).count()).isEqualTo(2);
  }

  @Test
  void topPTakesTheTokenThatReachesTheMass() {
    assertThat(after(Processors.topP(0.9), L1).count()).isEqualTo(4);
    assertThat(after(Processors.topP(0), L1).count()).isEqualTo(1);
  }

  @Test
  void topKBreaksTiesByTheSmallerId() {
    Candidates c = after(Processors.topK(2), 1, 3, 2, 2, 0);
    assertThat(c.contains(1) && c.contains(2)).isTrue();
    assertThat(c.count()).isEqualTo(2);
  }

  @Test
  void parametersOutsideTheirRangeNameIt() {
    assertThatThrownBy(() -> Processors.minP(1.5))
        .isInstanceOf(ParameterException.class)
        .hasMessage("min_p: p is 1.5, allowed is [0, 1]");
    assertThatThrownBy(() -> Processors.temperature(Double.NaN))
        .hasMessage("temperature: temperature is NaN, allowed is [0, ∞)");
  }
}
