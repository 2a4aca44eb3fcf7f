package dev.espalier.weights;

import dev.espalier.ModelLoadException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The named tensors of a model on disk. Thread-safe until closed. */
public sealed interface WeightFile extends AutoCloseable permits Safetensors, Gguf {
  /** The tensors by name, in file order. */
  Map<String, StoredTensor> tensors();

  /**
   * The tensor of that name.
   *
   * @throws ModelLoadException if there is none
   */
  default StoredTensor tensor(String name) {
    StoredTensor tensor = tensors().get(name);
    if (tensor == null) {
      throw new ModelLoadException(
          path()
              + ": the tensor "
              + name
              + " is missing; the file is incomplete or of another architecture than it states");
    }
    return tensor;
  }

  /** The file, or the folder of a sharded model. */
  Path path();

  /** Closes the files; stored tensors cannot be read afterwards. */
  @Override
  void close();

  /**
   * Opens a GGUF file, a safetensors file, or a folder that holds {@code model.safetensors} or
   * {@code model.safetensors.index.json}.
   *
   * @throws ModelLoadException if it is none of these or is damaged
   */
  static WeightFile open(Path path) {
    if (Files.isDirectory(path)) {
      return Safetensors.open(path);
    }
    try {
      return Gguf.hasMagic(path) ? Gguf.open(path) : Safetensors.open(path);
    } catch (IOException e) {
      throw new ModelLoadException(path + ": cannot be read (" + e + ")", e);
    }
  }
}
