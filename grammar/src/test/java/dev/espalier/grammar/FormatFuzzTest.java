package dev.espalier.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.CompiledConstraint;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.token.Vocabularies;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Valid texts of every format with a few things changed, against {@link FormatOracles}. {@code
 * -Dtexts=100000} sets how many of each format.
 */
class FormatFuzzTest {
  private static final Vocabulary BYTES = Vocabularies.random(new Random(1), 300, "a1");

  /** What is left out on purpose, as {@code docs/json-schema.md} says: valid texts of these. */
  private static final Map<String, Predicate<String>> LEFT_OUT =
      Map.of(
          "idn-email",
          s -> rightToLeft(s) || longer(s.substring(s.lastIndexOf('@') + 1)),
          "idn-hostname",
          FormatFuzzTest::longer,
          "regex",
          s -> {
            EcmaRegex r = new EcmaRegex(s);
            return r.valid() && (r.depth > 5 || r.namedGroups > 1 || r.unusual);
          });

  private static boolean longer(String name) {
    return name.length() > 50
        || List.of(name.split("[.\u3002\uFF0E\uFF61]", -1)).stream().anyMatch(l -> l.length() > 11);
  }

  private static boolean rightToLeft(String s) {
    return s.codePoints()
        .anyMatch(
            c -> {
              byte d = Character.getDirectionality(c);
              return d == Character.DIRECTIONALITY_RIGHT_TO_LEFT
                  || d == Character.DIRECTIONALITY_RIGHT_TO_LEFT_ARABIC
                  || d == Character.DIRECTIONALITY_ARABIC_NUMBER;
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          date                  | 2024-02-29 1900-02-28 2000-02-29 0000-12-31 9999-06-30 | 0123456789-/T\u0660
          time                  | 12:00:00Z 23:59:60Z 00:29:60+00:30 08:30:06.28z 01:02:03-23:59 15:59:60-08:00 | 0123456789:.+-zZ, \u0660
          date-time             | 2024-02-29T12:00:00Z 1998-12-31t23:59:60z 1990-12-31T15:59:60.1-08:00 2023-04-30T23:00:00+14:00 | 0123456789:.+-zZtT\u0660
          duration              | P1Y2M3D PT4H5M6S P7W P1DT1S P12M PT36H P0D P1Y2M10DT2H30M | 0123PYMDTHSW.,-
          ipv4                  | 127.0.0.1 0.0.0.0 255.255.255.255 192.168.10.200 1.20.3.99 | 0123456789./a
          ipv6                  | :: ::1 1:2:3:4:5:6:7:8 ::ffff:1.2.3.4 1::8 fe80::a:b 1:2:3:4:5:6:1.2.3.4 abCD:EF01:: 1:2::5:6:255.255.255.0 | 0123459abcdefgABF:.%[]
          uuid                  | 01234567-89ab-cdef-0123-456789ABCDEF 2eb8aa08-aa98-11ea-b4aa-73b441d16380 | 0123456789abcfgAFG-{}
          hostname              | a a-b.c a--b www.example.com 1a.b2.c3 xy.z a1-b2-c3.d localhost A.B | abcxnA019-._é
          idn-hostname          | a 실례.테스트 l·l a。b α ß.ς 1a.2b | abl-1.실례·。．｡αßςÄxn_ſ
          email                 | a@b a.b+c@d-e.f "a␣b"@c "\\"x"@c x@[1.2.3.4] x@[IPv6:::1] !#$%&'*+-/=?^_`{}~@a.b joe.bloggs@example.com | ab1.@-"\\[]: <>(),;_!é\u007F
          idn-email             | a@b é.b@ü.x "é␣"@c 실례@실례.테스트 x@[1.2.3.4] a@ß.x א@א.ב | ab.@-"\\[]é실א1̈ÄX \u0080
          uri                   | a:b http://a.b/c?d=e#f urn:x:y ldap://[2001:db8::7]/c=GB?one?two http://u:p@h:80/;a=b//c mailto:x@y a: file:///x http://[v1.a:b] a:/b/c%20 | abAZ019:/?#[]@!$&'()*+,;=-._~% é<>"{}¦\\^`vF
          uri-reference         | a/b ../c //h/p #f ?q /a:b ./a:b a:b (empty) http://a.b:8/?x=%C3#y | abAZ019:/?#[]@!$&'()*+,;=-._~% é<>"{}¦\\^`
          iri                   | http://é.b/ü?\uE000#f urn:실례 http://[::1]/é a:😀 x://é@é:1/é | abAZ09:/?#[]@%é실😀\uE000\u0080\u00A0\uFFFD\uFDD0<>"{}¦\\^`\uD83F\uDFFF\uDB40\uDC01\uDBC0\uDC00
          iri-reference         | é/b //é#ü ?\uF8FF #é é /é:b (empty) | abA0:/?#[]@%é실😀\uE000\u0080\u00A0\uFFFD\uFDD0<>"{}¦\\^`\uDB40\uDC01
          uri-template          | {a} {a,b*,c:3}/x {+p} x{?q,r}{&s} /{/a.b}{#c} {;a%20:9999} %41{a_b} é{.x*} 'a' | ab0.,*:+#./;?&%{}¦=!@$<>"\\^`é\uE000 41'
          json-pointer          | /a/~0~1 / (empty) //a /é/0/- /a~1b | /~01a- é"\\
          relative-json-pointer | 0 1/a 10# 120/foo/0 0/~1 3# 0/ | 0123/~#a+-
          regex                 | ^a+b?$ (a¦b)*?[^c-e] \\d{2,3}\\. (?:x(?=y)) (?<n>a){2,} [\\w\\-.]+ \\u{1F600}\\x41\\cA\\0 \\p{L}¦\\P{Lu} [a-z]{3}(?!b)(?<!c) \\/\\[ [] [^] (()) \\uD83D\\uDE00 [\\b\\]] | ab01({[]})*+?.^$|\\-,:=!<>dDpPLuxk é/n
          """)
  void languageIsThatOfTheOracle(String format, String seeds, String letters) {
    long seed = Long.getLong("seed", 3);
    Random r = new Random(seed + format.hashCode());
    CompiledConstraint c =
        JsonSchema.of("{\"type\":\"string\",\"format\":\"" + format + "\"}")
            .budgets(128, 1_000_000, Duration.ofSeconds(30))
            .compile(BYTES);
    Predicate<String> oracle = java.util.Objects.requireNonNull(FormatOracles.ALL.get(format));
    Predicate<String> leftOut = LEFT_OUT.getOrDefault(format, s -> false);
    int[] alphabet = letters.replace('¦', '|').codePoints().toArray();
    List<String> pool = new ArrayList<>();
    for (String s : seeds.split(" ", -1)) {
      pool.add(s.equals("(empty)") ? "" : s.replace('␣', ' ').replace('¦', '|'));
    }
    ;
    for (String s : pool) {
      assertThat(oracle.test(s)).as("%s is a %s", s, format).isTrue();
    }
    int valid = 0;
    int invalid = 0;
    List<String> differences = new ArrayList<>();
    for (int n = Integer.getInteger("texts", 4000); n > 0; n--) {
      String s = pool.get(r.nextInt(pool.size()));
      for (int changes = 1 + r.nextInt(3); changes > 0; changes--) {
        s = changed(s, pool.get(r.nextInt(pool.size())), alphabet, r);
      }
      boolean expected = oracle.test(s);
      boolean actual = c.check(JsonNodeFactory.instance.stringNode(s).toString()).accepted();
      if (expected != actual && !(expected && leftOut.test(s))) {
        differences.add((expected ? "refuses " : "accepts ") + s);
      } else if (expected) {
        valid++;
        if (s.length() < 90 && pool.size() < 3000) {
          pool.add(s); // and on from there
        }
      } else {
        invalid++;
      }
    }
    System.out.printf(
        "%s, seed %d: %d valid, %d not, %d differ%n",
        format, seed, valid, invalid, differences.size());
    assertThat(differences).isEmpty();
    assertThat(valid).isGreaterThan(100);
    assertThat(invalid).isGreaterThan(100);
  }

  private static String changed(String text, String other, int[] alphabet, Random r) {
    int[] t = text.codePoints().toArray();
    int at = r.nextInt(t.length + 1);
    int end = Math.min(t.length, at + r.nextInt(3));
    String head = new String(t, 0, at);
    String tail = new String(t, at, t.length - at);
    String letter = Character.toString(alphabet[r.nextInt(alphabet.length)]);
    return switch (r.nextInt(7)) {
      case 0 -> head + new String(t, end, t.length - end); // without some
      case 1, 2 -> head + letter + tail;
      case 3 -> head + letter + (at < t.length ? new String(t, at + 1, t.length - at - 1) : "");
      case 4 -> head + new String(t, at, end - at) + tail; // some twice
      case 5 -> head + other + tail;
      default -> {
        int[] o = other.codePoints().toArray();
        int cut = r.nextInt(o.length + 1);
        yield head + new String(o, cut, o.length - cut);
      }
    };
  }
}
