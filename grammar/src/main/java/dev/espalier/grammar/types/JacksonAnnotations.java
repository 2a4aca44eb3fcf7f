package dev.espalier.grammar.types;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Field;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** What Jackson's annotations on records say beside names, descriptions and discriminators. */
final class JacksonAnnotations {
  /** With these {@code Generation.as} reads a form that the schema would not describe. */
  private static final Set<String> OTHER_FORMS =
      Set.of(
          "JsonAnySetter",
          "JsonDeserialize",
          "JsonFormat",
          "JsonIdentityInfo",
          "JsonNaming",
          "JsonUnwrapped",
          "JsonValue");

  private JacksonAnnotations() {}

  /** Whether {@code Generation.as} takes no value for a component. */
  static boolean isIgnored(RecordComponent component, String name) {
    JsonIgnoreProperties others =
        component.getDeclaringRecord().getAnnotation(JsonIgnoreProperties.class);
    if (others != null && Arrays.asList(others.value()).contains(name)) {
      return true;
    }
    for (AnnotatedElement element : places(component)) {
      JsonIgnore ignore = element.getAnnotation(JsonIgnore.class);
      if (ignore != null && ignore.value()) {
        return true;
      }
    }
    return false;
  }

  /** Refuses a type with an annotation that changes its form. */
  static void refuse(Class<?> type, String path) {
    refuse((AnnotatedElement) type, path);
  }

  /** Refuses a component with an annotation that changes its form. */
  static void refuse(RecordComponent component, String path) {
    for (AnnotatedElement element : places(component)) {
      refuse(element, path + "." + component.getName());
    }
  }

  private static void refuse(AnnotatedElement element, String path) {
    for (Annotation annotation : element.getAnnotations()) {
      String name = annotation.annotationType().getSimpleName();
      if (OTHER_FORMS.contains(name)) {
        throw new TypeException(
            path, "@" + name + " is not understood; write the schema as text, or do without it");
      }
    }
  }

  /** Annotations of a component go where their targets allow. */
  private static List<AnnotatedElement> places(RecordComponent component) {
    try {
      Field field = component.getDeclaringRecord().getDeclaredField(component.getName());
      return List.of(component, component.getAccessor(), field);
    } catch (NoSuchFieldException e) {
      throw new AssertionError(component + " has a field", e);
    }
  }
}
