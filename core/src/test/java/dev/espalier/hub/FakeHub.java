package dev.espalier.hub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** A server with the hub's layout and, on demand, its bad days. */
final class FakeHub implements AutoCloseable {
  static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  /** What to do with one request for a file instead of answering it well. */
  interface Trouble {
    void answer(HttpExchange exchange, byte[] content) throws IOException;
  }

  /** A request as it came. */
  record Request(String path, @Nullable String authorization, @Nullable String range) {}

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, byte[]> files = new LinkedHashMap<>();
  private final Map<String, Queue<Trouble>> troubles = new ConcurrentHashMap<>();
  final List<Request> requests = new CopyOnWriteArrayList<>();
  volatile @Nullable Trouble apiTrouble;
  volatile @Nullable String rawEntries; // more entries of the listing, as JSON
  volatile int pageSize = 1000;
  volatile String commit = COMMIT;

  FakeHub() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  FakeHub file(String path, byte[] content) {
    files.put(path, content);
    return this;
  }

  FakeHub file(String path, String content) {
    return file(path, content.getBytes(StandardCharsets.UTF_8));
  }

  FakeHub trouble(String path, Trouble trouble) {
    troubles.computeIfAbsent(path, key -> new ConcurrentLinkedQueue<>()).add(trouble);
    return this;
  }

  long requestsFor(String file) {
    return requests.stream().filter(request -> request.path.endsWith("/" + file)).count();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      requests.add(
          new Request(
              path,
              exchange.getRequestHeaders().getFirst("Authorization"),
              exchange.getRequestHeaders().getFirst("Range")));
      String api = "/api/models/owner/name";
      Trouble inApi = apiTrouble;
      if (path.startsWith("/api/") && inApi != null) {
        inApi.answer(exchange, new byte[0]);
      } else if (path.equals(api + "/revision/main") || path.equals(api + "/revision/v1")) {
        send(exchange, 200, "{\"id\":\"owner/name\",\"sha\":\"" + commit + "\"}");
      } else if (path.equals(api + "/tree/" + commit)) {
        list(exchange);
      } else if (path.startsWith("/owner/name/resolve/" + commit + "/")) {
        resolve(exchange, path.substring(("/owner/name/resolve/" + commit + "/").length()));
      } else {
        status(404, "X-Error-Code", "RepoNotFound").answer(exchange, new byte[0]);
      }
    }
  }

  private void list(HttpExchange exchange) throws IOException {
    String query = String.valueOf(exchange.getRequestURI().getQuery());
    int from =
        query.contains("cursor=")
            ? Integer.parseInt(query.replaceAll(".*cursor=(\\d+).*", "$1"))
            : 0;
    Queue<String> entries = new ArrayDeque<>();
    files.forEach((path, content) -> entries.add(entry(path, content)));
    List<String> all = List.copyOf(entries);
    int to = Math.min(all.size(), from + pageSize);
    if (to < all.size()) {
      exchange
          .getResponseHeaders()
          .add(
              "Link",
              "<"
                  + address()
                  + exchange.getRequestURI().getPath()
                  + "?recursive=true&cursor="
                  + to
                  + ">; rel=\"next\"");
    }
    String more = rawEntries;
    String joined = String.join(",", all.subList(from, to));
    send(
        exchange,
        200,
        "[{\"type\":\"directory\",\"oid\":\"x\",\"size\":0,\"path\":\"onnx\"},"
            + joined
            + (more == null ? "" : "," + more)
            + "]");
  }

  /** As the hub lists it: weights in large file storage, the rest in git. */
  private static String entry(String path, byte[] content) {
    String head = "{\"type\":\"file\",\"path\":\"" + path + "\",\"size\":" + content.length;
    if (path.endsWith(".safetensors") || path.endsWith(".gguf")) {
      return head
          + ",\"oid\":\""
          + "0".repeat(40)
          + "\",\"lfs\":{\"oid\":\""
          + hex("SHA-256", content)
          + "\",\"size\":"
          + content.length
          + ",\"pointerSize\":134}}";
    }
    byte[] prefix = ("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII);
    return head + ",\"oid\":\"" + hex("SHA-1", prefix, content) + "\"}";
  }

  private static String hex(String algorithm, byte[]... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance(algorithm);
      for (byte[] part : parts) {
        digest.update(part);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private void resolve(HttpExchange exchange, String file) throws IOException {
    byte[] content = files.get(file);
    Queue<Trouble> waiting = troubles.get(file);
    Trouble trouble = waiting == null ? null : waiting.poll();
    if (content == null) {
      status(404, "X-Error-Code", "EntryNotFound").answer(exchange, new byte[0]);
    } else if (trouble != null) {
      trouble.answer(exchange, content);
    } else {
      serve(exchange, content);
    }
  }

  static void serve(HttpExchange exchange, byte[] content) throws IOException {
    int from = from(exchange);
    if (from >= content.length && from > 0) {
      status(416).answer(exchange, content);
      return;
    }
    if (from > 0) {
      exchange
          .getResponseHeaders()
          .add(
              "Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
    }
    exchange.sendResponseHeaders(
        from > 0 ? 206 : 200, content.length == from ? -1 : content.length - from);
    exchange.getResponseBody().write(content, from, content.length - from);
  }

  static int from(HttpExchange exchange) {
    String range = exchange.getRequestHeaders().getFirst("Range");
    return range == null ? 0 : Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
  }

  static Trouble status(int status, String... headers) {
    return (exchange, content) -> {
      for (int i = 0; i < headers.length; i += 2) {
        exchange.getResponseHeaders().add(headers[i], headers[i + 1]);
      }
      exchange.sendResponseHeaders(status, -1);
    };
  }

  /** Promises the whole and cuts the connection after {@code bytes} more of it. */
  static Trouble cutAfter(int bytes) {
    return (exchange, content) -> {
      int from = from(exchange);
      exchange
          .getResponseHeaders()
          .add(
              "Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
      exchange.sendResponseHeaders(from > 0 ? 206 : 200, content.length - from);
      OutputStream out = exchange.getResponseBody();
      out.write(content, from, bytes);
      out.flush();
    };
  }

  static void send(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
