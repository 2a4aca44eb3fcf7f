package dev.espalier.examples.cli;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Judges texts by a schema with a validator that knows nothing of Espalier. */
final class Judge {
  private static final JsonMapper STRICT =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private final Schema schema;

  Judge(String schemaText) {
    schema =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(schemaText);
  }

  /** What is wrong with the text; empty if it is valid. */
  String fault(String text) {
    JsonNode json;
    try {
      json = STRICT.readTree(text);
    } catch (JacksonException e) {
      return "no JSON: " + e.getOriginalMessage().lines().findFirst().orElse("");
    }
    if (json.isMissingNode()) {
      return "no JSON: empty";
    }
    List<Error> errors = schema.validate(json);
    return errors.isEmpty()
        ? ""
        : errors.get(0).getInstanceLocation() + " " + errors.get(0).getMessage();
  }
}
