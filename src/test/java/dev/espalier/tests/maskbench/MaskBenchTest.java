package dev.espalier.tests.maskbench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The harness on files whose figures are known, under a tokenizer of single bytes. */
class MaskBenchTest {
  private static final JsonMapper MAPPER = new JsonMapper();

  private static final List<String> FILES =
      List.of(
          """
          {"name":"a.json","schema":{"type":"object","properties":{"n":{"type":"integer"}}},
           "tests":[{"valid":true,"data":{"n":2.0,"x":[1e-06,"\u00e9\\n"]}},
                    {"valid":false,"data":{"n":"two"}}]}""",
          """
          {"name":"b.json","schema":{"type":"string","maxLength":-1},"tests":[]}""",
          """
          {"name":"c.json","schema":{"type":"string","enum":[1]},
           "tests":[{"valid":false,"data":"x"}]}""",
          """
          {"name":"d.json","schema":{"type":"null"},
           "tests":[{"valid":true,"data":1},{"valid":false,"data":null}]}""");

  private static JsonNode run(Path data, Path tokenizer, Path out, String... more) {
    List<String> args =
        new ArrayList<>(List.of("--data", data + "", "--tokenizer", tokenizer + ""));
    args.addAll(List.of("--json", out + "", "--runs", "3", "--warm-up", "0"));
    args.addAll(List.of(more));
    assertThat(new CommandLine(new MaskBench()).execute(args.toArray(new String[0]))).isZero();
    return MAPPER.readTree(out.toFile());
  }

  @Test
  void countsWhatTheFilesHold(@TempDir Path folder) throws IOException {
    Path tokenizer = Files.writeString(folder.resolve("tokenizer.json"), byteTokenizer());
    Path lines = folder.resolve("files.jsonl.gz");
    try (OutputStream gz = new GZIPOutputStream(Files.newOutputStream(lines))) {
      for (String f : FILES) {
        gz.write((f.replace("\n", " ") + "\n").getBytes(StandardCharsets.UTF_8));
      }
    }
    Path original = Files.createDirectories(folder.resolve("original"));
    for (int i = 0; i < FILES.size(); i++) {
      ObjectNode file = (ObjectNode) MAPPER.readTree(FILES.get(i));
      String name = file.remove("name").stringValue();
      Files.writeString(original.resolve(name), file.toString());
    }
    for (Path data : List.of(lines, original)) {
      JsonNode r = run(data, tokenizer, folder.resolve("out.json"), "--sound", "2");
      assertThat(r.get("files").intValue()).isEqualTo(4);
      assertThat(r.get("pass").intValue()).as("a and c").isEqualTo(2);
      assertThat(r.get("compileErrorFiles").get(0).get("name").stringValue()).isEqualTo("b.json");
      assertThat(r.get("compileErrors").intValue()).isEqualTo(1);
      assertThat(r.get("unsatisfiable").get(0).get("name").stringValue()).isEqualTo("c.json");
      assertThat(r.get("validationErrors").intValue()).isEqualTo(1);
      assertThat(r.get("validationErrorFiles").get(0).get("name").stringValue())
          .isEqualTo("d.json");
      assertThat(r.get("invalidationErrors").intValue()).isEqualTo(1);
      // {"n": 2.0, "x": [1e-06, "é\n"]} and {"n": " and the refused 1 and null
      assertThat(r.get("tokens").intValue()).isEqualTo(32 + 7 + 1 + 4);
      assertThat(r.get("tbmMicros").get("avg").doubleValue()).isPositive();
      assertThat(r.get("ttfmMicros").get("max").doubleValue()).isPositive();
      assertThat(r.get("peakHeapMb").doubleValue()).isPositive();
      assertThat(r.get("soundness").get("outputs").intValue()).isEqualTo(4);
      assertThat(r.get("soundness").get("unfinished").intValue()).isZero();
      assertThat(r.get("soundness").get("invalid").intValue()).isZero();
      assertThat(r.get("soundness").get("deadEnds").intValue()).isZero();
    }
    JsonNode two = run(lines, tokenizer, folder.resolve("two.json"), "--limit", "2");
    assertThat(two.get("files").intValue()).isEqualTo(2);
    assertThat(two.has("filesInOrder")).isFalse();
  }

  @Test
  void declaredOrderIsJudgedFileByFile(@TempDir Path folder) throws IOException {
    Path tokenizer = Files.writeString(folder.resolve("tokenizer.json"), byteTokenizer());
    String schema =
        "{\"schema\":{\"properties\":{\"a\":{\"required\":[\"b\"]},\"c\":{}}},\"tests\":[";
    String[] instances = {
      "{\"a\":{\"b\":1,\"z\":2},\"c\":1}", "{\"c\":1,\"a\":1}", "{\"a\":{\"z\":1,\"b\":2}}"
    };
    for (int i = 0; i < instances.length; i++) {
      String test = "{\"valid\":true,\"data\":" + instances[i] + "}]}";
      Files.writeString(folder.resolve(i + ".json"), schema + test);
    }
    Files.writeString(
        folder.resolve("broken.json"),
        "{\"schema\":{\"$ref\":\"#/a\"},\"tests\":[{\"valid\":true,\"data\":1}]}");
    JsonNode r = run(folder, tokenizer, folder.resolve("out"), "--order", "declared");
    assertThat(r.get("pass").intValue()).isEqualTo(1);
    assertThat(r.get("filesInOrder").intValue()).isEqualTo(2);
    assertThat(r.get("passInOrder").intValue()).isEqualTo(1);
    assertThat(r.get("failedInOrder").get(0).stringValue()).isEqualTo("broken.json");
  }

  @Test
  void whatIsNotThereIsSaidInALine(@TempDir Path folder) throws IOException {
    Path there = Files.writeString(folder.resolve("tokenizer.json"), byteTokenizer());
    Path missing = folder.resolve("missing");
    assertThat(complaint("--data", missing + "", "--tokenizer", there + "", "--json", "x"))
        .contains("--data: there is no " + missing);
    assertThat(complaint("--data", folder + "", "--tokenizer", missing + "", "--json", "x"))
        .contains("--tokenizer: there is no file " + missing);
    assertThat(complaint("--data", folder + "", "--tokenizer", there + "", "--json", "x"))
        .contains("holds no file");
    assertThat(complaint("--runs", "0", "--data", "d", "--tokenizer", "t", "--json", "x"))
        .contains("--runs from 1");
  }

  private static String complaint(String... args) {
    StringWriter said = new StringWriter();
    CommandLine line = new CommandLine(new MaskBench()).setErr(new PrintWriter(said));
    assertThat(line.execute(args)).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(said.toString()).doesNotContain("Exception");
    return said.toString();
  }

  @Test
  void namesOfBranchesThatDisagreeComeEitherWay() {
    InstanceOrder order =
        new InstanceOrder(
            "{\"oneOf\":[{\"$ref\":\"#/$defs/x\"},{\"properties\":{\"c\":1,\"a\":1}}],"
                + "\"$defs\":{\"x\":{\"properties\":{\"a\":{},\"b\":{},\"c\":{}}}}}");
    assertThat(order.holds("{\"a\":1,\"c\":1}")).isTrue();
    assertThat(order.holds("{\"c\":1,\"a\":1}")).isTrue();
    assertThat(order.holds("{\"b\":1,\"a\":1}")).isFalse();
    assertThat(order.holds("{\"c\":1,\"b\":1}")).isFalse();
  }

  @Test
  void numbersAreWrittenAsPythonWritesThem() {
    assertThat(PythonJson.number(1e-6)).isEqualTo("1e-06");
    assertThat(PythonJson.number(0.0001)).isEqualTo("0.0001");
    assertThat(PythonJson.number(-2)).isEqualTo("-2.0");
    assertThat(PythonJson.number(2e-3)).isEqualTo("0.002"); // Java 17 itself prints 0.0020
    assertThat(PythonJson.number(123456789.125)).isEqualTo("123456789.125");
    assertThat(PythonJson.number(1e15)).isEqualTo("1000000000000000.0");
    assertThat(PythonJson.number(1e16)).isEqualTo("1e+16");
    assertThat(PythonJson.number(1.5e300)).isEqualTo("1.5e+300");
    assertThat(PythonJson.number(2.2250738585072014e-308)).isEqualTo("2.2250738585072014e-308");
    assertThat(PythonJson.dumps(MAPPER.readTree("{\"a\\u0001\":[],\"b\":[{},1,\"\\\"/\"]}")))
        .isEqualTo("{\"a\\u0001\": [], \"b\": [{}, 1, \"\\\"/\"]}");
  }

  /** Byte-level BPE without merges. */
  private static String byteTokenizer() {
    ObjectNode root = MAPPER.createObjectNode().put("version", "1.0");
    root.putArray("added_tokens")
        .addObject()
        .put("id", 256)
        .put("content", "</s>")
        .put("single_word", false)
        .put("lstrip", false)
        .put("rstrip", false)
        .put("normalized", false)
        .put("special", true);
    root.putNull("normalizer");
    ObjectNode level = root.putObject("pre_tokenizer").put("type", "ByteLevel");
    level.put("add_prefix_space", false).put("trim_offsets", true).put("use_regex", true);
    root.putNull("post_processor");
    level = root.putObject("decoder").put("type", "ByteLevel");
    level.put("add_prefix_space", true).put("trim_offsets", true).put("use_regex", true);
    ObjectNode model = root.putObject("model").put("type", "BPE");
    ObjectNode vocab = model.putObject("vocab");
    int shifted = 256; // bytes without a printable character of their own come from here on
    for (int b = 0; b < 256; b++) {
      boolean printable = (b > 32 && b < 127) || (b > 160 && b != 173);
      vocab.put(String.valueOf((char) (printable ? b : shifted++)), b);
    }
    model.putArray("merges");
    return root.toString();
  }
}
