package dev.espalier.grammar.cfg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.CompiledConstraint;
import dev.espalier.Constraint;
import dev.espalier.EspalierException;
import dev.espalier.TokenMask;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.Grammar;
import dev.espalier.grammar.JsonSchema;
import dev.espalier.grammar.NearestEnd;
import dev.espalier.grammar.token.Vocabularies;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompletionTest {
  private static final Vocabulary BYTES =
      Vocabularies.random(new Random(1), 300, "true", "{\"", "ab(");

  private static CompiledConstraint.State after(CompiledConstraint constraint, String text) {
    CompiledConstraint.State s = constraint.start();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      s = s.step(b);
      assertThat(s).as(text).isNotNull();
    }
    return s;
  }

  private static String completion(Grammar grammar, String text) {
    return NearestEnd.checked(after(grammar.compile(BYTES), text), text);
  }

  @Test
  void noWayToAnEndIsShorterAndOneIsAlwaysFound() {
    int open = 0;
    for (int seed = 0; seed < 1500; seed++) {
      Random r = new Random(seed);
      Map<String, Syntax> grammar = CompiledGrammarTest.randomGrammar(r);
      CompiledConstraint.State state;
      try {
        state = CompiledGrammar.of(grammar, "r0", CompiledGrammarTest.LETTERS).start();
      } catch (EspalierException e) {
        continue; // derives nothing
      }
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < 10 && state != null; i++) {
        String what = "seed " + seed + ", after " + text + ", " + grammar;
        int found = NearestEnd.exact(state, 3_000, what).length();
        open += found > 1 ? 1 : 0;
        char c = (char) ('a' + r.nextInt(3));
        for (int tries = 0; tries < 4 && state.step((byte) c) == null; tries++) {
          c = (char) ('a' + r.nextInt(3));
        }
        text.append(c);
        state = state.step((byte) c);
      }
    }
    assertThat(open).isGreaterThan(500);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '¦',
      quoteCharacter = '`',
      value = {
        // grammar, text, completion
        "root ::= \"(\" root \")\" | \"x\"¦(((¦x)))",
        "root ::= e⏎e ::= e \"+\" t | t⏎t ::= \"(\" e \")\" | [0-9]+¦(1+(2+¦0))",
        "root ::= a⏎a ::= a b | \"x\"⏎b ::= \"y\"?¦``¦x", // left recursion at no cost
        "root ::= (\"ab\" | \"c\" root){3}¦ab¦abab",
        "root ::= \"a\"{1000}¦aaa¦*", // a thousand less three
        "root ::= s⏎s ::= \"é\" s \"ü\" | \"\"¦éé¦üü",
      })
  void closesWhatIsOpen(String grammar, String text, String expected) {
    String found = completion(Grammar.gbnf(grammar.replace('⏎', '\n')), text);
    assertThat(found).isEqualTo(expected.equals("*") ? "a".repeat(997) : expected);
  }

  @Test
  void aDeepStackIsClosedLinearly() {
    CompiledConstraint c =
        Grammar.gbnf("root ::= \"(\" root \")\" | \"[\" root \"]\" | \"x\"").compile(BYTES);
    String open = "([[".repeat(5_000);
    String closed = NearestEnd.checked(after(c, open), "deep");
    assertThat(closed).isEqualTo("x" + "]])".repeat(5_000));
  }

  @Test
  void aSchemaInsideKnowsItsOwnWay() {
    String schema =
        """
        {"type": "object", "properties": {"city": {"type": "string"}, "more": {}}, "required": ["city"]}\
        """;
    Grammar call =
        Grammar.seq(
            Grammar.literal("<call>"),
            Grammar.jsonSchema(JsonSchema.of(schema)),
            Grammar.literal("</call>"));
    assertThat(completion(call, "<ca")).isEqualTo("ll>{\"city\":\"\"}</call>");
    assertThat(completion(call, "<call>{\"city\":\"O\",\"more\":[[{\"b\":\"x"))
        .isEqualTo("\"}]]}</call>");
    assertThat(completion(call, "<call>{\"city\":\"Oslo\"}</")).isEqualTo("call>");
  }

  /** Reads an s, and thinks about its end for as long as it is told to. */
  private record Slow(CountDownLatch asked, CountDownLatch goOn, AtomicBoolean waited)
      implements Constraint {
    @Override
    public CompiledConstraint compile(Vocabulary vocabulary) {
      return new CompiledConstraint() {
        @Override
        public Vocabulary vocabulary() {
          return vocabulary;
        }

        @Override
        public State start() {
          return new Place(Slow.this, false);
        }
      };
    }

    private record Place(Slow of, boolean mayEnd) implements CompiledConstraint.State {
      @Override
      public CompiledConstraint.@Nullable State step(byte b) {
        return b == 's' && !mayEnd ? new Place(of, true) : null;
      }

      @Override
      public CompiledConstraint.@Nullable State advance(int token) {
        throw new UnsupportedOperationException("a grammar reads bytes");
      }

      @Override
      public void fillMask(TokenMask mask) {
        throw new UnsupportedOperationException("a grammar reads bytes");
      }

      @Override
      public byte[] completion() {
        of.asked.countDown();
        try {
          of.waited.set(of.goOn.await(30, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
        return new byte[] {'s'};
      }
    }
  }

  @Test
  void whoLooksForAnEndHoldsUpNobodyElse() throws Exception {
    Slow slow = new Slow(new CountDownLatch(1), new CountDownLatch(1), new AtomicBoolean());
    CompiledConstraint c =
        Grammar.seq(
                Grammar.literal("x"),
                Grammar.constraint(slow, "slow"),
                Grammar.repeat(Grammar.literal("y")))
            .compile(BYTES);
    CompiledConstraint.State x = after(c, "x");
    CompletableFuture<byte[]> end = CompletableFuture.supplyAsync(x::completion);
    slow.asked.await();
    assertThat(after(c, "xsyy").mayEnd()).isTrue(); // by states that nobody has been in
    slow.goOn.countDown();
    assertThat(end.get()).containsExactly('s');
    assertThat(slow.waited).isTrue();
  }
}
