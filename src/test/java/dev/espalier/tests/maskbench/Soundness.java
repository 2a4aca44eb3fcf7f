package dev.espalier.tests.maskbench;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.espalier.CompiledConstraint;
import dev.espalier.CompiledConstraint.State;
import dev.espalier.EspalierException;
import dev.espalier.TokenMask;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.JsonSchema;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Random outputs drawn through the masks, judged by an independent validator. */
final class Soundness {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();
  private static final int MOST_TOKENS = 60; // before the way out is taken

  private final Function<String, JsonSchema> schemas;
  private final Vocabulary vocabulary;
  private final int perSchema;
  private final TokenMask mask;
  private final Random random;

  // What RFC 3339 allows and the validator's library does not: 23:59:60 in years to come, and more
  // than nine digits behind the second.
  private static final Pattern UNKNOWN_DOMAINS = Pattern.compile("(@[^\"@]*\\.)[A-Za-z]{2,63}\"");
  private static final Pattern UNKNOWN_TIMES =
      Pattern.compile("(?<=[Tt][0-9]{2}:[0-9]{2}:)(?:60|([0-5][0-9]\\.[0-9]{9})[0-9]+)");

  private static final Pattern UNKNOWN_OFFSETS =
      Pattern.compile("(?<=[Tt][0-9:.]{8,40}[+-])(?:1[89]|2[0-3])(?=:[0-5][0-9])");
  // Its patterns are Java's, where \\s is ASCII; in ECMA-262 it is Unicode's.
  private static final Pattern UNKNOWN_SPACES =
      Pattern.compile("[\\u00A0\\u1680\\u2000-\\u200A\\u2028\\u2029\\u202F\\u205F\\u3000\\uFEFF]");

  private int outputs;
  private final List<Pass.Failure> invalid = new ArrayList<>();
  private final List<Pass.Failure> deadEnds = new ArrayList<>();
  private final List<Pass.Failure> unfinished = new ArrayList<>();
  private final List<Pass.Failure> unjudged = new ArrayList<>();

  Soundness(Function<String, JsonSchema> schemas, Vocabulary vocabulary, int perSchema, long seed) {
    this.schemas = schemas;
    this.vocabulary = vocabulary;
    this.perSchema = perSchema;
    mask = new TokenMask(vocabulary.size());
    random = new Random(seed);
  }

  void run(BenchFile file) {
    CompiledConstraint c;
    try {
      c = schemas.apply(file.schema()).compile(vocabulary);
    } catch (EspalierException e) {
      return; // no output, nothing unsound
    }
    Schema validator;
    try {
      validator =
          SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
              .getSchema(file.schema());
    } catch (RuntimeException e) {
      unjudged.add(new Pass.Failure(file.name(), "the validator refuses the schema: " + e));
      return;
    }
    for (int k = 0; k < perSchema; k++) {
      draw(file, c, validator);
    }
  }

  private void draw(BenchFile file, CompiledConstraint c, Schema validator) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    State s = c.start();
    try {
      for (int steps = random.nextInt(MOST_TOKENS); steps > 0; steps--) {
        mask.clear();
        s.fillMask(mask);
        if (mask.cardinality() == 0) {
          if (!s.mayEnd()) {
            deadEnds.add(new Pass.Failure(file.name(), out.toString(StandardCharsets.UTF_8)));
            return;
          }
          break;
        }
        int token = pick();
        State next = s.advance(token);
        if (next == null) {
          throw new IllegalStateException("the mask allows " + vocabulary.describe(token));
        }
        out.writeBytes(vocabulary.bytes(token));
        s = next;
      }
    } catch (RuntimeException | StackOverflowError e) {
      deadEnds.add(new Pass.Failure(file.name(), e + " after " + out));
      return;
    }
    byte[] rest;
    try {
      rest = s.completion();
    } catch (RuntimeException | StackOverflowError e) {
      unfinished.add(new Pass.Failure(file.name(), e + " after " + out));
      return;
    }
    if (rest == null) {
      unfinished.add(new Pass.Failure(file.name(), out.toString(StandardCharsets.UTF_8)));
      return;
    }
    out.writeBytes(rest);
    judge(file, validator, out.toString(StandardCharsets.UTF_8));
  }

  private int pick() {
    int n = mask.cardinality();
    if (mask.isListed()) {
      return mask.ids()[random.nextInt(n)];
    }
    while (true) {
      int id = random.nextInt(mask.size());
      if (mask.contains(id)) {
        return id;
      }
    }
  }

  private void judge(BenchFile file, Schema validator, String text) {
    outputs++;
    try {
      var errors = errors(validator, text);
      if (errors.isEmpty()) {
        return;
      }
      String known =
          UNKNOWN_TIMES
              .matcher(text)
              .replaceAll(m -> m.group(1) == null ? "59" : Matcher.quoteReplacement(m.group(1)));
      known = UNKNOWN_DOMAINS.matcher(known).replaceAll("$1com\"");
      known = UNKNOWN_OFFSETS.matcher(known).replaceAll("12");
      known = UNKNOWN_SPACES.matcher(known).replaceAll(" ");
      if (errors(validator, known).isEmpty()) {
        unjudged.add(
            new Pass.Failure(
                file.name(),
                "the validator knows no leap seconds to come, no tenth digit of a second, no offset"
                    + " beyond 18 hours, no top-level domain that nobody has registered and no"
                    + " white space beyond ASCII: "
                    + text));
      } else {
        invalid.add(new Pass.Failure(file.name(), errors.get(0) + " in " + text));
      }
    } catch (RuntimeException | StackOverflowError e) {
      unjudged.add(new Pass.Failure(file.name(), e + " on " + text));
    }
  }

  // The validator divides large integers as doubles unless they are decimals, which up to draft 4
  // it does not take for integers: what it refuses both ways is wrong.
  static List<?> errors(Schema validator, String text) {
    var errors = validator.validate(plain(MAPPER.readTree(text), false));
    return errors.isEmpty() ? errors : validator.validate(plain(MAPPER.readTree(text), true));
  }

  // It compares numbers inside of constants by their spelling, so it gets a plain one.
  private static JsonNode plain(JsonNode node, boolean decimals) {
    if (node instanceof ObjectNode object) {
      object.properties().forEach(e -> e.setValue(plain(e.getValue(), decimals)));
    } else if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        array.set(i, plain(array.get(i), decimals));
      }
    } else if (node.isNumber()) {
      BigDecimal n = node.decimalValue();
      boolean whole = n.signum() == 0 || n.stripTrailingZeros().scale() <= 0;
      if (whole && n.precision() - n.scale() < 400) {
        BigInteger i = n.toBigInteger();
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        return i.bitLength() <= 31
            ? nodes.numberNode(i.intValue())
            : i.bitLength() <= 53
                ? nodes.numberNode(i.longValue())
                : decimals ? nodes.numberNode(new BigDecimal(i)) : nodes.numberNode(i);
      }
    }
    return node;
  }

  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("outputs", outputs);
    map.put("invalid", invalid.size());
    map.put("deadEnds", deadEnds.size());
    map.put("unfinished", unfinished.size());
    map.put("unjudged", unjudged.size());
    map.put("invalidOutputs", invalid);
    map.put("deadEndOutputs", deadEnds);
    map.put("unfinishedOutputs", unfinished);
    map.put("unjudgedOutputs", unjudged);
    return map;
  }

  @Override
  public String toString() {
    return outputs
        + " outputs, "
        + invalid.size()
        + " invalid, "
        + deadEnds.size()
        + " dead ends, "
        + unfinished.size()
        + " unfinished, "
        + unjudged.size()
        + " not judged";
  }
}
