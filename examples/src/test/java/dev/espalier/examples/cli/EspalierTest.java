package dev.espalier.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What needs no model: help, bad arguments, downloads, the doctor. */
class EspalierTest {
  private final TestShell shell = new TestShell();

  @Test
  void helpNamesEveryCommandAndExitCode() {
    assertThat(shell.run("--help")).isZero();
    assertThat(shell.out())
        .contains("generate", "chat", "check", "models", "doctor", "Exit codes:", "doctor found");
    assertThat(shell.err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"generate", "chat", "check", "models", "doctor", "models fetch", "models list"})
  void everyCommandHasHelp(String command) {
    assertThat(shell.run((command + " --help").split(" "))).as(shell.err()).isZero();
    assertThat(shell.out()).contains("Usage: espalier " + command);
  }

  @Test
  void versionNamesJavaToo() {
    assertThat(shell.run("--version")).isZero();
    assertThat(shell.out()).startsWith("espalier ").contains("Java " + Runtime.version());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "frobnicate",
        "generate",
        "generate --prompt x --temperature warm",
        "generate --prompt x --max-tokens 1.5",
        "generate --prompt x --schema /no/such/schema.json",
        "generate --prompt x --regex ( --model /no/such/model",
        "generate --prompt x --regex a --choice b",
        "generate --prompt x --grammar /no/such.gbnf",
        "generate --prompt x --chain /no/such.json",
        "generate --prompt x --model /no/such/model",
        "check",
        "check --regex a /no/such.txt",
        "generate --prompt x --model owner/never-fetched",
        "generate --prompt x --model owner/never-fetched:Q4_K_M",
        "generate --prompt x --threads -1",
        "models",
        "models fetch",
        "models fetch nonsense",
        "models fetch a/b --endpoint nonsense"
      })
  void badArgumentsAreOneLineAndAHint(String line) {
    assertThat(shell.run(line.split(" "))).isEqualTo(ExitCode.USAGE);
    assertThat(shell.out()).isEmpty();
    assertThat(shell.err()).startsWith("espalier: ").doesNotContain("\tat ");
    assertThat(shell.err().lines().count()).isLessThanOrEqualTo(2);
  }

  @Test
  void aMissingModelSaysHowToGetIt() {
    shell.run("generate", "--prompt", "x", "--model", "owner/never-fetched");
    assertThat(shell.err()).contains("espalier models fetch owner/never-fetched");
  }

  @Test
  void debugPrintsTheTrace() {
    assertThat(shell.run("generate", "--prompt", "x", "--model", "/no/such", "--debug"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(shell.err()).contains("\tat dev.espalier.examples.cli.ModelChoice");
  }

  @Test
  void aBrokenSchemaIsRefusedBeforeAModelIsLoaded(@TempDir Path folder) throws IOException {
    Path schema = Files.writeString(folder.resolve("broken.json"), "{\"type\": ");
    int exitCode =
        shell.run(
            "generate", "--prompt", "x", "--schema", schema.toString(), "--model", "/no/such");
    assertThat(exitCode).isEqualTo(ExitCode.USAGE);
    assertThat(shell.err()).startsWith("espalier: ").doesNotContain("/no/such");
    Files.write(schema, new byte[] {(byte) 0xff, (byte) 0xfe, '{'});
    assertThat(shell.run("generate", "--prompt", "x", "--schema", schema.toString()))
        .isEqualTo(ExitCode.USAGE);
    assertThat(shell.err()).contains("UTF-8");
  }

  @Test
  void checkJudgesTextsAndNamesThePlace(@TempDir Path folder) throws IOException {
    Path grammar =
        Files.writeString(folder.resolve("list.gbnf"), "root ::= \"a\" (\"\\n\" \"b\")*");
    Path good = Files.writeString(folder.resolve("good.txt"), "a\nb\nb\n");
    Path bad = Files.writeString(folder.resolve("bad.txt"), "a\nb\nc\n");
    String[] line = {"check", "--grammar", grammar.toString(), good.toString(), bad.toString()};
    assertThat(shell.run(line)).as(shell.err()).isEqualTo(ExitCode.INVALID);
    assertThat(shell.out()).contains("good.txt: valid", "bad.txt:3:1: 'c' is refused", "expected");
    Path lark = Files.writeString(folder.resolve("word.lark"), "start: WORD\nWORD: /[a-z]+/");
    shell.typing("ivy");
    assertThat(shell.run("check", "--grammar", lark.toString())).as(shell.err()).isZero();
    shell.typing("yes\n");
    assertThat(shell.run("check", "--choice", "yes,no")).isZero();
    shell.typing("ye");
    assertThat(shell.run("check", "--choice", "yes,no")).isEqualTo(ExitCode.INCOMPLETE);
    assertThat(shell.out()).contains("beginning", "\"s\"");
  }

  @Test
  void aReportTellsOfKeywordsAndMistakes(@TempDir Path folder) throws IOException {
    Path schema =
        Files.writeString(
            folder.resolve("s.json"), "{\"type\":\"string\",\"maxlength\":3,\"title\":\"x\"}");
    assertThat(shell.run("check", "--report", "--schema", schema.toString())).isZero();
    assertThat(shell.out()).contains("type", "ENFORCED", "maxLength");
    assertThat(shell.run("check", "--report", "--regex", "a")).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void fetchesFromAHubAndListsIt(@TempDir Path cache) throws Exception {
    byte[] content = "GGUF pretended".getBytes(StandardCharsets.UTF_8);
    String sha = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    String commit = "c".repeat(40);
    String listing =
        ("[{'type':'file','path':'m-Q8_0.gguf','size':14,'oid':'" + "0".repeat(40) + "','lfs':")
            + ("{'oid':'" + sha + "','size':14}}]");
    Map<String, byte[]> answers =
        Map.of(
            "/api/models/owner/name/revision/main",
            json("{'sha':'" + commit + "'}"),
            "/api/models/owner/name/tree/" + commit,
            json(listing),
            "/owner/name/resolve/" + commit + "/m-Q8_0.gguf",
            content);
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          byte[] answer = answers.get(exchange.getRequestURI().getPath());
          exchange.sendResponseHeaders(
              answer == null ? 404 : 200, answer == null ? -1 : answer.length);
          if (answer != null) {
            exchange.getResponseBody().write(answer);
          }
          exchange.close();
        });
    server.start();
    try {
      String[] where = {
        "--cache",
        cache.toString(),
        "--endpoint",
        "http://127.0.0.1:" + server.getAddress().getPort()
      };
      assertThat(
              shell.run(
                  "models", "fetch", "owner/name:q8_0", where[0], where[1], where[2], where[3]))
          .as(shell.err())
          .isZero();
      assertThat(Path.of(shell.out().strip())).hasBinaryContent(content);
      assertThat(shell.err()).as("no progress in a pipe").isEmpty();

      assertThat(
              shell.run("models", "fetch", "owner/other", where[0], where[1], where[2], where[3]))
          .isEqualTo(ExitCode.FAILED);
      assertThat(shell.err()).contains("owner/other", "not on the hub");

      TestShell terminal = new TestShell().onTerminal(90);
      assertThat(terminal.run("models", "list", where[0], where[1])).isZero();
      assertThat(terminal.out()).contains("owner/name", "cccccccc", ":m-Q8_0.gguf");
    } finally {
      server.stop(0);
    }
  }

  private static byte[] json(String text) {
    return text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void anEmptyCacheIsSaidToBe(@TempDir Path cache) {
    assertThat(shell.run("models", "list", "--cache", cache.toString())).isZero();
    assertThat(shell.out()).isEmpty();
    assertThat(shell.err()).contains("no models in " + cache);
  }

  @Test
  void theDoctorFindsTheEngine() {
    int exitCode = shell.run("doctor");
    assertThat(exitCode).as(shell.out()).isZero();
    assertThat(shell.out())
        .contains("PyTorch 2.7.1", "OMP_WAIT_POLICY=passive", "cpu", "tokenizers", "cache")
        .doesNotContain("\u001b");
  }

  @Test
  void coloursAreForTerminals() {
    TestShell terminal = new TestShell().onTerminal(100);
    terminal.run("doctor");
    assertThat(terminal.out()).contains("\u001b[32m");
  }
}
