package dev.espalier.examples.embedded;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Supplier;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Draws the values of one example. Not thread-safe.
 *
 * <p>Half of all names and a third of all other words are invented from random syllables: a model
 * that meets each of them once can only copy, and so learns to copy what it has never met.
 */
final class Draw {
  private static final String[] ONSETS = {
    "b", "br", "c", "ch", "cr", "d", "dr", "f", "fl", "g", "gr", "h", "j", "k", "kl", "l", "m", "n",
    "p", "pl", "qu", "r", "s", "sh", "sk", "st", "t", "th", "tr", "v", "w", "y", "z"
  };
  private static final String[] VOWELS = {
    "a", "e", "i", "o", "u", "a", "e", "i", "o", "u", "a", "e", "i", "o", "u", "ai", "ea", "ou",
    "ö", "é"
  };
  private static final String[] CODAS = {
    "", "", "", "l", "m", "n", "r", "s", "t", "nd", "rk", "x", "ck"
  };
  private static final DateTimeFormatter DAY_FIRST =
      DateTimeFormatter.ofPattern("d MMMM yyyy", Locale.ENGLISH);
  private static final DateTimeFormatter MONTH_FIRST =
      DateTimeFormatter.ofPattern("MMMM d, yyyy", Locale.ENGLISH);

  private final Random random;
  private final Split split;
  private final double compounds;

  /** {@code compounds} is the share of invented words that begin or end with a real one. */
  Draw(Random random, Split split, double compounds) {
    this.random = random;
    this.split = split;
    this.compounds = compounds;
  }

  <T> T oneOf(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  /** A uniform number of the closed range. */
  int between(int low, int high) {
    return low + random.nextInt(high - low + 1);
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  String given() {
    return name("given");
  }

  String person() {
    return chance(0.3) ? given() : given() + " " + name("family");
  }

  String city() {
    return name("city");
  }

  /** A capitalised word, real or invented. */
  String name(String pool) {
    return chance(0.5) ? oneOf(Words.pool(pool, split)) : capital(invented());
  }

  /** A word of a pool, sometimes an invented one instead. */
  String word(String pool) {
    return chance(0.65) ? oneOf(Words.pool(pool, split)) : invented();
  }

  /** A thing of one to three words. */
  String thing() {
    return switch (random.nextInt(4)) {
      case 0 -> word("noun");
      case 1 -> word("noun") + " " + word("noun");
      case 2 -> word("adjective") + " " + word("noun");
      default -> word("adjective") + " " + word("noun") + " " + word("noun");
    };
  }

  /** A title: a thing, capitalised, sometimes in every word. */
  String title() {
    String thing = thing();
    if (chance(0.5)) {
      return capital(thing);
    }
    StringBuilder title = new StringBuilder(capital(thing));
    for (int i = title.indexOf(" "); i >= 0; i = title.indexOf(" ", i + 1)) {
      title.setCharAt(i + 1, Character.toUpperCase(title.charAt(i + 1)));
    }
    return title.toString();
  }

  /** A short clause without a full stop. */
  String clause() {
    return switch (random.nextInt(4)) {
      case 0 -> "the " + thing() + " is " + word("status");
      case 1 -> "we need " + between(2, 9) + " " + word("noun") + "s";
      case 2 -> given() + " has the " + word("adjective") + " " + word("noun");
      default -> "my " + word("noun") + " is in the " + word("room");
    };
  }

  String street() {
    return name("family") + " " + oneOf(List.of("Street", "Road", "Lane", "Avenue"));
  }

  String email() {
    String host = word("noun") + oneOf(List.of(".com", ".org", ".net"));
    String local = given().toLowerCase(Locale.ROOT);
    return (chance(0.5) ? local : local + "." + word("noun")) + "@" + host;
  }

  /** Seven digits, as in {@code 555-0142}. */
  String phone() {
    return admitted(
        () -> between(200, 999) + "-" + String.format(Locale.ROOT, "%04d", random.nextInt(10_000)));
  }

  /** An upper-case code, as in {@code INV-2041}. */
  String code(String prefix) {
    return admitted(() -> prefix + "-" + between(1000, 9999));
  }

  /** A day of 2025 to 2027, worded in one of three ways; the answer is in ISO 8601. */
  Value date() {
    String iso =
        admitted(() -> LocalDate.of(2025, 1, 1).plusDays(random.nextInt(3 * 365)).toString());
    LocalDate date = LocalDate.parse(iso);
    String text =
        switch (random.nextInt(4)) {
          case 0 -> DAY_FIRST.format(date);
          case 1 -> MONTH_FIRST.format(date);
          default -> iso;
        };
    return new Value(text, JsonNodeFactory.instance.stringNode(iso));
  }

  /** A time of day in steps of five minutes, {@code HH:mm}. */
  Value time() {
    return Value.string(
        admitted(
            () -> String.format(Locale.ROOT, "%02d:%02d", between(6, 22), 5 * random.nextInt(12))));
  }

  /** An amount of money, in whole units or with two decimals that do not end in zero. */
  Value amount() {
    int whole = chance(0.5) ? between(2, 99) : between(100, 2500);
    if (chance(0.4)) {
      return Value.integer(whole);
    }
    String text = whole + "." + between(0, 9) + between(1, 9);
    return new Value(text, JsonNodeFactory.instance.numberNode(new BigDecimal(text)));
  }

  /** A number with one decimal between 0.1 and 99.9. */
  Value decimal() {
    String text = between(0, 99) + "." + between(1, 9);
    return new Value(text, JsonNodeFactory.instance.numberNode(new BigDecimal(text)));
  }

  /** A word that nobody has met. */
  String invented() {
    return admitted(compounds > 0 && chance(compounds) ? this::compound : this::syllables);
  }

  private String syllables() {
    StringBuilder word = new StringBuilder();
    for (int syllables = between(2, 3); syllables > 0; syllables--) {
      word.append(pick(ONSETS)).append(pick(VOWELS));
    }
    return word.append(pick(CODAS)).toString();
  }

  // The real word may be a reserved one: as part of another it teaches the model to copy its
  // tokens, which may stand for a whole frequent word, and is still no value that the held-out
  // requests use.
  private String compound() {
    String real = oneOf(Words.all());
    String syllable = pick(ONSETS) + pick(VOWELS) + pick(CODAS);
    return chance(0.7) ? real + syllable : syllable + real;
  }

  private String admitted(Supplier<String> source) {
    String text = source.get();
    while (!split.admits(text)) {
      text = source.get();
    }
    return text;
  }

  private String pick(String[] choices) {
    return choices[random.nextInt(choices.length)];
  }

  private static String capital(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }
}
