package dev.espalier.tokenizer;

import dev.espalier.ModelLoadException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How byte-level BPE cuts a text into words before it merges, by the name that GGUF files give it
 * in {@code tokenizer.ggml.pre} (llama.cpp, {@code llama-vocab.cpp}). The patterns are those of the
 * models' own {@code tokenizer.json} files.
 *
 * @param patterns regular expressions, applied one after the other; each cuts what the former left
 * @param nfc whether the text is normalised to NFC first
 * @param ignoreMerges whether a word that is a token as a whole is taken without merging
 * @param startsWithBos whether a beginning-of-sequence token is added unless the file says
 *     otherwise
 */
record PreTokenizer(
    List<String> patterns, boolean nfc, boolean ignoreMerges, boolean startsWithBos) {

  private static final String GPT2 =
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
  private static final String CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
  private static final String PUNCTUATION_AND_SPACE =
      "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String LLAMA3 =
      CONTRACTION + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}" + PUNCTUATION_AND_SPACE;
  private static final String QWEN2 =
      CONTRACTION + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}" + PUNCTUATION_AND_SPACE;
  private static final String QWEN35 =
      CONTRACTION
          + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*"
          + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
  private static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";

  private static final Map<String, PreTokenizer> KNOWN = new TreeMap<>();

  static {
    know(List.of(GPT2), false, false, false, "gpt-2", "phi-2", "olmo", "mpt", "trillion");
    know(List.of(LLAMA3), false, true, true, "llama-bpe", "llama3", "llama-v3", "falcon3");
    know(List.of(LLAMA3), false, false, false, "dbrx", "smaug-bpe", "chatglm-bpe", "glm4");
    know(List.of(QWEN2), true, false, false, "qwen2", "deepseek-r1-qwen", "megrez");
    know(List.of(QWEN2), false, false, false, "stablelm2", "hunyuan");
    know(List.of(QWEN35), true, false, false, "qwen35");
    know(
        List.of("\\p{N}", GPT2),
        false,
        false,
        false,
        "smollm",
        "starcoder",
        "refact",
        "command-r",
        "codeshell",
        "exaone",
        "minerva-7b");
    know(List.of(casedWords("", "\\p{N}")), false, true, true, "tekken", "mistral-nemo");
    know(
        List.of(casedWords(CONTRACTION + "?", "\\p{N}{1,3}")),
        false,
        true,
        false,
        "gpt-4o",
        "llama4");
    know(
        List.of("[\\p{P}\\$\\+<=>\\^~\\|]+", GPT2, "\\p{N}+", "[0-9][0-9][0-9]"),
        false,
        false,
        false,
        "default");
    know(
        List.of("[\\p{P}\\$\\+<=>\\^~\\|`]+", GPT2, "[0-9][0-9][0-9]"),
        false,
        false,
        false,
        "falcon");
  }

  /** Copies the list. */
  PreTokenizer {
    patterns = List.copyOf(patterns);
  }

  /** Words that end where lower case turns to upper case. */
  private static String casedWords(String suffix, String number) {
    String start = "[^\\r\\n\\p{L}\\p{N}]?";
    return start
        + UPPER
        + "*"
        + LOWER
        + "+"
        + suffix
        + "|"
        + start
        + UPPER
        + "+"
        + LOWER
        + "*"
        + suffix
        + "|"
        + number
        + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  }

  private static void know(
      List<String> patterns,
      boolean nfc,
      boolean ignoreMerges,
      boolean startsWithBos,
      String... names) {
    for (String name : names) {
      KNOWN.put(name, new PreTokenizer(patterns, nfc, ignoreMerges, startsWithBos));
    }
  }

  /**
   * By its name; files from before the names existed mean {@code default}.
   *
   * @throws ModelLoadException if the name is unknown: another one would cut some texts wrongly
   */
  static PreTokenizer named(@Nullable String name, String where) {
    PreTokenizer known = KNOWN.get(name == null ? "default" : name);
    if (known == null) {
      List<String> names = new ArrayList<>(KNOWN.keySet());
      throw new ModelLoadException(
          where + ": tokenizer.ggml.pre '" + name + "' is not supported; known are " + names);
    }
    return known;
  }
}
