package dev.espalier;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.Version;
import tools.jackson.core.util.JsonParserDelegate;
import tools.jackson.databind.AnnotationIntrospector;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.AnnotatedClass;
import tools.jackson.databind.introspect.AnnotationIntrospectorPair;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.NamedType;

/**
 * Reads generated JSON as Java values; the one place in core that knows Jackson. Sealed interfaces
 * are told apart by a property {@code type} that holds the simple name of the record, unless
 * Jackson's annotations say otherwise.
 */
final class JsonBinding {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(EnumFeature.READ_ENUMS_USING_TO_STRING) // by name, as the schema has them
          .annotationIntrospector(
              new AnnotationIntrospectorPair(
                  new JacksonAnnotationIntrospector(), new SealedTypes()))
          .build();

  private JsonBinding() {}

  static <T> T read(String text, Class<T> type, Generation from) {
    try {
      return MAPPER.readValue(new ExactLongs(MAPPER.createParser(text)), type);
    } catch (JacksonException e) {
      String hint = from.constraintSatisfied() ? "" : hint(from.finishReason());
      throw new BindingException(
          "not a "
              + type.getName()
              + ": "
              + withoutSource(e.getOriginalMessage())
              + hint
              + "; text: "
              + Texts.quote(text, 400),
          e);
    }
  }

  private static String hint(FinishReason reason) {
    return "; the generation ended early ("
        + reason
        + "), so this is only the beginning of a text"
        + (reason == FinishReason.LENGTH ? ": raise maxTokens, or ask for closeAtLimit" : "");
  }

  /** Jackson adds where a bracket began, as a "source" that it then does not show. */
  private static String withoutSource(String message) {
    int at = message.indexOf(" (start marker at [Source");
    return at < 0 ? message : message.substring(0, at);
  }

  /** Reads whole numbers that are spelled with a point or an exponent without a double between. */
  private static final class ExactLongs extends JsonParserDelegate {
    private static final BigDecimal LEAST = BigDecimal.valueOf(Long.MIN_VALUE);
    private static final BigDecimal MOST = BigDecimal.valueOf(Long.MAX_VALUE);

    ExactLongs(JsonParser parser) {
      super(parser);
    }

    @Override
    public long getLongValue() {
      return fits() ? getDecimalValue().longValue() : super.getLongValue();
    }

    @Override
    public long getValueAsLong() {
      return fits() ? getDecimalValue().longValue() : super.getValueAsLong();
    }

    private boolean fits() {
      if (currentToken() != JsonToken.VALUE_NUMBER_FLOAT) {
        return false;
      }
      BigDecimal value = getDecimalValue();
      return value.compareTo(LEAST) >= 0 && value.compareTo(MOST) <= 0;
    }
  }

  /** Gives sealed types without Jackson annotations a discriminator. */
  private static final class SealedTypes extends AnnotationIntrospector {
    private static final long serialVersionUID = 1L;

    @Override
    public Version version() {
      return Version.unknownVersion();
    }

    @Override
    public JsonTypeInfo.@Nullable Value findPolymorphicTypeInfo(
        MapperConfig<?> config, Annotated annotated) {
      return isSealed(annotated)
          ? JsonTypeInfo.Value.construct(
              JsonTypeInfo.Id.NAME, JsonTypeInfo.As.PROPERTY, "type", null, false, true)
          : null;
    }

    @Override
    public @Nullable List<NamedType> findSubtypes(MapperConfig<?> config, Annotated annotated) {
      if (!isSealed(annotated)) {
        return null;
      }
      List<NamedType> types = new ArrayList<>();
      collect(annotated.getRawType(), types);
      return types;
    }

    /**
     * Of types only: what is said of a component goes before what its type says itself. An enum is
     * sealed too if its constants have bodies.
     */
    private static boolean isSealed(Annotated annotated) {
      Class<?> type = annotated.getRawType();
      return annotated instanceof AnnotatedClass && type.isSealed() && !type.isEnum();
    }

    private static void collect(Class<?> sealed, List<NamedType> types) {
      for (Class<?> permitted : sealed.getPermittedSubclasses()) {
        if (permitted.isSealed()) {
          collect(permitted, types);
        } else {
          JsonTypeName named = permitted.getAnnotation(JsonTypeName.class);
          types.add(
              new NamedType(
                  permitted,
                  named == null || named.value().isEmpty()
                      ? permitted.getSimpleName()
                      : named.value()));
        }
      }
    }
  }
}
