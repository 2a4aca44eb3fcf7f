package dev.espalier.sampling;

import dev.espalier.Candidates;
import dev.espalier.LogitsProcessor;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Forces tokens at places of the output, 0 the first one. */
record TokensAt(Map<Integer, Integer> tokens) implements LogitsProcessor {
  TokensAt {
    tokens = Collections.unmodifiableMap(new TreeMap<>(tokens));
    tokens.forEach(
        (place, token) -> {
          Range.atLeast("force_tokens", "place", 0, place);
          Range.atLeast("force_tokens", "token at place " + place, 0, token);
        });
  }

  @Override
  public boolean pointwise() {
    return true;
  }

  @Override
  public State open(Context context) {
    IntIntMap forced = new IntIntMap();
    tokens.forEach((place, token) -> forced.put(place, token + 1));
    return new Place(forced, 0);
  }

  private static final class Place implements State {
    private final IntIntMap forced; // place to token + 1; shared, not written
    private int place;

    Place(IntIntMap forced, int place) {
      this.forced = forced;
      this.place = place;
    }

    @Override
    public void process(Candidates candidates) {
      int token = forced.get(place) - 1;
      if (token >= 0) {
        candidates.keepOnly(token);
      }
    }

    @Override
    public void accept(int token, @Nullable Candidates drawnFrom) {
      place++;
    }

    @Override
    public State fork() {
      return new Place(forced, place);
    }
  }
}
