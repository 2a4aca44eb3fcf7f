package dev.espalier.hub;

import dev.espalier.hub.HubException.Reason;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Where models lie on this machine:
 *
 * <pre>
 * hub/OWNER/NAME/refs/REVISION           the commit that a branch or tag stood for last time
 * hub/OWNER/NAME/COMMIT/…                the files of that commit, as in the model
 * hub/OWNER/NAME/COMMIT/.espalier.json   which of them are complete, with their sizes
 * hub/OWNER/NAME/.lock                   held while somebody downloads
 * </pre>
 *
 * Files change only by atomic moves, so readers need no lock.
 */
final class CacheFolder {
  private static final String MANIFEST = ".espalier.json";

  // File locks are per process; these keep the threads of this one apart.
  private static final Map<Path, ReentrantLock> LOCKS = new ConcurrentHashMap<>();

  private final Path root;

  CacheFolder(Path root) {
    this.root = root.toAbsolutePath().normalize();
  }

  Path root() {
    return root;
  }

  private Path repository(ModelName model) {
    return root.resolve("hub").resolve(model.owner()).resolve(model.name());
  }

  Path snapshot(ModelName model, String commit) {
    return repository(model).resolve(commit);
  }

  /** The commit that a name stood for last time, if any of its files are here. */
  Optional<String> commit(ModelName model) {
    if (Files.exists(snapshot(model, model.revision()).resolve(MANIFEST))) {
      return Optional.of(model.revision());
    }
    try {
      Path ref = ref(model);
      return Files.exists(ref) ? Optional.of(Files.readString(ref).strip()) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  void remember(ModelName model, String commit) {
    if (!model.revision().equals(commit)) {
      write(ref(model), commit + "\n");
    }
  }

  private Path ref(ModelName model) {
    return repository(model)
        .resolve("refs")
        .resolve(URLEncoder.encode(model.revision(), StandardCharsets.UTF_8));
  }

  /** The files of a snapshot that are complete and still there, with their sizes. */
  Map<String, Long> complete(Path snapshot) {
    Map<String, Long> complete = new TreeMap<>();
    Path manifest = snapshot.resolve(MANIFEST);
    if (!Files.exists(manifest)) {
      return complete;
    }
    try {
      JsonNode files = JsonMapper.shared().readTree(Files.readAllBytes(manifest)).path("files");
      for (Map.Entry<String, JsonNode> entry : files.properties()) {
        Path file = snapshot.resolve(entry.getKey()).normalize();
        long size = entry.getValue().asLong(-1);
        if (file.startsWith(snapshot) && Files.isRegularFile(file) && Files.size(file) == size) {
          complete.put(entry.getKey(), size);
        }
      }
    } catch (IOException | JacksonException e) {
      complete.clear(); // a damaged manifest: the files are verified anew by downloading them
    }
    return complete;
  }

  void record(Path snapshot, Collection<RemoteFile> finished) {
    Map<String, Long> complete = complete(snapshot);
    finished.forEach(file -> complete.put(file.path(), file.size()));
    ObjectNode manifest = JsonNodeFactory.instance.objectNode();
    ObjectNode files = manifest.putObject("files");
    complete.forEach(files::put);
    write(snapshot.resolve(MANIFEST), manifest.toPrettyString() + "\n");
  }

  private static void write(Path target, String text) {
    try {
      Path folder = target.resolveSibling("");
      Files.createDirectories(folder);
      Path fresh = Files.createTempFile(folder, ".new", "");
      Files.writeString(fresh, text);
      try {
        Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
      } catch (AtomicMoveNotSupportedException e) {
        Files.move(fresh, target, StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw PartFile.diskFailure(target, e);
    }
  }

  /** Everything that is here. */
  List<CachedModel> models() {
    List<CachedModel> models = new ArrayList<>();
    for (Path owner : folders(root.resolve("hub"))) {
      for (Path name : folders(owner)) {
        for (Path snapshot : folders(name)) {
          Map<String, Long> complete = complete(snapshot);
          if (!complete.isEmpty()) {
            models.add(
                new CachedModel(
                    owner.getFileName() + "/" + name.getFileName(),
                    snapshot.getFileName().toString(),
                    snapshot,
                    List.copyOf(complete.keySet()),
                    complete.values().stream().mapToLong(Long::longValue).sum()));
          }
        }
      }
    }
    return models;
  }

  private static List<Path> folders(Path parent) {
    if (!Files.isDirectory(parent)) {
      return List.of();
    }
    try (Stream<Path> children = Files.list(parent)) {
      return children.filter(Files::isDirectory).sorted().toList();
    } catch (IOException e) {
      throw new HubException(
          Reason.DISK,
          "cannot read " + parent + "; check its permissions or set ESPALIER_CACHE",
          e);
    }
  }

  /** Runs a download while nobody else, thread or process, downloads the same model. */
  Path exclusively(ModelName model, java.util.function.Supplier<Path> download) {
    Path lockFile = repository(model).resolve(".lock");
    ReentrantLock threads = LOCKS.computeIfAbsent(lockFile, path -> new ReentrantLock());
    try {
      threads.lockInterruptibly();
    } catch (InterruptedException e) {
      throw HubException.interrupted(e);
    }
    try {
      Files.createDirectories(repository(model));
      try (FileChannel channel =
              FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock held = channel.lock()) {
        assert held.isValid();
        return download.get();
      }
    } catch (IOException e) {
      throw PartFile.diskFailure(lockFile, e);
    } finally {
      threads.unlock();
    }
  }
}
