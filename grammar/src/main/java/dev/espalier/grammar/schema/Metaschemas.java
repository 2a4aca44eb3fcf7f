package dev.espalier.grammar.schema;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The metaschemas of the drafts, which schemas may refer to without any resolver. */
final class Metaschemas {
  private static final Set<String> NAMES =
      Set.of(
          "draft-04/schema",
          "draft-06/schema",
          "draft-07/schema",
          "draft/2019-09/schema",
          "draft/2019-09/meta/applicator",
          "draft/2019-09/meta/content",
          "draft/2019-09/meta/core",
          "draft/2019-09/meta/format",
          "draft/2019-09/meta/meta-data",
          "draft/2019-09/meta/validation",
          "draft/2020-12/schema",
          "draft/2020-12/meta/applicator",
          "draft/2020-12/meta/content",
          "draft/2020-12/meta/core",
          "draft/2020-12/meta/format-annotation",
          "draft/2020-12/meta/format-assertion",
          "draft/2020-12/meta/meta-data",
          "draft/2020-12/meta/unevaluated",
          "draft/2020-12/meta/validation");

  private Metaschemas() {}

  /** The text of a metaschema, null if the URI is none of theirs. */
  static @Nullable String text(String uri) {
    String name = uri.replaceFirst("^https?://json-schema\\.org/", "");
    if (!NAMES.contains(name)) {
      return null;
    }
    try (InputStream in =
        Metaschemas.class.getResourceAsStream("metaschemas/" + name.replace('/', '-') + ".json")) {
      if (in == null) {
        throw new IllegalStateException("the library lacks its copy of " + uri);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
