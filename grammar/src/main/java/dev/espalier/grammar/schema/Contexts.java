package dev.espalier.grammar.schema;

import dev.espalier.grammar.schema.Context.Phase;
import dev.espalier.grammar.token.Segment;
import org.jspecify.annotations.Nullable;

/**
 * The contexts of a machine, each once, under its lock. A table of its own, since one is looked up
 * for every exit and most objects of a machine are contexts: no key is made to ask with or kept.
 */
final class Contexts {
  private @Nullable Context[] places = new Context[32]; // open addressing, at most half full
  private int size;

  /** The one of this meaning, null if there is none yet. */
  @Nullable Context find(
      Phase phase,
      Segment segment,
      Frame frame,
      Formula obligation,
      int key,
      @Nullable Frame closing) {
    int mask = places.length - 1;
    int i = Context.hash(phase, segment, frame, obligation, key, closing) & mask;
    Context c = places[i];
    while (c != null && !c.means(phase, segment, frame, obligation, key, closing)) {
      i = (i + 1) & mask;
      c = places[i];
    }
    return c;
  }

  /** Adds one that was not found. */
  void add(Context context) {
    if (2 * ++size > places.length) {
      @Nullable Context[] fewer = places;
      places = new Context[2 * fewer.length];
      for (Context c : fewer) {
        if (c != null) {
          put(c);
        }
      }
    }
    put(context);
  }

  private void put(Context context) {
    int mask = places.length - 1;
    int i = context.hash & mask;
    while (places[i] != null) {
      i = (i + 1) & mask;
    }
    places[i] = context;
  }
}
