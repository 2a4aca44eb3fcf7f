package dev.espalier.examples.embedded;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** The pools of real words, read from {@code words.txt} and divided between the splits. */
final class Words {
  private static final Map<String, Map<Split, List<String>>> POOLS = read();
  private static final List<String> ALL =
      POOLS.values().stream()
          .flatMap(pool -> pool.values().stream())
          .flatMap(List::stream)
          .map(word -> word.toLowerCase(Locale.ROOT))
          .distinct()
          .toList();

  private Words() {}

  /** The words of a pool that a split may use; never empty. */
  static List<String> pool(String name, Split split) {
    Map<Split, List<String>> pool = POOLS.get(name);
    if (pool == null) {
      throw new IllegalArgumentException(
          "no pool of words named '" + name + "' in words.txt; there are " + POOLS.keySet());
    }
    return Objects.requireNonNull(pool.get(split));
  }

  /** The words of all pools and both splits, in lower case. */
  static List<String> all() {
    return ALL;
  }

  private static Map<String, Map<Split, List<String>>> read() {
    Map<String, Map<Split, List<String>>> pools = new LinkedHashMap<>();
    try (InputStream in =
            Objects.requireNonNull(
                Words.class.getResourceAsStream("words.txt"), "words.txt is missing from the jar");
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.startsWith("#")) {
          int colon = line.indexOf(':');
          pools.put(line.substring(0, colon), divide(line.substring(colon + 1).strip().split(" ")));
        }
      }
      return pools;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read words.txt", e);
    }
  }

  private static Map<Split, List<String>> divide(String[] words) {
    Map<Split, List<String>> pool = new EnumMap<>(Split.class);
    for (Split split : Split.values()) {
      pool.put(split, Arrays.stream(words).filter(split::admits).toList());
    }
    return pool;
  }
}
