package dev.espalier.djl;

import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import dev.espalier.ModelLoadException;
import dev.espalier.weights.Gguf;
import dev.espalier.weights.WeightFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A decoder's tensors in the order of its step function, and that function. */
final class DecoderWeights implements AutoCloseable {
  private final DecoderConfig config;
  private final PtNDManager manager;
  private final Natives natives = new Natives();
  private final TorchModule step;
  private final IValue shared;
  private final IValue blocks;
  private final IValue windows;

  private DecoderWeights(DecoderConfig config, WeightFile file, LoadOptions options) {
    this.config = config;
    manager = TorchEngine.newManager();
    boolean loaded = false;
    TorchModule compiled = null;
    try (WeightLoader loader = new WeightLoader(file, options, manager)) {
      compiled = compile(config, options.precision());
      step = compiled;
      boolean gpt2 = config.family() == DecoderConfig.Family.GPT2;
      Tensors tensors = new Tensors(config, file, loader);
      shared =
          natives.own(IValue.listFrom(array(gpt2 ? tensors.sharedGpt2() : tensors.sharedLlama())));
      List<IValue> each = new ArrayList<>();
      for (int l = 0; l < config.layers(); l++) {
        each.add(loader.list(gpt2 ? tensors.blockGpt2(l) : tensors.blockLlama(l)));
      }
      blocks = natives.own(IValue.listFrom(array(each)));
      long[] window = new long[config.layers()];
      if (config.window() > 0) {
        int from = Math.min(Math.max(0, config.firstWindowed()), window.length);
        Arrays.fill(window, from, window.length, config.window());
      }
      windows = natives.own(IValue.listFrom(window));
      loaded = true;
    } finally {
      if (!loaded) {
        natives.close();
        manager.close();
        if (compiled != null) {
          compiled.close();
        }
      }
    }
  }

  /**
   * Loads all tensors.
   *
   * @throws ModelLoadException if one is missing or of the wrong shape
   */
  static DecoderWeights load(DecoderConfig config, WeightFile file, LoadOptions options) {
    return new DecoderWeights(config, file, options);
  }

  private static TorchModule compile(DecoderConfig config, Precision precision) {
    boolean gpt2 = config.family() == DecoderConfig.Family.GPT2;
    String family = gpt2 ? "gpt2.ts.py" : "llama.ts.py";
    return new TorchModule(
        "decoder",
        new TorchScriptArchive(TorchModule.source("decoder.ts.py", family))
            .attribute("layers", (long) config.layers())
            .attribute("heads", (long) config.heads())
            .attribute("kv_heads", (long) config.kvHeads())
            .attribute("head_size", (long) config.headSize())
            .attribute("epsilon", config.epsilon())
            .attribute("qkv_bias", config.qkvBias())
            .attribute("qk_norm", config.qkNorm())
            .attribute("dtype", (long) precision.scalarType()));
  }

  private static IValue[] array(List<IValue> values) {
    return values.toArray(IValue[]::new);
  }

  DecoderConfig config() {
    return config;
  }

  PtNDManager manager() {
    return manager;
  }

  Natives natives() {
    return natives;
  }

  TorchModule step() {
    return step;
  }

  IValue shared() {
    return shared;
  }

  IValue blocks() {
    return blocks;
  }

  IValue windows() {
    return windows;
  }

  @Override
  public void close() {
    natives.close();
    manager.close();
    step.close();
  }

  /** Names, layouts and shapes of one file. */
  private static final class Tensors {
    private final DecoderConfig config;
    private final WeightFile file;
    private final WeightLoader loader;
    private final WeightNames names;
    private final WeightLoader.Layout queries; // of q and k
    private final WeightLoader.Layout linear; // of GPT-2's matrices
    private final long d; // width of a hidden state
    private final long q; // width of all queries
    private final long kv; // width of all keys
    private final long f; // width of the feed-forward layer

    Tensors(DecoderConfig config, WeightFile file, WeightLoader loader) {
      this.config = config;
      this.file = file;
      this.loader = loader;
      boolean gpt2 = config.family() == DecoderConfig.Family.GPT2;
      boolean interleaved = false;
      if (file instanceof Gguf gguf) {
        names = gpt2 ? WeightNames.GGUF_GPT2 : WeightNames.GGUF_LLAMA;
        String type = gguf.metadata().requireString("general.architecture");
        interleaved = type.equals("llama") || type.equals("mistral");
      } else {
        boolean bare = file.tensors().containsKey("wte.weight");
        names = gpt2 ? WeightNames.gpt2(bare ? "" : "transformer.") : WeightNames.LLAMA;
      }
      queries = interleaved ? WeightLoader.Layout.INTERLEAVED : WeightLoader.Layout.PLAIN;
      linear = file instanceof Gguf ? WeightLoader.Layout.PLAIN : WeightLoader.Layout.TRANSPOSED;
      d = config.width();
      q = (long) config.heads() * config.headSize();
      kv = (long) config.kvHeads() * config.headSize();
      f = config.inner();
    }

    List<IValue> sharedLlama() {
      IValue embedding = plain(names.embedding(), config.vocabulary(), d);
      IValue norm = plain(names.finalNorm() + ".weight", d);
      IValue output = config.tied() ? embedding : plain(names.output(), config.vocabulary(), d);
      return List.of(embedding, norm, output, loader.vector(frequencies()));
    }

    private float[] frequencies() {
      float[] frequencies = config.ropeScaling().frequencies(config.ropeBase(), config.headSize());
      if (file.tensors().containsKey("rope_freqs.weight")) { // llama.cpp's Llama 3 scaling
        if (file.tensor("rope_freqs.weight").elements() != frequencies.length) {
          throw new ModelLoadException(
              file.path() + ": rope_freqs.weight does not fit the head size; fetch it again");
        }
        float[] divisors = new float[frequencies.length];
        file.tensor("rope_freqs.weight").read(0, divisors.length, divisors, 0);
        for (int i = 0; i < divisors.length; i++) {
          frequencies[i] /= divisors[i];
        }
      }
      return frequencies;
    }

    List<IValue> blockLlama(int l) {
      List<IValue> block = new ArrayList<>();
      block.add(plain(name(0, l), d));
      block.add(rotated(name(1, l), q, d));
      block.add(rotated(name(2, l), kv, d));
      block.add(plain(name(3, l), kv, d));
      block.add(plain(name(4, l), d, q));
      block.add(plain(name(5, l), d));
      block.add(plain(name(6, l), f, d));
      block.add(plain(name(7, l), f, d));
      block.add(plain(name(8, l), d, f));
      if (config.qkvBias()) {
        block.add(plain(name(9, l), q));
        block.add(plain(name(10, l), kv));
        block.add(plain(name(11, l), kv));
      } else if (config.qkNorm()) {
        IValue unused = block.get(0);
        block.addAll(List.of(unused, unused, unused));
      }
      if (config.qkNorm()) {
        block.add(plain(name(12, l), config.headSize()));
        block.add(plain(name(13, l), config.headSize()));
      }
      return block;
    }

    List<IValue> sharedGpt2() {
      IValue embedding = plain(names.embedding(), config.vocabulary(), d);
      IValue output = embedding;
      if (file.tensors().containsKey(names.output())) {
        output = plain(names.output(), config.vocabulary(), d);
      }
      return List.of(
          embedding,
          plain(names.finalNorm() + ".weight", d),
          plain(names.finalNorm() + ".bias", d),
          output,
          plain(names.positions(), config.context(), d));
    }

    List<IValue> blockGpt2(int l) {
      return List.of(
          plain(name(0, l), d),
          plain(name(1, l), d),
          linear(name(2, l), 3 * d, d),
          plain(name(3, l), 3 * d),
          linear(name(4, l), d, d),
          plain(name(5, l), d),
          plain(name(6, l), d),
          plain(name(7, l), d),
          linear(name(8, l), f, d),
          plain(name(9, l), f),
          linear(name(10, l), d, f),
          plain(name(11, l), d));
    }

    private String name(int slot, int layer) {
      return names.block().get(slot).replace("%d", Integer.toString(layer));
    }

    private IValue plain(String name, long... shape) {
      return loader.load(name, WeightLoader.Layout.PLAIN, 1, shape);
    }

    private IValue rotated(String name, long... shape) {
      return loader.load(name, queries, config.headSize(), shape);
    }

    private IValue linear(String name, long... shape) {
      return loader.load(name, linear, 1, shape);
    }
  }
}
