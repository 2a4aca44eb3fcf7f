package dev.espalier;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.Version;
import tools.jackson.databind.AnnotationIntrospector;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
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
          .annotationIntrospector(
              new AnnotationIntrospectorPair(
                  new JacksonAnnotationIntrospector(), new SealedTypes()))
          .build();

  private JsonBinding() {}

  static <T> T read(String text, Class<T> type, Generation from) {
    try {
      return MAPPER.readValue(text, type);
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
      return annotated.getRawType().isSealed()
          ? JsonTypeInfo.Value.construct(
              JsonTypeInfo.Id.NAME, JsonTypeInfo.As.PROPERTY, "type", null, false, true)
          : null;
    }

    @Override
    public @Nullable List<NamedType> findSubtypes(MapperConfig<?> config, Annotated annotated) {
      if (!annotated.getRawType().isSealed()) {
        return null;
      }
      List<NamedType> types = new ArrayList<>();
      collect(annotated.getRawType(), types);
      return types;
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
