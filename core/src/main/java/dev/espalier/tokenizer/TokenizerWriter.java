package dev.espalier.tokenizer;

import java.io.StringWriter;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Writes a {@code tokenizer.json}, part by part. Used by one thread, once. */
final class TokenizerWriter {
  private final StringWriter text = new StringWriter(1 << 20);
  private final JsonGenerator out =
      new JsonFactory().createGenerator(ObjectWriteContext.empty(), text);

  TokenizerWriter() {
    out.writeStartObject();
    out.writeStringProperty("version", "1.0");
    out.writeNullProperty("truncation");
    out.writeNullProperty("padding");
  }

  /** Control and user-defined tokens, which are found by their content before all else. */
  void added(String[] tokens, TokenType[] types) {
    Set<String> seen = new HashSet<>();
    out.writeArrayPropertyStart("added_tokens");
    for (int id = 0; id < tokens.length; id++) {
      boolean special = types[id] == TokenType.CONTROL || types[id] == TokenType.UNKNOWN;
      boolean added = special || types[id] == TokenType.USER_DEFINED;
      if (!added || tokens[id].isEmpty() || !seen.add(tokens[id])) {
        continue;
      }
      out.writeStartObject();
      out.writeNumberProperty("id", id);
      out.writeStringProperty("content", tokens[id]);
      for (String no : List.of("single_word", "lstrip", "rstrip", "normalized")) {
        out.writeBooleanProperty(no, false);
      }
      out.writeBooleanProperty("special", special);
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  void normalizerNfc() {
    typed("normalizer", "NFC");
    out.writeEndObject();
  }

  /** U+2581 for a space, and one in front of the text if {@code prefix}. */
  void normalizerSentencePiece(boolean prefix) {
    typed("normalizer", "Sequence");
    out.writeArrayPropertyStart("normalizers");
    if (prefix) {
      typed(null, "Prepend");
      out.writeStringProperty("prepend", "\u2581");
      out.writeEndObject();
    }
    replace(" ", "\u2581");
    out.writeEndArray();
    out.writeEndObject();
  }

  void preTokenizerByteLevel(List<String> patterns) {
    typed("pre_tokenizer", "Sequence");
    out.writeArrayPropertyStart("pretokenizers");
    for (String pattern : patterns) {
      typed(null, "Split");
      out.writeObjectPropertyStart("pattern");
      out.writeStringProperty("Regex", pattern);
      out.writeEndObject();
      out.writeStringProperty("behavior", "Isolated");
      out.writeBooleanProperty("invert", false);
      out.writeEndObject();
    }
    byteLevel(null);
    out.writeEndArray();
    out.writeEndObject();
  }

  /** Tokens before and after a text that is encoded with special tokens. */
  void aroundText(@Nullable String bos, int bosId, @Nullable String eos, int eosId) {
    typed("post_processor", "TemplateProcessing");
    out.writeArrayPropertyStart("single");
    around(bos, eos, "A", 0);
    out.writeEndArray();
    out.writeArrayPropertyStart("pair");
    around(bos, eos, "A", 0);
    around(bos, eos, "B", 1);
    out.writeEndArray();
    out.writeObjectPropertyStart("special_tokens");
    if (bos != null) {
      templateToken(bos, bosId);
    }
    if (eos != null && !eos.equals(bos)) {
      templateToken(eos, eosId);
    }
    out.writeEndObject();
    out.writeEndObject();
  }

  private void around(@Nullable String bos, @Nullable String eos, String sequence, int type) {
    part("SpecialToken", bos, type);
    part("Sequence", sequence, type);
    part("SpecialToken", eos, type);
  }

  private void part(String kind, @Nullable String id, int type) {
    if (id == null) {
      return;
    }
    out.writeStartObject();
    out.writeObjectPropertyStart(kind);
    out.writeStringProperty("id", id);
    out.writeNumberProperty("type_id", type);
    out.writeEndObject();
    out.writeEndObject();
  }

  private void templateToken(String name, int id) {
    out.writeObjectPropertyStart(name);
    out.writeStringProperty("id", name);
    out.writeArrayPropertyStart("ids");
    out.writeNumber(id);
    out.writeEndArray();
    out.writeArrayPropertyStart("tokens");
    out.writeString(name);
    out.writeEndArray();
    out.writeEndObject();
  }

  void decoderByteLevel() {
    byteLevel("decoder");
  }

  void decoderSentencePiece(boolean prefix) {
    typed("decoder", "Sequence");
    out.writeArrayPropertyStart("decoders");
    replace("\u2581", " ");
    typed(null, "ByteFallback");
    out.writeEndObject();
    typed(null, "Fuse");
    out.writeEndObject();
    if (prefix) {
      typed(null, "Strip");
      out.writeStringProperty("content", " ");
      out.writeNumberProperty("start", 1);
      out.writeNumberProperty("stop", 0);
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  /**
   * The model.
   *
   * @param unknown the unknown token of a SentencePiece model, which falls back to bytes first;
   *     null for byte-level BPE, which knows every byte
   */
  void bpe(
      String[] tokens,
      TokenType[] types,
      String[][] merges,
      @Nullable String unknown,
      boolean ignoreMerges) {
    boolean bytes = false;
    for (TokenType type : types) {
      bytes |= type == TokenType.BYTE;
    }
    typed("model", "BPE");
    out.writeNullProperty("dropout");
    if (unknown == null) {
      out.writeNullProperty("unk_token");
    } else {
      out.writeStringProperty("unk_token", unknown);
    }
    out.writeBooleanProperty("fuse_unk", unknown != null);
    out.writeBooleanProperty("byte_fallback", bytes);
    out.writeBooleanProperty("ignore_merges", ignoreMerges);
    Set<String> seen = new HashSet<>(2 * tokens.length);
    out.writeObjectPropertyStart("vocab");
    for (int id = 0; id < tokens.length; id++) {
      if (types[id] != TokenType.UNUSED && seen.add(tokens[id])) {
        out.writeNumberProperty(tokens[id], id);
      }
    }
    out.writeEndObject();
    out.writeArrayPropertyStart("merges");
    for (String[] merge : merges) {
      out.writeStartArray();
      out.writeString(merge[0]);
      out.writeString(merge[1]);
      out.writeEndArray();
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  String finish() {
    out.writeEndObject();
    out.close();
    return text.toString();
  }

  private void byteLevel(@Nullable String name) {
    typed(name, "ByteLevel");
    out.writeBooleanProperty("add_prefix_space", false);
    out.writeBooleanProperty("trim_offsets", false);
    out.writeBooleanProperty("use_regex", false);
    out.writeEndObject();
  }

  private void replace(String from, String to) {
    typed(null, "Replace");
    out.writeObjectPropertyStart("pattern");
    out.writeStringProperty("String", from);
    out.writeEndObject();
    out.writeStringProperty("content", to);
    out.writeEndObject();
  }

  /** Opens an object with its type; a property if it has a name, else an element. */
  private void typed(@Nullable String name, String type) {
    if (name == null) {
      out.writeStartObject();
    } else {
      out.writeObjectPropertyStart(name);
    }
    out.writeStringProperty("type", type);
  }
}
