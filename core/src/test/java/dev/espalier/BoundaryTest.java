package dev.espalier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Where one text is cut into tokens and another goes on: healed prompts and forced bytes. */
class BoundaryTest {
  private static final String[] TEXTS = {
    "a", "b", "c", "ab", "abc", "bca", "cc", "é", "\u00C3", "order", "Id", "Name", "orderId", "or"
  };
  private final ToyLm model = ToyLm.of(TEXTS);

  @AfterEach
  void everythingIsClosed() {
    model.assertNothingOpen();
  }

  private static int id(String text) {
    return Arrays.asList(TEXTS).indexOf(text) + 2;
  }

  @Test
  void openTokensAreThoseALongerTokenMightReplace() {
    Random random = new Random(31);
    for (int round = 0; round < 300; round++) {
      String[] texts = new String[8];
      for (int i = 0; i < texts.length; i++) {
        StringBuilder text = new StringBuilder();
        for (int n = 1 + random.nextInt(4); n > 0; n--) {
          text.append((char) ('a' + random.nextInt(2)));
        }
        texts[i] = text.toString();
      }
      Vocabulary vocabulary = ToyLm.vocabulary(texts);
      int[] tokens = random.ints(5, 2, texts.length + 2).toArray();
      int expected = 0;
      for (int k = 1; k <= 4; k++) {
        String end = vocabulary.decode(Arrays.copyOfRange(tokens, 5 - k, 5));
        if (Arrays.stream(texts).anyMatch(t -> t.startsWith(end) && !t.equals(end))) {
          expected = k;
        }
      }
      assertThat(vocabulary.byText().open(tokens, 4)).isEqualTo(expected);
    }
  }

  /** Every token sequence that spells a text, by trial. */
  private static List<List<Integer>> spellings(String text) {
    if (text.isEmpty()) {
      return List.of(List.of());
    }
    List<List<Integer>> all = new ArrayList<>();
    for (String token : TEXTS) {
      if (text.startsWith(token)) {
        for (List<Integer> rest : spellings(text.substring(token.length()))) {
          List<Integer> spelling = new ArrayList<>(List.of(id(token)));
          spelling.addAll(rest);
          all.add(spelling);
        }
      }
    }
    return all;
  }

  @Test
  void theTailsMaskHoldsWhatSpellsItOrReachesIntoTheAnswer() {
    Vocabulary vocabulary = model.vocabulary();
    CompiledConstraint.State after = TextSet.of("caab", "c").compile(vocabulary).start();
    for (String tail : List.of("ab", "b", "or", "abab", "é")) {
      for (CompiledConstraint.State inner : Arrays.asList(after, null)) {
        CompiledConstraint.State state =
            new PromptTail(vocabulary, tail.getBytes(StandardCharsets.UTF_8), inner);
        TokenMask mask = new TokenMask(vocabulary.size());
        state.fillMask(mask);
        assertThat(state.completion())
            .isEqualTo((inner == null ? tail : tail + "c").getBytes(StandardCharsets.UTF_8));
        for (int token = 0; token < vocabulary.size(); token++) {
          String text = vocabulary.isText(token) ? vocabulary.decode(token) : "?";
          boolean reaches = text.startsWith(tail);
          String beyond = reaches ? text.substring(tail.length()) : "";
          boolean allowed =
              tail.startsWith(text) || (reaches && (inner == null || "caab".startsWith(beyond)));
          assertThat(mask.contains(token)).as("%s after %s", text, tail).isEqualTo(allowed);
          assertThat(state.allows(token)).isEqualTo(allowed);
        }
      }
    }
  }

  @Test
  void aHealedPromptIsSpelledAnewAndLeftOutOfTheText() {
    // "cab" is c, ab; "abc" begins like its end, so the last token is taken off.
    Sampler sampler =
        Sampler.builder(model).draw(Draw.greedy()).tokenHealing(true).maxTokens(12).build();
    Generation g = sampler.generate(Prompt.text("cab"));
    assertThat(g.usage().promptTokens()).isEqualTo(1);
    String spelled = model.vocabulary().decode(g.tokens());
    assertThat(spelled).isEqualTo("ab" + g.text());
    // The plain loop: the best token among those that keep to the tail, until the tail is spelled.
    List<Integer> context = new ArrayList<>(List.of(id("c")));
    String left = "ab";
    for (int token : g.tokens()) {
      float[] logits = model.logitsAfter(context);
      int best = -1;
      for (int id = 0; id < model.vocabulary().size(); id++) {
        String text = model.vocabulary().isText(id) ? model.vocabulary().decode(id) : "";
        boolean allowed =
            left.isEmpty()
                ? id == ToyLm.END || !text.isEmpty()
                : !text.isEmpty() && (left.startsWith(text) || text.startsWith(left));
        best = allowed && (best < 0 || logits[id] > logits[best]) ? id : best;
      }
      assertThat(token).isEqualTo(best);
      context.add(token);
      String text = model.vocabulary().decode(token);
      left = left.length() > text.length() ? left.substring(text.length()) : "";
    }
    // Nothing begins like the end of "cc", and chats and ids are left alone.
    assertThat(sampler.generate(Prompt.text("acc")).usage().promptTokens()).isEqualTo(2);
    assertThat(sampler.generate(Prompt.tokens(4, id("ab"))).usage().promptTokens()).isEqualTo(2);
  }

  @Test
  void aHealedPromptMeetsTheConstraintInsideAToken() {
    int across = 0;
    for (int seed = 0; seed < 40; seed++) {
      StringBuilder streamed = new StringBuilder();
      Generation g =
          Sampler.builder(model)
              .constraint(TextSet.of("ca", "caab"))
              .tokenHealing(true)
              .seed(seed)
              .build()
              .generate(Prompt.text("cab"), streamed::append);
      assertThat(g.text()).isIn("ca", "caab").isEqualTo(streamed.toString());
      assertThat(g.constraintSatisfied()).isTrue();
      across += g.tokens()[0] == id("abc") ? 1 : 0;
      assertThat(spellings("ab" + g.text())).contains(Arrays.stream(g.tokens()).boxed().toList());
    }
    assertThat(across).isPositive();
  }

  @Test
  void guidanceIsHealedWithTheModelOrRefused() {
    Guidance same = contrast(p -> p);
    Sampler.Builder builder =
        Sampler.builder(model).draw(Draw.greedy()).tokenHealing(true).maxTokens(5);
    Prompt prompt = Prompt.text("cab");
    assertThat(builder.guidance(same).build().generate(prompt).tokens())
        .isEqualTo(
            Sampler.builder(model)
                .draw(Draw.greedy())
                .tokenHealing(true)
                .maxTokens(5)
                .build()
                .generate(prompt)
                .tokens());
    Sampler other = builder.guidance(contrast(p -> Prompt.text("cc"))).build();
    assertThatThrownBy(() -> other.generate(prompt))
        .isInstanceOf(EspalierException.class)
        .hasMessageContaining("healing");
  }

  private Guidance contrast(java.util.function.Function<Prompt, Prompt> prompt) {
    return new Guidance() {
      @Override
      public List<Companion> companions() {
        return List.of(new Companion(model, prompt::apply));
      }

      @Override
      public State open() {
        return new State() {
          @Override
          public LogitsRow combine(LogitsRow own, List<LogitsRow> others) {
            return own;
          }

          @Override
          public State fork() {
            return this;
          }
        };
      }
    };
  }

  private int[] canonical(String forced, boolean thenEnd, String before) {
    return new CompiledConstraint.ForcedRun(forced.getBytes(StandardCharsets.UTF_8), thenEnd)
        .tokens(model.tokenizer(), model.vocabulary(), before);
  }

  @Test
  void forcedBytesAreSpelledAsFarAsNothingLongerMayCome() {
    assertThat(canonical("cab", true, "")).containsExactly(id("c"), id("ab"));
    assertThat(canonical("cab", false, "")).containsExactly(id("c"));
    assertThat(canonical("order", false, "")).isEmpty();
    assertThat(canonical("orderId", false, "cc")).containsExactly(id("orderId"));
    // A token of what came before reaches into the run: "b" then "ca" would be one token.
    assertThat(canonical("cab", true, "b")).isEmpty();
    byte[] half = {'c', 'c', (byte) 0xC3};
    assertThat(
            new CompiledConstraint.ForcedRun(half, false)
                .tokens(model.tokenizer(), model.vocabulary(), ""))
        .containsExactly(id("cc"));
  }

  @Test
  void committedBytesAreCountedAndGiveTheSameText() {
    boolean differs = false;
    for (int seed = 0; seed < 30; seed++) {
      Sampler.Builder builder =
          Sampler.builder(model).constraint(TextSet.of("abcccabab", "abcccabcc")).seed(seed);
      Generation drawn = builder.build().generate(Prompt.tokens(3));
      Generation committed = builder.commitForcedBytes(true).build().generate(Prompt.tokens(3));
      assertThat(committed.constraintSatisfied()).isTrue();
      assertThat(committed.lossless()).isFalse();
      assertThat(drawn.lossless()).isTrue();
      assertThat(committed.usage().committedTokens()).isPositive();
      assertThat(Arrays.copyOf(committed.tokens(), 2)).containsExactly(id("abc"), id("cc"));
      assertThat(committed.logProb()).isNotNaN();
      differs |= drawn.tokens()[0] != id("abc");
    }
    assertThat(differs).as("drawing spells otherwise now and then").isTrue();
  }

  @Test
  void aTextAtItsLimitIsClosedOnRequest() {
    int closed = 0;
    for (int seed = 0; seed < 40; seed++) {
      Sampler.Builder builder =
          Sampler.builder(model)
              .constraint(TextSet.of("bcabccéabcab", "aabbcabcab", "ab"))
              .maxTokens(2)
              .seed(seed);
      Generation cut = builder.build().generate(Prompt.tokens(3));
      Generation g = builder.closeAtLimit(true).build().generate(Prompt.tokens(3));
      assertThat(g.constraintSatisfied()).isTrue();
      assertThat(Arrays.copyOf(g.tokens(), Math.min(2, cut.tokens().length)))
          .isEqualTo(cut.tokens());
      if (!cut.constraintSatisfied()) {
        closed++;
        assertThat(cut.finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(g.finishReason()).isEqualTo(FinishReason.CLOSED);
        assertThat(g.text()).startsWith(cut.text()).isIn("bcabccéabcab", "aabbcabcab", "ab");
        assertThat(g.lossless()).isFalse();
        assertThat(g.logProb()).isNotNaN();
        assertThat(g.usage().committedTokens()).isEqualTo(g.tokens().length - 2);
      } else {
        assertThat(g.finishReason()).isEqualTo(cut.finishReason());
      }
    }
    assertThat(closed).isPositive();
  }

  @Test
  void theLongestTokensSpellWhatTheTokenizerDoesNot() {
    TokensByText tokens = model.vocabulary().byText();
    byte[] text = "orderIdabcab".getBytes(StandardCharsets.UTF_8);
    assertThat(tokens.spell(text)).containsExactly(id("orderId"), id("abc"), id("ab"));
    assertThat(tokens.spell(new byte[] {'a', 'x'})).isNull();
  }
}
