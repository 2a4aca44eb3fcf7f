package dev.espalier;

/**
 * One model's side of a sequence: its cache, the tokens in it, and those still to be fed. The
 * sampler's own model has one, each companion another.
 */
final class Track implements AutoCloseable {
  final CausalLm model;
  private final ContextOverflow overflow;
  private final LmSequence sequence;
  private final IntList fed; // what the cache holds
  private final IntList pending = new IntList(); // what comes next, never empty before a forward
  private int lastFeed;

  /** A sequence with what it already holds, whose owner stays the caller until {@link #close}. */
  Track(CausalLm model, LmSequence sequence, int[] held, ContextOverflow overflow) {
    this.model = model;
    this.sequence = sequence;
    this.overflow = overflow;
    fed = new IntList(held);
  }

  Track fork() {
    Track copy = new Track(model, sequence.fork(), fed.toArray(), overflow);
    copy.pending.addAll(pending.toArray());
    return copy;
  }

  void push(int token) {
    pending.add(token);
  }

  void push(int[] tokens) {
    pending.addAll(tokens);
  }

  int pending() {
    return pending.size();
  }

  int[] fed() {
    return fed.toArray();
  }

  LmSequence sequence() {
    return sequence;
  }

  /** Whether the pending tokens fit, after sliding the window where the policy says so. */
  boolean makeRoom() {
    if (fed.size() + pending.size() <= model.contextLength()) {
      return true;
    }
    if (overflow.refuses()) {
      return false;
    }
    int[] all = new int[fed.size() + pending.size()];
    System.arraycopy(fed.toArray(), 0, all, 0, fed.size());
    System.arraycopy(pending.toArray(), 0, all, fed.size(), pending.size());
    int[] left = overflow.slide(all, model.contextLength());
    int shared = 0;
    while (shared < left.length - 1 && shared < fed.size() && left[shared] == fed.get(shared)) {
      shared++;
    }
    sequence.truncate(shared);
    int[] kept = fed.toArray(0, shared);
    fed.clear();
    fed.addAll(kept);
    pending.clear();
    for (int i = shared; i < left.length; i++) {
      pending.add(left[i]);
    }
    return true;
  }

  /** A feed of the first {@code n} pending tokens, which then count as fed. */
  Feed feed(int n, Feed.Rows rows) {
    int[] tokens = pending.toArray(0, n);
    Feed feed = Feed.of(sequence, tokens).rows(rows);
    fed.addAll(tokens);
    pending.removeFirst(n);
    lastFeed = n;
    return feed;
  }

  /** Length of the last feed. */
  int lastFeed() {
    return lastFeed;
  }

  @Override
  public void close() {
    sequence.close();
  }
}
