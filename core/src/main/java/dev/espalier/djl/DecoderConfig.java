package dev.espalier.djl;

import dev.espalier.ModelLoadException;
import java.nio.file.Path;

/**
 * The hyperparameters of a decoder, whichever file they came from.
 *
 * @param source the file, for messages
 * @param family which step function
 * @param layers number of blocks
 * @param width elements of a hidden state
 * @param heads query heads
 * @param kvHeads key and value heads; divides {@code heads}
 * @param headSize elements of a head
 * @param inner elements of the feed-forward layer
 * @param vocabulary rows of the embedding
 * @param context positions
 * @param epsilon of the norms
 * @param ropeBase base of the rotary wave lengths
 * @param ropeScaling how they are stretched
 * @param window positions that a windowed layer sees, 0 for all
 * @param firstWindowed the layers from this one on are windowed
 * @param tied whether the output matrix is the embedding
 * @param qkvBias whether q, k and v have biases
 * @param qkNorm whether q and k are normalised per head
 */
record DecoderConfig(
    Path source,
    Family family,
    int layers,
    int width,
    int heads,
    int kvHeads,
    int headSize,
    int inner,
    int vocabulary,
    int context,
    double epsilon,
    double ropeBase,
    RopeScaling ropeScaling,
    int window,
    int firstWindowed,
    boolean tied,
    boolean qkvBias,
    boolean qkNorm) {

  /** A step function. */
  enum Family {
    LLAMA,
    GPT2
  }

  private static final int MAX = 1 << 24;

  DecoderConfig {
    range(source, "layers", layers, 1 << 12);
    range(source, "width", width, 1 << 20);
    range(source, "heads", heads, 1 << 14);
    range(source, "key-value heads", kvHeads, heads);
    range(source, "head size", headSize, 1 << 14);
    range(source, "feed-forward width", inner, MAX);
    range(source, "vocabulary", vocabulary, MAX);
    range(source, "context", context, 1 << 28);
    if (heads % kvHeads != 0
        || headSize % 2 != 0
        || !(epsilon > 0 && epsilon < 1)
        || !(ropeBase > 0 && ropeBase < 1e30)
        || !ropeScaling.isSound()) {
      throw new ModelLoadException(
          source
              + ": "
              + heads
              + " heads, "
              + kvHeads
              + " key-value heads, head size "
              + headSize
              + ", epsilon "
              + epsilon
              + ", rotary base "
              + ropeBase
              + " with "
              + ropeScaling
              + " do not make a decoder; fetch the file again");
    }
  }

  private static void range(Path source, String what, int value, int max) {
    if (value < 1 || value > max) {
      throw new ModelLoadException(
          source + ": " + what + " = " + value + " is outside 1.." + max + "; fetch it again");
    }
  }

  /** Bytes that one position takes in the cache. */
  long cacheBytesPerPosition(Precision precision) {
    return 2L * layers * kvHeads * headSize * precision.bytes();
  }
}
