package dev.espalier.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.espalier.CompiledConstraint;
import dev.espalier.CompiledConstraint.State;
import dev.espalier.TokenMask;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.token.Vocabularies;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a token costs over a vocabulary of 128,000, and that a known text costs no memory. */
class SchemaSpeedTest {
  private static final String SCHEMA =
      """
      {"type":"object","properties":{
        "name":{"type":"string","minLength":1,"maxLength":60},
        "age":{"type":"integer","minimum":0,"maximum":150},
        "mail":{"type":"string","format":"email"},
        "kind":{"enum":["person","robot","both of them"]},
        "tags":{"type":"array","items":{"type":"string"},"maxItems":10},
        "home":{"type":"object","properties":{"street":{"type":"string"},"size":{"type":"number"},
          "since":{"type":"string","format":"date"}},"required":["street"]},
        "note":{"anyOf":[{"type":"null"},{"type":"string"}]}},
       "required":["name","age","kind"],"additionalProperties":false}""";

  private static String text(Random r) {
    return "{\"name\":\""
        + word(r)
        + " "
        + word(r)
        + "\",\"age\":"
        + r.nextInt(100)
        + ",\"mail\":\""
        + word(r)
        + "@"
        + word(r)
        + ".org\",\"kind\":\"robot\",\"tags\":[\""
        + word(r)
        + "\",\""
        + word(r)
        + " "
        + word(r)
        + "\"],\"home\":{\"street\":\""
        + word(r)
        + " "
        + r.nextInt(200)
        + "\",\"size\":"
        + r.nextInt(500)
        + "."
        + r.nextInt(9)
        + ",\"since\":\"19"
        + (10 + r.nextInt(89))
        + "-0"
        + (1 + r.nextInt(9))
        + "-1"
        + r.nextInt(9)
        + "\",\""
        + word(r)
        + "\":true},\"note\":\""
        + word(r)
        + " \\\""
        + word(r)
        + "\\\"\"}";
  }

  private static String word(Random r) {
    StringBuilder s = new StringBuilder();
    for (int k = 3 + r.nextInt(6); k > 0; k--) {
      s.append("etaoinshrdlu".charAt(r.nextInt(12)));
    }
    return s.toString();
  }

  /** The longest token first, as a tokenizer roughly does. */
  private static int[] tokens(Map<String, Integer> ids, int longest, String text) {
    List<Integer> out = new ArrayList<>();
    for (int at = 0; at < text.length(); ) {
      int n = Math.min(longest, text.length() - at);
      while (!ids.containsKey(text.substring(at, at + n))) {
        n--;
      }
      out.add(ids.get(text.substring(at, at + n)));
      at += n;
    }
    return out.stream().mapToInt(i -> i).toArray();
  }

  private static State follow(
      State s, int[] tokens, TokenMask mask, long @org.jspecify.annotations.Nullable [] nanos) {
    for (int i = 0; i < tokens.length; i++) {
      long t = System.nanoTime();
      mask.clear();
      s.fillMask(mask);
      State next = s.advance(tokens[i]);
      if (nanos != null) {
        nanos[i] = System.nanoTime() - t;
      }
      if (next == null || !mask.contains(tokens[i])) {
        throw new AssertionError("token " + i + " is refused");
      }
      s = next;
    }
    return s;
  }

  private static String figures(List<long[]> runs) {
    long[] all = runs.stream().flatMapToLong(Arrays::stream).sorted().toArray();
    return String.format(
        "avg %.1f p50 %.1f p90 %.1f p99 %.1f max %.0f µs over %d tokens",
        Arrays.stream(all).average().orElse(0) / 1e3,
        all[all.length / 2] / 1e3,
        all[all.length * 9 / 10] / 1e3,
        all[all.length * 99 / 100] / 1e3,
        all[all.length - 1] / 1e3,
        all.length);
  }

  @Test
  void knownStatesCostNoMemoryAndNewOnesMicroseconds() {
    Vocabulary v = Vocabularies.large(128_000, 5);
    Map<String, Integer> ids = new HashMap<>();
    int longest = 0;
    for (int id = 0; id < v.size(); id++) {
      if (v.isText(id)) {
        ids.put(new String(v.bytes(id), StandardCharsets.UTF_8), id);
        longest = Math.max(longest, v.byteLength(id));
      }
    }
    Random r = new Random(1);
    List<int[]> texts = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      texts.add(tokens(ids, longest, text(r)));
    }
    TokenMask mask = new TokenMask(v.size());
    for (int warmUp = 0; warmUp < 2; warmUp++) {
      CompiledConstraint c = JsonSchema.of(SCHEMA).anyOrder().compile(v);
      texts.forEach(t -> follow(c.start(), t, mask, null));
    }
    long t0 = System.nanoTime();
    CompiledConstraint c = JsonSchema.of(SCHEMA).compile(v);
    mask.clear();
    c.start().fillMask(mask);
    System.out.printf("compile and first mask %.0f µs%n", (System.nanoTime() - t0) / 1e3);
    for (String pass : new String[] {"new texts, new machine", "known texts"}) {
      List<long[]> runs = new ArrayList<>();
      for (int[] text : texts) {
        long[] nanos = new long[text.length];
        assertThat(follow(c.start(), text, mask, nanos).mayEnd()).isTrue();
        runs.add(nanos);
      }
      System.out.println(pass + ": " + figures(runs));
    }

    ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      long before = memory.getCurrentThreadAllocatedBytes();
      for (int k = 0; k < texts.size(); k++) {
        Objects.requireNonNull(follow(c.start(), texts.get(k), mask, null));
      }
      least = Math.min(least, memory.getCurrentThreadAllocatedBytes() - before);
    }
    assertThat(least).as("bytes allocated on known states").isLessThan(1024);
  }
}
