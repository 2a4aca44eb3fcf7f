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
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What schemas share must not show: not between states, names, threads or requests. */
class SchemaSharingTest {
  // Longer than what the views of far limits cover, on and off the limits below.
  private static final String[] LONG = {
    "a".repeat(33),
    "a".repeat(40) + "\"",
    "a".repeat(63) + "@b.c",
    "a".repeat(64) + "@b.c\"",
    "a".repeat(65) + "@b.c",
    " a".repeat(20),
    " a".repeat(20) + "\"",
    "a b ".repeat(12) + "c\"",
    "-".repeat(70),
    "a@b.cd\"",
    "id\":1",
    "id\":\"",
    "\"id\":",
    "x1\":",
    ",\"x1\":2",
    ",\"id\":2}",
    "xyz\"",
    "{\"x1\""
  };

  private static final String[] SCHEMAS = {
    "{\"type\":\"string\",\"format\":\"email\"}",
    "{\"type\":\"string\",\"pattern\":\"^(\\\\S+ ){0,45}\\\\S+$\",\"maxLength\":100}",
    "{\"type\":\"string\",\"pattern\":\"^[a-z]{0,70}(@[a-z.]+)?$\"}",
    "{\"type\":\"string\",\"pattern\":\"^[a-z ]+$\",\"maxLength\":80,\"minLength\":2}",
    "{\"anyOf\":[{\"pattern\":\"^a{0,60}$\"},{\"maxLength\":75}],\"type\":\"string\"}",
    "{\"properties\":{\"id\":{\"type\":\"integer\"},\"ident\":{\"type\":\"string\"}},\"type\":\"object\"}",
    "{\"properties\":{\"id\":{\"type\":\"integer\"}},\"additionalProperties\":{\"type\":\"integer\"},"
        + "\"type\":\"object\",\"maxProperties\":3}",
    "{\"patternProperties\":{\"^x\":{\"type\":\"integer\"}},\"additionalProperties\":false,"
        + "\"type\":\"object\"}",
  };

  private static Vocabulary vocabulary(long seed) {
    return Vocabularies.random(new Random(seed), 400, LONG);
  }

  private static CompiledConstraint compile(String schema, Vocabulary v) {
    return JsonSchema.of(schema).anyOrder().whitespace(Whitespace.flexible()).compile(v);
  }

  /** A text through the masks, and the masks on the way. */
  private static List<TokenMask> walk(CompiledConstraint c, Vocabulary v, long seed) {
    Random r = new Random(seed);
    List<TokenMask> masks = new ArrayList<>();
    State s = c.start();
    for (int step = 0; step < 40 && s != null; step++) {
      TokenMask mask = new TokenMask(v.size());
      s.fillMask(mask);
      masks.add(mask);
      List<Integer> allowed = new ArrayList<>();
      for (int id = 0; id < v.size(); id++) {
        if (mask.contains(id)) {
          allowed.add(id);
        }
      }
      if (allowed.isEmpty()) {
        break;
      }
      s = s.advance(allowed.get(r.nextInt(allowed.size())));
    }
    return masks;
  }

  @Test
  void masksWithFarLimitsAndOpenNamesAreExact() {
    Vocabulary v = vocabulary(7);
    int masks = 0;
    for (String schema : SCHEMAS) {
      CompiledConstraint c = compile(schema, v);
      for (int text = 0; text < 12; text++) {
        Random r = new Random(text);
        State s = c.start();
        for (int step = 0; step < 40; step++) {
          TokenMask mask = new TokenMask(v.size());
          for (int twice = 0; twice < 4; twice++) { // shared masks are put together later on
            mask.clear();
            s.fillMask(mask);
          }
          List<State> next = new ArrayList<>();
          for (int id = 0; id < v.size(); id++) {
            State after = v.isText(id) ? s.advance(id) : null;
            assertThat(mask.contains(id))
                .as("%s, text %d, step %d: %s", schema, text, step, v.describe(id))
                .isEqualTo(after != null);
            if (after != null) {
              next.add(after);
            }
          }
          masks++;
          if (next.isEmpty()) {
            break;
          }
          s = next.get(r.nextInt(next.size()));
        }
      }
    }
    assertThat(masks).isGreaterThan(500);
  }

  @Test
  void eightThreadsAgreeWithOne() throws Exception {
    Vocabulary alone = vocabulary(3);
    List<List<TokenMask>> expected = new ArrayList<>();
    for (String schema : SCHEMAS) {
      expected.add(walk(compile(schema, alone), alone, 11));
    }
    Vocabulary shared = vocabulary(3); // equal tokens, nothing known of them yet
    ExecutorService pool = Executors.newFixedThreadPool(8);
    try {
      List<Callable<List<List<TokenMask>>>> jobs = new ArrayList<>();
      for (int thread = 0; thread < 8; thread++) {
        jobs.add(
            () -> {
              List<List<TokenMask>> all = new ArrayList<>();
              for (String schema : SCHEMAS) {
                all.add(walk(compile(schema, shared), shared, 11));
              }
              return all;
            });
      }
      for (Future<List<List<TokenMask>>> done : pool.invokeAll(jobs)) {
        for (int i = 0; i < SCHEMAS.length; i++) {
          List<TokenMask> masks = done.get().get(i);
          assertThat(masks).hasSameSizeAs(expected.get(i));
          for (int k = 0; k < masks.size(); k++) {
            for (int id = 0; id < shared.size(); id++) {
              assertThat(masks.get(k).contains(id)).isEqualTo(expected.get(i).get(k).contains(id));
            }
          }
        }
      }
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void visitedStatesAllocateNothing() {
    Vocabulary v = vocabulary(5);
    CompiledConstraint c =
        compile(
            "{\"properties\":{\"id\":{\"type\":\"integer\"}},\"additionalProperties\":false}", v);
    int[] ids = new int[10];
    byte[] text = "{\"id\": 12}".getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < text.length; i++) {
      ids[i] = byteToken(v, text[i]);
    }
    TokenMask mask = new TokenMask(v.size());
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long allocated = Long.MAX_VALUE;
    for (int round = 0; round < 200; round++) {
      long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
      State s = c.start();
      for (int id : ids) {
        mask.clear();
        s.fillMask(mask);
        s = s.advance(id);
      }
      long bytes = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
      allocated = Math.min(allocated, bytes);
      assertThat(s.mayEnd()).isTrue();
    }
    assertThat(allocated).isZero();
  }

  private static int byteToken(Vocabulary v, byte b) {
    for (int id = 0; id < v.size(); id++) {
      if (Arrays.equals(v.bytes(id), new byte[] {b})) {
        return id;
      }
    }
    throw new AssertionError("no token for byte " + b);
  }
}
