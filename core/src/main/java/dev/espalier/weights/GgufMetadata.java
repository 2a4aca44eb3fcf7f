package dev.espalier.weights;

import dev.espalier.ModelLoadException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The key-value part of a GGUF file: hyperparameters, tokenizer, chat template. Immutable.
 *
 * <p>The getters are strict: a key that is there with another type is an error, not an absent one.
 */
public final class GgufMetadata {
  private final Path path;
  private final Map<String, Object> values;

  GgufMetadata(Path path, Map<String, Object> values) {
    this.path = path;
    this.values = values;
  }

  /** The file, for messages. */
  public Path path() {
    return path;
  }

  /** All keys in file order. */
  public Set<String> keys() {
    return Collections.unmodifiableSet(values.keySet());
  }

  /**
   * All values: Long, Double, Boolean, String, and for arrays long[], double[], boolean[], String[]
   * or Object[] of arrays, which must not be changed.
   */
  public Map<String, Object> asMap() {
    return Collections.unmodifiableMap(values);
  }

  /** A text. */
  public Optional<String> string(String key) {
    return Optional.ofNullable(get(key, String.class, "a text"));
  }

  /**
   * An integer of any width; unsigned 64-bit values above 2⁶³-1 appear negative.
   *
   * @throws ModelLoadException if the value is no integer
   */
  public OptionalLong integer(String key) {
    Long value = get(key, Long.class, "an integer");
    return value == null ? OptionalLong.empty() : OptionalLong.of(value);
  }

  /** A floating-point number. */
  public OptionalDouble number(String key) {
    Double value = get(key, Double.class, "a floating-point number");
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  /** A truth value. */
  public Optional<Boolean> bool(String key) {
    return Optional.ofNullable(get(key, Boolean.class, "a truth value"));
  }

  /** An array of texts. */
  public Optional<List<String>> strings(String key) {
    return Optional.ofNullable(get(key, String[].class, "an array of texts")).map(List::of);
  }

  /** An array of integers; a copy. */
  public Optional<long[]> integers(String key) {
    return Optional.ofNullable(get(key, long[].class, "an array of integers")).map(long[]::clone);
  }

  /** An array of floating-point numbers; a copy. */
  public Optional<double[]> numbers(String key) {
    return Optional.ofNullable(get(key, double[].class, "an array of numbers"))
        .map(double[]::clone);
  }

  /**
   * A text that must be there.
   *
   * @throws ModelLoadException if it is not
   */
  public String requireString(String key) {
    return string(key).orElseThrow(() -> missing(key));
  }

  /**
   * An integer that must be there and lie in a range.
   *
   * @throws ModelLoadException if it does not
   */
  public int requireInt(String key, int min, int max) {
    long value = integer(key).orElseThrow(() -> missing(key));
    if (value < min || value > max) {
      throw new ModelLoadException(
          path + ": " + key + " is " + value + ", outside " + min + ".." + max);
    }
    return (int) value;
  }

  /** The complaint about an absent key. */
  public ModelLoadException missing(String key) {
    return new ModelLoadException(
        path + ": the metadata lack " + key + "; convert the model again with a newer converter");
  }

  private <T> @Nullable T get(String key, Class<T> type, String what) {
    Object value = values.get(key);
    if (value != null && !type.isInstance(value)) {
      throw new ModelLoadException(
          path
              + ": "
              + key
              + " is no "
              + what.replaceFirst("^an? ", "")
              + " but "
              + value.getClass().getSimpleName());
    }
    return type.cast(value);
  }
}
