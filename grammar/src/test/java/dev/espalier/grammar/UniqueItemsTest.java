package dev.espalier.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CompiledConstraint;
import dev.espalier.CompiledConstraint.State;
import dev.espalier.TokenMask;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.token.Vocabularies;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
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
        "{'items':{'enum':['a','b','c','ab','ac','abc','aba','ba','bab','ca','cab','cb','cc','[]',"
            + "'[1','tr','true','k','k:','},']},'minItems':3,'maxItems':20}",
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
            "[{\"\\ud83d\\ude00\":1},{\"😀\":1}]",
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
    // No single flat item is the way out: two equal ones are.
    CompiledConstraint either =
        compile("{'not':{'uniqueItems':true,'items':{'additionalProperties':false}}}");
    assertThat(either.start().completion()).isEqualTo("[0,0]".getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'type':'array','items':{'minItems':2},'contains':{'type':'array','uniqueItems':true}}",
        "{'type':'array','uniqueItems':true,'contains':{'enum':[0,[0]]},'minContains':2}",
        "{'type':'array','minItems':1,'items':{'type':'array','uniqueItems':true,"
            + "'contains':{'enum':[[1],{'a':1},0]},'minContains':3}}",
        "{'type':'array','uniqueItems':true,'prefixItems':[{'type':'null'},true,true,true,true,true,"
            + "{'const':'a'}],'contains':{'type':'object','required':['a']},'minContains':3}",
        "{'type':'object','required':['a'],'properties':{'a':{'type':'array','uniqueItems':true,"
            + "'minItems':5,'contains':{'type':'integer'},'minContains':2,'maxContains':3}}}",
        "{'$defs':{'t':{'type':'array','uniqueItems':true,'items':{'$ref':'#/$defs/t'},"
            + "'contains':{'minItems':1},'minContains':0,'maxContains':2}},'$ref':'#/$defs/t','minItems':3}"
      })
  void whatIsContainedIsFoundAmongTheWaysOut(String schema) {
    CompiledConstraint c = compile(schema);
    byte[] text = c.start().completion();
    assertThat(text).as(schema).isNotNull();
    String made = new String(java.util.Objects.requireNonNull(text), StandardCharsets.UTF_8);
    assertThat(c.check(made).accepted()).as(made).isTrue();
  }

  // ---- beside contains, against all arrays there are

  private static final List<String> VALUES =
      List.of("1", "2", "3", "\"a\"", "[1]", "{\"k\":1}", "{\"k\":2}", "null");
  private static final List<String> OTHERS = List.of("7", "8", "9", "\"b\"", "[7]");
  private static final int LONGEST = 5; // with fewer values than there are others

  /** An array's schema, and the rules once more for those who list all arrays. */
  private record Rules(
      List<String> items, boolean open, Set<String> some, int min, int max, int least, int most) {
    static Rules random(Random r) {
      int min = r.nextInt(4);
      int least = r.nextInt(3);
      return new Rules(
          someOf(r),
          r.nextInt(3) == 0,
          Set.copyOf(someOf(r)),
          min,
          Math.min(LONGEST, min + r.nextInt(3)),
          least,
          least + r.nextInt(3));
    }

    private static List<String> someOf(Random r) {
      List<String> some = VALUES.stream().filter(v -> r.nextBoolean()).toList();
      return some.isEmpty() ? VALUES.subList(0, 1) : some;
    }

    String schema() {
      return "{'type':'array','uniqueItems':true,'minItems':%d,'maxItems':%d,%s'contains':{'enum':[%s]},'minContains':%d,'maxContains':%d}"
          .formatted(
              min,
              max,
              open ? "" : "'items':{'enum':[" + String.join(",", items) + "]},",
              String.join(",", some),
              least,
              most);
    }

    boolean holds(List<String> array) {
      long contained = array.stream().filter(some::contains).count();
      return array.size() >= min && array.size() <= max && contained >= least && contained <= most;
    }

    /** Every array and whether it, or one that goes on from it, is valid; its text to that. */
    Map<String, Boolean> prefixes() {
      List<String> all = new ArrayList<>(open ? VALUES : items);
      all.addAll(open ? OTHERS : List.of());
      Map<String, Boolean> out = new TreeMap<>();
      add(new ArrayList<>(), all, out);
      return out;
    }

    private boolean add(List<String> array, List<String> all, Map<String, Boolean> out) {
      boolean goesOn = false;
      for (String value : array.size() < max ? all : List.<String>of()) {
        if (!array.contains(value)) {
          array.add(value);
          goesOn |= add(array, all, out);
          array.remove(array.size() - 1);
        }
      }
      String text = "[" + String.join(",", array);
      out.put(text + "]", holds(array));
      if (!array.isEmpty()) {
        out.put(text + ",", goesOn);
      }
      return goesOn || holds(array);
    }
  }

  @Test
  void containedItemsAreCountedExactly() {
    long seed = 11;
    Random r = new Random(seed);
    int judged = 0;
    for (int n = 0; n < 80; n++) {
      Rules rules = Rules.random(r);
      Map<String, Boolean> prefixes = rules.prefixes();
      if (!prefixes.containsValue(true)) {
        assertThatThrownBy(() -> compile(rules.schema()))
            .as("%s, seed %d", rules.schema(), seed)
            .isInstanceOf(SchemaException.class);
        continue;
      }
      CompiledConstraint c = compile(rules.schema());
      List<String> texts = new ArrayList<>(prefixes.keySet());
      Collections.shuffle(texts, r);
      for (String text : texts.subList(0, Math.min(600, texts.size()))) {
        boolean taken = c.check(text).verdict() != CompiledConstraint.Check.Verdict.REFUSED;
        assertThat(taken)
            .as("%s in %s, seed %d", text, rules.schema(), seed)
            .isEqualTo(prefixes.get(text));
        judged++;
      }
    }
    System.out.println(judged + " beginnings of arrays judged, seed " + seed);
    assertThat(judged).isGreaterThan(5000);
  }
}
