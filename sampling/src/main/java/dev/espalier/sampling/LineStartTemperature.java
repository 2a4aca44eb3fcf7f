package dev.espalier.sampling;

import dev.espalier.Candidates;
import dev.espalier.LogitsProcessor;
import dev.espalier.Vocabulary;
import org.jspecify.annotations.Nullable;

/**
 * A higher temperature for the first token of a line of code, after its indentation (AdapT, Zhu et
 * al. 2023, "Hot or Cold?"). As in the released loop, a line without indentation stays cold.
 */
record LineStartTemperature(double hot, double cold) implements LogitsProcessor {
  LineStartTemperature {
    Temperature.RANGE.check("adapt", "hot", hot);
    Temperature.RANGE.check("adapt", "cold", cold);
  }

  @Override
  public boolean pointwise() {
    return Math.min(hot, cold) >= Double.MIN_NORMAL;
  }

  @Override
  public State open(Context context) {
    return new Line(this, context.vocabulary(), false, false);
  }

  private static final class Line implements State {
    private final LineStartTemperature method;
    private final Vocabulary vocabulary;
    private boolean armed; // nothing but indentation since the newline
    private boolean start; // the next token is the first after indentation

    Line(LineStartTemperature method, Vocabulary vocabulary, boolean armed, boolean start) {
      this.method = method;
      this.vocabulary = vocabulary;
      this.armed = armed;
      this.start = start;
    }

    @Override
    public void process(Candidates candidates) {
      Temperature.apply(candidates, start ? method.hot : method.cold);
    }

    @Override
    public void accept(int token, @Nullable Candidates drawnFrom) {
      boolean blank = vocabulary.byteLength(token) > 0;
      boolean newline = false;
      for (int i = 0; i < vocabulary.byteLength(token); i++) {
        byte b = vocabulary.byteAt(token, i);
        newline |= b == '\n';
        blank &= b == ' ' || b == '\t' || b == '\n' || b == '\r';
      }
      start = blank && !newline && armed;
      armed = blank && (newline || armed);
    }

    @Override
    public State fork() {
      return new Line(method, vocabulary, armed, start);
    }
  }
}
