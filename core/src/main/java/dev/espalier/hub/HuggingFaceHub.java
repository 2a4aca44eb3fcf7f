package dev.espalier.hub;

import dev.espalier.hub.HubException.Reason;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Downloads models from the Hugging Face hub, or a mirror with its layout, into a cache folder.
 * Nothing is downloaded but by {@link #fetch} and {@link #fetchGguf}. Downloads go on where an
 * earlier one was cut, every file is checked against the hub's checksum and appears in its place
 * only when it is whole, and two downloads of one model wait for each other, across processes too.
 * Thread-safe.
 *
 * <pre>{@code
 * Path folder = HuggingFaceHub.builder().build()
 *     .fetch(ModelName.parse("HuggingFaceTB/SmolLM2-135M-Instruct"));
 * CausalLm model = CausalLms.load(folder);
 * }</pre>
 */
public final class HuggingFaceHub {
  private static final Set<String> LOADABLE = Set.of("config.json", "tokenizer.json");

  private final HubClient client;
  private final CacheFolder cache;
  private final DownloadListener listener;
  private final Backoff.Policy patience;
  private final DiskSpace diskSpace;

  /** Free bytes where a folder lies; tests put a small disk here. */
  interface DiskSpace {
    long usable(Path folder) throws IOException;
  }

  private HuggingFaceHub(Builder b) {
    String token = b.token;
    if (token != null && !isConfidential(b.endpoint)) {
      throw new HubException(
          Reason.UNAUTHORIZED,
          "an access token is not sent to "
              + b.endpoint
              + " without encryption; use an https address, or anonymous()");
    }
    client = new HubClient(b.endpoint, token, b.stallLimit);
    cache = new CacheFolder(b.cacheFolder);
    listener = b.listener;
    patience = b.patience;
    diskSpace = b.diskSpace;
  }

  /** A builder with the settings of the environment; see its methods. */
  public static Builder builder() {
    return new Builder();
  }

  /** Where the models lie. */
  public Path cacheFolder() {
    return cache.root();
  }

  /** The address of the hub. */
  public URI endpoint() {
    return client.endpoint();
  }

  /**
   * Brings configuration, tokenizer and safetensors weights of a model, as far as they are not in
   * the cache, and returns their folder.
   *
   * @throws HubException if that cannot be done; what came so far is kept for the next call
   */
  public Path fetch(ModelName model) {
    return cache.exclusively(
        model,
        () -> {
          Listing listing = list(model);
          Path folder = cache.snapshot(model, listing.commit());
          Selection selection = new Selection(model, listing);
          // The index of split weights tells which weights to take, so it comes first, unannounced.
          List<RemoteFile> description = selection.description();
          List<RemoteFile> index =
              description.stream().filter(file -> file.path().endsWith(".index.json")).toList();
          bring(model, listing, index, DownloadListener.NONE);
          List<RemoteFile> files = new ArrayList<>(description);
          files.addAll(selection.weights(folder));
          bring(model, listing, files, listener);
          cache.remember(model, listing.commit());
          return folder;
        });
  }

  /**
   * Brings one GGUF file of a model, unless it is in the cache, and returns its path.
   *
   * @param file its path inside the model, or a part of it that no other GGUF file there has, such
   *     as {@code Q4_K_M}
   * @throws HubException if that cannot be done; what came so far is kept for the next call
   */
  public Path fetchGguf(ModelName model, String file) {
    return cache.exclusively(
        model,
        () -> {
          Listing listing = list(model);
          RemoteFile chosen = new Selection(model, listing).gguf(file);
          bring(model, listing, List.of(chosen), listener);
          cache.remember(model, listing.commit());
          return cache.snapshot(model, listing.commit()).resolve(chosen.path());
        });
  }

  /** The folder of a model in the cache, if it is complete; asks nobody. */
  public Optional<Path> find(ModelName model) {
    return cache
        .commit(model)
        .map(commit -> cache.snapshot(model, commit))
        .filter(folder -> isLoadable(cache.complete(folder)));
  }

  /** A GGUF file in the cache, named as for {@link #fetchGguf}; asks nobody. */
  public Optional<Path> findGguf(ModelName model, String file) {
    Optional<Path> folder = cache.commit(model).map(commit -> cache.snapshot(model, commit));
    if (folder.isEmpty()) {
      return Optional.empty();
    }
    Set<String> complete = cache.complete(folder.get()).keySet();
    if (complete.contains(file)) {
      return folder.map(found -> found.resolve(file));
    }
    String part = file.toLowerCase(Locale.ROOT);
    List<String> matching =
        complete.stream()
            .filter(path -> path.toLowerCase(Locale.ROOT).contains(part))
            .filter(path -> path.toLowerCase(Locale.ROOT).endsWith(".gguf"))
            .toList();
    return matching.size() == 1
        ? folder.map(found -> found.resolve(matching.get(0)))
        : Optional.empty();
  }

  /** Everything in the cache; asks nobody. */
  public List<CachedModel> cached() {
    return cache.models();
  }

  private static boolean isLoadable(Map<String, Long> complete) {
    return complete.keySet().containsAll(LOADABLE)
        && complete.keySet().stream().anyMatch(path -> path.endsWith(".safetensors"));
  }

  private Listing list(ModelName model) {
    try {
      return Listing.fetch(client, model, new Backoff(patience, listener));
    } catch (HubException e) {
      Optional<Path> here = e.reason() == Reason.OFFLINE ? find(model) : Optional.empty();
      if (here.isPresent()) {
        throw new HubException(
            Reason.OFFLINE, e.getMessage() + "; the copy of last time is at " + here.get(), e);
      }
      throw e;
    }
  }

  private void bring(
      ModelName model, Listing listing, List<RemoteFile> wanted, DownloadListener follower) {
    Path folder = cache.snapshot(model, listing.commit());
    Map<String, Long> complete = cache.complete(folder);
    List<RemoteFile> missing =
        wanted.stream().filter(file -> !complete.containsKey(file.path())).toList();
    if (missing.isEmpty()) {
      return;
    }
    checkSpace(model, folder, missing);
    follower.onStart(missing, missing.stream().mapToLong(RemoteFile::size).sum());
    Download download = new Download(client, patience, follower);
    for (RemoteFile file : missing) {
      Path target = folder.resolve(file.path());
      download.run(listing.address(client.endpoint(), model, file), file, target);
      cache.record(folder, List.of(file));
    }
  }

  private void checkSpace(ModelName model, Path folder, List<RemoteFile> missing) {
    try {
      Files.createDirectories(folder);
      long needed = 0;
      for (RemoteFile file : missing) {
        Path part = PartFile.partOf(folder.resolve(file.path()));
        needed += file.size() - (Files.exists(part) ? Math.min(Files.size(part), file.size()) : 0);
      }
      long usable = diskSpace.usable(folder);
      if (needed > usable) {
        throw new HubException(
            Reason.DISK,
            String.format(
                Locale.ROOT,
                "%s needs %.1f MB more in %s, and %.1f MB are free; make room or give another"
                    + " cache folder (ESPALIER_CACHE)",
                model,
                needed / 1e6,
                cache.root(),
                usable / 1e6));
      }
    } catch (IOException e) {
      throw PartFile.diskFailure(folder, e);
    }
  }

  /** Whether nobody between here and there can read along. */
  private static boolean isConfidential(URI endpoint) {
    if (endpoint.getScheme().equalsIgnoreCase("https")) {
      return true;
    }
    try {
      return InetAddress.getByName(endpoint.getHost()).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  /** Collects settings; not thread-safe. */
  public static final class Builder {
    private URI endpoint = URI.create("https://huggingface.co");
    private Path cacheFolder = defaultCacheFolder();
    private @Nullable String token;
    private DownloadListener listener = DownloadListener.NONE;
    private Duration stallLimit = Duration.ofSeconds(30);
    private Backoff.Policy patience = new Backoff.Policy(4, Duration.ofMillis(500));
    private DiskSpace diskSpace = folder -> Files.getFileStore(folder).getUsableSpace();

    private Builder() {
      String other = environment("HF_ENDPOINT");
      if (other != null) {
        endpoint(other);
      }
      String found = environment("HF_TOKEN");
      if (found != null) {
        token(found);
      }
    }

    /**
     * The address of the hub or of a mirror; by default {@code HF_ENDPOINT} of the environment, or
     * the public hub.
     *
     * @throws HubException if it is no http or https address
     */
    public Builder endpoint(String address) {
      try {
        URI uri =
            new URI(address.endsWith("/") ? address.substring(0, address.length() - 1) : address);
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        if (uri.getHost() != null && (scheme.equals("https") || scheme.equals("http"))) {
          endpoint = uri;
          return this;
        }
      } catch (URISyntaxException e) {
        // Falls through to the message below.
      }
      throw new HubException(
          Reason.NAME, "'" + address + "' is no address of a hub; expected https://host");
    }

    /**
     * Where models are kept; by default {@code ESPALIER_CACHE} of the environment, or {@code
     * .cache/espalier} in the home folder.
     */
    public Builder cacheFolder(Path folder) {
      cacheFolder = folder;
      return this;
    }

    /**
     * The access token; by default {@code HF_TOKEN} of the environment. It is sent to the hub's own
     * address alone, never to where the hub redirects to.
     *
     * @throws HubException if it holds characters that no token has
     */
    public Builder token(String accessToken) {
      if (!accessToken.chars().allMatch(c -> c > ' ' && c < 127)) {
        throw new HubException(
            Reason.UNAUTHORIZED,
            "the access token holds a space or another character that no token has");
      }
      token = accessToken.isEmpty() ? null : accessToken;
      return this;
    }

    /** Sends no access token. */
    public Builder anonymous() {
      token = null;
      return this;
    }

    /** Who follows downloads. */
    public Builder listener(DownloadListener follower) {
      listener = follower;
      return this;
    }

    /** How long a connection may stay silent before it is given up; 30 seconds by default. */
    public Builder stallLimit(Duration limit) {
      if (limit.isNegative() || limit.isZero()) {
        throw new IllegalArgumentException("a stall limit must be positive, not " + limit);
      }
      stallLimit = limit;
      return this;
    }

    Builder patience(Backoff.Policy policy) {
      patience = policy;
      return this;
    }

    Builder diskSpace(DiskSpace space) {
      diskSpace = space;
      return this;
    }

    /**
     * The hub; connects to nothing yet.
     *
     * @throws HubException if the token would travel in clear text
     */
    public HuggingFaceHub build() {
      return new HuggingFaceHub(this);
    }

    private static Path defaultCacheFolder() {
      String chosen = environment("ESPALIER_CACHE");
      return chosen != null
          ? Path.of(chosen)
          : Path.of(System.getProperty("user.home", "."), ".cache", "espalier");
    }

    private static @Nullable String environment(String name) {
      String value = System.getenv(name);
      return value == null || value.isBlank() ? null : value.strip();
    }
  }
}
