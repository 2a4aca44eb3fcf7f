package dev.espalier.grammar.cfg;

import dev.espalier.TokenSet;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The masks that states know: built on first use, all forgotten when they are too many. Used under
 * its machine's lock.
 */
final class StateMasks {
  private static final long MAX_BYTES = 32L << 20;
  private static final long BYTES_PER_STATE = 64;

  private final MaskBuilder walks;
  private @Nullable PartialMasks readings; // null where a place is not read alone
  private final TokenSets sets;
  private final ArrayList<ParseState> masked = new ArrayList<>(); // that hold one of the sets

  /**
   * @param alone whether places can be read alone
   */
  StateMasks(Machine machine, boolean alone) {
    sets = new TokenSets(machine.tables.trie().vocabularySize());
    walks = new MaskBuilder(machine, sets);
    readings = alone ? new PartialMasks(machine, sets) : null;
  }

  TokenSet of(ParseState state) {
    TokenSet known = state.mask;
    if (known != null) {
      return known;
    }
    TokenSet built = build(state);
    if (sets.bytes() + BYTES_PER_STATE * masked.size() > MAX_BYTES) {
      sets.clear();
      masked.forEach(s -> s.mask = null);
      masked.clear();
    }
    state.mask = built;
    masked.add(state);
    return built;
  }

  /** Leaves the states to go, with their masks. */
  void forget() {
    masked.clear();
  }

  private TokenSet build(ParseState state) {
    PartialMasks composed = readings;
    if (composed != null) {
      try {
        return composed.build(state);
      } catch (PartialMasks.TooManyRests e) {
        readings = null;
      }
    }
    return walks.build(state);
  }
}
