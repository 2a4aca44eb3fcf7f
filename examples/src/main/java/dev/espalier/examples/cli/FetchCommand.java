package dev.espalier.examples.cli;

import dev.espalier.hub.DownloadListener;
import dev.espalier.hub.HuggingFaceHub;
import dev.espalier.hub.RemoteFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code espalier models fetch}. */
@Command(
    name = "fetch",
    description = {
      "Download a model of the Hugging Face hub into the cache, and print where it lies.",
      "A download that was cut goes on where it ended."
    },
    footer = {
      "",
      "Environment: HF_TOKEN (access token), HF_ENDPOINT (a mirror), ESPALIER_CACHE (the folder)."
    })
final class FetchCommand implements Callable<Integer> {
  private final Shell shell;

  @Parameters(
      paramLabel = "NAME",
      description =
          "OWNER/NAME[@REVISION], and ':' with a GGUF file or a part of its name, such as Q4_K_M.")
  String name = "";

  @Option(names = "--cache", paramLabel = "FOLDER", description = "Cache folder.")
  @Nullable Path cache;

  @Option(names = "--endpoint", paramLabel = "URL", description = "Address of the hub.")
  @Nullable String endpoint;

  FetchCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    HubReference reference = HubReference.parse(name);
    HuggingFaceHub.Builder builder = HuggingFaceHub.builder();
    if (cache != null) {
      builder.cacheFolder(cache);
    }
    if (endpoint != null) {
      builder.endpoint(endpoint);
    }
    Path path;
    try (Bars bars = new Bars(shell)) {
      HuggingFaceHub hub = builder.listener(bars).build();
      path =
          reference.gguf() == null
              ? hub.fetch(reference.model())
              : hub.fetchGguf(reference.model(), reference.gguf());
    }
    shell.say("%s", path);
    return ExitCode.OK;
  }

  /** One bar over all files of a download; on anything but a terminal, silence. */
  private static final class Bars implements DownloadListener, AutoCloseable {
    private final Shell shell;
    private @Nullable Progress bar;
    private long finished;

    Bars(Shell shell) {
      this.shell = shell;
    }

    @Override
    public void onStart(List<RemoteFile> files, long bytes) {
      bar = Progress.bytes(shell, "downloading", bytes);
    }

    @Override
    public void onProgress(RemoteFile file, long have) {
      if (bar != null) {
        bar.to(finished + have);
        bar.remark(file.path());
      }
    }

    @Override
    public void onRetry(String why, Duration pause) {
      if (bar != null) {
        bar.remark("again in " + (pause.toMillis() + 999) / 1000 + " s: " + why);
      }
    }

    @Override
    public void onFinished(RemoteFile file) {
      finished += file.size();
    }

    @Override
    public void close() {
      if (bar != null) {
        bar.close();
        bar = null;
      }
    }
  }
}
