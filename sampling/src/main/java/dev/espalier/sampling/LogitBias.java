package dev.espalier.sampling;

import dev.espalier.LogitsProcessor;
import java.util.Map;
import java.util.TreeMap;

/** Adds to the logits of some tokens; −∞ bans one. */
record LogitBias(Map<Integer, Double> biases) implements LogitsProcessor {
  static final Range RANGE =
      new Range(Double.NEGATIVE_INFINITY, true, Double.POSITIVE_INFINITY, false);

  LogitBias {
    biases = java.util.Collections.unmodifiableMap(new TreeMap<>(biases));
    biases.forEach(
        (id, bias) -> {
          Range.atLeast("logit_bias", "token", 0, id);
          RANGE.check("logit_bias", "bias of token " + id, bias);
        });
  }

  @Override
  public boolean pointwise() {
    return true;
  }

  @Override
  public State open(Context context) {
    int[] ids = biases.keySet().stream().mapToInt(Integer::intValue).toArray();
    float[] values = new float[ids.length];
    for (int i = 0; i < ids.length; i++) {
      values[i] = biases.getOrDefault(ids[i], 0.0).floatValue();
    }
    Stage stage =
        c -> {
          for (int i = 0; i < ids.length; i++) {
            c.add(ids[i], values[i]);
          }
        };
    return stage;
  }
}
