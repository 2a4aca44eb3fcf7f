package dev.espalier.hub;

import dev.espalier.Texts;
import dev.espalier.hub.HubException.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Asks the hub for single resources: follows redirects, shows the token to nobody else, and turns
 * answers that are errors into exceptions that say what to do. Thread-safe.
 */
final class HubClient {
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
  private static final int MAX_REDIRECTS = 10;

  private final HttpClient http;
  private final URI endpoint;
  private final @Nullable String token;
  private final Duration stallLimit;

  HubClient(URI endpoint, @Nullable String token, Duration stallLimit) {
    this.endpoint = endpoint;
    this.token = token;
    this.stallLimit = stallLimit;
    http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(stallLimit)
            .build();
  }

  URI endpoint() {
    return endpoint;
  }

  /**
   * An answer whose status is 200, 206 or 416.
   *
   * @param status of these
   * @param headers as they came
   * @param body to be closed by the caller
   */
  record Answer(int status, HttpHeaders headers, ResponseBody body) implements AutoCloseable {
    OptionalLong contentLength() {
      return headers.firstValueAsLong("Content-Length");
    }

    @Override
    public void close() {
      body.close();
    }
  }

  /**
   * Asks for a resource.
   *
   * @param what names it in messages
   * @param from the first byte wanted
   * @throws IOException if another attempt may succeed
   * @throws HubException if none will
   */
  Answer get(URI address, String what, long from) throws IOException {
    URI at = address;
    for (int hops = 0; hops <= MAX_REDIRECTS; hops++) {
      Answer answer = send(at, from);
      if (!REDIRECTS.contains(answer.status)) {
        return accepted(answer, what);
      }
      answer.close();
      at = redirected(at, answer, what);
    }
    throw new HubException(
        Reason.SERVER, what + ": more than " + MAX_REDIRECTS + " redirects in a row");
  }

  /** The whole of a small resource; throws as {@link #get}. */
  byte[] getAll(Answer answer, String what, int limit) throws IOException {
    try (answer) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      for (List<ByteBuffer> pieces; (pieces = next(answer)) != null; ) {
        for (ByteBuffer piece : pieces) {
          byte[] bytes = new byte[piece.remaining()];
          piece.get(bytes);
          all.write(bytes, 0, bytes.length);
          if (all.size() > limit) {
            throw new HubException(
                Reason.SERVER, what + " is longer than " + limit + " bytes; is this a hub?");
          }
        }
      }
      return all.toByteArray();
    }
  }

  static @Nullable List<ByteBuffer> next(Answer answer) throws IOException {
    try {
      return answer.body.next();
    } catch (InterruptedException e) {
      throw HubException.interrupted(e);
    }
  }

  private Answer send(URI address, long from) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address)
            .timeout(stallLimit)
            .header("User-Agent", "espalier")
            .header("Accept-Encoding", "identity");
    if (from > 0) {
      request.header("Range", "bytes=" + from + "-");
    }
    if (token != null && sameOrigin(address, endpoint)) {
      request.header("Authorization", "Bearer " + token);
    }
    try {
      HttpResponse<ResponseBody> response =
          http.send(request.GET().build(), head -> new ResponseBody(stallLimit));
      return new Answer(response.statusCode(), response.headers(), response.body());
    } catch (InterruptedException e) {
      throw HubException.interrupted(e);
    }
  }

  static boolean sameOrigin(URI a, URI b) {
    return a.getScheme().equalsIgnoreCase(b.getScheme())
        && a.getHost().equalsIgnoreCase(b.getHost())
        && port(a) == port(b);
  }

  private static int port(URI address) {
    if (address.getPort() >= 0) {
      return address.getPort();
    }
    return address.getScheme().equalsIgnoreCase("https") ? 443 : 80;
  }

  private static URI redirected(URI from, Answer answer, String what) {
    String location = answer.headers.firstValue("Location").orElse("");
    try {
      URI to = from.resolve(location);
      String scheme = String.valueOf(to.getScheme()).toLowerCase(Locale.ROOT);
      boolean downgrade = from.getScheme().equalsIgnoreCase("https") && !scheme.equals("https");
      if (!location.isEmpty()
          && to.getHost() != null
          && !downgrade
          && (scheme.equals("https") || scheme.equals("http"))) {
        return to;
      }
    } catch (IllegalArgumentException e) {
      // Falls through: an address that is none is refused like one that is unsafe.
    }
    throw new HubException(
        Reason.SERVER, what + ": redirected to '" + clean(location) + "', which is refused");
  }

  private Answer accepted(Answer answer, String what) throws IOException {
    int status = answer.status;
    if (status == 200 || status == 206 || status == 416) {
      return answer;
    }
    answer.close();
    String code = answer.headers.firstValue("X-Error-Code").orElse("");
    String said = answer.headers.firstValue("X-Error-Message").map(HubClient::clean).orElse("");
    String quote = said.isEmpty() ? "" : " (the hub says: " + said + ")";
    if (status == 408 || status == 429 || status >= 500) {
      Duration pause =
          Duration.ofSeconds(
              Math.max(0, Math.min(86_400, seconds(answer.headers.firstValue("Retry-After")))));
      throw new TransientFailure("the hub answers " + status + quote, pause);
    }
    throw refusal(status, code, what, quote);
  }

  private HubException refusal(int status, String code, String what, String quote) {
    boolean gated = code.equals("GatedRepo");
    if (gated || (status == 403 && token != null)) {
      String where = "accept the model's terms on its page at " + endpoint;
      String then =
          token == null
              ? ", then set HF_TOKEN to an access token of that account"
              : " with the account of the access token, or use a token that may read it";
      return new HubException(
          Reason.GATED,
          what + ": the hub refuses access (" + status + "); " + where + then + quote);
    }
    if (status == 401 || status == 403) {
      String why =
          token == null
              ? "no such model, or a private one;"
                  + " check the name, or set HF_TOKEN to an access token that may read it"
              : "the hub refuses the access token of HF_TOKEN;"
                  + " check that it is valid and may read this model";
      return new HubException(Reason.UNAUTHORIZED, what + ": " + why + " (" + status + ")" + quote);
    }
    if (status == 404 || status == 410) {
      String missing = code.equals("RevisionNotFound") ? "no such revision" : "not on the hub";
      return new HubException(
          Reason.NOT_FOUND,
          what + ": " + missing + " (" + status + "); check the name and the revision" + quote);
    }
    return new HubException(
        Reason.SERVER, what + ": unexpected answer " + status + " from " + endpoint + quote);
  }

  private static long seconds(java.util.Optional<String> header) {
    try {
      return header.map(value -> Long.parseLong(value.trim())).orElse(0L);
    } catch (NumberFormatException e) {
      return 0; // a date instead of seconds; the own pause will do
    }
  }

  /** A server's text, fit for a message. */
  private static String clean(String text) {
    return Texts.shortened(text.replaceAll("[^\\x20-\\x7e]+", " ").strip(), 200);
  }
}
