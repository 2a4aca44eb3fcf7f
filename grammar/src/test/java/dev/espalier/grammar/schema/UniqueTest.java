package dev.espalier.grammar.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UniqueTest {
  /** With few hashes, whose values all meet, and with many. */
  @ParameterizedTest
  @ValueSource(ints = {1, 7, 1 << 20})
  void findsWhatMeansTheSame(int hashes) {
    Unique<String> table =
        new Unique<>(s -> Unique.mixed(0, s.hashCode() % hashes), String::equals);
    Map<String, String> oracle = new HashMap<>();
    Random r = new Random(hashes);
    for (int i = 0; i < 2_000; i++) {
      String like = "x".repeat(r.nextInt(40)) + r.nextInt(10);
      String known = table.find(like);
      assertThat(known).isSameAs(oracle.get(like));
      if (known == null) {
        table.add(like);
        oracle.put(like, like);
      }
    }
    assertThat(oracle.size()).isGreaterThan(300);
  }
}
