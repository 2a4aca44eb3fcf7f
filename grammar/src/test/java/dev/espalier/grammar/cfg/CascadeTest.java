package dev.espalier.grammar.cfg;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.espalier.CompiledConstraint;
import dev.espalier.TokenMask;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.Grammar;
import dev.espalier.grammar.token.Vocabularies;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Calls that may all end at once, or go on: the dangling {@code else}. */
class CascadeTest {
  private static final Vocabulary WORDS =
      Vocabularies.ofTexts(
          List.of("i", "x", "e", "a", "b", ";", "ex", "exex", "ix", "xe", "iiii", "aab", "bbb"));

  private static final String DANGLING = "root ::= \"i\" root (\"e\" root)? | \"x\"";

  // Work is counted in bytes allocated, which are the same on every machine.
  private static long mostWorkOfAByte(String grammar, String text) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();
    CompiledConstraint.State state =
        Grammar.gbnf(grammar.replace('⏎', '\n')).compile(WORDS).start();
    TokenMask mask = new TokenMask(WORDS.size());
    long[] work = new long[text.length()];
    for (int i = 0; i < work.length; i++) {
      long before = threads.getThreadAllocatedBytes(thread);
      mask.clear();
      state.fillMask(mask);
      state = state.step((byte) text.charAt(i));
      assertThat(state).as("after %d bytes", i + 1).isNotNull();
      work[i] = threads.getThreadAllocatedBytes(thread) - before;
    }
    long most = 0;
    for (int i = 10; i < work.length; i++) { // the first ones make what all share
      most = Math.max(most, work[i]);
    }
    return most;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '¦',
      quoteCharacter = '`',
      value = {
        DANGLING + "¦i¦x¦ex",
        "root ::= \"a\" root? \"b\"?¦a¦b¦b",
        "root ::= s*⏎s ::= \"i\" s (\"e\" s)? | \"x\"¦i¦x¦ex",
        "root ::= s | root \";\" s⏎s ::= \"i\" s (\"e\" s)? | \"x\"¦i¦x¦ex",
      })
  void aByteAtDepthTwoThousandIsNoMoreWorkThanAtDepthTwenty(
      String grammar, String open, String inner, String close) {
    mostWorkOfAByte(grammar, open.repeat(20) + inner + close.repeat(10)); // loads classes
    long few = mostWorkOfAByte(grammar, open.repeat(20) + inner + close.repeat(10));
    long many = mostWorkOfAByte(grammar, open.repeat(2_000) + inner + close.repeat(1_000));
    // The tables that make equal values one object double now and then; each is counted once.
    System.out.printf("at most %d bytes at depth 20, %d at depth 2,000%n", few, many);
    assertThat(many).isLessThan(200_000);
  }

  @Test
  void placesThatAreLeftOutAreNotMissed() {
    Random r = new Random(11);
    for (int round = 0; round < 300; round++) {
      CompiledConstraint compiled = Grammar.gbnf(DANGLING).compile(WORDS);
      CompiledConstraint.State state = compiled.start();
      int open = 0; // calls that may still go on with "e"
      boolean complete = false;
      for (int i = 0; i < 200; i++) {
        assertThat(state.mayEnd()).isEqualTo(complete);
        TokenMask mask = new TokenMask(WORDS.size());
        state.fillMask(mask);
        for (String word : List.of("i", "x", "e", "ex", "exex", "xe", "ix", "iiii")) {
          assertThat(mask.contains(id(word)))
              .as("%s with %d open", word, open)
              .isEqualTo(reads(word, open, complete));
        }
        char next = complete ? 'e' : r.nextInt(3) < 2 ? 'i' : 'x';
        if (complete && open == 0) {
          assertThat(state.step((byte) 'e')).isNull();
          break;
        }
        open += next == 'i' ? 1 : next == 'e' ? -1 : 0;
        complete = next == 'x';
        state = state.step((byte) next);
        assertThat(state).isNotNull();
      }
    }
  }

  private static boolean reads(String word, int opened, boolean done) {
    int open = opened;
    boolean complete = done;
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      if (c == 'e' ? !complete || open-- == 0 : complete) {
        return false;
      }
      open += c == 'i' ? 1 : 0;
      complete = c == 'x';
    }
    return true;
  }

  private static int id(String word) {
    for (int id = 0; id < WORDS.size(); id++) {
      if (word.equals(new String(WORDS.bytes(id), StandardCharsets.UTF_8))) {
        return id;
      }
    }
    throw new IllegalArgumentException(word);
  }
}
