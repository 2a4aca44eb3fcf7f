package dev.espalier.hub;

import dev.espalier.hub.HubException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Which files of a listing make a model that Espalier loads. */
final class Selection {
  private static final String INDEX = "model.safetensors.index.json";
  private static final String SINGLE = "model.safetensors";
  private static final Set<String> PLAIN =
      Set.of("config.json", "generation_config.json", "chat_template.jinja");
  private static final Pattern TOKENIZER =
      Pattern.compile("(tokenizer[^/]*|special_tokens_map)\\.json");
  private static final Pattern SPLIT = Pattern.compile(".*-\\d{5}-of-\\d{5}\\.gguf");
  private static final long MAX_INDEX = 64 << 20;

  private final ModelName model;
  private final Map<String, RemoteFile> files;

  Selection(ModelName model, Listing listing) {
    this.model = model;
    files =
        listing.files().stream()
            .collect(Collectors.toMap(RemoteFile::path, Function.identity(), (a, b) -> b));
  }

  /** Configuration, tokenizer and template, and the index of the weights if they are split. */
  List<RemoteFile> description() {
    require("config.json", "it is no transformers model");
    require("tokenizer.json", "its tokenizer has another form");
    List<RemoteFile> chosen = new ArrayList<>();
    for (RemoteFile file : files.values()) {
      if (PLAIN.contains(file.path())
          || TOKENIZER.matcher(file.path()).matches()
          || file.path().equals(INDEX)) {
        chosen.add(file);
      }
    }
    if (!files.containsKey(INDEX)) {
      require(SINGLE, "its weights have another form");
    }
    chosen.sort(Comparator.comparing(RemoteFile::path));
    return chosen;
  }

  /** The weights: one file, or those that the downloaded index names. */
  List<RemoteFile> weights(Path folder) {
    RemoteFile index = files.get(INDEX);
    if (index == null) {
      return List.of(require(SINGLE, "its weights have another form"));
    }
    if (index.size() > MAX_INDEX) {
      throw unsupported(INDEX + " has " + index.size() + " bytes");
    }
    JsonNode map;
    try {
      map =
          JsonMapper.shared()
              .readTree(Files.readAllBytes(folder.resolve(INDEX)))
              .path("weight_map");
    } catch (IOException e) {
      throw PartFile.diskFailure(folder.resolve(INDEX), e);
    } catch (JacksonException e) {
      throw unsupported(INDEX + " is not JSON");
    }
    Set<String> names = new TreeSet<>();
    map.properties().forEach(entry -> names.add(entry.getValue().asString("")));
    if (names.isEmpty()) {
      throw unsupported(INDEX + " names no files");
    }
    List<RemoteFile> shards = new ArrayList<>();
    for (String name : names) {
      shards.add(require(name, INDEX + " names it"));
    }
    return shards;
  }

  /** The one GGUF file with this name, or whose name contains this text, such as {@code Q4_K_M}. */
  RemoteFile gguf(String wanted) {
    RemoteFile exact = files.get(wanted);
    List<RemoteFile> matching =
        exact != null
            ? List.of(exact)
            : ggufs().stream().filter(file -> lower(file.path()).contains(lower(wanted))).toList();
    if (matching.size() == 1) {
      RemoteFile only = matching.get(0);
      if (!lower(only.path()).endsWith(".gguf")) {
        throw unsupported(only.path() + " is no GGUF file");
      }
      if (SPLIT.matcher(lower(only.path())).matches()) {
        throw unsupported(only.path() + " is one of several parts, and only whole files are read");
      }
      return only;
    }
    throw unsupported(
        (matching.isEmpty() ? "no GGUF file matches '" : "several GGUF files match '")
            + wanted
            + "'"
            + offer(matching.isEmpty() ? ggufs() : matching));
  }

  private RemoteFile require(String path, String else_) {
    @Nullable RemoteFile file = files.get(path);
    if (file == null) {
      List<RemoteFile> ggufs = ggufs();
      throw unsupported(
          "there is no " + path + " (" + else_ + ")" + (ggufs.isEmpty() ? "" : offer(ggufs)));
    }
    return file;
  }

  private List<RemoteFile> ggufs() {
    return files.values().stream()
        .filter(file -> lower(file.path()).endsWith(".gguf"))
        .sorted(Comparator.comparing(RemoteFile::path))
        .toList();
  }

  private String offer(List<RemoteFile> ggufs) {
    if (ggufs.isEmpty()) {
      return "; it has none";
    }
    String names = ggufs.stream().limit(12).map(RemoteFile::path).collect(Collectors.joining(", "));
    return "; name one of its GGUF files: " + names + (ggufs.size() > 12 ? ", …" : "");
  }

  private HubException unsupported(String why) {
    return new HubException(Reason.UNSUPPORTED, model + " cannot be loaded: " + why);
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }
}
