package dev.espalier.examples.embedded;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** The synthetic corpus: an endless, reproducible stream of requests with their answers. */
public final class Corpus {
  private static final List<String> SYSTEMS =
      List.of(
          "You are a helpful assistant.",
          "Answer with JSON.",
          "You call tools and extract records.",
          "Extract the record as JSON.",
          "Be brief.");

  private static final int ENCODED_EXAMPLES = 20_000;

  private final Split split;
  private final double repeats;
  private final double compounds;

  private Corpus(Split split, double repeats, double compounds) {
    this.split = split;
    this.repeats = repeats;
    this.compounds = compounds;
  }

  /** The corpus the model learns from. */
  public static Corpus train() {
    return new Corpus(Split.TRAIN, 0.03, 0);
  }

  /**
   * The training corpus with half of its examples replaced by plain repetition, for the first
   * steps.
   */
  static Corpus firstSteps() {
    return new Corpus(Split.TRAIN, 0.5, 0);
  }

  /**
   * The training corpus with real words inside the invented ones, so that the tokens of frequent
   * words, which otherwise only ever belong to the phrases, are copied too.
   */
  static Corpus lastSteps() {
    return new Corpus(Split.TRAIN, 0.03, 0.4);
  }

  /** Requests whose words, dates and times never occur in training. */
  public static Corpus heldOut() {
    return new Corpus(Split.HELD_OUT, 0, 0);
  }

  /** The endless stream of a seed's examples; the same one for ever. */
  public Stream<Example> stream(long seed) {
    Random random = new Random(seed);
    return Stream.generate(() -> next(random));
  }

  /** The first {@code count} examples of a seed. */
  public List<Example> examples(long seed, int count) {
    return stream(seed).limit(count).toList();
  }

  /** The first {@code count} requests of a seed that ask for a tool call or a record. */
  public List<Example> structured(long seed, int count) {
    return stream(seed)
        .filter(example -> example.task().kind() != Task.Kind.PROSE)
        .limit(count)
        .toList();
  }

  /**
   * The byte-pair encoding of a model: learnt from the first {@value #ENCODED_EXAMPLES} training
   * examples.
   */
  static Bpe encoding(long seed, int size) {
    BpeTrainer trainer = new BpeTrainer();
    for (Example example : train().examples(seed, ENCODED_EXAMPLES)) {
      trainer.add(example.request());
      trainer.add(example.answer());
    }
    return trainer.train(size);
  }

  private Example next(Random random) {
    Draw draw = new Draw(random, split, compounds);
    if (draw.chance(repeats)) {
      return Tasks.REPEAT.example(draw, "");
    }
    Task task =
        draw.oneOf(
            draw.chance(0.06)
                ? Tasks.prose()
                : draw.chance(0.55) ? Tasks.tools() : Tasks.records());
    return task.example(draw, draw.chance(0.08) ? draw.oneOf(SYSTEMS) : "");
  }
}
