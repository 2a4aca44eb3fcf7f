package dev.espalier.sampling;

import dev.espalier.LogitsProcessor;

/**
 * The sampling methods, for {@code import static}. Each is an immutable description; the order in
 * which they are given to a sampler is the order in which they are applied, after the constraint's
 * mask. Every factory throws {@link ParameterException} for a parameter outside its range, NaN
 * included. Cost per step is given for a row of V logits.
 */
public final class Processors {
  private Processors() {}

  /**
   * Divides every logit by {@code temperature}: below 1 sharper, above 1 flatter; 0 is {@link
   * #greedy}. O(1).
   *
   * @param temperature in [0, ∞)
   */
  public static LogitsProcessor temperature(double temperature) {
    return new Temperature(temperature);
  }

  /** Keeps only the best token; of equals the one with the smaller id. O(V). */
  public static LogitsProcessor greedy() {
    return new Greedy();
  }

  /**
   * Keeps the {@code k} best tokens, exactly (Fan, Lewis, Dauphin 2018). O(V).
   *
   * @param k 1 or more
   */
  public static LogitsProcessor topK(int k) {
    return new TopK(k, 1, false);
  }

  /**
   * Keeps the smallest best-first prefix whose probability reaches {@code p}: the nucleus (Holtzman
   * et al. 2019). O(V).
   *
   * @param p in [0, 1]; 1 keeps all, 0 only the best token
   */
  public static LogitsProcessor topP(double p) {
    return new TopP(p, 1);
  }

  /**
   * Keeps the tokens at least {@code p} times as probable as the best one (Nguyen et al. 2024).
   * O(V).
   *
   * @param p in [0, 1]; 0 keeps all, 1 only the best token and its equals
   */
  public static LogitsProcessor minP(double p) {
    return new MinP(p, 1);
  }
}
