package dev.espalier;

import dev.espalier.CompiledConstraint.ForcedRun;
import dev.espalier.CompiledConstraint.State;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Spells the bytes that bring a text to its end in tokens that the constraint allows. */
final class Spelling {
  // A constraint may count tokens, or refuse to leave a part inside of one, so not every spelling
  // will do: first the tokenizer's own, then the longest tokens, then any, in as few as can be.
  private static final int PLACES = 100_000; // of the last one

  private record Place(State state, int at) {}

  private record Met(Place place, @Nullable Met before, int token, int length) {}

  private Spelling() {}

  /**
   * Tokens of exactly these bytes, after which the text may end.
   *
   * @param before the output so far, of which the last characters decide how words join
   * @return null if no spelling leads there
   */
  static int @Nullable [] toEnd(
      State from, byte[] bytes, Tokenizer tokenizer, Vocabulary vocabulary, String before) {
    int[] canonical = new ForcedRun(bytes, true).tokens(tokenizer, vocabulary, before);
    if (ends(from, canonical, bytes.length, vocabulary)) {
      return canonical;
    }
    int[] longest = vocabulary.byText().spell(bytes);
    return longest != null && ends(from, longest, bytes.length, vocabulary)
        ? longest
        : any(from, bytes, vocabulary);
  }

  private static boolean ends(State from, int[] tokens, int length, Vocabulary vocabulary) {
    State at = from;
    int bytes = 0;
    for (int i = 0; i < tokens.length && at != null; i++) {
      at = at.advance(tokens[i]);
      bytes += vocabulary.byteLength(tokens[i]);
    }
    return at != null && bytes == length && at.mayEnd();
  }

  // Breadth first.
  private static int @Nullable [] any(State from, byte[] bytes, Vocabulary vocabulary) {
    TokensByText tokens = vocabulary.byText();
    ArrayDeque<Met> todo = new ArrayDeque<>();
    Set<Place> seen = new HashSet<>();
    todo.add(new Met(new Place(from, 0), null, -1, 0));
    while (!todo.isEmpty() && seen.size() < PLACES) {
      Met met = todo.remove();
      int at = met.place.at;
      if (at == bytes.length && met.place.state.mayEnd()) {
        int[] spelling = new int[met.length];
        for (Met m = met; m.before != null; m = m.before) {
          spelling[m.length - 1] = m.token;
        }
        return spelling;
      }
      for (int end = at + 1; end <= bytes.length; end++) {
        int rank = tokens.first(bytes, at, end);
        int last = tokens.afterLast(bytes, at, end);
        if (rank == last) {
          break; // no token begins so, none goes on from here
        }
        int token = tokens.id(rank);
        State next =
            vocabulary.byteLength(token) == end - at ? met.place.state.advance(token) : null;
        if (next != null && seen.add(new Place(next, end))) {
          todo.add(new Met(new Place(next, end), met, token, met.length + 1));
        }
      }
    }
    return null;
  }
}
