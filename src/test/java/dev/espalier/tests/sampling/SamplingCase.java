package dev.espalier.tests.sampling;

import dev.espalier.Draw;
import dev.espalier.LogitsProcessor;
import dev.espalier.TokenMask;
import dev.espalier.sampling.Processors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One step that is timed: mask, processors and draw over rows of some entropies.
 *
 * @param name key of the report
 * @param rows which rows are used
 * @param direct whether the logits lie in a direct buffer, as an engine leaves them
 * @param masks made when the case is opened, used in turn; none for no mask
 * @param processors in their order
 * @param draw null where the cut alone is timed
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record SamplingCase(
    String name,
    int[] rows,
    boolean direct,
    Supplier<TokenMask[]> masks,
    List<LogitsProcessor> processors,
    @Nullable Draw draw) {

  private static final int V = BenchmarkRows.V;
  private static final int[] ALL = BenchmarkRows.withEntropy(0.3, 2, 5, 8);
  private static final int[] NARROW = BenchmarkRows.withEntropy(0.3, 2);
  private static final int[] WIDE = BenchmarkRows.withEntropy(8);
  private static final LogitsProcessor[] CHAIN = {
    Processors.penalties(1.1, 0.1, 0.1, BenchmarkRows.WINDOW),
    Processors.topK(50),
    Processors.topP(0.95),
    Processors.minP(0.05),
    Processors.temperature(0.8)
  };

  static List<SamplingCase> all() {
    List<SamplingCase> cases = new ArrayList<>();
    cases.add(step("chain", CHAIN));
    cases.add(step("chain_direct", CHAIN).fromDirectBuffer());
    cases.add(step("draw"));
    cases.add(step("draw_direct").fromDirectBuffer());
    cases.add(step("greedy").drawnBy(Draw.greedy()));
    cases.add(step("gumbel").drawnBy(Draw.gumbel()));
    cases.add(step("gumbel_top_k_10").drawnBy((c, random) -> c.drawDistinct(10, random)[0]));

    cases.add(step("temperature", Processors.temperature(0.7)));
    cases.add(step("dynamic_temperature", Processors.dynamicTemperature(0.8, 0.4)));
    cases.add(step("edt", Processors.entropyTemperature(0.7, 0.1)));
    cases.add(step("hapo", Processors.hapoTemperature(1, 0.05, List.of(0.02, 0.3, 0.8, 1.6, 2.4))));
    cases.add(step("adapt", Processors.lineStartTemperature(0.8, 0.2)));

    cases.add(cut("top_k_50", ALL, Processors.topK(50)));
    cases.add(cut("top_p_narrow", NARROW, Processors.topP(0.95)));
    cases.add(cut("top_p_wide", WIDE, Processors.topP(0.95)));
    cases.add(step("min_p", Processors.minP(0.05)));
    cases.add(cut("typical_narrow", NARROW, Processors.typical(0.9)));
    cases.add(cut("typical_wide", WIDE, Processors.typical(0.9)));
    cases.add(step("epsilon", Processors.epsilon(6e-4)));
    cases.add(step("eta", Processors.eta(9e-4)));
    cases.add(step("top_n_sigma", Processors.topNSigma(1)));
    cases.add(step("top_h", Processors.topH(0.4)));
    cases.add(step("tail_free", Processors.topK(1000), Processors.tailFree(0.95)));
    cases.add(step("xtc", Processors.xtc(0.5, 0.1)));
    cases.add(step("mirostat_v1", Processors.mirostatV1(5, 0.1)));
    cases.add(step("mirostat_v2", Processors.mirostatV2(5, 0.1)));

    cases.add(step("penalties", CHAIN[0]));
    cases.add(step("dry", Processors.dry(0.8, 2)));
    cases.add(step("no_repeat_ngram", Processors.noRepeatNgram(3)));
    cases.add(step("logit_bias", Processors.logitBias(Map.of(11, 2.0, 500, -3.0, 70_000, 1.0))));
    cases.add(step("sequence_bias", Processors.sequenceBias(Map.of(List.of(5, 11), 2.0))));
    cases.add(step("bad_words", Processors.badWords(List.of(List.of(11), List.of(5, 12)))));
    cases.add(step("min_length", Processors.minNewTokens(10)));
    cases.add(step("suppress", Processors.suppress(1, 2, 3)));
    cases.add(step("force_tokens", Processors.forceTokens(Map.of(0, 17))));

    cases.add(step("masked_ids_100").under(() -> masks(100, false)));
    cases.add(step("masked_bits_100").under(() -> masks(100, true)));
    cases.add(step("masked_half_top_k_50", Processors.topK(50)).under(() -> masks(V / 2, true)));
    return cases;
  }

  private static SamplingCase step(String name, LogitsProcessor... processors) {
    return new SamplingCase(
        name, ALL, false, () -> new TokenMask[0], List.of(processors), Draw.multinomial());
  }

  private static SamplingCase cut(String name, int[] rows, LogitsProcessor processor) {
    return new SamplingCase(name, rows, false, () -> new TokenMask[0], List.of(processor), null);
  }

  private SamplingCase fromDirectBuffer() {
    return new SamplingCase(name, rows, true, masks, processors, draw);
  }

  private SamplingCase drawnBy(Draw by) {
    return new SamplingCase(name, rows, direct, masks, processors, by);
  }

  private SamplingCase under(Supplier<TokenMask[]> some) {
    return new SamplingCase(name, rows, direct, some, processors, draw);
  }

  private static TokenMask[] masks(int allowed, boolean bits) {
    SplittableRandom random = new SplittableRandom(allowed);
    TokenMask[] masks = new TokenMask[16];
    for (int i = 0; i < masks.length; i++) {
      int[] ids = random.ints(0, V).distinct().limit(allowed).sorted().toArray();
      masks[i] = new TokenMask(V);
      if (bits) {
        long[] words = new long[(V + 63) / 64];
        for (int id : ids) {
          words[id >>> 6] |= 1L << id;
        }
        masks[i].addWords(words);
      } else {
        masks[i].addAll(ids, 0, ids.length);
      }
    }
    return masks;
  }
}
