package dev.espalier.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.BudgetExceededException;
import dev.espalier.EspalierException;
import dev.espalier.Message;
import dev.espalier.ToolSpec;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JinjaTemplateTest {
  private static String render(String template, Map<String, Object> variables) {
    return JinjaTemplate.parse("t", template).render(variables, LocalDateTime::now);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '¦',
      quoteCharacter = '§',
      value = {
        // what the parser refuses
        "ab {{ 1 + }} ¦ 1 ¦ 11 ¦ expected an expression, found '}}'",
        "x~{{ a b }} ¦ 2 ¦ 6 ¦ expected '}}', found 'b'",
        "{% if a %} ¦ 1 ¦ 11 ¦ expected one of",
        "~~  {% endif %} ¦ 3 ¦ 6 ¦ no block is open",
        "{% for x in a %}{% endif %} ¦ 1 ¦ 20 ¦ unexpected 'endif'",
        "{% for x of a %}{% endfor %} ¦ 1 ¦ 10 ¦ expected 'in'",
        "{% for x in a recursive %}{% endfor %} ¦ 1 ¦ 15 ¦ recursive",
        "{% include 'x' %} ¦ 1 ¦ 4 ¦ may not load other templates",
        "{% import 'x' as y %} ¦ 1 ¦ 4 ¦ may not load other templates",
        "{% frobnicate %} ¦ 1 ¦ 4 ¦ unknown statement 'frobnicate'",
        "{% break %} ¦ 1 ¦ 4 ¦ outside a loop",
        "{{ a | frob }} ¦ 1 ¦ 8 ¦ unknown filter 'frob'",
        "{{ a is frob }} ¦ 1 ¦ 9 ¦ unknown test 'frob'",
        "{% macro m() %}{{ varargs }}{% endmacro %} ¦ 1 ¦ 19 ¦ name the parameters",
        "{{ f(*a) }} ¦ 1 ¦ 6 ¦ unpacked arguments",
        "{{ f(a=1, 2) }} ¦ 1 ¦ 11 ¦ positional argument",
        "{{ f(a=1, a=2) }} ¦ 1 ¦ 11 ¦ given twice",
        "{{ a[1:2:3:4] }} ¦ 1 ¦ 5 ¦ at most three parts",
        "{{ a[] }} ¦ 1 ¦ 5 ¦ expected an index",
        "{{ a ¦ 1 ¦ 1 ¦ not closed by '}}'",
        "x {# a ¦ 1 ¦ 3 ¦ not closed by '#}'",
        "{% raw %} x ¦ 1 ¦ 1 ¦ not closed by '{% endraw %}'",
        "{{ 'a }} ¦ 1 ¦ 4 ¦ the string is not closed",
        "{{ a ? b }} ¦ 1 ¦ 6 ¦ unexpected character '?'",
        "{% set in = 1 %} ¦ 1 ¦ 8 ¦ expected a variable's name",
        "{{ '\\N{DASH}' }} ¦ 1 ¦ 5 ¦ by character name",
        "{{ '\\u12' }} ¦ 1 ¦ 9 ¦ cut short",
        // what the renderer refuses
        "~{{ nope.x }} ¦ 2 ¦ 8 ¦ 'nope' is undefined",
        "{{ 1 + none }} ¦ 1 ¦ 6 ¦ between a int and a NoneType",
        "{{ 'a' < 1 }} ¦ 1 ¦ 8 ¦ '<' is not supported",
        "{{ 1 // 0 }} ¦ 1 ¦ 6 ¦ division by zero",
        "{{ [1].append(2) }} ¦ 1 ¦ 14 ¦ may not change values",
        "{{ 'a'.frob() }} ¦ 1 ¦ 12 ¦ has no member 'frob'",
        "{{ 3() }} ¦ 1 ¦ 5 ¦ cannot be called",
        "{{ 3 | length }} ¦ 1 ¦ 8 ¦ has no length",
        "{{ raise_exception('no!') }} ¦ 1 ¦ 19 ¦ refuses the chat: no!",
        "{% for x in 3 %}{% endfor %} ¦ 1 ¦ 4 ¦ cannot be iterated",
        "{% for a, b in [[1]] %}{% endfor %} ¦ 1 ¦ 4 ¦ cannot be assigned to 2 names",
        "{% set a = 1 %}{% set a.b = 2 %} ¦ 1 ¦ 23 ¦ is no namespace()",
        "{% macro m(a) %}{% endmacro %}{{ m(1, 2) }} ¦ 1 ¦ 35 ¦ at most 1 arguments",
        "{% macro m(a) %}{% endmacro %}{{ m(b=2) }} ¦ 1 ¦ 35 ¦ no parameter 'b'",
        "{{ 'a' % 1 }} ¦ 1 ¦ 8 ¦ join the parts with ~",
        "{{ nope | tojson }} ¦ 1 ¦ 11 ¦ cannot be written as JSON",
        "{{ {[1]: 2} }} ¦ 1 ¦ 4 ¦ cannot be the key of a dict",
        "{{ range(1000000) }} ¦ 1 ¦ 9 ¦ is refused",
        "{{ strftime_now('%Q') }} ¦ 1 ¦ 16 ¦ unknown directive '%Q'",
        "{{ [1] | join(frob=2) }} ¦ 1 ¦ 10 ¦ no argument 'frob'",
        "{{ [1] | map('frob') | list }} ¦ 1 ¦ 10 ¦ unknown filter 'frob'",
      })
  void failuresNameThePlaceAndTheReason(String template, int line, int column, String reason) {
    ChatTemplateException e =
        assertThrows(
            ChatTemplateException.class, () -> render(template.replace('~', '\n'), Map.of()));
    assertEquals(line + ":" + column, e.line() + ":" + e.column(), e.getMessage());
    assertTrue(String.valueOf(e.getMessage()).contains(reason), e.getMessage());
    assertTrue(String.valueOf(e.getMessage()).startsWith("t: line " + line), e.getMessage());
  }

  @ParameterizedTest
  @Timeout(60)
  @ValueSource(
      strings = {
        // steps
        "{% for a in range(9999) %}{% for b in range(9999) %}{{ b }}{% endfor %}{% endfor %}",
        "{% for a in range(99999) %}{% if 'x' in ('ab' * 4000000) %}{% endif %}{% endfor %}",
        "{% set l = range(90000) | list %}{% for a in l %}{% if -1 in l %}{% endif %}{% endfor %}",
        // text
        "{% set n = namespace(s='x') %}{% for a in range(60) %}{% set n.s = n.s ~ n.s %}{% endfor %}",
        "{% set n = namespace(s='x') %}{% for a in range(60) %}{% set n.s = n.s + n.s %}{% endfor %}",
        "{{ 'x' * 999999999 }}",
        "{% set s = 'x' * 9000 %}{{ s | replace('x', s) }}",
        "{{ ('x' * 9000).replace('', 'y' * 9000) }}",
        "{{ ('x' * 9000) | join('y' * 9000) }}",
        "{{ ('\n' * 90000) | indent(9000, true, true) }}",
        // depth
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
      })
  void hostileTemplatesRunIntoBudgets(String template) {
    assertThrows(BudgetExceededException.class, () -> render(template, Map.of()));
  }

  @Test
  @Timeout(60)
  void valuesThatShareTheirPartsDoNotExplode() {
    String grow =
        "{% set n = namespace(l=[1], m=[1]) %}{% for a in range(40) %}"
            + "{% set n.l = [n.l, n.l] %}{% set n.m = [n.m, n.m] %}{% endfor %}";
    for (String use :
        List.of("{{ n.l }}", "{{ n.l == n.m }}", "{{ n.l | tojson }}", "{{ n.l < n.m }}")) {
      assertThrows(ChatTemplateException.class, () -> render(grow + use, Map.of()), use);
    }
  }

  @Test
  void deepNestingIsRefused() {
    String parentheses = "{{ " + "(".repeat(5_000) + "1" + ")".repeat(5_000) + " }}";
    assertThrows(BudgetExceededException.class, () -> render(parentheses, Map.of()));
    String ifs = "{% if true %}".repeat(5_000) + "{% endif %}".repeat(5_000);
    assertThrows(BudgetExceededException.class, () -> render(ifs, Map.of()));
    String elifs = "{% if false %}" + "{% elif false %}".repeat(5_000) + "{% endif %}";
    assertThrows(BudgetExceededException.class, () -> render(elifs, Map.of()));
    String sum = "{{ 1" + " + 1".repeat(5_000) + " }}";
    assertThrows(BudgetExceededException.class, () -> render(sum, Map.of()));
    String lists = "{{ " + "[".repeat(5_000) + "]".repeat(5_000) + " }}";
    assertThrows(BudgetExceededException.class, () -> render(lists, Map.of()));
    String nots = "{{ " + "not ".repeat(5_000) + "1 }}";
    assertThrows(BudgetExceededException.class, () -> render(nots, Map.of()));
    String signs = "{{ " + "-".repeat(5_000) + "1 }}";
    assertThrows(BudgetExceededException.class, () -> render(signs, Map.of()));
    String targets = "{% set " + "(".repeat(5_000) + "a" + ")".repeat(5_000) + " = 1 %}";
    assertThrows(EspalierException.class, () -> render(targets, Map.of()));
  }

  @Test
  void whatATemplateGetsIsNotChangedByIt() {
    Map<String, Object> variables = Map.of("l", List.of(1, 2), "n", 3);
    assertEquals("[1, 2, 3]3", render("{% set l = l + [n] %}{{ l }}{{ n }}", variables));
    assertEquals("[1, 2]3", render("{{ l }}{{ n }}", variables));
  }

  @Test
  void aBrokenTemplateFailsWhenItIsUsed() {
    JinjaChatTemplate broken =
        JinjaChatTemplate.of(Map.of("default", "{{ a | frob }}"), Map.of(), "m");
    ChatTemplateException e =
        assertThrows(
            ChatTemplateException.class,
            () -> broken.render(List.of(), List.of(), false, Map.of()));
    assertTrue(String.valueOf(e.getMessage()).startsWith("m: chat template 'default'"));
    JinjaChatTemplate other = JinjaChatTemplate.of(Map.of("rag", "x"), Map.of(), "m");
    EspalierException none =
        assertThrows(
            EspalierException.class, () -> other.render(List.of(), List.of(), false, Map.of()));
    assertTrue(String.valueOf(none.getMessage()).contains("[rag]"));
  }

  @Test
  void argumentsAndParametersMustBeJson() {
    JinjaChatTemplate template = JinjaChatTemplate.of(Map.of("default", "x"), Map.of(), "m");
    Message call = Message.assistant("", List.of(new Message.ToolCall("c1", "f", "{\"a\": ")));
    assertThrows(
        EspalierException.class, () -> template.render(List.of(call), List.of(), true, Map.of()));
    ToolSpec tool = new ToolSpec("f", "", "");
    assertThrows(
        EspalierException.class, () -> template.render(List.of(), List.of(tool), true, Map.of()));
  }
}
