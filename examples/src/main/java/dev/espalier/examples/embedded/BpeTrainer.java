package dev.espalier.examples.embedded;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Learns a {@link Bpe} from texts: joins the most frequent pair of neighbouring tokens, again and
 * again. Pairs of equal frequency are taken in the order of their token ids, so the same texts
 * always give the same encoding.
 *
 * <p>Counts are kept per distinct piece and updated only where the joined pair occurs.
 */
final class BpeTrainer {
  private final Map<String, Integer> frequencies = new LinkedHashMap<>();

  /** Counts the pieces of a text. */
  void add(String text) {
    for (String piece : ByteLevel.pieces(text)) {
      frequencies.merge(piece, 1, Integer::sum);
    }
  }

  /** Learns an encoding of at most {@code size} tokens; fewer if the texts run out of pairs. */
  Bpe train(int size) {
    int[][] pieces = new int[frequencies.size()][];
    int[] counts = new int[pieces.length];
    Map<Long, Integer> pairs = new HashMap<>();
    Map<Long, Set<Integer>> places = new HashMap<>();
    int p = 0;
    for (Map.Entry<String, Integer> entry : frequencies.entrySet()) {
      byte[] bytes = ByteLevel.bytes(entry.getKey());
      pieces[p] = new int[bytes.length];
      for (int i = 0; i < bytes.length; i++) {
        pieces[p][i] = Bpe.FIRST_BYTE + (bytes[i] & 0xff);
      }
      counts[p] = entry.getValue();
      count(pieces[p], p, counts[p], pairs, places);
      p++;
    }
    List<int[]> merges = new ArrayList<>();
    while (Bpe.FIRST_MERGE + merges.size() < size && !pairs.isEmpty()) {
      long best = mostFrequent(pairs);
      int[] merge = {(int) (best >>> 32), (int) best};
      int token = Bpe.FIRST_MERGE + merges.size();
      merges.add(merge);
      for (int place : Set.copyOf(places.getOrDefault(best, Set.of()))) {
        count(pieces[place], place, -counts[place], pairs, places);
        pieces[place] = join(pieces[place], merge, token);
        count(pieces[place], place, counts[place], pairs, places);
      }
    }
    return new Bpe(merges.toArray(int[][]::new));
  }

  private static void count(
      int[] piece, int place, int count, Map<Long, Integer> pairs, Map<Long, Set<Integer>> places) {
    for (int i = 0; i + 1 < piece.length; i++) {
      long pair = Bpe.pair(piece[i], piece[i + 1]);
      int left = pairs.merge(pair, count, Integer::sum);
      if (left == 0) {
        pairs.remove(pair);
        places.remove(pair);
      } else if (count > 0) {
        places.computeIfAbsent(pair, none -> new HashSet<>()).add(place);
      }
    }
  }

  private static long mostFrequent(Map<Long, Integer> pairs) {
    long best = Long.MAX_VALUE;
    int most = 0;
    for (Map.Entry<Long, Integer> entry : pairs.entrySet()) {
      int count = entry.getValue();
      if (count > most || (count == most && entry.getKey() < best)) {
        most = count;
        best = entry.getKey();
      }
    }
    return best;
  }

  private static int[] join(int[] piece, int[] merge, int token) {
    int[] joined = new int[piece.length];
    int n = 0;
    for (int i = 0; i < piece.length; i++) {
      if (i + 1 < piece.length && piece[i] == merge[0] && piece[i + 1] == merge[1]) {
        joined[n++] = token;
        i++;
      } else {
        joined[n++] = piece[i];
      }
    }
    return Arrays.copyOf(joined, n);
  }
}
