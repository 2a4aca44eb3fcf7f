package dev.espalier.grammar.cfg;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A node of the stack (the graph-structured stack of generalised parsing): what goes on when a call
 * ends, as a set of (rest, frame below). Returns with nothing left to do are replaced by the
 * frame's below, so tail calls take no stack. Hash-consed: equal continuations are the same object.
 */
final class Frame {
  /**
   * The calls of a left-recursive component from outside of it. Its members return to one another,
   * which would be a cycle of frames; instead a frame names its member and the context that all
   * members share, and the returns inside are added when they are asked for.
   */
  static final class Context {
    final Form.Call[] entries; // sorted by number, then by frame
    final Frame[] frames;
    private final int hash;

    Context(Form.Call[] entries, Frame[] frames) {
      this.entries = entries;
      this.frames = frames;
      int h = entries.length;
      for (int i = 0; i < entries.length; i++) {
        h = (h * 31 + entries[i].number()) * 31 + frames[i].number;
      }
      hash = h ^ (h >>> 13);
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(@Nullable Object o) {
      return o instanceof Context c
          && hash == c.hash
          && Arrays.equals(frames, c.frames)
          && sameCalls(entries, c.entries);
    }

    private static boolean sameCalls(Form.Call[] a, Form.Call[] b) {
      if (a.length != b.length) {
        return false;
      }
      for (int i = 0; i < a.length; i++) {
        if (a[i].number() != b[i].number()) {
          return false;
        }
      }
      return true;
    }
  }

  /** Rests, and the frames below beside them. */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares them
  record Returns(Form[] rests, Frame[] below) {}

  /** Of a long cascade every so many-th frame knows what comes after it. */
  static final int LEVELS = 16;

  final @Nullable Symbol member; // of a left-recursive component, else null
  final @Nullable Context context;
  final int number;

  // The returns; of a left-recursive frame filled in on first use.
  Form @Nullable [] rests;
  Frame[] below;

  /** The state after the call has ended; on first use. */
  @Nullable ParseState popped;

  /** How many calls may end together with this one, each because nothing has to follow the last. */
  final int cascade;

  Frame(Form[] rests, Frame[] below, int number) {
    member = null;
    context = null;
    this.rests = rests;
    this.below = below;
    this.number = number;
    int longest = 0;
    for (int i = 0; i < rests.length; i++) {
      longest = rests[i].nullable ? Math.max(longest, below[i].cascade + 1) : longest;
    }
    cascade = longest;
  }

  Frame(Symbol member, Context context, int number) {
    this.member = member;
    this.context = context;
    this.number = number;
    below = context.frames;
    int longest = 0;
    for (int i = 0; i < below.length; i++) {
      boolean nullable = context.entries[i].rest().nullable;
      longest = nullable ? Math.max(longest, below[i].cascade + 1) : longest;
    }
    cascade = longest;
  }

  /** What makes two frames the same. */
  @SuppressWarnings({"ArrayRecordComponent", "ReferenceEquality"}) // compared by hand below
  record Key(@Nullable Symbol member, @Nullable Context context, Form[] rests, Frame[] below) {
    @Override
    public int hashCode() {
      int h = member == null ? 17 : member.number * 31 + (context == null ? 0 : context.hash);
      for (int i = 0; i < rests.length; i++) {
        h = (h * 31 + rests[i].number) * 31 + below[i].number;
      }
      return h ^ (h >>> 15);
    }

    // Everything in the arrays is hash-consed, so their equality is that of identity.
    @Override
    public boolean equals(@Nullable Object o) {
      return o instanceof Key k
          && member == k.member
          && context == k.context
          && Arrays.equals(rests, k.rests)
          && Arrays.equals(below, k.below);
    }
  }
}
