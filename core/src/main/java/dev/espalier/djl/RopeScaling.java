package dev.espalier.djl;

/** How rotary frequencies are stretched for contexts longer than those of pre-training. */
sealed interface RopeScaling {
  /** Not at all. */
  record None() implements RopeScaling {}

  /** Positions divided by a factor (Chen et al. 2023). */
  record Linear(double factor) implements RopeScaling {}

  /**
   * Wave lengths beyond {@code originalContext / lowFactor} stretched by {@code factor}, those
   * below {@code originalContext / highFactor} kept, between them blended (Llama 3.1, 2024).
   */
  record Llama3(double factor, double lowFactor, double highFactor, double originalContext)
      implements RopeScaling {}

  /** Whether the numbers can scale anything: positive, finite, in order. */
  default boolean isSound() {
    if (this instanceof Linear linear) {
      return linear.factor() > 0 && linear.factor() < 1e9;
    }
    if (this instanceof Llama3 llama) {
      return llama.factor() > 0
          && llama.factor() < 1e9
          && llama.lowFactor() > 0
          && llama.highFactor() > llama.lowFactor()
          && llama.originalContext() > 0;
    }
    return true;
  }

  /**
   * Angular frequencies per position of one head, in the single-precision arithmetic that models
   * are trained with.
   *
   * @param base the wave length's base, such as 10000
   * @param headSize elements of a head; half as many frequencies
   */
  default float[] frequencies(double base, int headSize) {
    float[] frequencies = new float[headSize / 2];
    for (int i = 0; i < frequencies.length; i++) {
      float power = (float) Math.pow(base, (float) (2 * i) / headSize);
      frequencies[i] = scale(1 / power);
    }
    return frequencies;
  }

  private float scale(float frequency) {
    if (this instanceof Linear linear) {
      return frequency / (float) linear.factor();
    }
    if (this instanceof Llama3 llama) {
      double waveLength = 2 * Math.PI / frequency;
      if (waveLength < llama.originalContext() / llama.highFactor()) {
        return frequency;
      }
      if (waveLength > llama.originalContext() / llama.lowFactor()) {
        return (float) (frequency / llama.factor());
      }
      double smooth =
          (llama.originalContext() / waveLength - llama.lowFactor())
              / (llama.highFactor() - llama.lowFactor());
      return (float) ((1 - smooth) * frequency / llama.factor() + smooth * frequency);
    }
    return frequency;
  }
}
