package dev.espalier.grammar.schema;

import dev.espalier.grammar.automaton.Expr;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code contentEncoding}, which draft 7 lets a validator assert together with formats; in later
 * drafts it is an annotation. {@code contentMediaType} is one in all.
 */
final class ContentKeywords {
  static final String ENCODING = "contentEncoding";

  // RFC 4648, section 4, with zero for the bits that pad the last character; lines may be broken
  // between groups, as RFC 2045 has it.
  private static final String BASE_64 =
      "([A-Za-z0-9+/]{4}(\\r?\\n)?)*([A-Za-z0-9+/]([AQgw]=|[A-Za-z0-9+/][AEIMQUYcgkosw048])=)?";

  private ContentKeywords() {}

  static void expand(Keywords k, boolean assertFormats, Formulas formulas, List<Formula> out) {
    Expr language = assertFormats ? language(k) : null;
    if (language != null) {
      out.add(formulas.text(language));
    }
  }

  /** Whether the encoding of texts is enforced where formats are. */
  static boolean isEnforced(Keywords k) {
    return k.draft() == Draft.DRAFT_7 && "base64".equals(k.text(ENCODING));
  }

  private static @Nullable Expr language(Keywords k) {
    return isEnforced(k) ? Formats.once("base64 of " + ENCODING, ContentKeywords::base64) : null;
  }

  private static Expr base64() {
    return Formats.matching(BASE_64);
  }
}
