package dev.espalier.grammar.schema;

import dev.espalier.Texts;
import dev.espalier.grammar.SchemaException;
import dev.espalier.grammar.automaton.WorkBudget;
import java.lang.ref.SoftReference;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A schema's text, and what was read from it, numbers with all their digits. Immutable. */
final class SchemaText {
  // Schemas differ in their names: a table of those seen before would be copied, and grow, with
  // each.
  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  // What it says behind the reason: a source that it does not show, its classes, its settings.
  private static final List<String> JACKSONS_OWN =
      List.of(" (start marker at [Source", " for `", " (bound as", ": not allowed ");

  private static final int CHARACTERS = 16; // that are read in some 50 ns
  private static final int REMEMBERED = 1 << 20; // characters
  private static final Duration UNLIMITED = Duration.ofDays(1);

  // The texts read last, since a schema's text is read for its options and again to be compiled,
  // and the same schema comes with many requests. Trees are never changed.
  private static final Map<String, SchemaText> RECENT = new LinkedHashMap<>(64, 0.75f, true);
  private static int remembered;

  // The last one that is too long for them, while memory lasts.
  private static SoftReference<SchemaText> longText = new SoftReference<>(null);

  final String text;
  final JsonNode schema;

  /** What reading it took of a thread's own time; nothing where a budget in force paid for it. */
  final Duration took;

  private SchemaText(String text, JsonNode schema, Duration took) {
    this.text = text;
    this.schema = schema;
    this.took = took;
  }

  /** A text that was perhaps read before. Safe for threads. */
  static SchemaText of(String text) {
    synchronized (RECENT) {
      SchemaText known = RECENT.get(text);
      if (known != null) {
        return known;
      }
      SchemaText last = longText.get();
      if (last != null && last.text.equals(text)) {
        return last;
      }
    }
    SchemaText read = read(text);
    synchronized (RECENT) {
      if (text.length() > REMEMBERED) {
        longText = new SoftReference<>(read);
      } else {
        if (RECENT.put(text, read) == null) {
          remembered += text.length();
        }
        Iterator<String> oldest = RECENT.keySet().iterator();
        while (remembered > REMEMBERED) {
          remembered -= oldest.next().length();
          oldest.remove();
        }
      }
    }
    return read;
  }

  // Reading takes a time that follows from the length, so it has no budget: what it took is paid
  // for by those who compile what was read.
  private static SchemaText read(String text) {
    WorkBudget clock = new WorkBudget("reading the schema", UNLIMITED);
    JsonNode schema = clock.spend(() -> parse(text, ""));
    return new SchemaText(text, schema, clock.spent());
  }

  /**
   * The schema that a text holds, perhaps behind a byte order mark.
   *
   * @param place the document's URI for messages, empty for the schema that is compiled
   */
  static JsonNode parse(String text, String place) {
    try {
      WorkBudget.check(text.length() / CHARACTERS); // a look at the clock before a long one
      String json = Texts.withoutByteOrderMark(text);
      if (json.isBlank()) {
        throw SchemaException.broken(place, "", "the text is empty");
      }
      JsonNode schema = MAPPER.readTree(json);
      WorkBudget.check(text.length() / CHARACTERS);
      if (schema.isObject() || schema.isBoolean()) {
        return schema;
      }
      throw SchemaException.broken(
          place, "", "a schema is an object or a boolean, not " + clip(schema));
    } catch (JacksonException e) {
      throw SchemaException.broken(place, "", "the text is not JSON" + reason(e));
    }
  }

  /** Where and why a text is no JSON, for messages. */
  static String reason(JacksonException e) {
    String what = e.getOriginalMessage();
    for (String own : JACKSONS_OWN) {
      int at = what.indexOf(own);
      what = at < 0 ? what : what.substring(0, at);
    }
    TokenStreamLocation at = e.getLocation(); // limits such as that on nesting have none
    return (at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr())
        + ": "
        + what;
  }

  /** A value for messages. */
  static String clip(JsonNode json) {
    return Texts.shortened(json.toString(), 60);
  }
}
