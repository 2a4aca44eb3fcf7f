package dev.espalier.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.CompiledConstraint;
import dev.espalier.CompiledConstraint.State;
import dev.espalier.TokenMask;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.RandomSchemas.Draft;
import dev.espalier.grammar.token.Vocabularies;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Masks against one step per token, finished texts against an independent validator. */
class SchemaMaskTest {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  private static final List<Draft> DRAFTS = List.of(Draft.values());

  /** A fixed walk bound keeps the test short; texts are finished by the nearest way out. */
  private static final int STEPS = 25;

  @Test
  void masksAreExactAndFinishedTextsAreValid() {
    long seed = Long.getLong("seed", 42);
    int rounds = Integer.getInteger("rounds", 70);
    Random r = new Random(seed);
    int finished = 0;
    int refusedSchemas = 0;
    int masks = 0;
    for (int round = 0; round < rounds; round++) {
      Draft draft = DRAFTS.get(r.nextInt(DRAFTS.size()));
      String text = new RandomSchemas(r).next(3, draft);
      AnotherValidator validator = new AnotherValidator(draft);
      JsonSchema schema = JsonSchema.of(text);
      if (r.nextBoolean()) {
        schema = schema.anyOrder();
      }
      boolean anyEscape = r.nextInt(4) == 0;
      schema = anyEscape ? schema.anyEscape() : schema;
      Whitespace[] spaces = {
        Whitespace.compact(),
        Whitespace.singleSpace(),
        Whitespace.indented(1),
        Whitespace.flexible()
      };
      schema = schema.whitespace(spaces[r.nextInt(4)]);
      Vocabulary v =
          Vocabularies.random(
              r,
              256 + r.nextInt(300),
              "\"a\":1,\"b\":",
              "{\"c\":[",
              "}],",
              "true",
              "null",
              "xyé\"",
              "\\n\\u0001",
              "\\u0061\":1,\"\\ud83d",
              "b\":2,\"\\u00",
              "-1.0e+2",
              "\": \"",
              "\n  ",
              "\"a\",\"a\":");
      CompiledConstraint c;
      try {
        c = schema.compile(v);
      } catch (SchemaException e) {
        assertThat(e).hasMessageContaining("no value");
        refusedSchemas++;
        continue;
      }
      String where = "seed " + seed + " round " + round + " " + schema.text();
      for (int walk = 0; walk < 4; walk++) {
        State s = c.start();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int step = 0; step < STEPS; step++) {
          masks++;
          List<Integer> allowed = exactlyAllowed(s, v, where, out);
          assertThat(!allowed.isEmpty() || s.mayEnd()).as("dead end: %s %s", where, out).isTrue();
          if (allowed.isEmpty() || (s.mayEnd() && r.nextInt(3) == 0)) {
            break;
          }
          int token = allowed.get(r.nextInt(allowed.size()));
          if (step == 0 && r.nextInt(4) > 0) { // structures are more telling than strings
            for (int id : allowed) {
              if (v.byteAt(id, 0) == '{' || v.byteAt(id, 0) == '[') {
                token = id;
              }
            }
          }
          State next = s.advance(token);
          assertThat(next).isSameAs(s.advance(token)); // equal states are one object
          out.writeBytes(v.bytes(token));
          s = java.util.Objects.requireNonNull(next);
        }
        byte[] rest = Completion.shortest(s, 30_000);
        if (rest != null) {
          out.writeBytes(rest);
          String made = out.toString(StandardCharsets.UTF_8);
          finished++;
          assertThat(c.check(made).accepted()).isTrue();
          if (validator.follows(MAPPER.readTree(text), MAPPER.readTree(made))) {
            assertThat(validator.valid(text, made)).as("%s made %s", where, made).isTrue();
          }
        }
      }
    }
    System.out.printf(
        "%d masks exact, %d texts finished and valid, %d schemas unsatisfiable%n",
        masks, finished, refusedSchemas);
    assertThat(finished).isGreaterThan(rounds);
  }

  // Goes at random along masks that are exact, without a dead end; tokens of a byte or two are
  // drawn again, up to so many times. How many masks.
  private static int walks(
      int walks, CompiledConstraint c, Vocabulary v, Random r, int again, String where) {
    int masks = 0;
    for (int walk = 0; walk < walks; walk++) {
      State s = c.start();
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      for (int step = 0; step < STEPS; step++) {
        List<Integer> allowed = exactlyAllowed(s, v, where, out);
        masks++;
        if (allowed.isEmpty()) {
          assertThat(s.mayEnd()).as("dead end: %s %s", where, out).isTrue();
          break;
        }
        int token = allowed.get(r.nextInt(allowed.size()));
        for (int more = 0; more < again && v.bytes(token).length < 3; more++) {
          token = allowed.get(r.nextInt(allowed.size()));
        }
        out.writeBytes(v.bytes(token));
        s = java.util.Objects.requireNonNull(s.advance(token));
      }
    }
    return masks;
  }

  // What the mask allows, held against reading every token byte by byte.
  private static List<Integer> exactlyAllowed(
      State s, Vocabulary v, String where, ByteArrayOutputStream out) {
    TokenMask mask = new TokenMask(v.size());
    s.fillMask(mask);
    List<Integer> allowed = new ArrayList<>();
    for (int id = 0; id < v.size(); id++) {
      boolean steps = survives(s, v, id);
      if (mask.contains(id) != steps) {
        throw new AssertionError(
            where
                + " after '"
                + out.toString(StandardCharsets.UTF_8)
                + "': mask says "
                + mask.contains(id)
                + " of "
                + v.describe(id));
      }
      if (steps) {
        allowed.add(id);
      }
    }
    return allowed;
  }

  @Test
  void masksOfNamesInLanguagesAreExact() {
    long seed = Long.getLong("seed", 7);
    Random r = new Random(seed);
    String[] patterns = {
      "^[a-e]{1,200}$", "^[a-e]{2,4}$", "^x-", "^.{0,90}$", "^(ab|cd)+$", "e$", "^[^a]*$", "^ab?c?$"
    };
    String[] names = {"abc", "abcde", "x-a", "é", "cd", "a b"};
    int masks = 0;
    for (int round = 0; round < Integer.getInteger("rounds", 60); round++) {
      StringBuilder schema = new StringBuilder("{\"type\":\"object\",\"patternProperties\":{");
      String[] values = {"null", "boolean"};
      int first = r.nextInt(patterns.length);
      for (int i = 0; i <= r.nextInt(2); i++) {
        String pattern = patterns[(first + 3 * i) % patterns.length];
        schema.append(i == 0 ? "" : ",").append('"').append(pattern).append("\":{\"type\":\"");
        schema.append(values[i]).append("\"}");
      }
      schema.append("},\"properties\":{");
      for (int i = r.nextInt(3); i > 0; i--) {
        schema.append('"').append(names[r.nextInt(3) * 2 + i % 2]).append("\":{}");
        schema.append(i > 1 ? "," : "");
      }
      schema.append("}").append(r.nextInt(3) == 0 ? "" : ",\"additionalProperties\":false");
      schema.append("}");
      List<byte[]> tokens = new ArrayList<>();
      for (String t : List.of("abcdeabcdeabcdeabcdeabcdeabcdeabcdeabcde", "a".repeat(70))) {
        tokens.add(t.getBytes(StandardCharsets.UTF_8));
        tokens.add((t + "\":null,\"").getBytes(StandardCharsets.UTF_8));
      }
      Vocabulary some =
          Vocabularies.random(
              r,
              400,
              "abcde\":",
              "x-a",
              "\":null,\"",
              "\":null}",
              "{\"ab",
              "cdcd",
              "\\u0061b",
              "é");
      for (int id = 0; id < some.size(); id++) {
        if (some.isText(id)) {
          tokens.add(some.bytes(id));
        }
      }
      Vocabulary v = Vocabularies.of(tokens);
      CompiledConstraint c;
      try {
        c = JsonSchema.of(schema.toString()).anyOrder().compile(v);
      } catch (SchemaException e) {
        continue; // the same name twice
      }
      masks += walks(3, c, v, r, 0, "seed " + seed + " " + schema);
    }
    System.out.println(masks + " masks of names exact, seed " + seed);
    assertThat(masks).isGreaterThan(1000);
  }

  @Test
  void masksOfLimitedTextsAreExact() {
    long seed = Long.getLong("seed", 11);
    Random r = new Random(seed);
    String[] patterns = {
      "^$|(^(?:\\\\S+\\\\s+){0,WORDS}\\\\S+$)",
      "^\\\\s*(\\\\S+\\\\s+){0,WORDS}\\\\S*$",
      "^[a-e]+( [a-e]+){0,WORDS}$",
      "^(?=.{1,LENGTH}$)[a-e ]+(x[a-e]+)*$",
      "^(?!a).{1,LENGTH}$",
      "^[^@ ]+@[a-e.]+\\\\.b$",
      "^(ab|c){0,WORDS}$",
      "b$",
      "^.{0,LENGTH}é",
      "^[a-e]{1,WORDS} ?[a-e]{0,LENGTH}$"
    };
    int[] lengths = {3, 17, 40, 90, 300, 5000};
    int[] words = {2, 9, 29, 99};
    String[] long40 = {
      "abcde abcde abcde abcde abcde abcde abcde", "a b c d e a b c d e a b c d e a b c d e"
    };
    int masks = 0;
    for (int round = 0; round < Integer.getInteger("rounds", 90); round++) {
      StringBuilder schema = new StringBuilder("{\"type\":\"string\"");
      int length = lengths[r.nextInt(lengths.length)];
      schema.append(",\"maxLength\":").append(length);
      if (r.nextInt(3) == 0) {
        schema.append(",\"minLength\":").append(1 + r.nextInt(3));
      }
      String[] places = {",\"pattern\":\"%s\"", ",\"allOf\":[{\"pattern\":\"%s\"}]"};
      for (int i = r.nextInt(4) == 0 ? 1 : 0; i >= 0; i--) {
        String pattern = patterns[(round + 3 * i) % patterns.length];
        pattern = pattern.replace("WORDS", "" + words[r.nextInt(words.length)]);
        pattern = pattern.replace("LENGTH", "" + lengths[r.nextInt(lengths.length)]);
        schema.append(String.format(places[i], pattern));
      }
      if (r.nextInt(4) == 0) { // what a text is decides what else it must be
        schema.append(",\"if\":{\"pattern\":\"^(a b ?){0,25}$\"},\"then\":{\"maxLength\":30}");
      }
      schema.append("}");
      List<byte[]> tokens = new ArrayList<>();
      for (String t : long40) {
        for (String end : List.of("", "\"", "é", "\\", " ".repeat(30), t)) {
          tokens.add((t + end).getBytes(StandardCharsets.UTF_8));
        }
      }
      tokens.add("a".repeat(70).getBytes(StandardCharsets.UTF_8));
      tokens.add("\\".repeat(41).getBytes(StandardCharsets.UTF_8));
      tokens.add(" ".repeat(50).getBytes(StandardCharsets.UTF_8));
      Vocabulary some =
          Vocabularies.random(
              r, 450, "abcde ", " a b c", "\"", "ab@c.b", "a.b\"", "\\t\\n ", "\\u0009", "éa é",
              "xab");
      for (int id = 0; id < some.size(); id++) {
        if (some.isText(id)) {
          tokens.add(some.bytes(id));
        }
      }
      Vocabulary v = Vocabularies.of(tokens);
      CompiledConstraint c;
      try {
        c = JsonSchema.of(schema.toString()).compile(v);
      } catch (SchemaException e) {
        assertThat(e).hasMessageContaining("no value");
        continue;
      }
      masks += walks(3, c, v, r, 0, "seed " + seed + " " + schema);
    }
    System.out.println(masks + " masks of limited texts exact, seed " + seed);
    assertThat(masks).isGreaterThan(1500);
  }

  /**
   * Tokens of up to three digits, as tokenizers have them, which are not read where all may come.
   */
  @Test
  void masksOfNumbersAreExact() {
    long seed = Long.getLong("seed", 13);
    Random r = new Random(seed);
    String[] parts = {
      "'minimum':10000",
      "'maximum':-3",
      "'minimum':-20,'maximum':99999",
      "'exclusiveMaximum':12.5",
      "'multipleOf':7",
      "'multipleOf':0.15",
      "'type':'integer'",
      "'not':{'multipleOf':3}",
      "'not':{'enum':[10500,21,1e3]}",
      "'enum':[10500,21,-7e12,0.05]",
      "'anyOf':[{'multipleOf':3},{'multipleOf':5},{'maximum':77}]"
    };
    List<byte[]> tokens = new ArrayList<>();
    for (int n = 10; n < 2000; n++) { // after a leading one
      tokens.add(Integer.toString(n).substring(1).getBytes(StandardCharsets.UTF_8));
    }
    for (String t :
        List.of(
            "0".repeat(18),
            "12345678",
            "-",
            "-1",
            "1,",
            "23]",
            ".",
            ".5",
            "e",
            "E+",
            "e-1",
            "1.0e1",
            "5 ",
            ",",
            " ",
            "]",
            "[",
            "[1")) {
      tokens.add(t.getBytes(StandardCharsets.UTF_8));
    }
    for (int b = 0; b < 256; b++) {
      tokens.add(new byte[] {(byte) b});
    }
    Vocabulary v = Vocabularies.of(tokens);
    int masks = 0;
    for (int round = 0; round < Integer.getInteger("rounds", 60); round++) {
      List<String> all = new ArrayList<>(List.of("{'type':'number'}"));
      for (int i = r.nextInt(4); i >= 0; i--) {
        all.add("{" + parts[r.nextInt(parts.length)] + "}");
      }
      String schema = "{'type':'array','items':{'allOf':[" + String.join(",", all) + "]}}";
      schema = schema.replace('\'', '"');
      CompiledConstraint c = JsonSchema.of(schema).compile(v);
      masks += walks(4, c, v, r, 0, "seed " + seed + " " + schema);
    }
    System.out.println(masks + " masks of numbers exact, seed " + seed);
    assertThat(masks).isGreaterThan(2000);
  }

  @Test
  void masksOfTextsThatMatchNoPatternUnderALimitAreExact() {
    Random r = new Random(17);
    Vocabulary v = Vocabularies.random(r, 500, "xy", "ab", "xyab\"", "x\"", "\\n\"", "a\\n", "é\"");
    String withoutXy = "{\"pattern\":\"^([^x]|x[^y])*x?$\"}";
    String withoutAb = "{\"pattern\":\"^(?!.*ab).*$\"}";
    int masks = 0;
    for (String rest :
        List.of(
            "\"minLength\":1,\"maxLength\":2,\"not\":{\"pattern\":\"^.*$\"}",
            "\"maxLength\":3,\"not\":" + withoutXy,
            "\"maxLength\":3,\"not\":" + withoutAb,
            "\"maxLength\":40,\"not\":" + withoutXy,
            "\"minLength\":4,\"maxLength\":8,\"not\":" + withoutXy,
            "\"maxLength\":6,\"not\":{\"anyOf\":[" + withoutXy + "," + withoutAb + "]}",
            "\"maxLength\":3,\"oneOf\":[{\"pattern\":\"^.*$\"},{\"minLength\":2}]",
            "\"maxLength\":200,\"oneOf\":[{\"pattern\":\"^[a-y]*$\"},{\"maxLength\":100}]")) {
      String schema = "{\"type\":\"string\"," + rest + "}";
      masks += walks(10, JsonSchema.of(schema).compile(v), v, r, 0, schema);
    }
    assertThat(masks).isGreaterThan(300);
  }

  @Test
  void masksOfTextsThatSeveralBranchesJudgeAreExact() {
    Random r = new Random(19);
    Vocabulary v =
        Vocabularies.random(r, 700, "xy", "ab", "Zab", "abxy\"", "x\":", "{\"", "\\n", "é", "\"}");
    String word = "\"pattern\":\"^[a-z]*$\"";
    String most = "{" + word + ",\"minLength\":2,\"maxLength\":40}";
    int masks = 0;
    for (String[] values :
        new String[][] {
          {most, most},
          {most, "{" + word + "}"},
          {most, "{" + word + ",\"maxLength\":3}"},
          {"{\"minLength\":1," + word + "}", "{\"pattern\":\"x\",\"minLength\":1}"},
          {most, "{\"not\":{\"enum\":[\"xy\",\"ab\"]}}"},
          {"{\"enum\":[\"xy\",\"ab\"]}", "{\"not\":{\"enum\":[\"xy\"]}}"}
        }) {
      for (String branches : List.of("anyOf", "oneOf")) {
        String first = "{\"properties\":{\"x\":{\"const\":1},\"a\":" + values[0] + "}}";
        String second = "{\"properties\":{\"x\":{\"const\":2},\"a\":" + values[1] + "}}";
        String schema =
            ("{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"}},\"required\":"
                    + "[\"a\"],\"additionalProperties\":false,\"%s\":[%s,%s],"
                    + "\"patternProperties\":{\"x|b\":{\"type\":\"integer\"}}}")
                .formatted(branches, first, second);
        masks += walks(8, JsonSchema.of(schema).anyOrder().compile(v), v, r, 0, schema);
      }
    }
    assertThat(masks).isGreaterThan(1000);
  }

  @Test
  void masksOfItemsThatDifferAreExact() {
    long seed = Long.getLong("seed", 5);
    Random r = new Random(seed);
    String[] items = {
      "\"type\":\"string\"",
      "\"enum\":[\"a\",\"ab\",\"b\",\"bc\",\"c\"]",
      "\"pattern\":\"^[ab]*$\",\"type\":\"string\"",
      "\"type\":\"string\",\"maxLength\":1,\"pattern\":\"^[a-c]*$\"",
      "\"type\":\"string\",\"pattern\":\"^(a|b[ab]*)$\"",
      "\"type\":[\"string\",\"integer\"]",
      "\"type\":\"string\",\"minLength\":1",
      "\"type\":\"string\",\"not\":{\"enum\":[\"a\",\"ab\",\"b\\\\u00e9\"]},\"maxLength\":9",
      "\"type\":\"string\",\"pattern\":\"b\",\"not\":{\"pattern\":\"^ab\"}"
    };
    String[] arrays = {
      "", ",\"minItems\":2", ",\"minItems\":3", ",\"maxItems\":3", ",\"contains\":{\"const\":\"b\"}"
    };
    int masks = 0;
    for (int round = 0; round < Integer.getInteger("rounds", 70); round++) {
      String schema =
          "{\"type\":\"array\",\"uniqueItems\":true,\"items\":{"
              + items[round % items.length]
              + "}"
              + arrays[r.nextInt(arrays.length)]
              + "}";
      Vocabulary v =
          Vocabularies.random(
              r,
              420,
              "\",\"ab",
              "\"a\",\"",
              "\"b\",\"b\"",
              "a\", \"b",
              "ab\",\"a\"]",
              "[\"a\\u0061",
              "1,\"a");
      CompiledConstraint c = JsonSchema.of(schema).compile(v);
      masks += walks(4, c, v, r, 3, "seed " + seed + " " + schema); // several items are telling
    }
    System.out.println(masks + " masks of items exact, seed " + seed);
    assertThat(masks).isGreaterThan(2000);
  }

  private static boolean survives(State s, Vocabulary v, int id) {
    State at = s;
    if (!v.isText(id)) {
      return false;
    }
    for (byte b : v.bytes(id)) {
      State next = at.step(b);
      if (next == null) {
        return false;
      }
      at = next;
    }
    return true;
  }

  @Test
  void manyThreadsOnOneSchemaAgreeWithOne() throws Exception {
    Vocabulary v = Vocabularies.large(3000, 3);
    String text =
        "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\",\"maxLength\":30},"
            + "\"b\":{\"type\":\"array\",\"items\":{\"type\":\"integer\",\"minimum\":0}},"
            + "\"c\":{\"type\":\"string\",\"format\":\"date-time\"}},\"required\":[\"b\"]}";
    List<String> expected = walks(JsonSchema.of(text).anyOrder().compile(v), v);
    CompiledConstraint shared = JsonSchema.of(text + " ").anyOrder().compile(v);
    java.util.concurrent.ExecutorService threads =
        java.util.concurrent.Executors.newFixedThreadPool(6);
    try {
      List<java.util.concurrent.Future<List<String>>> answers = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        answers.add(threads.submit(() -> walks(shared, v)));
      }
      for (java.util.concurrent.Future<List<String>> answer : answers) {
        assertThat(answer.get(120, java.util.concurrent.TimeUnit.SECONDS)).isEqualTo(expected);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static List<String> walks(CompiledConstraint c, Vocabulary v) {
    Random r = new Random(4);
    List<String> made = new ArrayList<>();
    TokenMask mask = new TokenMask(v.size());
    for (int walk = 0; walk < 40; walk++) {
      StringBuilder text = new StringBuilder();
      State s = c.start();
      for (int step = 0; step < 40; step++) {
        mask.clear();
        s.fillMask(mask);
        int[] allowed =
            java.util.stream.IntStream.range(0, v.size()).filter(mask::contains).toArray();
        if (allowed.length == 0) {
          break;
        }
        int token = allowed[r.nextInt(allowed.length)];
        text.append(token).append(' ');
        s = java.util.Objects.requireNonNull(s.advance(token));
      }
      made.add(text.toString());
    }
    return made;
  }

  /** The nearest end of a text by breadth-first search over states; the slow, obvious way. */
  static final class Completion {
    private Completion() {}

    static byte @Nullable [] shortest(State from, int limit) {
      Map<State, State> parent = new HashMap<>();
      Map<State, Byte> by = new HashMap<>();
      ArrayDeque<State> queue = new ArrayDeque<>(List.of(from));
      parent.put(from, from);
      while (!queue.isEmpty()) {
        State s = queue.remove();
        if (s.mayEnd()) {
          byte[] path = new byte[0];
          for (State x = s; x != from; x = parent.getOrDefault(x, from)) {
            byte[] longer = new byte[path.length + 1];
            longer[0] = by.getOrDefault(x, (byte) 0);
            System.arraycopy(path, 0, longer, 1, path.length);
            path = longer;
          }
          return Arrays.copyOf(path, path.length);
        }
        if (parent.size() > limit) {
          return null;
        }
        for (int b : ORDER) {
          State next = s.step((byte) b);
          if (next != null && parent.putIfAbsent(next, s) == null) {
            by.put(next, (byte) b);
            queue.add(next);
          }
        }
      }
      throw new AssertionError("dead end");
    }

    // Closing bytes first, then every byte there is.
    private static final int[] ORDER =
        java.util.stream.IntStream.concat(
                "]}\",:0aeE-.+".chars(), java.util.stream.IntStream.range(0, 256))
            .toArray();
  }
}
