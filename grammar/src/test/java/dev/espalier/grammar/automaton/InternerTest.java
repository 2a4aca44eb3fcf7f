package dev.espalier.grammar.automaton;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class InternerTest {
  private static final int MANY = 20_000;

  private final Interner<String> interner = new Interner<>(String::hashCode, String::equals);

  private List<String> intern(String name) {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      all.add(interner.intern(new String(name + i)));
    }
    return all;
  }

  @Test
  void equalValuesAreOneObjectForAllThreads() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<List<String>>> found = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        found.add(threads.submit(() -> intern("a")));
      }
      System.gc(); // so that some sweep while others intern
      List<String> first = found.get(0).get();
      for (Future<List<String>> other : found) {
        List<String> values = other.get();
        for (int i = 0; i < MANY; i++) {
          assertThat(values.get(i)).isSameAs(first.get(i)).isEqualTo("a" + i);
        }
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void valuesOfOneHashAreToldApart() {
    Interner<String> crowded = new Interner<>(s -> 0, String::equals);
    List<String> first = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      first.add(crowded.intern(new String("a" + i)));
    }
    for (int i = 0; i < 1000; i++) {
      assertThat(crowded.intern(new String("a" + i))).isSameAs(first.get(i)).isEqualTo("a" + i);
    }
    assertThat(crowded.size()).isEqualTo(1000);
  }

  @Test
  void whatNobodyUsesLeavesNoTrace() {
    List<String> kept = intern("kept");
    intern("gone");
    assertThat(interner.size()).isEqualTo(2 * MANY);
    System.gc();
    for (int i = 0; i < MANY; i++) {
      assertThat(interner.intern("kept" + i)).isSameAs(kept.get(i)); // and sweeps a few
    }
    assertThat(interner.size()).isBetween(MANY, MANY + MANY / 100);
  }
}
