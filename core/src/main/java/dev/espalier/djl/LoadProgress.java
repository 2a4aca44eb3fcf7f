package dev.espalier.djl;

/** Told how far the loading of a model is. Called on the loading thread. */
@FunctionalInterface
public interface LoadProgress {
  /**
   * Some weights are ready.
   *
   * @param bytesDone stored bytes read or mapped so far
   * @param bytesTotal stored bytes of the model
   */
  void loaded(long bytesDone, long bytesTotal);
}
