package dev.espalier.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.CompiledConstraint;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.token.Vocabularies;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the official suite does not say about formats. */
class FormatsTest {
  private static final Vocabulary BYTES = Vocabularies.random(new Random(1), 300, "a1");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          date                  | 2024-02-29 2000-02-29 0000-01-31 | 1900-02-29 2023-02-29 2024-00-10 2024-1-1
          time                  | 12:00:00Z 23:59:60Z 00:29:60+00:30 12:00:00.123456789012Z | 12:00:60Z 24:00:00Z 12:00Z
          duration              | P1Y PT1H30M P0D P3W P12345678901D | P P1H PT P1W1D
          ipv6                  | :: ::1 1:2:3:4:5:6:7:8 ::ffff:1.2.3.4 1::8 | 1:2:3:4:5:6:7 ::1:: 1:2:3:4:5:6:7:8:9 g::
          hostname              | a a-b.c a--b | -a a- ab--c xn--a a..b
          email                 | a@b "a.b"@c a.b@[1.2.3.4] | a@b. .a@b a@-b
          uri                   | a:b http://[::1]/x urn:a:b?c#d | //a a a:^ http://[::1
          uri-reference         | a //b/c #d ./a:b | 1:a a%2
          iri                   | http://é/ü?\uE000 | é http://a/\uE000
          uri-template          | {a,b*,c:3}/x {+p} | {a {} {a,,b}
          json-pointer          | /a/~0~1 / | a /~2 /a~
          relative-json-pointer | 0 1/a 10# | 01 -1 /a 1##
          regex                 | a (?<n>x) (a(b(c(d(e))))) ^(?:[a-z]{2,3})+$ \\d\\p{Lu} (?=a)b | ( (?<n>x)(?<n>y) (?<1>x) [z-a] a{3,2} \\a \\1 *
          uuid                  | 01234567-89ab-cdef-0123-456789ABCDEF | 01234567-89ab-cdef-0123
          """)
  void holdsForTheseAndNotForThose(String format, String valid, String invalid) {
    CompiledConstraint c =
        JsonSchema.of("{\"type\":\"string\",\"format\":\"" + format + "\"}").compile(BYTES);
    for (String s : List.of(valid.split(" "))) {
      assertThat(c.check(quoted(s)).accepted()).as("%s is a %s", s, format).isTrue();
    }
    for (String s : List.of(invalid.split(" "))) {
      assertThat(c.check(quoted(s)).accepted()).as("%s is no %s", s, format).isFalse();
    }
  }

  private static String quoted(String s) {
    return '"' + s.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
