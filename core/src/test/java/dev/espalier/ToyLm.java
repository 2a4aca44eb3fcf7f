package dev.espalier;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A model whose logits are a hash of everything it has seen, in order: any mistake in caches,
 * positions, forks or batches changes them. Counts what is open.
 */
final class ToyLm implements CausalLm {
  static final int END = 0;
  private final Vocabulary vocabulary;
  private final int contextLength;
  private final int padding;
  private final long salt;
  private final float spread;
  final AtomicInteger openSequences = new AtomicInteger();
  final AtomicInteger openOutputs = new AtomicInteger();
  final AtomicInteger passes = new AtomicInteger();
  final AtomicInteger fedTokens = new AtomicInteger();
  volatile Runnable beforePass = () -> {};
  volatile int nanAt = -1;

  private ToyLm(Vocabulary vocabulary, int contextLength, int padding, long salt, float spread) {
    this.vocabulary = vocabulary;
    this.contextLength = contextLength;
    this.padding = padding;
    this.salt = salt;
    this.spread = spread;
  }

  /** Token 0 ends, token 1 is special, then the texts. */
  static ToyLm of(String... texts) {
    return new ToyLm(vocabulary(texts), 4096, 3, 7, 4);
  }

  static ToyLm over(Vocabulary vocabulary) {
    return new ToyLm(vocabulary, 4096, 3, 7, 4);
  }

  ToyLm withContext(int length) {
    return new ToyLm(vocabulary, length, padding, salt, spread);
  }

  ToyLm withSalt(long other) {
    return new ToyLm(vocabulary, contextLength, padding, other, spread);
  }

  static Vocabulary vocabulary(String... texts) {
    Vocabulary.Builder builder = Vocabulary.builder(texts.length + 2);
    builder.special(END, "<end>").end(END).special(1, "<other>");
    for (int i = 0; i < texts.length; i++) {
      builder.text(i + 2, texts[i]);
    }
    return builder.build();
  }

  /** Logits after some tokens, computed from scratch. */
  float[] logitsAfter(List<Integer> tokens) {
    long h = salt;
    for (int token : tokens) {
      h = h * 6364136223846793005L + token + 1442695040888963407L;
      h ^= h >>> 29;
    }
    Random random = new Random(h);
    float[] logits = new float[rowSize()];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = spread * (float) random.nextGaussian();
    }
    return logits;
  }

  @Override
  public String name() {
    return "toy";
  }

  @Override
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  @Override
  public Tokenizer tokenizer() {
    return new Tokenizer() {
      @Override
      public int[] encode(String text, boolean addSpecialTokens) {
        IntList ids = new IntList();
        int at = 0;
        while (at < text.length()) {
          int best = -1;
          for (int id = 0; id < vocabulary.size(); id++) {
            String token = spelling(id);
            if (!token.isEmpty()
                && text.startsWith(token, at)
                && (best < 0 || token.length() > spelling(best).length())) {
              best = id;
            }
          }
          if (best < 0) {
            throw new IllegalArgumentException("no token for " + text.substring(at));
          }
          ids.add(best);
          at += spelling(best).length();
        }
        return ids.toArray();
      }

      private String spelling(int id) {
        return vocabulary.kind(id) == Vocabulary.Kind.SPECIAL
            ? vocabulary.describe(id)
            : vocabulary.decode(id);
      }

      @Override
      public String decode(int[] tokens) {
        return vocabulary.decode(tokens);
      }
    };
  }

  @Override
  public ChatTemplate chatTemplate() {
    return (List<Message> messages,
        List<ToolSpec> tools,
        boolean prompt,
        Map<String, Object> v) -> {
      StringBuilder out = new StringBuilder();
      messages.forEach(m -> out.append(m.content()));
      return out.toString();
    };
  }

  @Override
  public int contextLength() {
    return contextLength;
  }

  @Override
  public int rowSize() {
    return vocabulary.size() + padding;
  }

  @Override
  public LmSequence open() {
    return new Sequence(new ArrayList<>());
  }

  @Override
  public ForwardOutput forward(List<Feed> feeds) {
    beforePass.run();
    passes.incrementAndGet();
    List<List<float[]>> rows = new ArrayList<>();
    for (Feed feed : feeds) {
      Sequence sequence = (Sequence) feed.sequence();
      if (sequence.length() + feed.length() > contextLength) {
        throw new ContextOverflowException(sequence.length() + feed.length(), contextLength);
      }
      List<float[]> computed = new ArrayList<>();
      List<Integer> before = List.copyOf(sequence.tokens);
      for (int i = 0; i < feed.length(); i++) {
        fedTokens.incrementAndGet();
        sequence.tokens.add(feed.token(i));
        List<Integer> seen = new ArrayList<>(before);
        for (int j = 0; j <= i; j++) {
          if (feed.sees(i, j)) {
            seen.add(feed.token(j));
          }
        }
        if (feed.rows() == Feed.Rows.ALL
            || (feed.rows() == Feed.Rows.LAST && i == feed.length() - 1)) {
          float[] logits = logitsAfter(seen);
          if (nanAt >= 0 && seen.size() > nanAt) {
            logits[3] = Float.NaN;
          }
          computed.add(logits);
        }
      }
      rows.add(computed);
    }
    openOutputs.incrementAndGet();
    return new ForwardOutput() {
      private boolean closed;

      @Override
      public LogitsRow logits(int feed, int row) {
        return LogitsRow.of(rows.get(feed).get(row));
      }

      @Override
      public LogitsRow logits(int feed) {
        return logits(feed, rows.get(feed).size() - 1);
      }

      @Override
      public void close() {
        if (!closed) {
          closed = true;
          openOutputs.decrementAndGet();
        }
      }
    };
  }

  void assertNothingOpen() {
    if (openSequences.get() != 0 || openOutputs.get() != 0) {
      throw new AssertionError(
          openSequences.get() + " sequences and " + openOutputs.get() + " outputs are still open");
    }
  }

  @Override
  public void close() {}

  private final class Sequence implements LmSequence {
    private final List<Integer> tokens;
    private boolean closed;

    Sequence(List<Integer> tokens) {
      this.tokens = tokens;
      openSequences.incrementAndGet();
    }

    @Override
    public int length() {
      return tokens.size();
    }

    @Override
    public LmSequence fork() {
      return new Sequence(new ArrayList<>(tokens));
    }

    @Override
    public void truncate(int length) {
      tokens.subList(length, tokens.size()).clear();
    }

    @Override
    public void keep(int from, int[] slots) {
      List<Integer> kept = new ArrayList<>(Arrays.stream(slots).mapToObj(tokens::get).toList());
      truncate(from);
      tokens.addAll(kept);
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        openSequences.decrementAndGet();
      }
    }
  }
}
