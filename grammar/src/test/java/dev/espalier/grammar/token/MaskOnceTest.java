package dev.espalier.grammar.token;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.CompiledConstraint;
import dev.espalier.TokenMask;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.Grammar;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** The mask of a lexeme is made once for a vocabulary, however many states and threads ask. */
class MaskOnceTest {
  private static final int THREADS = 6;
  private static final String TEXT = "let ab = cab(abba, \"a b\") ; let c = ab ;";

  private static final String STATEMENTS =
      """
      root ::= (stmt ";" ws)+
      stmt ::= "let " name ws "=" ws expr ws
      expr ::= name ("(" ws expr ("," ws expr)* ")")? | "\\"" [^"]* "\\""
      name ::= [a-c]+
      ws ::= [ \\n]*
      """;

  // Other rules, in which the same remains to be read at many places.
  private static final String CALLS =
      """
      root ::= (("let " name | call) ws ("=" ws call ws)? ";" ws)+
      call ::= name ("(" ws (call | "\\"" [^"]* "\\"") ("," ws (call | "\\"" [^"]* "\\""))* ")")?
      name ::= [a-c]+
      ws ::= [ \\n]*
      """;

  /** All short texts over some characters, so that there are wide lexemes; new for every caller. */
  private static Vocabulary vocabulary() {
    List<String> all = new ArrayList<>(Vocabularies.texts(5, "abc"));
    Vocabularies.texts(3, "abc").forEach(s -> all.add(" " + s));
    all.addAll(List.of("(", ")", ",", ";", "=", "\"", " ", "let ", " = ", "e", "l", "t"));
    return Vocabularies.ofTexts(all);
  }

  private static int read(CompiledConstraint compiled) {
    CompiledConstraint.State state = compiled.start();
    TokenMask mask = new TokenMask(compiled.vocabulary().size());
    int states = 0;
    for (byte b : TEXT.getBytes(StandardCharsets.UTF_8)) {
      mask.clear();
      state.fillMask(mask);
      state = state.step(b);
      assertThat(state).as("byte " + states + " of the text").isNotNull();
      states++;
    }
    return states;
  }

  @Test
  void otherStatesAndOtherGrammarsMakeNoneAgain() {
    Vocabulary vocabulary = vocabulary();
    TokenTables tables = TokenTables.of(vocabulary);
    read(Grammar.gbnf(STATEMENTS).compile(vocabulary));
    int made = tables.masksMade();
    assertThat(made).isPositive();

    read(Grammar.gbnf(STATEMENTS).compile(vocabulary));
    assertThat(tables.masksMade()).as("the grammar compiled again").isEqualTo(made);

    read(Grammar.gbnf(CALLS).compile(vocabulary));
    int both = tables.masksMade();
    TokenTables.of(vocabulary).clear();
    read(Grammar.gbnf(CALLS).compile(vocabulary));
    int alone = tables.masksMade() - both;
    assertThat(both - made).as("after the other grammar").isLessThan(alone);
  }

  @Test
  void threadsThatAskAtOnceMakeNoneTwice() throws Exception {
    Vocabulary alone = vocabulary();
    read(Grammar.gbnf(STATEMENTS).compile(alone));
    int once = TokenTables.of(alone).masksMade();
    ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    try {
      for (int round = 0; round < 20; round++) {
        Vocabulary shared = vocabulary();
        TokenTables tables = TokenTables.of(shared);
        CyclicBarrier ready = new CyclicBarrier(THREADS);
        Callable<Integer> reader =
            () -> {
              CompiledConstraint compiled = Grammar.gbnf(STATEMENTS).compile(shared);
              ready.await();
              return read(compiled);
            };
        List<Future<Integer>> readers = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
          readers.add(pool.submit(reader));
        }
        for (Future<Integer> r : readers) {
          assertThat(r.get()).isEqualTo(TEXT.length());
        }
        assertThat(tables.masksMade()).as("round %d", round).isEqualTo(once);
      }
    } finally {
      pool.shutdown();
    }
  }
}
