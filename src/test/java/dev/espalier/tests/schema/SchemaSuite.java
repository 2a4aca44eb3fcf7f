package dev.espalier.tests.schema;

import dev.espalier.BudgetExceededException;
import dev.espalier.CompiledConstraint;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.JsonSchema;
import dev.espalier.grammar.SchemaException;
import dev.espalier.grammar.Whitespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Runs one draft of the official JSON Schema test suite: is a text accepted exactly if it is valid?
 * Required tests take formats as annotations, optional ones assert them. Every instance is written
 * compact and as {@code json.dumps} writes it, and both must be judged right.
 */
public final class SchemaSuite {
  static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private static final String REMOTES = "http://localhost:1234/";
  private static final Map<String, String> DIALECTS =
      Map.of(
          "draft4", "http://json-schema.org/draft-04/schema#",
          "draft6", "http://json-schema.org/draft-06/schema#",
          "draft7", "http://json-schema.org/draft-07/schema#",
          "draft2019-09", "https://json-schema.org/draft/2019-09/schema",
          "draft2020-12", "https://json-schema.org/draft/2020-12/schema");

  private final Path tests;
  private final Path remotes;
  private final String dialect;
  private final @Nullable OlderDraft said; // in whose words, if not in the suite's own
  private final Vocabulary bytes = Vocabulary.ofBytes();

  final Map<String, Tally> required = new TreeMap<>();
  final Map<String, Tally> optional = new TreeMap<>();
  final List<String> unsatisfiable = new ArrayList<>();
  final List<String> refused = new ArrayList<>();

  /**
   * A suite not yet run.
   *
   * @param suite folder that holds {@code remotes} and either {@code tests} or the drafts
   *     themselves
   * @param draft such as {@code draft2020-12}
   */
  SchemaSuite(Path suite, String draft) {
    this(suite, known(draft), known(draft), null);
  }

  /** The suite's tests of one draft, run as tests of another one. */
  SchemaSuite(Path suite, OlderDraft said) {
    this(suite, said.from(), said.to(), said);
  }

  /** The suite's name of a draft, which may also be given as {@code 4} or {@code draft-04}. */
  static String known(String draft) {
    String number = draft.replaceFirst("^draft-?", "").replaceFirst("^0(?=[467]$)", "");
    String name = "draft" + number;
    if (!DIALECTS.containsKey(name)) {
      throw new IllegalArgumentException(
          "--draft "
              + draft
              + " is none of "
              + String.join(", ", new TreeSet<>(DIALECTS.keySet())));
    }
    return name;
  }

  private SchemaSuite(Path suite, String draft, String read, @Nullable OlderDraft said) {
    this.said = said;
    Path clone = suite.resolve("tests").resolve(draft);
    tests = Files.isDirectory(clone) ? clone : suite.resolve(draft);
    if (!Files.isDirectory(tests)) {
      throw new IllegalArgumentException(
          "--suite " + suite + " holds neither tests/" + draft + " nor " + draft);
    }
    Path own = suite.resolve("remotes");
    Path found = Files.isDirectory(own) ? own : suite.toAbsolutePath().resolveSibling("remotes");
    remotes = found.toAbsolutePath().normalize();
    if (!Files.isDirectory(remotes)) {
      throw new IllegalArgumentException(
          "--suite " + suite + " holds no folder remotes, which references lead to");
    }
    dialect = Objects.requireNonNull(DIALECTS.get(read));
  }

  SchemaSuite run() throws IOException {
    try (Stream<Path> files = Files.walk(tests)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
        String name = tests.relativize(file).toString().replace('\\', '/');
        if (said != null && !said.takes(name)) {
          continue;
        }
        if (name.startsWith("optional/")) {
          optional.put(name, run(file, name, true));
        } else {
          required.put(name, run(file, name, false));
        }
      }
    }
    return this;
  }

  private Tally run(Path file, String name, boolean assertFormats) {
    Tally tally = new Tally();
    for (JsonNode written : MAPPER.readTree(file.toFile())) {
      JsonNode group = said == null ? written : said.group(written);
      if (group == null) {
        continue;
      }
      String where = name + ": " + group.path("description").stringValue();
      judge(where, group, compiled(where, group.path("schema"), assertFormats), tally);
    }
    return tally;
  }

  /** Null for a schema that is refused; one that no value satisfies refuses every instance. */
  private @Nullable CompiledConstraint compiled(
      String where, JsonNode schema, boolean assertFormats) {
    JsonSchema made;
    try {
      made =
          JsonSchema.of(InstanceText.compact(schema))
              .dialect(dialect)
              .resolver(this::remote)
              .anyOrder()
              .whitespace(Whitespace.flexible());
      return (assertFormats ? made : made.annotateFormats()).compile(bytes);
    } catch (SchemaException e) {
      if (e.kind() == SchemaException.Kind.UNSATISFIABLE) {
        unsatisfiable.add(where);
        return JsonSchema.of("{\"const\":\"" + NEVER + "\"}").compile(bytes);
      }
      refused.add(where + ": " + e.getMessage());
    } catch (BudgetExceededException e) {
      refused.add(where + ": " + e.getMessage());
    }
    return null;
  }

  private static final String NEVER = "no instance of the suite is this text 7f3a";

  private @Nullable String remote(URI uri) {
    if (!uri.toString().startsWith(REMOTES)) {
      return null;
    }
    Path file = remotes.resolve(uri.toString().substring(REMOTES.length())).normalize();
    try {
      if (!file.startsWith(remotes) || !Files.isRegularFile(file)) {
        return null;
      }
      String text = Files.readString(file);
      return said == null ? text : said.document(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void judge(
      String where, JsonNode group, @Nullable CompiledConstraint constraint, Tally tally) {
    for (JsonNode test : group.path("tests")) {
      tally.tests++;
      if (constraint == null) {
        tally.refused++;
        continue;
      }
      JsonNode data = test.path("data");
      boolean valid = test.path("valid").booleanValue();
      String compact = InstanceText.compact(data);
      boolean right = true;
      for (String text : List.of(compact, InstanceText.dumps(data))) {
        right &= constraint.check(text).accepted() == valid;
      }
      if (right) {
        tally.right++;
      } else {
        tally.wrong.add(
            "%s / %s: %s is %s"
                .formatted(
                    where,
                    test.path("description").stringValue(),
                    compact,
                    valid ? "valid" : "invalid"));
      }
    }
  }

  static Tally total(Map<String, Tally> files) {
    Tally all = new Tally();
    files.values().forEach(all::add);
    return all;
  }

  private static ObjectNode figures(Tally tally) {
    return MAPPER
        .createObjectNode()
        .put("tests", tally.tests)
        .put("right", tally.right)
        .put("refused", tally.refused)
        .put("wrong", tally.wrong.size());
  }

  private static void files(Map<String, Tally> files, ObjectNode out) {
    files.forEach((name, tally) -> out.set(name, figures(tally)));
  }

  /** The figures, and by name whatever is not right. */
  ObjectNode report(String draft) {
    ObjectNode report = MAPPER.createObjectNode().put("draft", draft);
    report.set("total", figures(total(required)));
    report.set("optional", figures(total(optional)));
    files(required, report.putObject("files"));
    files(optional, report.putObject("optionalFiles"));
    unsatisfiable.forEach(report.putArray("unsatisfiable")::add);
    refused.forEach(report.putArray("refusedSchemas")::add);
    total(required).wrong.forEach(report.putArray("wrong")::add);
    total(optional).wrong.forEach(report.putArray("optionalWrong")::add);
    return report;
  }

  /** Arguments: the suite's folder, the draft, the file to write. */
  public static void main(String[] args) throws IOException {
    SchemaSuite suite;
    try {
      suite = new SchemaSuite(Path.of(args[0]), args[1]);
    } catch (IllegalArgumentException e) {
      System.err.println("schema-suite: " + e.getMessage());
      System.exit(2);
      return;
    }
    suite.run();
    Files.writeString(
        Path.of(args[2]),
        MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(suite.report(known(args[1])))
            + "\n");
    System.out.println(args[1] + " required: " + total(suite.required));
    System.out.println(args[1] + " optional: " + total(suite.optional));
    suite.refused.forEach(r -> System.out.println("refused  " + r));
    total(suite.required).wrong.forEach(w -> System.out.println("wrong    " + w));
    total(suite.optional).wrong.forEach(w -> System.out.println("wrong    " + w));
  }
}
