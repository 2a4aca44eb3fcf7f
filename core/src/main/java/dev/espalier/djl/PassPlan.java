package dev.espalier.djl;

import dev.espalier.Feed;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts feeds into passes of bounded size. Tokens that simply follow one another may be cut
 * anywhere; a tree enters whole.
 */
final class PassPlan {
  /** Tokens {@code from} to {@code to} (exclusive) of a feed. */
  record Slice(int index, Feed feed, int from, int to) {
    int count() {
      return to - from;
    }

    /** Tokens of this slice whose rows are wanted, as indices into the feed. */
    int firstRow() {
      return switch (feed.rows()) {
        case NONE -> to;
        case LAST -> to == feed.length() ? to - 1 : to;
        case ALL -> from;
      };
    }
  }

  private PassPlan() {}

  /** The passes in order; each feed appears at most once in a pass. */
  static List<List<Slice>> of(List<Feed> feeds, int chunk) {
    List<List<Slice>> passes = new ArrayList<>();
    List<Slice> pass = new ArrayList<>();
    int room = chunk;
    for (int f = 0; f < feeds.size(); f++) {
      Feed feed = feeds.get(f);
      int from = 0;
      while (from < feed.length()) {
        int left = feed.length() - from;
        int n = feed.isPlain() ? Math.min(left, room) : left;
        if (room == 0 || (n > room && !pass.isEmpty())) {
          passes.add(pass);
          pass = new ArrayList<>();
          room = chunk;
          continue;
        }
        pass.add(new Slice(f, feed, from, from + n));
        from += n;
        room = Math.max(0, room - n);
      }
    }
    if (!pass.isEmpty()) {
      passes.add(pass);
    }
    return passes;
  }
}
