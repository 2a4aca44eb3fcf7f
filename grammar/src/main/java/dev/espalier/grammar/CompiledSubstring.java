package dev.espalier.grammar;

import dev.espalier.CompiledConstraint;
import dev.espalier.TokenMask;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.automaton.ByteSet;
import dev.espalier.grammar.token.TokenTables;
import dev.espalier.grammar.token.TokenTrie;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The spans of a text over a vocabulary. Immutable, shared by threads. */
final class CompiledSubstring implements CompiledConstraint {
  private static final int LONGEST_FORCED = 1 << 12;

  private final SuffixArray spans;
  private final Vocabulary vocabulary;
  private final TokenTrie trie;
  private final Span start;

  CompiledSubstring(SuffixArray spans, Vocabulary vocabulary) {
    this.spans = spans;
    this.vocabulary = vocabulary;
    trie = TokenTables.of(vocabulary).trie();
    start = new Span(0, spans.size(), 0);
  }

  @Override
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  @Override
  public State start() {
    return start;
  }

  /** The places where what has been read so far occurs: a range of suffixes. A value. */
  private final class Span implements State {
    private final int from;
    private final int to;
    private final int depth;
    private int @Nullable [] allowed; // tokens; of the first state only, whose mask is the largest

    Span(int from, int to, int depth) {
      this.from = from;
      this.to = to;
      this.depth = depth;
    }

    @Override
    public @Nullable Span step(byte b) {
      int low = spans.lower(from, to, depth, b & 0xFF);
      if (low == to || spans.byteAt(low, depth) != (b & 0xFF)) {
        return null;
      }
      return new Span(low, spans.lower(low, to, depth, (b & 0xFF) + 1), depth + 1);
    }

    @Override
    public @Nullable State advance(int token) {
      Span s = token >= 0 && token < vocabulary.size() && vocabulary.isText(token) ? this : null;
      for (int i = 0; s != null && i < vocabulary.byteLength(token); i++) {
        s = s.step(vocabulary.byteAt(token, i));
      }
      return s;
    }

    @Override
    public void fillMask(TokenMask mask) {
      int[] known = allowed;
      if (known == null) {
        int[] found = new int[64];
        int n = 0;
        int[] lows = new int[trie.depth() + 2];
        int[] highs = new int[trie.depth() + 2];
        int[] ends = new int[trie.depth() + 2];
        lows[0] = from;
        highs[0] = to;
        ends[0] = trie.size();
        int open = 0;
        for (int i = 1; i < trie.size(); ) {
          while (i >= ends[open]) {
            open--;
          }
          int b = trie.byteAt(i);
          int at = depth + open;
          int low = spans.lower(lows[open], highs[open], at, b);
          if (low == highs[open] || spans.byteAt(low, at) != b) {
            i = trie.end(i);
            continue;
          }
          int high = spans.lower(low, highs[open], at, b + 1);
          for (int t = trie.firstToken(i); t < trie.firstToken(i + 1); t++) {
            if (n == found.length) {
              found = Arrays.copyOf(found, 2 * n);
            }
            found[n++] = trie.token(t);
          }
          ends[++open] = trie.end(i);
          lows[open] = low;
          highs[open] = high;
          i++;
        }
        known = Arrays.copyOf(found, n);
        allowed = depth == 0 ? known : null;
      }
      mask.addAll(known, 0, known.length);
    }

    @Override
    public boolean mayEnd() {
      return depth == 0 || spans.mayEnd(from, to, depth);
    }

    @Override
    public byte[] completion() {
      return mayEnd() ? new byte[0] : spans.rest(from, to, depth);
    }

    private ByteSet first() {
      ByteSet set = ByteSet.NONE;
      for (int at = spans.lower(from, to, depth, 0); at < to; ) {
        int b = spans.byteAt(at, depth);
        set = set.or(ByteSet.of(b));
        at = spans.lower(at, to, depth, b + 1);
      }
      return set;
    }

    @Override
    public ForcedRun forced() {
      ByteArrayOutputStream run = new ByteArrayOutputStream();
      Span s = this;
      while (s != null && !s.mayEnd() && run.size() < LONGEST_FORCED) {
        ByteSet first = s.first();
        if (first.size() != 1) {
          break;
        }
        run.write(first.next(0));
        s = s.step((byte) first.next(0));
      }
      boolean over = s != null && s.mayEnd() && s.first().isEmpty();
      return run.size() == 0 && !over ? ForcedRun.NONE : new ForcedRun(run.toByteArray(), over);
    }

    @Override
    public String explain() {
      return Expected.describe(forced().bytes(), first(), mayEnd()) + " (a quotation)";
    }

    @Override
    public String explain(int token) {
      return Expected.token(vocabulary, this, token);
    }

    @Override
    public boolean equals(@Nullable Object o) {
      return o instanceof Span s
          && s.from == from
          && s.to == to
          && s.depth == depth
          && s.owner() == owner();
    }

    private CompiledSubstring owner() {
      return CompiledSubstring.this;
    }

    @Override
    public int hashCode() {
      return (from * 31 + to) * 31 + depth;
    }
  }
}
