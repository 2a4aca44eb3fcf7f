package dev.espalier.grammar.types;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonIncludeProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What Jackson's annotations on records say beside names, descriptions and discriminators. */
final class JacksonAnnotations {
  /** With these {@code Generation.as} reads a form that the schema would not describe. */
  private static final Set<String> OTHER_FORMS =
      Set.of(
          "JacksonInject",
          "JsonAnySetter",
          "JsonBackReference",
          "JsonDeserialize",
          "JsonFormat",
          "JsonGetter",
          "JsonIdentityInfo",
          "JsonIgnoreType",
          "JsonNaming",
          "JsonSetter",
          "JsonUnwrapped",
          "JsonValue");

  /** The same, but for types of their own. */
  private static final Set<String> OTHER_FORMS_OF_PARTS =
      Set.of("JsonIgnoreProperties", "JsonIncludeProperties", "JsonTypeInfo");

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
      JsonProperty property = element.getAnnotation(JsonProperty.class);
      if ((ignore != null && ignore.value())
          || (property != null && property.access() == JsonProperty.Access.READ_ONLY)) {
        return true;
      }
    }
    return false;
  }

  /** Refuses a record with an annotation that changes its form. */
  static void refuse(Class<?> record, String path) {
    refuse(record, OTHER_FORMS, path);
    if (record.isAnnotationPresent(JsonIncludeProperties.class)) {
      throw notUnderstood("JsonIncludeProperties", path);
    }
    Class<?>[] types =
        Arrays.stream(record.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    for (Constructor<?> constructor : record.getDeclaredConstructors()) {
      JsonCreator creator = constructor.getAnnotation(JsonCreator.class);
      if (creator != null
          && (creator.mode() == JsonCreator.Mode.DELEGATING
              || !Arrays.equals(constructor.getParameterTypes(), types))) {
        throw notUnderstood("JsonCreator", path);
      }
    }
    refuseFactories(record, path);
  }

  /** Refuses an enum whose constants are not read by their names. */
  static void refuseEnum(Class<?> type, String path) {
    refuse(type, OTHER_FORMS, path);
    refuseFactories(type, path);
    for (Method method : type.getDeclaredMethods()) {
      refuse(method, OTHER_FORMS, path);
    }
    for (Field field : type.getDeclaredFields()) {
      refuse(field, OTHER_FORMS, path);
    }
  }

  private static void refuseFactories(Class<?> type, String path) {
    for (Method method : type.getDeclaredMethods()) {
      if (method.isAnnotationPresent(JsonCreator.class)) {
        throw notUnderstood("JsonCreator", path);
      }
    }
  }

  /**
   * Refuses a record that Jackson tells apart from others even where nothing else can stand: it
   * wants the property then, under a name of its own choice.
   */
  static void refuseAlone(Class<?> record, String path) {
    Class<?> told = annotated(record, JsonTypeInfo.class);
    if (told != null) {
      throw new TypeException(
          path,
          told.getSimpleName()
              + " says with @JsonTypeInfo how "
              + record.getSimpleName()
              + " is told apart; use "
              + told.getSimpleName()
              + " here");
    }
  }

  /**
   * The type from which a type has an annotation, as Jackson inherits them; null if it has none.
   */
  static @Nullable Class<?> annotated(Class<?> type, Class<? extends Annotation> annotation) {
    if (type.isAnnotationPresent(annotation)) {
      return type;
    }
    for (Class<?> parent : type.getInterfaces()) {
      Class<?> found = annotated(parent, annotation);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  /** Refuses a component with an annotation that changes its form. */
  static void refuse(RecordComponent component, String path) {
    for (AnnotatedElement element : places(component)) {
      refuse(element, OTHER_FORMS, path + "." + component.getName());
      refuse(element, OTHER_FORMS_OF_PARTS, path + "." + component.getName());
    }
  }

  private static void refuse(AnnotatedElement element, Set<String> names, String path) {
    for (Annotation annotation : element.getAnnotations()) {
      String name = annotation.annotationType().getSimpleName();
      if (names.contains(name)) {
        throw notUnderstood(name, path);
      }
    }
  }

  private static TypeException notUnderstood(String annotation, String path) {
    return new TypeException(
        path, "@" + annotation + " is not understood; write the schema as text, or do without it");
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
