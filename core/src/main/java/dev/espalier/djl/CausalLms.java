package dev.espalier.djl;

import dev.espalier.CausalLm;
import dev.espalier.ModelLoadException;
import dev.espalier.weights.Gguf;
import dev.espalier.weights.WeightFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Loads causal language models on DJL's PyTorch engine.
 *
 * <p>The engine starts at the first load. Nothing is downloaded: DJL's own downloads and telemetry
 * are off unless the user switches them on before ({@code ai.djl.offline=false}).
 */
public final class CausalLms {
  private CausalLms() {}

  /**
   * Loads a model with the default options.
   *
   * @see #load(Path, LoadOptions)
   */
  public static CausalLm load(Path path) {
    return load(path, LoadOptions.defaults());
  }

  /**
   * Loads a model; the caller closes it.
   *
   * @param path a folder in the Hugging Face layout ({@code config.json}, {@code tokenizer.json},
   *     safetensors), a GGUF file or a folder with a single one, or a folder with a TorchScript
   *     causal LM ({@code model.pt}, {@code tokenizer.json}, see {@code docs/models.md})
   * @throws ModelLoadException if a file is missing, damaged or not supported, or the engine's
   *     native libraries are absent
   */
  public static CausalLm load(Path path, LoadOptions options) {
    if (!Files.exists(path)) {
      throw new ModelLoadException(
          path
              + ": there is no such file or folder; models are downloaded with"
              + " `espalier models fetch` or dev.espalier.hub.HuggingFaceHub");
    }
    if (options.threads() > 0) {
      TorchEngine.setThreads(options.threads());
    }
    if (!Files.isDirectory(path)) {
      return gguf(path, options);
    }
    if (Files.exists(path.resolve(TorchScriptLm.FILE))) {
      return TorchScriptLm.load(path, options, TokenizerFiles.load(path));
    }
    if (!Files.exists(path.resolve("config.json"))) {
      Path single = singleGguf(path);
      if (single != null) {
        return gguf(single, options);
      }
    }
    return folder(path, options);
  }

  private static CausalLm folder(Path path, LoadOptions options) {
    DecoderConfig config = HuggingFaceConfig.read(path.resolve("config.json"));
    try (WeightFile file = WeightFile.open(path)) {
      return decoder(path, config, file, options, TokenizerFiles.load(path));
    }
  }

  private static CausalLm gguf(Path path, LoadOptions options) {
    try (Gguf file = Gguf.open(path)) {
      DecoderConfig config = GgufConfig.read(file);
      TokenizerFiles text = TokenizerFiles.load(file.metadata().asMap(), path.toString());
      return decoder(path, config, file, options, text);
    }
  }

  private static CausalLm decoder(
      Path path, DecoderConfig config, WeightFile file, LoadOptions options, TokenizerFiles text) {
    try {
      if (text.vocabulary().size() > config.vocabulary()) {
        throw new ModelLoadException(
            path
                + ": the tokenizer has "
                + text.vocabulary().size()
                + " tokens and the model "
                + config.vocabulary()
                + "; they belong to different models");
      }
      DecoderWeights weights = DecoderWeights.load(config, file, options);
      return new NativeDecoder(path.toString(), weights, options, text);
    } catch (RuntimeException e) {
      text.close();
      throw e;
    }
  }

  private static @Nullable Path singleGguf(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> found = files.filter(f -> f.toString().endsWith(".gguf")).limit(2).toList();
      return found.size() == 1 ? found.get(0) : null;
    } catch (IOException e) {
      throw new ModelLoadException(folder + ": cannot be read (" + e + ")", e);
    }
  }
}
