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
  private final int[] ends; // end tokens and stop tokens, ascending
  private final int[] blocked; // never drawn without a constraint, ascending

  Recipe(
      CausalLm model,
      @Nullable CompiledConstraint constraint,
      List<LogitsProcessor> processors,
      Draw draw,
      @Nullable Guidance guidance,
      int maxTokens,
      boolean scored,
      int alternatives,
      ContextOverflow overflow,
      List<byte[]> stopStrings,
      int[] stopTokens) {
    this.model = model;
    this.constraint = constraint;
    this.processors = List.copyOf(processors);
    this.draw = draw;
    this.guidance = guidance;
    this.maxTokens = maxTokens;
    this.scored = scored;
    this.alternatives = alternatives;
    this.overflow = overflow;
    this.stopStrings = List.copyOf(stopStrings);
    IntList all = new IntList(model.vocabulary().endTokens());
    all.addAll(stopTokens);
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
