package dev.espalier;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The result of one generation. Immutable. */
public final class Generation {
  private final String text;
  private final int[] tokens;
  private final List<TokenDetail> details;
  private final FinishReason finishReason;
  private final boolean constraintSatisfied;
  private final long seed;
  private final Usage usage;
  private final @Nullable CompiledConstraint constraint;

  Generation(
      String text,
      int[] tokens,
      List<TokenDetail> details,
      FinishReason finishReason,
      boolean constraintSatisfied,
      long seed,
      Usage usage,
      @Nullable CompiledConstraint constraint) {
    this.constraint = constraint;
    this.text = text;
    this.tokens = tokens.clone();
    this.details = List.copyOf(details);
    this.finishReason = finishReason;
    this.constraintSatisfied = constraintSatisfied;
    this.seed = seed;
    this.usage = usage;
  }

  /** The text, without the prompt, special tokens and the stop string that ended it. */
  public String text() {
    return text;
  }

  /** Ids of the generated tokens without the end token; a copy. */
  public int[] tokens() {
    return tokens.clone();
  }

  /** Every generated token in order, the end token included when it was drawn. */
  public List<TokenDetail> details() {
    return details;
  }

  /** Why it ended. */
  public FinishReason finishReason() {
    return finishReason;
  }

  /**
   * Whether the text satisfies the constraint completely; true without a constraint. False means
   * that the generation was cut short (length, deadline, cancel): the text is then the beginning of
   * a satisfying one.
   */
  public boolean constraintSatisfied() {
    return constraintSatisfied;
  }

  /**
   * The parts of the text that the constraint has names for, by name, in the order of the text;
   * empty if it has none or the text was cut. Found by reading the text once more, at each call.
   *
   * @throws BudgetExceededException if the text can be read in too many ways
   */
  public Map<String, List<String>> captures() {
    return constraint == null ? Map.of() : constraint.captures(tokens);
  }

  /** The first of the {@link #captures} of a name. */
  public Optional<String> capture(String name) {
    return captures().getOrDefault(name, List.of()).stream().findFirst();
  }

  /** The seed that reproduces it, given equal logits. */
  public long seed() {
    return seed;
  }

  /** What it cost. */
  public Usage usage() {
    return usage;
  }

  /**
   * Whether its tokens follow the law of the model, the constraint and the processors. False only
   * if tokens were committed unasked, see {@link Sampler.Builder#commitForcedBytes} and {@link
   * Sampler.Builder#closeAtLimit}.
   */
  public boolean lossless() {
    return usage.committedTokens() == 0;
  }

  /** Sum of {@link TokenDetail#logProb} in nats: the model's own log-probability of the output. */
  public double logProb() {
    return details.stream().mapToDouble(TokenDetail::logProb).sum();
  }

  /** Sum of {@link TokenDetail#drawLogProb} in nats: log-probability of the draws made. */
  public double drawLogProb() {
    return details.stream().mapToDouble(TokenDetail::drawLogProb).sum();
  }

  /**
   * The text as a Java value: records, enums, collections, sealed interfaces and what else {@code
   * JsonSchema.of(Class)} describes.
   *
   * @throws BindingException if the text is not JSON of that shape, as after a cut
   */
  public <T> T as(Class<T> type) {
    return JsonBinding.read(text, type, this);
  }

  @Override
  public String toString() {
    return "Generation["
        + finishReason
        + ", "
        + tokens.length
        + " tokens, "
        + Texts.quote(text, 80)
        + "]";
  }
}
