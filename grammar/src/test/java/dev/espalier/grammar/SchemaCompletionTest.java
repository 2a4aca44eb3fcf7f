package dev.espalier.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.CompiledConstraint;
import dev.espalier.CompiledConstraint.State;
import dev.espalier.TokenMask;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.RandomSchemas.Draft;
import dev.espalier.grammar.token.Vocabularies;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Ends of texts under schemas that ask for much, from wherever a walk has got to. */
class SchemaCompletionTest {
  // Without exponents and fractions, which the other validator reads in its own way.
  private static final Vocabulary TOKENS =
      Vocabularies.random(new Random(3), 600, "{\"k\":", "[1,2]", "\"t\":\"v1", "],[", "{}");

  private static String list(int n, IntFunction<String> part) {
    return IntStream.range(0, n).mapToObj(part).collect(Collectors.joining(",", "[", "]"));
  }

  static Stream<Arguments> schemas() {
    String unique = "'type':'array','uniqueItems':true";
    return Stream.of(
        Arguments.of(
            "one of 200 constants", "{'oneOf':" + list(200, i -> "{'const':'v" + i + "'}") + "}"),
        Arguments.of(
            "one of 200 objects by a constant",
            "{'type':'object','required':['k'],'oneOf':"
                + list(
                    200, i -> "{'properties':{'k':{'const':" + i + "},'t':{'minimum':" + i + "}}}")
                + "}"),
        Arguments.of(
            "500 different integers", "{" + unique + ",'minItems':500,'items':{'type':'integer'}}"),
        Arguments.of(
            "500 different strings in a member",
            "{'type':'object','required':['k'],'properties':{'k':{"
                + unique
                + ",'minItems':500,'items':{'type':'string','minLength':1}}}}"),
        Arguments.of(
            "all of 1,000 strings",
            "{"
                + unique
                + ",'minItems':1000,'items':{'enum':"
                + list(1_000, i -> "'v" + i + "'")
                + "}}"),
        Arguments.of(
            "all of 300 integers",
            "{" + unique + ",'minItems':300,'items':{'type':'integer','minimum':1,'maximum':300}}"),
        Arguments.of(
            "half of a hundred items are strings",
            "{'type':'array','minItems':100,'contains':{'type':'string'},'minContains':50}"),
        Arguments.of(
            "exactly half of a hundred integers are large",
            "{'type':'array','minItems':100,'maxItems':100,'items':{'type':'integer'},"
                + "'contains':{'minimum':20},'minContains':50,'maxContains':50}"),
        Arguments.of(
            "a third of them, and another third",
            "{'type':'array','minItems':30,'allOf':[{'contains':{'type':'string'},'minContains':10},"
                + "{'contains':{'type':'array'},'minContains':10}]}"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("schemas")
  void everyPlaceHasAnEnd(String name, String schema) {
    long seed = Long.getLong("seed", 5);
    Random r = new Random(seed);
    String text = schema.replace('\'', '"');
    CompiledConstraint c =
        JsonSchema.of(text).budgets(128, 1_000_000, Duration.ofSeconds(30)).compile(TOKENS);
    AnotherValidator other = new AnotherValidator(Draft.D2020);
    TokenMask mask = new TokenMask(TOKENS.size());
    for (int walk = 0; walk < Integer.getInteger("walks", 4); walk++) {
      State s = c.start();
      StringBuilder whole = new StringBuilder();
      for (int step = walk == 0 ? 0 : r.nextInt(40); step > 0 && !s.mayEnd(); step--) {
        mask.clear();
        s.fillMask(mask);
        int token = next(mask, r);
        if (token < 0) {
          break;
        }
        whole.append(text(token));
        s = Objects.requireNonNull(s.advance(token));
      }
      String begun = whole.toString();
      byte[] rest = s.completion();
      assertThat(rest).as("seed %d: a completion of %s", seed, begun).isNotNull();
      whole.append(new String(Objects.requireNonNull(rest), StandardCharsets.UTF_8));
      assertThat(other.valid(text, whole.toString())).as("seed %d: %s", seed, whole).isTrue();
      assertThat(c.check(whole.toString()).accepted()).as("seed %d: %s", seed, whole).isTrue();
    }
  }

  private static int next(TokenMask mask, Random r) {
    int token = r.nextInt(TOKENS.size());
    for (int i = 0; i < TOKENS.size(); i++) {
      token = (token + 1) % TOKENS.size();
      if (mask.contains(token)
          && text(token).chars().allMatch(b -> b < 0x80 && "eE.".indexOf(b) < 0)) {
        return token;
      }
    }
    return -1;
  }

  private static String text(int token) {
    return new String(TOKENS.bytes(token), StandardCharsets.ISO_8859_1);
  }
}
