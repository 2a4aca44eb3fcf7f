package dev.espalier.tokenizer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The merges of a SentencePiece BPE model, which keeps only pieces and scores: any two neighbours
 * whose concatenation is a piece may merge, the piece with the highest score first. A merge list
 * says the same when it names every split of every piece, in the order of the scores.
 */
final class SentencePieceMerges {
  private record Merge(int left, int right, double score) {}

  private SentencePieceMerges() {}

  /** All merges, best first. Linear in the total length of the tokens, but for the sort. */
  static String[][] derive(String[] tokens, TokenType[] types, double[] scores) {
    Map<String, Integer> pieces = new HashMap<>(2 * tokens.length);
    for (int id = 0; id < tokens.length; id++) {
      if (types[id] == TokenType.NORMAL) {
        pieces.putIfAbsent(tokens[id], id);
      }
    }
    List<Merge> merges = new ArrayList<>();
    for (int id = 0; id < tokens.length; id++) {
      String piece = tokens[id];
      Integer owner = pieces.get(piece);
      if (owner == null || owner != id) {
        continue;
      }
      for (int cut = 1; cut < piece.length(); cut++) {
        Integer left = pieces.get(piece.substring(0, cut));
        Integer right = left == null ? null : pieces.get(piece.substring(cut));
        if (left != null && right != null) {
          merges.add(new Merge(left, right, scores[id]));
        }
      }
    }
    merges.sort(
        Comparator.comparingDouble(Merge::score)
            .reversed()
            .thenComparingInt(Merge::left)
            .thenComparingInt(Merge::right));
    String[][] pairs = new String[merges.size()][];
    for (int i = 0; i < pairs.length; i++) {
      pairs[i] = new String[] {tokens[merges.get(i).left()], tokens[merges.get(i).right()]};
    }
    return pairs;
  }
}
