package dev.espalier.examples.cli;

import ai.djl.engine.Engine;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.util.Platform;
import dev.espalier.hub.CachedModel;
import dev.espalier.hub.HuggingFaceHub;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code espalier doctor}: what is here, what is missing, and how to get it. Asks no network. */
@Command(
    name = "doctor",
    description = {
      "Check everything that running models needs, without the network.",
      "Exit code 4 if something is missing."
    })
final class DoctorCommand implements Callable<Integer> {
  private enum Verdict {
    GOOD("ok", Shell.Paint.GREEN),
    REMARK("note", Shell.Paint.YELLOW),
    MISSING("MISSING", Shell.Paint.RED);

    private final String word;
    private final Shell.Paint paint;

    Verdict(String word, Shell.Paint paint) {
      this.word = word;
      this.paint = paint;
    }
  }

  private final Shell shell;
  private boolean healthy = true;

  DoctorCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    java();
    processor();
    Platform platform = Platform.detectPlatform("pytorch");
    natives(platform);
    engine();
    tokenizers();
    embeddedModel();
    cache();
    shell.say("");
    shell.say(healthy ? "Everything that is needed is here." : "Something is missing; see above.");
    return healthy ? ExitCode.OK : ExitCode.UNHEALTHY;
  }

  private void report(Verdict verdict, String subject, String finding, String... advice) {
    healthy &= verdict != Verdict.MISSING;
    String word = shell.paint(verdict.paint, String.format(Locale.ROOT, "%-7s", verdict.word));
    shell.say("%s  %-11s  %s", word, subject, finding);
    for (String line : advice) {
      shell.say("%s", " ".repeat(22) + line);
    }
  }

  private void java() {
    report(Verdict.GOOD, "espalier", Espalier.Version.text());
    Runtime runtime = Runtime.getRuntime();
    report(
        Verdict.GOOD,
        "java",
        String.format(
            Locale.ROOT,
            "%s (%s), heap up to %s, %s",
            Runtime.version(),
            System.getProperty("java.vendor"),
            ModelsCommand.size(runtime.maxMemory()),
            System.getProperty("java.home")));
    boolean nativeAccess =
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
            .anyMatch(argument -> argument.startsWith("--enable-native-access"));
    if (Runtime.version().feature() >= 24 && !nativeAccess) {
      report(
          Verdict.REMARK,
          "java",
          "native libraries are used without permission, which this Java warns about",
          "start it with --enable-native-access=ALL-UNNAMED, as examples/bin/espalier does");
    }
  }

  private void processor() {
    int cores = Runtime.getRuntime().availableProcessors();
    String threads = System.getenv("OMP_NUM_THREADS");
    String system =
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.arch")
            + ", "
            + cores
            + (cores == 1 ? " core" : " cores")
            + (threads == null ? "" : ", OMP_NUM_THREADS=" + threads);
    report(Verdict.GOOD, "processor", system);
    String policy = System.getenv("OMP_WAIT_POLICY");
    if ("passive".equalsIgnoreCase(policy)) {
      report(Verdict.GOOD, "threads", "OMP_WAIT_POLICY=passive");
    } else {
      report(
          Verdict.REMARK,
          "threads",
          "OMP_WAIT_POLICY is " + (policy == null ? "not set" : policy),
          "waiting threads then spin, and on a busy machine everything is many times slower;",
          "set OMP_WAIT_POLICY=passive in the environment, as examples/bin/espalier does");
    }
  }

  private void natives(Platform platform) {
    String own = setting("PYTORCH_LIBRARY_PATH");
    if (own != null) {
      report(Verdict.GOOD, "natives", "PYTORCH_LIBRARY_PATH=" + own);
      return;
    }
    if (platform.isPlaceholder()) {
      String classifier = platform.getClassifier();
      report(
          Verdict.MISSING,
          "natives",
          "no PyTorch libraries for " + classifier + " on the class path",
          "add ai.djl.pytorch:pytorch-native-cpu:2.7.1 with the classifier " + classifier,
          "(linux-x86_64, linux-aarch64, osx-aarch64 and win-x86_64 exist), or set",
          "PYTORCH_LIBRARY_PATH to a folder with libtorch");
      return;
    }
    report(
        Verdict.GOOD,
        "natives",
        "PyTorch "
            + platform.getVersion()
            + " "
            + platform.getFlavor()
            + " "
            + platform.getClassifier()
            + " on the class path");
    String offline = setting("ai.djl.offline");
    if (!"true".equalsIgnoreCase(offline)) {
      report(
          Verdict.REMARK,
          "natives",
          "DJL may download libraries of its own accord",
          "set -Dai.djl.offline=true to forbid it, as examples/bin/espalier does");
    }
  }

  // A broken native library is an Error of some kind, and finding those is what this is for.
  @SuppressWarnings("CatchingUnchecked")
  private void engine() {
    try {
      Engine engine = Engine.getEngine("PyTorch");
      int gpus = engine.getGpuCount();
      report(
          Verdict.GOOD,
          "engine",
          engine.getEngineName() + " " + engine.getVersion() + ", DJL " + Engine.getDjlVersion());
      report(
          Verdict.GOOD,
          "devices",
          gpus == 0 ? "cpu" : "cpu, " + gpus + (gpus == 1 ? " gpu" : " gpus"));
      if (gpus == 0 && Files.exists(Path.of("/proc/driver/nvidia/version"))) {
        report(
            Verdict.REMARK,
            "devices",
            "there is an NVIDIA driver, but these libraries are for the processor alone",
            "put CUDA libraries of PyTorch 2.7.1 into PYTORCH_LIBRARY_PATH to use the card");
      }
    } catch (Exception | LinkageError e) {
      report(
          Verdict.MISSING,
          "engine",
          "PyTorch does not start: " + e,
          "the libraries are those of another system, or the folder they are unpacked to,",
          String.valueOf(setting("DJL_CACHE_DIR", "~/.djl.ai")) + ", is full or not writable");
    }
  }

  @SuppressWarnings("CatchingUnchecked")
  private void tokenizers() {
    try {
      LibUtils.checkStatus();
      report(Verdict.GOOD, "tokenizers", "the native library is loaded");
    } catch (Exception | LinkageError e) {
      report(
          Verdict.MISSING,
          "tokenizers",
          "the native library does not load: " + e,
          "add ai.djl.huggingface:tokenizers:0.35.1; it has libraries for Linux, macOS, Windows");
    }
  }

  private void embeddedModel() {
    if (EmbeddedModel.isPresent()) {
      report(Verdict.GOOD, "embedded", "the small model is on the class path");
    } else {
      report(
          Verdict.MISSING,
          "embedded",
          "the small model is not on the class path",
          "build espalier-examples anew, or name a model with --model");
    }
  }

  private void cache() {
    HuggingFaceHub hub = HuggingFaceHub.builder().build();
    Path folder = hub.cacheFolder();
    Path existing = folder;
    while (existing != null && !Files.exists(existing)) {
      existing = existing.getParent();
    }
    if (existing == null || !Files.isDirectory(existing) || !Files.isWritable(existing)) {
      report(
          Verdict.REMARK,
          "cache",
          folder + " cannot be written",
          "give another folder in ESPALIER_CACHE to download models");
      return;
    }
    List<CachedModel> models = hub.cached();
    long bytes = models.stream().mapToLong(CachedModel::bytes).sum();
    report(
        Verdict.GOOD,
        "cache",
        folder
            + ": "
            + (models.isEmpty() ? "empty" : models.size() + " models, " + ModelsCommand.size(bytes))
            + ", "
            + free(existing)
            + " free");
    report(
        Verdict.GOOD,
        "hub",
        hub.endpoint()
            + (System.getenv("HF_TOKEN") == null ? ", no access token" : ", access token set"));
  }

  private static String free(Path folder) {
    try {
      return ModelsCommand.size(Files.getFileStore(folder).getUsableSpace());
    } catch (IOException e) {
      return "unknown space";
    }
  }

  private static String setting(String name, String otherwise) {
    String value = setting(name);
    return value == null ? otherwise : value;
  }

  private static @org.jspecify.annotations.Nullable String setting(String name) {
    String property = System.getProperty(name);
    return property != null
        ? property
        : System.getenv(name.toUpperCase(Locale.ROOT).replace('.', '_'));
  }
}
