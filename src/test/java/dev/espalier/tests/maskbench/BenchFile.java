package dev.espalier.tests.maskbench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One file of MaskBench: a schema and instances with their verdicts.
 *
 * @param name of the file
 * @param schema its text, as Python's {@code json.dumps} writes it
 * @param tests instances in the order of the file
 */
record BenchFile(String name, String schema, List<Test> tests) {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  /**
   * An instance.
   *
   * @param text as {@code json.dumps(data, ensure_ascii=False)} writes it
   */
  record Test(boolean valid, String text) {}

  /**
   * Reads a folder of MaskBench's original files, or a gzipped file with one of them a line, each
   * with its {@code name}. In name order.
   *
   * @param limit of files, picked evenly; 0 for all
   */
  static List<BenchFile> read(Path path, int limit) throws IOException {
    List<BenchFile> all = Files.isDirectory(path) ? readFolder(path) : readLines(path);
    all.sort(Comparator.comparing(BenchFile::name));
    if (limit <= 0 || limit >= all.size()) {
      return all;
    }
    List<BenchFile> some = new ArrayList<>(limit);
    for (int i = 0; i < limit; i++) {
      some.add(all.get((int) ((long) i * all.size() / limit)));
    }
    return some;
  }

  private static List<BenchFile> readFolder(Path folder) throws IOException {
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(folder)) {
      paths = walk.filter(p -> p.toString().endsWith(".json")).toList();
    }
    List<BenchFile> files = new ArrayList<>();
    for (Path p : paths) {
      JsonNode node = MAPPER.readTree(Files.readString(p));
      if (node.has("schema")) {
        files.add(of(p.getFileName().toString(), node));
      }
    }
    return files;
  }

  private static List<BenchFile> readLines(Path path) throws IOException {
    List<BenchFile> files = new ArrayList<>();
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(path)), StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        JsonNode node = MAPPER.readTree(line);
        files.add(of(node.get("name").stringValue(), node));
      }
    }
    return files;
  }

  private static BenchFile of(String name, JsonNode node) {
    List<Test> tests = new ArrayList<>();
    if (node.has("tests")) {
      for (JsonNode t : node.get("tests")) {
        tests.add(new Test(t.get("valid").booleanValue(), PythonJson.dumps(t.get("data"))));
      }
    }
    return new BenchFile(name, PythonJson.dumps(node.get("schema")), List.copyOf(tests));
  }
}
