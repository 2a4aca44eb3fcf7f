package dev.espalier.tokenizer;

import dev.espalier.ModelLoadException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a {@code tokenizer.json} says about its tokens. Read in one streaming pass; the merges, the
 * bulk of the file, are skipped, since only the encoder needs them.
 *
 * @param tokens written form of the model's tokens by id; null for a hole
 * @param added tokens added by content, in file order
 * @param decoder bytes of a written form
 * @param unknown written form of the unknown token
 */
record TokenizerJson(
    List<@Nullable String> tokens,
    List<AddedToken> added,
    TokenDecoder decoder,
    @Nullable String unknown) {

  /** A token that is found in the text by its content, before the model sees the rest. */
  record AddedToken(int id, String content, boolean special) {}

  // Every token is a property name here: a symbol table of them would cost more than it saves.
  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
                  .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                  .build())
          .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS) // sub-trees are read in passing
          .build();

  /**
   * Reads the file's content.
   *
   * @param where the file, for messages
   * @throws ModelLoadException if it is malformed or of a kind that is not supported
   */
  static TokenizerJson read(byte[] json, String where) {
    try (JsonParser in = MAPPER.createParser(json)) {
      return new Reader(in, where).read();
    } catch (JacksonException e) {
      TokenStreamLocation at = e.getLocation(); // limits such as that on nesting have none
      String place =
          at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
      throw new ModelLoadException(
          where + ": malformed" + place + ": " + e.getOriginalMessage(), e);
    }
  }

  private static final class Reader {
    private final JsonParser in;
    private final String where;

    private @Nullable String[] tokens = new @Nullable String[1 << 16];
    private int size; // one more than the highest id
    private int count;
    private boolean hasVocabulary;
    private String type = "BPE"; // files of old versions do not name it
    private boolean byteFallback;
    private @Nullable String unknown;
    private final List<AddedToken> added = new ArrayList<>();
    private @Nullable JsonNode decoder;
    private @Nullable JsonNode preTokenizer;

    Reader(JsonParser in, String where) {
      this.in = in;
      this.where = where;
    }

    TokenizerJson read() {
      expect(in.nextToken(), JsonToken.START_OBJECT, "the file");
      while (in.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = in.currentName();
        JsonToken value = in.nextToken();
        switch (name) {
          case "model" -> model(value);
          case "added_tokens" -> addedTokens(value);
          case "decoder" -> decoder = MAPPER.readTree(in);
          case "pre_tokenizer" -> preTokenizer = MAPPER.readTree(in);
          default -> in.skipChildren();
        }
      }
      expect(in.currentToken(), JsonToken.END_OBJECT, "the file");
      if (in.nextToken() != null) {
        throw refused("there is more text behind the JSON object");
      }
      if (!hasVocabulary || count == 0) {
        throw refused("model.vocab is missing or empty");
      }
      checkDensity();
      return new TokenizerJson(
          Arrays.asList(Arrays.copyOf(tokens, size)),
          List.copyOf(added),
          TokenDecoder.of(decoder, preTokenizer, byteFallback, where),
          unknown);
    }

    private void model(JsonToken start) {
      expect(start, JsonToken.START_OBJECT, "model");
      int unknownId = -1;
      while (in.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = in.currentName();
        JsonToken value = in.nextToken();
        switch (name) {
          case "type" -> {
            expect(value, JsonToken.VALUE_STRING, "model.type");
            type = in.getString();
            if (!type.equals("BPE") && !type.equals("Unigram")) {
              throw refused(
                  "model type '" + type + "' is not supported; known are BPE and Unigram");
            }
          }
          case "vocab" -> {
            if (value == JsonToken.START_ARRAY) {
              scoredVocabulary();
            } else {
              vocabulary(value);
            }
          }
          case "byte_fallback" -> byteFallback = value == JsonToken.VALUE_TRUE;
          case "unk_token" -> unknown = value == JsonToken.VALUE_STRING ? in.getString() : null;
          case "unk_id" -> unknownId = value == JsonToken.VALUE_NUMBER_INT ? in.getIntValue() : -1;
          case "continuing_subword_prefix", "end_of_word_suffix" -> {
            if (value == JsonToken.VALUE_STRING && !in.getString().isEmpty()) {
              throw refused("model." + name + " '" + in.getString() + "' is not supported");
            }
          }
          default -> in.skipChildren();
        }
      }
      if (unknownId >= size) {
        throw refused("model.unk_id " + unknownId + " is outside 0.." + (size - 1));
      }
      if (unknownId >= 0) {
        unknown = tokens[unknownId];
      }
    }

    private void vocabulary(JsonToken start) { // {"token": id, ...}
      expect(start, JsonToken.START_OBJECT, "model.vocab");
      hasVocabulary = true;
      while (in.nextToken() == JsonToken.PROPERTY_NAME) {
        String token = in.currentName();
        expect(in.nextToken(), JsonToken.VALUE_NUMBER_INT, "the id of token '" + token + "'");
        put(in.getIntValue(), token);
      }
    }

    private void scoredVocabulary() { // [["token", score], ...], the id is the index
      hasVocabulary = true;
      while (in.nextToken() == JsonToken.START_ARRAY) {
        expect(in.nextToken(), JsonToken.VALUE_STRING, "entry " + count + " of model.vocab");
        put(count, in.getString());
        if (!in.nextToken().isNumeric() || in.nextToken() != JsonToken.END_ARRAY) {
          throw refused("entry " + (count - 1) + " of model.vocab should be [token, score]");
        }
      }
      expect(in.currentToken(), JsonToken.END_ARRAY, "model.vocab");
    }

    private void put(int id, String token) {
      checkId(id, token);
      if (id >= tokens.length) {
        tokens = Arrays.copyOf(tokens, Math.max(id + 1, tokens.length * 2));
      }
      if (tokens[id] != null) {
        throw refused("tokens '" + tokens[id] + "' and '" + token + "' share the id " + id);
      }
      tokens[id] = token;
      size = Math.max(size, id + 1);
      count++;
    }

    private void addedTokens(JsonToken start) {
      if (start == JsonToken.VALUE_NULL) {
        return;
      }
      expect(start, JsonToken.START_ARRAY, "added_tokens");
      while (in.nextToken() == JsonToken.START_OBJECT) {
        JsonNode entry = MAPPER.readTree(in);
        JsonNode id = entry.get("id");
        JsonNode content = entry.get("content");
        JsonNode special = entry.get("special");
        if (id == null || !id.canConvertToInt() || content == null || !content.isString()) {
          throw refused("entry " + added.size() + " of added_tokens needs an id and a content");
        }
        checkId(id.intValue(), content.stringValue());
        added.add(
            new AddedToken(
                id.intValue(),
                content.stringValue(),
                special != null && special.isBoolean() && special.booleanValue()));
      }
      expect(in.currentToken(), JsonToken.END_ARRAY, "added_tokens");
    }

    private void checkId(int id, String token) {
      if (id < 0 || id >= Definitions.MAX_IDS) {
        throw refused(
            "id " + id + " of token '" + token + "' is outside 0.." + (Definitions.MAX_IDS - 1));
      }
    }

    /** A damaged id must not make the vocabulary a thousand times larger than its tokens. */
    private void checkDensity() {
      int highest = size - 1;
      for (AddedToken a : added) {
        highest = Math.max(highest, a.id());
      }
      if (highest > 2L * (count + added.size()) + 65_536) {
        throw refused(
            "the highest id is "
                + highest
                + ", but there are only "
                + (count + added.size())
                + " tokens");
      }
    }

    private void expect(@Nullable JsonToken actual, JsonToken expected, String what) {
      if (actual != expected) {
        throw refused(
            "line "
                + in.currentLocation().getLineNr()
                + ": expected "
                + expected
                + " for "
                + what
                + ", found "
                + (actual == null ? "the end of the file" : actual));
      }
    }

    private ModelLoadException refused(String reason) {
      return new ModelLoadException(where + ": " + reason);
    }
  }
}
