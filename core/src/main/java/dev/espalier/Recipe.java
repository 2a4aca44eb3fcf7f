package dev.espalier;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a sampler was built from, resolved against its model. Immutable, shared by all lanes. */
final class Recipe {
  private final CausalLm model;
  private final @Nullable CompiledConstraint constraint;
  private final List<LogitsProcessor> processors;
  private final Draw draw;
  private final @Nullable Guidance guidance;
  private final int maxTokens;
  private final boolean scored;
  private final int alternatives;
  private final ContextOverflow overflow;
  private final List<byte[]> stopStrings;
  private final boolean heals;
  private final boolean commits;
  private final boolean closes;
  private final boolean drawsFirst;
  private final boolean masksAhead;
  private final int[] ends; // end tokens and stop tokens, ascending
  private final int[] blocked; // never drawn without a constraint, ascending

  Recipe(Sampler.Builder from, TokenSelector selector) {
    model = from.model;
    constraint = from.constraint == null ? null : from.constraint.compile(model.vocabulary());
    processors = List.copyOf(from.processors);
    draw = from.draw;
    guidance = from.guidance;
    maxTokens = from.maxTokens;
    scored = from.logProbs;
    alternatives = from.alternatives;
    overflow = from.overflow;
    stopStrings = List.copyOf(from.stopStrings);
    heals = from.heal;
    commits = from.commit;
    closes = from.close;
    drawsFirst =
        from.masking == Masking.OPPORTUNISTIC
            && draw.conditional()
            && processors.stream().allMatch(LogitsProcessor::pointwise);
    masksAhead = selector.wantsMasks() && !drawsFirst;
    IntList all = new IntList(model.vocabulary().endTokens());
    all.addAll(from.stopTokens);
    ends = Arrays.stream(all.toArray()).sorted().distinct().toArray();
    blocked = blocked(model, ends);
  }

  /** Special and unused ids that end nothing, and the padding of the row. */
  private static int[] blocked(CausalLm model, int[] ends) {
    Vocabulary vocabulary = model.vocabulary();
    IntList ids = new IntList();
    for (int id = 0; id < model.rowSize(); id++) {
      boolean text = id < vocabulary.size() && vocabulary.isText(id);
      if (!text && Arrays.binarySearch(ends, id) < 0) {
        ids.add(id);
      }
    }
    return ids.toArray();
  }

  CausalLm model() {
    return model;
  }

  Vocabulary vocabulary() {
    return model.vocabulary();
  }

  int rowSize() {
    return model.rowSize();
  }

  @Nullable CompiledConstraint constraint() {
    return constraint;
  }

  List<LogitsProcessor> processors() {
    return processors;
  }

  Draw draw() {
    return draw;
  }

  @Nullable Guidance guidance() {
    return guidance;
  }

  int maxTokens() {
    return maxTokens;
  }

  boolean scored() {
    return scored;
  }

  int alternatives() {
    return alternatives;
  }

  ContextOverflow overflow() {
    return overflow;
  }

  List<byte[]> stopStrings() {
    return stopStrings;
  }

  /** Whether the end of a text prompt is spelled anew. */
  boolean heals() {
    return heals;
  }

  /** Whether a text that hits the limit of tokens is closed. */
  boolean closes() {
    return closes;
  }

  /** Whether forced bytes are taken in their canonical spelling. */
  boolean commits() {
    return commits;
  }

  /** Whether drawing first and asking the constraint afterwards has the law of masking first. */
  boolean drawsFirst() {
    return drawsFirst;
  }

  /** Whether masks are made before the draw wherever there is a constraint. */
  boolean masksAhead() {
    return masksAhead;
  }

  int[] ends() {
    return ends;
  }

  int[] blocked() {
    return blocked;
  }

  boolean isEnd(int token) {
    return Arrays.binarySearch(ends, token) >= 0;
  }
}
