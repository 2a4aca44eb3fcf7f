package dev.espalier.examples.cli;

import dev.espalier.hub.CachedModel;
import dev.espalier.hub.HuggingFaceHub;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code espalier models list}. */
@Command(name = "list", description = "List the models in the cache.")
final class ListCommand implements Callable<Integer> {
  private final Shell shell;

  @Option(names = "--cache", paramLabel = "FOLDER", description = "Cache folder.")
  @Nullable Path cache;

  ListCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    HuggingFaceHub.Builder builder = HuggingFaceHub.builder();
    if (cache != null) {
      builder.cacheFolder(cache);
    }
    HuggingFaceHub hub = builder.build();
    List<CachedModel> models = hub.cached();
    for (CachedModel model : models) {
      shell.say(
          "%-44s %.8s %9s  %s",
          model.repository(), model.commit(), ModelsCommand.size(model.bytes()), model.folder());
      model.files().stream()
          .filter(file -> file.toLowerCase(Locale.ROOT).endsWith(".gguf"))
          .forEach(file -> shell.say("  :%s", file));
    }
    if (models.isEmpty()) {
      shell.err().println("no models in " + hub.cacheFolder());
    }
    return ExitCode.OK;
  }
}
