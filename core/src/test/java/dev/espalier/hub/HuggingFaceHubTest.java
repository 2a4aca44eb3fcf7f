package dev.espalier.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.hub.HubException.Reason;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HuggingFaceHubTest {
  private static final ModelName NAME = ModelName.parse("owner/name");
  private static final byte[] WEIGHTS = random(3_000_000);

  @SuppressWarnings("NullAway.Init")
  @TempDir
  Path cache;

  private FakeHub server;

  @BeforeEach
  void startServer() throws IOException {
    server =
        new FakeHub()
            .file("config.json", "{\"model_type\":\"llama\"}")
            .file("tokenizer.json", "{}")
            .file("tokenizer_config.json", "{\"a\": 1}")
            .file("README.md", "not needed")
            .file("pytorch_model.bin", "not needed")
            .file("model.safetensors", WEIGHTS);
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(7).nextBytes(bytes);
    return bytes;
  }

  private HuggingFaceHub.Builder builder() {
    return HuggingFaceHub.builder()
        .endpoint(server.address())
        .anonymous()
        .cacheFolder(cache)
        .patience(new Backoff.Policy(2, Duration.ofMillis(5)));
  }

  private HuggingFaceHub hub() {
    return builder().build();
  }

  private static void fails(ThrowingCallable call, Reason reason, String... hints) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            HubException.class, e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason))
        .message()
        .contains(hints);
  }

  private List<Path> partFiles() throws IOException {
    try (Stream<Path> all = Files.walk(cache)) {
      return all.filter(path -> path.toString().endsWith(".part")).toList();
    }
  }

  @Test
  void bringsWhatAModelNeedsAndNothingElse() throws IOException {
    assertThat(hub().find(NAME)).isEmpty();

    Path folder = hub().fetch(NAME);

    assertThat(folder.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
    assertThat(folder.resolve("config.json")).exists();
    assertThat(folder.resolve("tokenizer_config.json")).exists();
    assertThat(folder.resolve("README.md")).doesNotExist();
    assertThat(folder.resolve("pytorch_model.bin")).doesNotExist();
    assertThat(partFiles()).isEmpty();
    assertThat(hub().find(NAME)).contains(folder);
    assertThat(hub().cached())
        .singleElement()
        .satisfies(
            model -> {
              assertThat(model.repository()).isEqualTo("owner/name");
              assertThat(model.commit()).isEqualTo(FakeHub.COMMIT);
              assertThat(model.files()).contains("model.safetensors");
            });
  }

  @Test
  void asksOnlyForTheListWhenEverythingIsHere() {
    hub().fetch(NAME);
    server.requests.clear();
    hub().fetch(ModelName.parse("owner/name@v1"));
    assertThat(server.requests).allMatch(request -> request.path().startsWith("/api/"));
    assertThat(hub().find(ModelName.parse("owner/name@v1"))).isPresent();
    assertThat(hub().find(ModelName.parse("owner/name@" + FakeHub.COMMIT))).isPresent();
  }

  @Test
  void aChangedFileOnDiskIsBroughtAnew() throws IOException {
    Path folder = hub().fetch(NAME);
    Files.write(folder.resolve("model.safetensors"), new byte[10]);
    assertThat(hub().find(NAME)).isEmpty();
    hub().fetch(NAME);
    assertThat(folder.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
  }

  @Test
  void goesOnWhereACutConnectionEnded() {
    server
        .trouble("model.safetensors", FakeHub.cutAfter(1_000_000))
        .trouble("model.safetensors", FakeHub.cutAfter(500_000));
    List<Long> seen = new ArrayList<>();
    AtomicInteger retries = new AtomicInteger();
    DownloadListener listener =
        new DownloadListener() {
          @Override
          public void onProgress(RemoteFile file, long have) {
            if (file.path().equals("model.safetensors")) {
              seen.add(have);
            }
          }

          @Override
          public void onRetry(String why, Duration pause) {
            retries.incrementAndGet();
          }
        };

    Path folder = builder().listener(listener).build().fetch(NAME);

    assertThat(folder.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
    assertThat(retries).hasValue(2);
    assertThat(seen).isSorted().endsWith((long) WEIGHTS.length);
    assertThat(server.requests.stream().map(FakeHub.Request::range).filter(r -> r != null))
        .hasSize(2)
        .allMatch(range -> !range.equals("bytes=0-"));
  }

  @Test
  void aLaterProcessGoesOnToo() throws IOException {
    for (int i = 0; i < 3; i++) {
      server.trouble("model.safetensors", FakeHub.cutAfter(100_000));
    }
    fails(() -> hub().fetch(NAME), Reason.OFFLINE, "model.safetensors", "kept");
    assertThat(partFiles()).hasSize(1);
    assertThat(hub().find(NAME)).isEmpty();

    server.requests.clear();
    Path folder = hub().fetch(NAME);
    assertThat(folder.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
    assertThat(server.requests).anyMatch(request -> "bytes=300000-".equals(request.range()));
  }

  @Test
  void aDamagedLeftOverCostsOneFreshDownload() throws IOException {
    Path part = cache.resolve("hub/owner/name/" + FakeHub.COMMIT + "/model.safetensors.part");
    Files.createDirectories(part.getParent());
    Files.write(part, new byte[1000]);
    Path folder = hub().fetch(NAME);
    assertThat(folder.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
    assertThat(server.requestsFor("model.safetensors")).isEqualTo(2);
  }

  @Test
  void aCompleteLeftOverIsOnlyVerified() throws IOException {
    Path part = cache.resolve("hub/owner/name/" + FakeHub.COMMIT + "/model.safetensors.part");
    Files.createDirectories(part.getParent());
    Files.write(part, WEIGHTS);
    hub().fetch(NAME);
    assertThat(server.requestsFor("model.safetensors")).isZero();
  }

  @Test
  void aServerThatIgnoresRangesIsReadFromTheStart() {
    server
        .trouble("model.safetensors", FakeHub.cutAfter(1_000_000))
        .trouble(
            "model.safetensors",
            (exchange, content) -> {
              exchange.sendResponseHeaders(200, content.length);
              exchange.getResponseBody().write(content);
            });
    assertThat(hub().fetch(NAME).resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
  }

  @Test
  void aRefusedOrWrongRangeStartsAnew() {
    server
        .trouble("model.safetensors", FakeHub.cutAfter(1_200_000))
        .trouble("model.safetensors", FakeHub.status(416))
        .trouble("model.safetensors", FakeHub.cutAfter(1_200_000))
        .trouble(
            "model.safetensors",
            (exchange, content) -> {
              exchange.getResponseHeaders().add("Content-Range", "bytes 7-9/" + content.length);
              exchange.sendResponseHeaders(206, 3);
              exchange.getResponseBody().write(content, 7, 3);
            });
    assertThat(hub().fetch(NAME).resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"model.safetensors", "config.json"})
  void wrongBytesNeverReachTheirPlace(String file) throws IOException {
    server.trouble(
        file,
        (exchange, content) -> {
          byte[] wrong = content.clone();
          wrong[wrong.length / 2] ^= 1;
          FakeHub.serve(exchange, wrong);
        });
    fails(() -> hub().fetch(NAME), Reason.CORRUPT, file, "checksum");
    assertThat(cache.resolve("hub/owner/name/" + FakeHub.COMMIT + "/" + file)).doesNotExist();
    assertThat(hub().find(NAME)).isEmpty();
  }

  @Test
  void moreBytesThanListedAreRefused() {
    server.trouble(
        "model.safetensors",
        (exchange, content) -> {
          exchange.sendResponseHeaders(200, content.length + 5L);
          exchange.getResponseBody().write(content);
          exchange.getResponseBody().write(new byte[5]);
        });
    fails(() -> hub().fetch(NAME), Reason.CORRUPT, "more bytes");
  }

  @Test
  void theTokenStaysWithTheHub() throws IOException {
    try (FakeHub elsewhere = new FakeHub().file("model.safetensors", WEIGHTS)) {
      String away =
          elsewhere.address() + "/owner/name/resolve/" + FakeHub.COMMIT + "/model.safetensors";
      server
          .trouble("config.json", FakeHub.status(307, "Location", "config.json?again"))
          .trouble("model.safetensors", FakeHub.status(302, "Location", away));

      builder().token("hf_secret").build().fetch(NAME);

      assertThat(server.requests)
          .allMatch(request -> "Bearer hf_secret".equals(request.authorization()));
      assertThat(elsewhere.requests)
          .singleElement()
          .satisfies(request -> assertThat(request.authorization()).isNull());
    }
  }

  @Test
  void aResumedDownloadKeepsItsRangeBehindARedirect() throws IOException {
    try (FakeHub elsewhere = new FakeHub().file("model.safetensors", WEIGHTS)) {
      String away =
          elsewhere.address() + "/owner/name/resolve/" + FakeHub.COMMIT + "/model.safetensors";
      server
          .trouble("model.safetensors", FakeHub.cutAfter(1_500_000))
          .trouble("model.safetensors", FakeHub.status(302, "Location", away));
      assertThat(hub().fetch(NAME).resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
      assertThat(elsewhere.requests.get(0).range()).isEqualTo("bytes=1500000-");
    }
  }

  @Test
  void aTokenIsNotSentInClearText() {
    fails(
        () -> HuggingFaceHub.builder().endpoint("http://192.0.2.1").token("hf_secret").build(),
        Reason.UNAUTHORIZED,
        "https");
    fails(() -> HuggingFaceHub.builder().token("two words"), Reason.UNAUTHORIZED, "token");
  }

  @ParameterizedTest
  @ValueSource(strings = {"file:///etc/passwd", "", "http://", "ht tp://x"})
  void unsafeRedirectsAreRefused(String location) {
    server.trouble("model.safetensors", FakeHub.status(302, "Location", location));
    fails(() -> hub().fetch(NAME), Reason.SERVER, "redirected");
  }

  @Test
  void redirectsInACircleEnd() {
    for (int i = 0; i < 20; i++) {
      server.trouble("config.json", FakeHub.status(302, "Location", "config.json"));
    }
    fails(() -> hub().fetch(NAME), Reason.SERVER, "redirects in a row");
  }

  @Test
  void refusalsSayWhatToDo() {
    fails(
        () -> hub().fetch(ModelName.parse("owner/other")), Reason.NOT_FOUND, "owner/other", "name");
    server.apiTrouble = FakeHub.status(404, "X-Error-Code", "RevisionNotFound");
    fails(() -> hub().fetch(NAME), Reason.NOT_FOUND, "no such revision");
    server.apiTrouble = FakeHub.status(401, "X-Error-Code", "RepoNotFound");
    fails(() -> hub().fetch(NAME), Reason.UNAUTHORIZED, "HF_TOKEN", "private");
    server.apiTrouble = FakeHub.status(401);
    fails(() -> builder().token("hf_x").build().fetch(NAME), Reason.UNAUTHORIZED, "valid");
    server.apiTrouble =
        FakeHub.status(403, "X-Error-Code", "GatedRepo", "X-Error-Message", "Ask for access.");
    fails(() -> hub().fetch(NAME), Reason.GATED, "terms", "HF_TOKEN", "Ask for access.");
    fails(() -> builder().token("hf_x").build().fetch(NAME), Reason.GATED, "terms");
    server.apiTrouble = (exchange, content) -> FakeHub.send(exchange, 200, "<html>Sign in</html>");
    fails(() -> hub().fetch(NAME), Reason.SERVER, "not JSON", "login page");
    server.apiTrouble = FakeHub.status(418);
    fails(() -> hub().fetch(NAME), Reason.SERVER, "418");
  }

  @Test
  void aBusyServerIsAskedAgainButNotForEver() {
    server
        .trouble("config.json", FakeHub.status(503))
        .trouble("config.json", FakeHub.status(429, "Retry-After", "0"));
    hub().fetch(NAME);
    server.apiTrouble = FakeHub.status(500);
    server.requests.clear();
    fails(() -> hub().fetch(NAME), Reason.SERVER, "500", "later");
    assertThat(server.requests).hasSize(3);
    server.apiTrouble = FakeHub.status(429, "Retry-After", "3600");
    server.requests.clear();
    fails(() -> hub().fetch(NAME), Reason.SERVER, "3600 s");
    assertThat(server.requests).hasSize(1);
  }

  @Test
  void aSilentServerIsGivenUp() {
    for (int i = 0; i < 3; i++) {
      server.trouble(
          "model.safetensors",
          (exchange, content) -> {
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content, 0, 1000);
            exchange.getResponseBody().flush();
            sleep(10_000);
          });
    }
    long start = System.nanoTime();
    fails(
        () -> builder().stallLimit(Duration.ofMillis(300)).build().fetch(NAME),
        Reason.OFFLINE,
        "nothing came");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
  }

  @Test
  void aSlowServerIsNot() {
    server.trouble(
        "model.safetensors",
        (exchange, content) -> {
          exchange.sendResponseHeaders(200, content.length);
          for (int from = 0; from < content.length; from += 500_000) {
            exchange.getResponseBody().write(content, from, 500_000);
            exchange.getResponseBody().flush();
            sleep(100);
          }
        });
    HuggingFaceHub hub = builder().stallLimit(Duration.ofSeconds(2)).build();
    assertThat(hub.fetch(NAME).resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
    assertThat(server.requestsFor("model.safetensors")).isEqualTo(1);
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void offlineSaysSoAndPointsAtTheCopy() {
    Path folder = hub().fetch(NAME);
    HuggingFaceHub late = hub();
    server.close();
    fails(() -> late.fetch(NAME), Reason.OFFLINE, "no connection", "proxy", folder.toString());
    assertThat(late.find(NAME)).contains(folder);
  }

  @Test
  void aFullDiskIsNoticedBefore() {
    fails(
        () -> builder().diskSpace(folder -> 1_000_000).build().fetch(NAME),
        Reason.DISK,
        "3.0 MB",
        "1.0 MB",
        "ESPALIER_CACHE");
    assertThat(server.requestsFor("model.safetensors")).isZero();
  }

  @Test
  void aCacheThatCannotBeWrittenIsNamed() throws IOException {
    Path file = Files.writeString(cache.resolve("file"), "in the way");
    fails(() -> builder().cacheFolder(file).build().fetch(NAME), Reason.DISK, file.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../evil",
        "/etc/passwd",
        "a/../../b",
        "a\\\\b",
        "C:evil",
        "a//b",
        "",
        "./x",
        "a\\nb"
      })
  void pathsThatLeaveTheFolderAreRefused(String path) {
    server.rawEntries =
        "{\"type\":\"file\",\"path\":\""
            + path
            + "\",\"size\":1,\"oid\":\""
            + "0".repeat(40)
            + "\"}";
    fails(() -> hub().fetch(NAME), Reason.SERVER, "refused");
    assertThat(server.requests).allMatch(request -> request.path().startsWith("/api/"));
  }

  @Test
  void strangeListingsAreRefused() {
    server.rawEntries =
        "{\"type\":\"file\",\"path\":\"x\",\"size\":-4,\"oid\":\"" + "0".repeat(40) + "\"}";
    fails(() -> hub().fetch(NAME), Reason.SERVER, "size");
    server.rawEntries = "{\"type\":\"file\",\"path\":\"x\",\"size\":4,\"oid\":\"xyz\"}";
    fails(() -> hub().fetch(NAME), Reason.SERVER, "checksum");
    server.rawEntries = null;
    server.commit = "no-commit";
    fails(() -> hub().fetch(NAME), Reason.SERVER, "commit");
  }

  @Test
  void longListsComeInPages() {
    server.pageSize = 2;
    assertThat(hub().fetch(NAME).resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
  }

  @Test
  void splitWeightsFollowTheirIndex() {
    server
        .file("model-00001-of-00002.safetensors", random(1000))
        .file("model-00002-of-00002.safetensors", random(2000))
        .file("model-00003-of-00003.safetensors", "from another split")
        .file(
            "model.safetensors.index.json",
            "{\"weight_map\":{\"a\":\"model-00001-of-00002.safetensors\",\"b\":"
                + "\"model-00002-of-00002.safetensors\",\"c\":\"model-00001-of-00002.safetensors\"}}");
    Path folder = hub().fetch(NAME);
    assertThat(folder.resolve("model-00002-of-00002.safetensors")).hasBinaryContent(random(2000));
    assertThat(folder.resolve("model-00003-of-00003.safetensors")).doesNotExist();
    assertThat(folder.resolve("model.safetensors")).doesNotExist();
  }

  @Test
  void anIndexCannotNameFilesThatAreNotListed() {
    server.file("model.safetensors.index.json", "{\"weight_map\":{\"a\":\"../../x.safetensors\"}}");
    fails(() -> hub().fetch(NAME), Reason.UNSUPPORTED, "../../x.safetensors");
    server.commit = "f".repeat(40);
    server.file("model.safetensors.index.json", "{]");
    fails(() -> hub().fetch(NAME), Reason.UNSUPPORTED, "not JSON");
  }

  @Test
  void choosesAGgufFile() {
    server.file("q/name-Q4_K_M.gguf", random(100)).file("name-Q8_0.gguf", random(200));
    Path found = hub().fetchGguf(NAME, "q4_k_m");
    assertThat(found).hasBinaryContent(random(100));
    assertThat(found.toString()).endsWith("name-Q4_K_M.gguf");
    assertThat(hub().findGguf(NAME, "Q4_K_M")).contains(found);
    assertThat(hub().findGguf(NAME, "q/name-Q4_K_M.gguf")).contains(found);
    assertThat(hub().findGguf(NAME, "Q8_0")).isEmpty();
    assertThat(hub().find(NAME)).isEmpty();
    fails(() -> hub().fetchGguf(NAME, "name"), Reason.UNSUPPORTED, "several", "name-Q8_0.gguf");
    fails(() -> hub().fetchGguf(NAME, "Q2"), Reason.UNSUPPORTED, "no GGUF", "name-Q8_0.gguf");
    fails(() -> hub().fetchGguf(NAME, "config.json"), Reason.UNSUPPORTED, "no GGUF");
  }

  @Test
  void modelsInOtherFormsAreNamedSo() throws IOException {
    try (FakeHub other = new FakeHub().file("x.Q4_0.gguf", "g").file("README.md", "r")) {
      HuggingFaceHub hub =
          HuggingFaceHub.builder().endpoint(other.address()).anonymous().cacheFolder(cache).build();
      fails(() -> hub.fetch(NAME), Reason.UNSUPPORTED, "config.json", "x.Q4_0.gguf");
    }
  }

  @Test
  void twoDownloadsOfOneModelWaitForEachOther() throws Exception {
    HuggingFaceHub one = hub();
    HuggingFaceHub two = hub();
    server.trouble(
        "config.json",
        (exchange, content) -> {
          sleep(300);
          FakeHub.serve(exchange, content);
        });
    CompletableFuture<Path> first = CompletableFuture.supplyAsync(() -> one.fetch(NAME));
    CompletableFuture<Path> second = CompletableFuture.supplyAsync(() -> two.fetch(NAME));
    assertThat(first.get(30, TimeUnit.SECONDS)).isEqualTo(second.get(30, TimeUnit.SECONDS));
    assertThat(server.requestsFor("model.safetensors")).isEqualTo(1);
    // Afterwards nobody holds the lock.
    try (FileChannel channel =
            FileChannel.open(cache.resolve("hub/owner/name/.lock"), StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      assertThat(lock).isNotNull();
    }
  }

  @Test
  void anInterruptEndsIt() throws Exception {
    server.trouble("model.safetensors", (exchange, content) -> sleep(20_000));
    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                hub().fetch(NAME);
              } catch (HubException e) {
                thrown.complete(Thread.currentThread().isInterrupted() ? e : null);
              }
            });
    thread.start();
    while (server.requestsFor("model.safetensors") == 0) {
      Thread.sleep(10);
    }
    thread.interrupt();
    assertThat(thrown.get(10, TimeUnit.SECONDS))
        .isInstanceOfSatisfying(
            HubException.class, e -> assertThat(e.reason()).isEqualTo(Reason.INTERRUPTED));
  }

  @Test
  void namesAreChecked() {
    assertThat(ModelName.parse("a/b").revision()).isEqualTo("main");
    assertThat(ModelName.parse("a/b@refs/pr/1")).hasToString("a/b@refs/pr/1");
    for (String bad :
        List.of("", "a", "a/", "/a", "a/b/c", "../b", "a/..", "a/b@", "a b/c", "a/b@../x")) {
      fails(() -> ModelName.parse(bad), Reason.NAME, "owner/name");
      assertThat(ModelName.isName(bad)).isFalse();
    }
    for (String bad : List.of("ftp://x", "nonsense", "https://", "http:/x y")) {
      fails(() -> HuggingFaceHub.builder().endpoint(bad), Reason.NAME, "https://");
    }
  }

  @Test
  void addressesAreEscaped() {
    Listing listing = new Listing(FakeHub.COMMIT, List.of());
    RemoteFile file =
        new RemoteFile(
            "a b/ü#?.gguf",
            1,
            new RemoteFile.Checksum(RemoteFile.Algorithm.GIT_BLOB, "0".repeat(40)));
    assertThat(listing.address(URI.create("https://h"), NAME, file))
        .hasToString("https://h/owner/name/resolve/" + FakeHub.COMMIT + "/a%20b/%C3%BC%23%3F.gguf");
  }

  @Test
  void gitBlobIdsAreThoseOfGit() {
    // printf 'hello\n' | git hash-object --stdin
    RemoteFile file =
        new RemoteFile(
            "x",
            6,
            new RemoteFile.Checksum(
                RemoteFile.Algorithm.GIT_BLOB, "ce013625030ba8dba906f756967f9e9ca394464a"));
    var digest = file.newDigest();
    digest.update(ByteBuffer.wrap(new byte[] {'h', 'e', 'l', 'l', 'o', '\n'}));
    assertThat(file.matches(digest)).isTrue();
  }
}
