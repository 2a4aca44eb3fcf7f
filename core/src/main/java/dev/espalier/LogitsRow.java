package dev.espalier;

import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The unnormalised log-probabilities (logits, in nats up to a constant) of the next token, one for
 * each id. Valid until the {@link ForwardOutput} that holds it is closed. Read only.
 */
public interface LogitsRow {
  /** Number of entries; at least the vocabulary's size, more where a model pads its rows. */
  int size();

  /**
   * The row in host memory, position 0 to {@link #size}; copied from the device at the first call
   * if it lives there. Each call returns a view of its own.
   */
  FloatBuffer host();

  /** The row as an array of {@link #size} entries if it lives in one, else null; read only. */
  default float @Nullable [] array() {
    return null;
  }

  /** The row as the engine's own tensor if it lives on a device, else null. */
  default @Nullable Object device() {
    return null;
  }

  /** A row over an array, not copied. */
  static LogitsRow of(float[] logits) {
    return new LogitsRow() {
      @Override
      public int size() {
        return logits.length;
      }

      @Override
      public FloatBuffer host() {
        return FloatBuffer.wrap(logits).asReadOnlyBuffer();
      }

      @Override
      public float[] array() {
        return logits;
      }
    };
  }
}
