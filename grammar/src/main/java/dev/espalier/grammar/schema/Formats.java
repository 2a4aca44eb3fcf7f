package dev.espalier.grammar.schema;

import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.automaton.Utf8;
import dev.espalier.grammar.automaton.WorkBudget;
import dev.espalier.grammar.regex.RegexParser;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The string formats that are enforced, as languages; every other format is an annotation. A few
 * formats are not regular: {@link #NARROWED} says what is left out of those, so that whatever is
 * generated still conforms.
 */
final class Formats {
  /** Before draft 7 a label that begins with xn-- is a label like any other. */
  private static final String PLAIN_HOSTNAME = "hostname of draft 6";

  private static final Map<String, Supplier<Expr>> KNOWN =
      Map.ofEntries(
          Map.entry("date", DateTimeFormats::date),
          Map.entry("time", DateTimeFormats::time),
          Map.entry("date-time", DateTimeFormats::dateTime),
          Map.entry("duration", DateTimeFormats::duration),
          Map.entry("email", MailFormats::email),
          Map.entry("idn-email", MailFormats::idnEmail),
          Map.entry("hostname", HostFormats::hostname),
          Map.entry(PLAIN_HOSTNAME, HostFormats::plainHostname),
          Map.entry("idn-hostname", HostFormats::idnHostname),
          Map.entry("ipv4", HostFormats::ipv4),
          Map.entry("ipv6", HostFormats::ipv6),
          Map.entry("uri", UriFormats::uri),
          Map.entry("uri-reference", UriFormats::uriReference),
          Map.entry("iri", UriFormats::iri),
          Map.entry("iri-reference", UriFormats::iriReference),
          Map.entry("uri-template", UriFormats::template),
          Map.entry("json-pointer", Formats::jsonPointer),
          Map.entry("relative-json-pointer", Formats::relativeJsonPointer),
          Map.entry("regex", RegexFormat::regex),
          Map.entry("uuid", () -> matching("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")));

  /** Formats of which a part is enforced that everybody accepts, and what is left out. */
  static final Map<String, String> NARROWED =
      Map.of(
          "hostname", "labels that begin with xn-- are left out: Punycode is not regular",
          "idn-hostname",
              "labels that begin with xn-- are left out, and so are labels of more than 11 characters"
                  + " and names of more than 50 that are not all ASCII: Punycode is not regular",
          "idn-email",
              "in the domain, characters that depend on others are left out, and of those written from"
                  + " right to left all but letters",
          "regex",
              "groups nest five deep at most, one of them has a name, back-references are left out, and"
                  + " so are ranges that begin with an escape or end in one");

  private static final Map<String, Expr> LANGUAGES = new ConcurrentHashMap<>();

  private Formats() {}

  /** The language of a format, null if it has none; built on first use. */
  static @Nullable Expr language(String format, Draft draft) {
    String name =
        format.equals("hostname") && draft.before(Draft.DRAFT_7) ? PLAIN_HOSTNAME : format;
    Supplier<Expr> known = KNOWN.get(name);
    return known == null ? null : once(name, known);
  }

  /** A language that stays for all who ask for it by its name; built on first use. */
  static Expr once(String name, Supplier<Expr> texts) {
    Expr language = LANGUAGES.get(name);
    if (language == null) {
      language = WorkBudget.outside(() -> Expr.and(Utf8.TEXT, texts.get()));
      LANGUAGES.put(name, language);
    }
    return language;
  }

  /** The texts that a regular expression matches as a whole. */
  static Expr matching(String regex) {
    return RegexParser.search("^(?:" + regex + ")$");
  }

  // RFC 6901, section 3.
  private static Expr jsonPointer() {
    return matching("(/([^~/]|~[01])*)*");
  }

  // draft-handrews-relative-json-pointer-01, section 3.
  private static Expr relativeJsonPointer() {
    return Expr.seq(matching("0|[1-9][0-9]*"), Expr.or(Expr.literal("#"), jsonPointer()));
  }
}
