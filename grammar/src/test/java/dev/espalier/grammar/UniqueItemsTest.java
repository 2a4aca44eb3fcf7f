package dev.espalier.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CompiledConstraint;
import dev.espalier.CompiledConstraint.State;
import dev.espalier.TokenMask;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.token.Vocabularies;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Few values and many items: every walk through the masks must find its way out. */
class UniqueItemsTest {
  private static final Vocabulary BYTES =
      Vocabularies.random(
          new Random(5),
          700,
          "[1,2,3]",
          "true,false,",
          "\"a\",\"b\",\"c\"",
          "{\"k\":",
          "[],[true]");

  private static CompiledConstraint compile(String schema) {
    return JsonSchema.of(schema.replace('\'', '"')).anyOrder().compile(BYTES);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'items':{'enum':['a','b','c']},'minItems':3}",
        "{'items':{'enum':['a','ab','abc',1,1.5,10,null,{'a':1},{'a':2},[1],[1,2]]},'minItems':11}",
        "{'prefixItems':[{'enum':[1,2]},{'const':1}],'minItems':2}",
        "{'prefixItems':[{'enum':[1,2,3]},{'enum':[1,2]},{'const':1}],'minItems':3}",
        "{'items':{'type':'boolean'},'minItems':2}",
        "{'items':{'type':'object','properties':{'k':{'type':'boolean'}},'required':['k'],"
            + "'additionalProperties':false},'maxItems':2}",
        "{'items':{'type':'object','properties':{'k':{'enum':[1,2]},'l':{'enum':[1,2]}},"
            + "'required':['k','l'],'additionalProperties':false}}",
        "{'items':{'type':'array','items':{'type':'boolean'},'maxItems':1}}",
        "{'items':{'type':'integer','minimum':1,'maximum':4},'minItems':4}",
        "{'items':{'type':['integer','string'],'minimum':1,'maximum':2,'maxLength':0},'minItems':3}",
        "{'items':{'type':'string','pattern':'^[ab]{1,2}$'},'minItems':6}",
        "{'items':{'type':'array','uniqueItems':true,'items':{'enum':[1,2]}},'minItems':2}",
        "{'items':{'enum':[1,2,3]},'contains':{'enum':[1,2]},'minContains':2}",
        "{'items':{'anyOf':[{'type':'string','pattern':'^x'},{'const':[]}]},'maxItems':4}",
      })
  void noWalkEndsInADeadEnd(String schema) {
    String text = "{'type':'array','uniqueItems':true," + schema.substring(1);
    CompiledConstraint c = compile(text);
    Random r = new Random(schema.hashCode());
    int finished = 0;
    for (int walk = 0; walk < 8; walk++) {
      State s = c.start();
      StringBuilder made = new StringBuilder();
      for (int step = 0; step < 80; step++) {
        TokenMask mask = new TokenMask(BYTES.size());
        s.fillMask(mask);
        List<Integer> allowed = new ArrayList<>();
        for (int id = 0; id < BYTES.size(); id++) {
          boolean steps = BYTES.isText(id) && s.advance(id) != null;
          assertThat(mask.contains(id))
              .as("%s after %s, %s", text, made, BYTES.describe(id))
              .isEqualTo(steps);
          if (steps) {
            allowed.add(id);
          }
        }
        if (s.mayEnd()) {
          finished++;
          break;
        }
        assertThat(allowed).as("dead end: %s after %s", text, made).isNotEmpty();
        int token = allowed.get(r.nextInt(allowed.size()));
        made.append(new String(BYTES.bytes(token), java.nio.charset.StandardCharsets.UTF_8));
        s = java.util.Objects.requireNonNull(s.advance(token));
      }
    }
    assertThat(finished).isGreaterThan(2);
  }

  @Test
  void valuesCompareAsJsonDoes() {
    CompiledConstraint c = compile("{'type':'array','uniqueItems':true}");
    for (String equal :
        List.of(
            "[1,1.0]",
            "[100,1e2]",
            "[0,-0]",
            "[\"a\",\"\\u0061\"]",
            "[{\"a\":1,\"b\":[2]},{\"b\":[2.0],\"a\":1}]",
            "[[],[1],[]]",
            "[null,{},null]")) {
      assertThat(c.check(equal).accepted()).as(equal).isFalse();
    }
    for (String different :
        List.of("[1,\"1\",true,[1],{\"a\":1}]", "[0,false,null,\"\",[],{}]", "[[1,2],[2,1]]")) {
      assertThat(c.check(different).accepted()).as(different).isTrue();
    }
  }

  @Test
  void tooFewValuesAreAnError() {
    for (String schema :
        List.of(
            "{'type':'array','uniqueItems':true,'items':{'type':'boolean'},'minItems':3}",
            "{'type':'array','uniqueItems':true,'prefixItems':[{'const':1},{'const':1}],'minItems':2}",
            "{'type':'array','uniqueItems':true,'items':{'minimum':1,'maximum':3,'type':'integer'},'minItems':4}")) {
      assertThatThrownBy(() -> compile(schema)).isInstanceOf(SchemaException.class);
    }
  }

  @Test
  void repetitionCanBeAskedForToo() {
    CompiledConstraint c =
        compile(
            "{'type':'array','not':{'uniqueItems':true},'prefixItems':[{'const':1},{'enum':[1,2]}],'items':false}");
    assertThat(c.check("[1,1]").accepted()).isTrue();
    assertThat(c.check("[1,2").verdict()).isEqualTo(CompiledConstraint.Check.Verdict.REFUSED);
  }
}
