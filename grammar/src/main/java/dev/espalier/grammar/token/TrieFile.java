package dev.espalier.grammar.token;

import dev.espalier.EspalierException;
import dev.espalier.Vocabulary;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32;

/**
 * A vocabulary's trie as a file: the arrays of {@link TokenTrie} as they are, so that reading it is
 * copying. A file is believed only if it is of this vocabulary and whole, and every index in it
 * leads somewhere inside it.
 */
final class TrieFile {
  // Little-endian. Header: magic, version, checksum of all that follows the checksum, the
  // vocabulary's fingerprint (32 bytes), then the numbers of ids of the vocabulary, nodes, tokens,
  // levels of depth, and the largest depth. Longs come first, so that everything is aligned:
  // groups, everything, per level the deep nodes' bits; then end, first, ids, per level its limit,
  // number of paths, paths and path ends; then bytes.
  private static final int MAGIC = 0x54505345; // ESPT
  private static final int VERSION = 2; // to be raised when ByteGroups changes as well
  private static final int SUMMED_FROM = 16;
  private static final int HEADER = SUMMED_FROM + 32 + 6 * 4 + 8;

  private TrieFile() {}

  /** Writes beside the file and moves it into its place, so that nobody reads half of one. */
  static void write(TokenTrie trie, Vocabulary vocabulary, Path file) throws IOException {
    int paths = 0;
    for (DeepNodes level : trie.deep) {
      paths += level.paths.length;
    }
    long size = size(trie.size(), trie.vocabularySize(), trie.ids.length, trie.deep.length, paths);
    if (size > Integer.MAX_VALUE) {
      throw new IOException("a trie of " + size + " bytes is too large for a file");
    }
    ByteBuffer out = ByteBuffer.allocate((int) size).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(MAGIC).putInt(VERSION).putLong(0).put(fingerprint(vocabulary));
    out.putInt(trie.vocabularySize()).putInt(trie.size()).putInt(trie.ids.length);
    out.putInt(trie.deep.length).putInt(paths).putInt(trie.depth()).putLong(0);
    put(out, trie.groups);
    put(out, trie.everything());
    for (DeepNodes level : trie.deep) {
      put(out, Arrays.copyOf(level.bits(), (trie.size() + 63) >>> 6));
    }
    put(out, trie.end);
    put(out, trie.first);
    put(out, trie.ids);
    for (DeepNodes level : trie.deep) {
      out.putInt(level.limit).putInt(level.paths.length);
      put(out, level.paths);
      put(out, level.pathEnds);
    }
    out.put(trie.bytes).flip();
    out.putLong(8, checksum(out));
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      throw new IOException(file + " has no folder");
    }
    Files.createDirectories(folder);
    Path beside = Files.createTempFile(folder, "tables", ".tmp");
    try {
      try (FileChannel channel = FileChannel.open(beside, StandardOpenOption.WRITE)) {
        while (out.hasRemaining()) {
          channel.write(out);
        }
      }
      Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(beside);
    }
  }

  /**
   * Maps a file and copies the arrays out of it.
   *
   * @throws EspalierException if it is not this vocabulary's, of another version, or damaged
   */
  static TokenTrie read(Vocabulary vocabulary, Path file) throws IOException {
    ByteBuffer in;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      check(channel.size() >= HEADER && channel.size() <= Integer.MAX_VALUE, file, "its size");
      in = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
    }
    in.order(ByteOrder.LITTLE_ENDIAN);
    check(in.getInt() == MAGIC, file, "its first bytes");
    check(in.getInt() == VERSION, file, "its version");
    long sum = in.getLong();
    byte[] of = new byte[32];
    in.get(of);
    check(Arrays.equals(of, fingerprint(vocabulary)), file, "the vocabulary it was made for");
    int ids = in.getInt();
    int nodes = in.getInt();
    int tokens = in.getInt();
    int levels = in.getInt();
    int paths = in.getInt();
    int depth = in.getInt();
    in.getLong();
    check(
        ids == vocabulary.size()
            && nodes > 0
            && tokens >= 0
            && tokens <= ids
            && levels >= 0
            && levels <= 8
            && paths >= 0
            && depth >= 0
            && depth <= nodes
            && size(nodes, ids, tokens, levels, paths) == in.limit(),
        file,
        "its size");
    check(checksum(in) == sum, file, "its checksum");
    long[] groups = longs(in, nodes);
    long[] everything = longs(in, (ids + 63) >>> 6);
    long[][] bits = new long[levels][];
    for (int i = 0; i < levels; i++) {
      bits[i] = longs(in, (nodes + 63) >>> 6);
    }
    int[] end = ints(in, nodes);
    int[] first = ints(in, nodes + 1);
    int[] tokenIds = ints(in, tokens);
    DeepNodes[] deep = new DeepNodes[levels];
    for (int i = 0; i < levels; i++) {
      int limit = in.getInt();
      int n = in.getInt();
      paths -= n;
      check(limit > 0 && n >= 0 && paths >= 0, file, "its deep nodes");
      deep[i] = new DeepNodes(limit, ints(in, n), ints(in, n), bits[i]);
      check(deep[i].isWithin(nodes), file, "its deep nodes");
    }
    check(paths == 0, file, "its deep nodes");
    byte[] bytes = new byte[nodes];
    in.get(bytes);
    check(isTrie(end, first, tokenIds, ids, depth), file, "its nodes");
    return new TokenTrie(bytes, end, first, tokenIds, groups, everything, deep, depth, ids);
  }

  // Whether subtrees lie within one another, none deeper than the depth, and tokens are of the
  // vocabulary.
  private static boolean isTrie(int[] end, int[] first, int[] tokens, int ids, int depth) {
    int nodes = end.length;
    int[] open = new int[depth + 1]; // ends of the subtrees that a node is in
    int level = 0;
    open[0] = end[0];
    boolean good = end[0] == nodes && first[0] == 0 && first[nodes] == tokens.length;
    for (int i = 1; good && i < nodes; i++) {
      int stop = end[i];
      while (i >= open[level]) {
        level--;
      }
      good = level < depth && stop > i && stop <= open[level] && first[i] >= first[i - 1];
      if (stop > i + 1 && good) {
        open[++level] = stop;
      }
    }
    good &= first[nodes] >= first[nodes - 1];
    for (int i = 0; good && i < tokens.length; i++) {
      good = tokens[i] >= 0 && tokens[i] < ids;
    }
    return good;
  }

  private static void check(boolean good, Path file, String what) {
    if (!good) {
      throw new EspalierException(
          file + " does not hold this vocabulary's tables: wrong is " + what + "; make it again");
    }
  }

  private static long size(int nodes, int ids, int tokens, int levels, int paths) {
    long longs = nodes + ((ids + 63) >>> 6) + (long) levels * ((nodes + 63) >>> 6);
    long ints = 2L * nodes + 1 + tokens + 2L * levels + 2L * paths;
    return HEADER + 8 * longs + 4 * ints + nodes;
  }

  private static long checksum(ByteBuffer file) {
    CRC32 crc = new CRC32();
    crc.update(file.duplicate().position(SUMMED_FROM));
    return crc.getValue();
  }

  private static byte[] fingerprint(Vocabulary vocabulary) {
    return HexFormat.of().parseHex(vocabulary.fingerprint());
  }

  private static void put(ByteBuffer out, long[] values) {
    out.asLongBuffer().put(values);
    out.position(out.position() + 8 * values.length);
  }

  private static void put(ByteBuffer out, int[] values) {
    out.asIntBuffer().put(values);
    out.position(out.position() + 4 * values.length);
  }

  private static long[] longs(ByteBuffer in, int n) {
    long[] values = new long[n];
    in.asLongBuffer().get(values);
    in.position(in.position() + 8 * n);
    return values;
  }

  private static int[] ints(ByteBuffer in, int n) {
    int[] values = new int[n];
    in.asIntBuffer().get(values);
    in.position(in.position() + 4 * n);
    return values;
  }
}
