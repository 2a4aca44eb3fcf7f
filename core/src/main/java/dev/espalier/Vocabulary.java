package dev.espalier;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of a model with their exact bytes. Immutable, shared by threads.
 *
 * <p>A token is <em>text</em> (it contributes its bytes to the output), <em>special</em> (it has a
 * name and contributes no bytes: text never produces it and it never produces text) or
 * <em>unused</em> (a hole in the numbering). End tokens are special tokens that end a sequence.
 */
public final class Vocabulary {
  /** What a token is. */
  public enum Kind {
    /** Contributes bytes to the text. */
    TEXT,
    /** Named, contributes no bytes. */
    SPECIAL,
    /** Not a token at all. */
    UNUSED
  }

  private final byte[] pool; // the bytes of all text tokens, end to end
  private final int[] offsets; // token id occupies pool[offsets[id], offsets[id + 1])
  private final Kind[] kinds;
  private final Map<String, Integer> specialIds;
  private final Map<Integer, String> specialNames;
  private final int[] endTokens; // ascending
  private final String fingerprint;
  private volatile @Nullable TokensByText byText; // made when first asked for
  private final Map<Class<?>, Object> derived = new ConcurrentHashMap<>();

  private Vocabulary(Builder b) {
    int size = b.size;
    offsets = new int[size + 1];
    kinds = b.kinds.clone();
    int total = 0;
    for (int id = 0; id < size; id++) {
      byte[] bytes = b.bytes[id];
      offsets[id] = total;
      total = Math.addExact(total, bytes == null ? 0 : bytes.length);
    }
    offsets[size] = total;
    pool = new byte[total];
    for (int id = 0; id < size; id++) {
      byte[] bytes = b.bytes[id];
      if (bytes != null) {
        System.arraycopy(bytes, 0, pool, offsets[id], bytes.length);
      }
    }
    specialIds = Map.copyOf(b.specialIds);
    Map<Integer, String> names = new HashMap<>();
    b.specialIds.forEach((name, id) -> names.put(id, name));
    specialNames = Map.copyOf(names);
    endTokens = b.endTokens.stream().mapToInt(Integer::intValue).sorted().distinct().toArray();
    for (int end : endTokens) {
      if (kind(end) == Kind.TEXT) {
        throw new IllegalArgumentException(
            "token " + end + " cannot end a sequence: it is a text token, not a special one");
      }
    }
    fingerprint = digest();
  }

  /**
   * Something that is made of this vocabulary alone, once for each type: an index, a trie. It lives
   * as long as the vocabulary, to which it may refer. Safe for threads.
   *
   * @param make called on first use; must not ask this vocabulary for anything derived
   */
  public <T> T derived(Class<T> type, Function<Vocabulary, T> make) {
    return type.cast(derived.computeIfAbsent(type, t -> make.apply(this)));
  }

  /**
   * Every byte is a token whose id is its value, 0 to 255, and token 256, {@code <end>}, ends a
   * sequence: what questions about texts need, such as {@link CompiledConstraint#check}, where no
   * model is at hand. A new one each time; constraints are compiled once for each, so keep it.
   */
  public static Vocabulary ofBytes() {
    Builder builder = builder(257);
    for (int b = 0; b < 256; b++) {
      builder.text(b, new byte[] {(byte) b});
    }
    return builder.special(256, "<end>").end(256).build();
  }

  /** A builder for ids 0 to {@code size - 1}, all unused at first. */
  public static Builder builder(int size) {
    return new Builder(size);
  }

  /** Number of ids, holes included. A model's logits row may be longer, never shorter. */
  public int size() {
    return kinds.length;
  }

  /** What the token is. */
  public Kind kind(int id) {
    return kinds[id];
  }

  /** Whether the token contributes bytes. */
  public boolean isText(int id) {
    return kinds[id] == Kind.TEXT;
  }

  /** Whether the id is one of a text token; any number may be asked about. */
  boolean isTextToken(int id) {
    return id >= 0 && id < size() && isText(id);
  }

  /** The text tokens in the order of their bytes. */
  TokensByText byText() {
    TokensByText known = byText;
    if (known == null) {
      known = new TokensByText(this);
      byText = known;
    }
    return known;
  }

  /** Number of bytes of the token; 0 unless it is text. */
  public int byteLength(int id) {
    return offsets[id + 1] - offsets[id];
  }

  /** Byte {@code i} of the token. */
  public byte byteAt(int id, int i) {
    return pool[offsets[id] + i];
  }

  /** A copy of the token's bytes; empty unless it is text. */
  public byte[] bytes(int id) {
    return Arrays.copyOfRange(pool, offsets[id], offsets[id + 1]);
  }

  /** Tokens that end a sequence, ascending; a copy. */
  public int[] endTokens() {
    return endTokens.clone();
  }

  /** Whether the token ends a sequence. */
  public boolean isEnd(int id) {
    return Arrays.binarySearch(endTokens, id) >= 0;
  }

  /** Id of a special token by its name, such as {@code <|im_end|>}. */
  public OptionalInt special(String name) {
    Integer id = specialIds.get(name);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** Names of all special tokens. */
  public Set<String> specialNames() {
    return specialIds.keySet();
  }

  /** For messages: the token's text in quotes, or a special token's name. */
  public String describe(int id) {
    if (id < 0 || id >= size()) {
      return "token " + id + " (outside the vocabulary)";
    }
    return switch (kind(id)) {
      case TEXT -> Texts.quote(new String(bytes(id), StandardCharsets.UTF_8), 60);
      case SPECIAL -> specialNames.getOrDefault(id, "special token " + id);
      case UNUSED -> "unused token " + id;
    };
  }

  /**
   * The text of some tokens: their bytes as UTF-8, malformed sequences replaced by U+FFFD, special
   * tokens left out.
   */
  public String decode(int... ids) {
    int length = 0;
    for (int id : ids) {
      length = Math.addExact(length, byteLength(id));
    }
    byte[] bytes = new byte[length];
    int at = 0;
    for (int id : ids) {
      int n = byteLength(id);
      System.arraycopy(pool, offsets[id], bytes, at, n);
      at += n;
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /**
   * SHA-256 over kinds, bytes, special names and end tokens, in hex: equal exactly for equal
   * content.
   */
  public String fingerprint() {
    return fingerprint;
  }

  private String digest() {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      byte[] length = new byte[4];
      for (int id = 0; id < size(); id++) {
        sha.update((byte) kinds[id].name().charAt(0));
        updateInt(sha, length, byteLength(id));
        sha.update(pool, offsets[id], byteLength(id));
        String name = specialNames.get(id);
        if (name != null) {
          sha.update(name.getBytes(StandardCharsets.UTF_8));
        }
      }
      for (int end : endTokens) {
        updateInt(sha, length, end);
      }
      return HexFormat.of().formatHex(sha.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  private static void updateInt(MessageDigest sha, byte[] scratch, int value) {
    for (int i = 0; i < 4; i++) {
      scratch[i] = (byte) (value >>> (8 * i));
    }
    sha.update(scratch);
  }

  /** Collects tokens; not thread-safe. */
  public static final class Builder {
    private final int size;
    private final byte[][] bytes;
    private final Kind[] kinds;
    private final Map<String, Integer> specialIds = new HashMap<>();
    private final Set<Integer> endTokens = new TreeSet<>();

    private Builder(int size) {
      if (size <= 0) {
        throw new IllegalArgumentException("a vocabulary needs at least one token, not " + size);
      }
      this.size = size;
      bytes = new byte[size][];
      kinds = new Kind[size];
      Arrays.fill(kinds, Kind.UNUSED);
    }

    /** A text token with its bytes; an empty array makes the id unused. */
    public Builder text(int id, byte[] tokenBytes) {
      check(id);
      bytes[id] = tokenBytes.clone();
      kinds[id] = tokenBytes.length == 0 ? Kind.UNUSED : Kind.TEXT;
      return this;
    }

    /** A text token, given as text. */
    public Builder text(int id, String text) {
      return text(id, text.getBytes(StandardCharsets.UTF_8));
    }

    /** A special token with its name. */
    public Builder special(int id, String name) {
      check(id);
      bytes[id] = new byte[0];
      kinds[id] = Kind.SPECIAL;
      specialIds.put(name, id);
      return this;
    }

    /** Declares a special token to end a sequence. */
    public Builder end(int id) {
      check(id);
      endTokens.add(id);
      return this;
    }

    private void check(int id) {
      if (id < 0 || id >= size) {
        throw new IllegalArgumentException("token id " + id + " is outside 0.." + (size - 1));
      }
    }

    /**
     * The vocabulary.
     *
     * @throws IllegalArgumentException if an end token is a text token
     */
    public Vocabulary build() {
      return new Vocabulary(this);
    }
  }
}
