package dev.espalier.tokenizer;

import dev.espalier.ModelLoadException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * How the written form of one token becomes its bytes: the part of a tokenizer's decoder that acts
 * on single tokens. What acts on the whole text only (fusing, stripping the space that
 * SentencePiece put in front) is no property of a token and is left to the tokenizer's own {@code
 * decode}.
 */
final class TokenDecoder {
  private final boolean byteLevel;
  private final boolean byteFallback;
  private final List<Replacement> replacements;

  private record Replacement(String from, String to) {}

  private TokenDecoder(boolean byteLevel, boolean byteFallback, List<Replacement> replacements) {
    this.byteLevel = byteLevel;
    this.byteFallback = byteFallback;
    this.replacements = List.copyOf(replacements);
  }

  /** Tokens written in the {@link ByteAlphabet}. */
  static TokenDecoder byteLevel() {
    return new TokenDecoder(true, false, List.of());
  }

  /** Tokens as SentencePiece writes them: U+2581 for a space, {@code <0x0A>} for a byte. */
  static TokenDecoder sentencePiece() {
    return new TokenDecoder(false, true, List.of(new Replacement("\u2581", " ")));
  }

  /**
   * From the decoder and pre-tokenizer of a {@code tokenizer.json}.
   *
   * @param where the file, for messages
   */
  static TokenDecoder of(
      @Nullable JsonNode decoder,
      @Nullable JsonNode preTokenizer,
      boolean byteFallback,
      String where) {
    if (decoder == null || decoder.isNull()) {
      if (preTokenizer != null && preTokenizer.toString().contains("\"ByteLevel\"")) {
        return byteLevel();
      }
      throw new ModelLoadException(
          where + ": there is no decoder, so the bytes of its tokens are unknown");
    }
    List<JsonNode> steps = new ArrayList<>();
    flatten(decoder, steps, where, 0);
    boolean byteLevel = false;
    boolean bytes = byteFallback;
    boolean fused = false;
    List<Replacement> replacements = new ArrayList<>();
    for (JsonNode step : steps) {
      String type = type(step, where);
      switch (type) {
        case "ByteLevel" -> byteLevel = true;
        case "ByteFallback" -> bytes = true;
        case "Fuse" -> fused = true;
        case "Metaspace" ->
            replacements.add(
                new Replacement(
                    string(step.get("replacement"), "decoder.replacement", where), " "));
        case "Replace" -> {
          JsonNode pattern = step.get("pattern");
          JsonNode literal = pattern == null ? null : pattern.get("String");
          String from = string(literal, "decoder.pattern.String", where);
          if (from.isEmpty()) {
            throw new ModelLoadException(where + ": decoder.pattern.String is empty");
          }
          replacements.add(
              new Replacement(from, string(step.get("content"), "decoder.content", where)));
        }
        case "Strip" -> {
          if (!fused) {
            throw new ModelLoadException(
                where + ": a Strip decoder before Fuse would strip every token; not supported");
          }
        }
        default ->
            throw new ModelLoadException(
                where
                    + ": decoder '"
                    + type
                    + "' is not supported; known are ByteLevel, ByteFallback, Metaspace, Replace, Fuse,"
                    + " Strip and Sequence of these");
      }
    }
    return new TokenDecoder(byteLevel, bytes, replacements);
  }

  private static void flatten(JsonNode decoder, List<JsonNode> steps, String where, int depth) {
    if (!type(decoder, where).equals("Sequence")) {
      steps.add(decoder);
      return;
    }
    JsonNode parts = decoder.get("decoders");
    if (parts == null || !parts.isArray() || depth > 8) {
      throw new ModelLoadException(where + ": decoder.decoders should be a list of decoders");
    }
    for (JsonNode part : parts) {
      flatten(part, steps, where, depth + 1);
    }
  }

  private static String type(JsonNode step, String where) {
    return string(step.get("type"), "decoder.type", where);
  }

  private static String string(@Nullable JsonNode node, String path, String where) {
    if (node == null || !node.isString()) {
      throw new ModelLoadException(
          where + ": " + path + " should be a string, not " + (node == null ? "absent" : node));
    }
    return node.stringValue();
  }

  /** The bytes of a token of the model's own vocabulary. */
  byte[] bytes(String token) {
    if (byteFallback) {
      int b = byteToken(token);
      if (b >= 0) {
        return new byte[] {(byte) b};
      }
    }
    if (byteLevel) {
      byte[] bytes = ByteAlphabet.bytes(token);
      if (bytes != null) {
        return bytes;
      }
    }
    return textBytes(token);
  }

  /**
   * The bytes of a token that was added by its content: not in the byte alphabet, but with the
   * replacements of the decoder.
   */
  byte[] addedBytes(String content) {
    return textBytes(content);
  }

  private byte[] textBytes(String token) {
    String text = token;
    for (Replacement r : replacements) {
      text = text.replace(r.from, r.to);
    }
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** The byte that a token such as {@code <0x0A>} stands for, -1 if it is no such token. */
  static int byteToken(String token) {
    if (token.length() != 6 || !token.startsWith("<0x") || token.charAt(5) != '>') {
      return -1;
    }
    int high = Character.digit(token.charAt(3), 16);
    int low = Character.digit(token.charAt(4), 16);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
  }
}
