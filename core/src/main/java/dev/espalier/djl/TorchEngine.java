package dev.espalier.djl;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import dev.espalier.ModelLoadException;
import java.util.Locale;

/**
 * DJL's PyTorch engine, started at the first use. Before that, DJL's downloads and its telemetry
 * are switched off unless the user has set {@code ai.djl.offline} or {@code OPT_OUT_TRACKING}.
 */
final class TorchEngine {
  private TorchEngine() {}

  /** Starts the engine in the holder idiom: once, lazily, safely. */
  private static final class Started {
    static final Engine ENGINE = start();

    private static Engine start() {
      defaultProperty("ai.djl.offline", "true");
      defaultProperty("OPT_OUT_TRACKING", "true");
      return Engine.getEngine("PyTorch");
    }
  }

  private static void defaultProperty(String key, String value) {
    if (System.getProperty(key) == null
        && System.getenv(key.toUpperCase(Locale.ROOT).replace('.', '_')) == null) {
      System.setProperty(key, value);
    }
  }

  /**
   * A manager that owns what is created from it until it is closed.
   *
   * @throws ModelLoadException if the native libraries are absent
   */
  static PtNDManager newManager() {
    try {
      return (PtNDManager) Started.ENGINE.newBaseManager();
    } catch (EngineException | LinkageError e) {
      throw new ModelLoadException(
          "DJL's PyTorch engine does not start ("
              + e
              + "). Add its native libraries to the class path:"
              + " ai.djl.pytorch:pytorch-jni:2.7.1-0.35.1 and"
              + " ai.djl.pytorch:pytorch-native-cpu:2.7.1 with the classifier "
              + classifier(),
          e);
    }
  }

  /** The classifier of the native libraries for this machine. */
  static String classifier() {
    String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch", "").equals("aarch64") ? "aarch64" : "x86_64";
    return (os.startsWith("mac") ? "osx-" : os.startsWith("win") ? "win-" : "linux-") + arch;
  }

  /** Sets the threads that one operation may use; for the whole process. */
  static void setThreads(int threads) {
    newManager().close();
    JniUtils.setNumThreads(threads);
  }

  /** Work on native tensors. */
  interface Work<T> {
    T run();
  }

  /**
   * Runs without recording gradients and without the profiling executor, which compiles anew for
   * each shape. Both are settings of the thread; the first is given back, since the thread may
   * train.
   */
  static <T> T inference(Work<T> work) {
    boolean gradients = JniUtils.isGradMode();
    if (gradients) {
      JniUtils.setGradMode(false);
    }
    JniUtils.setGraphExecutorOptimize(false);
    try {
      return work.run();
    } finally {
      if (gradients) {
        JniUtils.setGradMode(true);
      }
    }
  }
}
