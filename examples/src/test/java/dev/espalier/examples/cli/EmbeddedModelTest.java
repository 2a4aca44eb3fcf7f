package dev.espalier.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.espalier.examples.ExtractPerson;
import dev.espalier.examples.embedded.Tasks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that run a model, with the one that is always here. */
class EmbeddedModelTest {
  private final TestShell shell = new TestShell();

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  private String schemaOf(String task) throws IOException {
    return Files.writeString(folder.resolve(task + ".json"), Tasks.named(task).schema()).toString();
  }

  @Test
  void theMainJobShowsThreeValidAnswersWithinTheWidth() {
    TestShell terminal = new TestShell().onTerminal(81);
    assertThat(terminal.run()).as(terminal.out() + terminal.err()).isZero();
    String plain = terminal.out().replaceAll("\u001b\\[\\d+m", "");
    assertThat(plain).contains("with it: 3 of 3");
    assertThat(plain.lines().filter(line -> line.contains("│ ✓ valid"))).hasSize(3);
    assertThat(plain.lines().filter(line -> line.contains("│")))
        .allMatch(line -> line.codePointCount(0, line.length()) <= 80);
  }

  @Test
  void generatesValidJsonAndNothingElseIntoAPipe() throws IOException {
    int exitCode =
        shell.run(
            "generate",
            "--schema",
            schemaOf("set_timer"),
            "--prompt",
            "Set a timer for 20 minutes.",
            "--seed",
            "1");
    assertThat(exitCode).as(shell.err()).isZero();
    assertThat(new Judge(Tasks.named("set_timer").schema()).fault(shell.out())).isEmpty();
    assertThat(shell.out()).endsWith("}" + System.lineSeparator());
    assertThat(shell.err()).isEmpty();
  }

  @Test
  void streamingAndSeedsChangeNothing() throws IOException {
    String[] line = {
      "generate",
      "--schema",
      schemaOf("person"),
      "--prompt",
      "Ada, 36, from London. Skills: chess.",
      "--seed",
      "7",
      "--temperature",
      "1.2",
      "--top-k",
      "50",
      "--top-p",
      "0.95",
      "--min-p",
      "0.01"
    };
    assertThat(shell.run(line)).as(shell.err()).isZero();
    String first = shell.out();
    String[] streaming = java.util.Arrays.copyOf(line, line.length + 1);
    streaming[line.length] = "--stream";
    assertThat(shell.run(streaming)).isZero();
    assertThat(shell.out()).isEqualTo(first);
  }

  @Test
  void aPromptComesFromThePipeToo() throws IOException {
    shell.typing("Set a timer for 20 minutes.");
    assertThat(shell.run("generate", "--prompt", "-", "--schema", schemaOf("set_timer"))).isZero();
    assertThat(shell.out()).contains("set_timer");
  }

  @Test
  void aCutAnswerIsSaidToBe() throws IOException {
    int exitCode =
        shell.run(
            "generate", "--schema", schemaOf("person"), "--prompt", "Ada", "--max-tokens", "3");
    assertThat(exitCode).isEqualTo(ExitCode.INCOMPLETE);
    assertThat(shell.err()).contains("--max-tokens");
    String[] closing = {
      "generate", "--schema", schemaOf("person"), "--prompt", "Ada", "--max-tokens", "3", "--close"
    };
    assertThat(shell.run(closing)).as(shell.err()).isZero();
    assertThat(new Judge(Tasks.named("person").schema()).fault(shell.out())).isEmpty();
  }

  @Test
  void parametersOutOfRangeAreBadArguments() {
    assertThat(shell.run("generate", "--prompt", "x", "--temperature", "-1"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(shell.run("generate", "--prompt", "x", "--top-p", "7")).isEqualTo(ExitCode.USAGE);
    assertThat(shell.run("generate", "--prompt", "x", "--max-tokens", "0"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(shell.err()).startsWith("espalier: ").doesNotContain("unexpected");
  }

  @Test
  void schemasThatAreNotEnforcedAreRefusedWithTheirPlace() throws IOException {
    Path schema =
        Files.writeString(
            folder.resolve("far.json"),
            "{\"properties\":{\"a\":{\"$ref\":\"https://example.com/x\"}},\"type\":\"object\"}");
    assertThat(shell.run("generate", "--prompt", "x", "--schema", schema.toString()))
        .isEqualTo(ExitCode.USAGE);
    assertThat(shell.err()).contains("$ref", "/properties/a");
  }

  @Test
  void patternsChoicesAndGrammarsConstrainToo() throws IOException {
    Path grammar =
        Files.writeString(folder.resolve("sum.gbnf"), "root ::= [0-9]{1,3} (\"+\" [0-9]{1,3}){2}");
    Path chain =
        Files.writeString(folder.resolve("chain.json"), "[{\"method\":\"top_k\",\"k\":3}]");
    String[][] kinds = {
      {"--regex", "(ab|cd){3}"}, {"--choice", "north,south"}, {"--grammar", grammar.toString()}
    };
    String[] matches = {"(ab|cd){3}", "north|south", "\\d{1,3}(\\+\\d{1,3}){2}"};
    for (int i = 0; i < kinds.length; i++) {
      int exitCode =
          shell.run(
              "generate",
              "--raw",
              "--heal",
              "--prompt",
              "Where to",
              "--chain",
              chain.toString(),
              kinds[i][0],
              kinds[i][1]);
      assertThat(exitCode).as(shell.err()).isZero();
      assertThat(shell.out().strip()).matches(matches[i]);
    }
  }

  @Test
  void chatsALineAtATime() throws IOException {
    shell.typing(
        "Set a timer for 20 minutes.\n\n/reset\nStart a 5 minute timer for the tea.\n/exit\nno");
    assertThat(shell.run("chat", "--schema", schemaOf("set_timer"), "--seed", "3"))
        .as(shell.err())
        .isZero();
    assertThat(shell.out().lines()).hasSize(2).allMatch(line -> line.contains("set_timer"));
  }

  @Test
  void aDamagedModelIsOneLine() throws IOException {
    Path broken = Files.write(folder.resolve("broken.gguf"), new byte[] {'G', 'G', 'U', 'F', 3});
    assertThat(shell.run("generate", "--prompt", "x", "--model", broken.toString()))
        .isEqualTo(ExitCode.FAILED);
    assertThat(shell.err()).contains("broken.gguf").doesNotContain("\tat ");
    assertThat(shell.err().lines()).hasSizeLessThanOrEqualTo(2);
  }

  @Test
  void theReadmeShowsTheExampleAsItIsCompiled() throws IOException {
    Path root = Path.of("").toAbsolutePath().resolve("..").normalize();
    Path source =
        root.resolve(
            "examples/src/main/java/" + ExtractPerson.class.getName().replace('.', '/') + ".java");
    assumeThat(source).as("runs in the checkout").exists();
    String text = Files.readString(source);
    String body =
        text.substring(
            text.indexOf('\n', text.indexOf("// README: begin")) + 1,
            text.indexOf("  // README: end"));
    String readme = Files.readString(root.resolve("README.md"));
    assertThat(readme).contains(body.stripTrailing().stripIndent());
  }
}
