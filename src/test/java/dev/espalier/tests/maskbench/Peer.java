package dev.espalier.tests.maskbench;

import java.io.IOException;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Runs another engine, in Python, on the same schemas and tokens. */
final class Peer {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final Path SCRIPT =
      Path.of(System.getProperty("maskbench.root", "."), "src/test/python/maskbench_peers.py");

  private Peer() {}

  /** One file a line, instances as token ids. */
  static void write(List<Pass.Task> tasks, Path out) throws IOException {
    try (Writer w = Files.newBufferedWriter(out)) {
      for (Pass.Task task : tasks) {
        ObjectNode line = MAPPER.createObjectNode();
        line.put("name", task.file().name()).put("schema", task.file().schema());
        ArrayNode tests = line.putArray("tests");
        for (int i = 0; i < task.tokens().size(); i++) {
          ObjectNode test = tests.addObject().put("valid", task.file().tests().get(i).valid());
          ArrayNode ids = test.putArray("tokens");
          for (int id : task.tokens().get(i)) {
            ids.add(id);
          }
        }
        w.write(MAPPER.writeValueAsString(line));
        w.write('\n');
      }
    }
  }

  /**
   * The peer's figures, in the names of ours, or an {@code error}.
   *
   * @param name llguidance or xgrammar
   */
  static Map<String, Object> run(String name, Path work, Path tokenizer) throws IOException {
    Path out = Files.createTempFile("maskbench-" + name, ".json");
    String stated = System.getenv("ESPALIER_PYTHON");
    String python = stated == null ? "python3" : stated;
    try {
      Process p =
          new ProcessBuilder(
                  python, SCRIPT.toString(), name, work.toString(), tokenizer.toString(), "" + out)
              .redirectError(Redirect.INHERIT)
              .redirectOutput(Redirect.INHERIT)
              .start();
      int status = p.waitFor();
      if (status != 0) {
        return Map.of("error", python + " " + SCRIPT + " " + name + " ended with " + status);
      }
      Map<String, Object> figures = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> e : MAPPER.readTree(out.toFile()).properties()) {
        figures.put(e.getKey(), e.getValue());
      }
      return figures;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while " + name + " ran", e);
    } finally {
      Files.deleteIfExists(out);
    }
  }

  /** How many times a figure of ours goes into the peer's. */
  static double ratio(Object peers, String times, String figure, double ours) {
    if (peers instanceof JsonNode node && node.path(figure).isNumber()) {
      return Spread.rounded(node.path(figure).doubleValue() / ours);
    }
    throw new IllegalArgumentException("no figure " + times + "." + figure);
  }
}
