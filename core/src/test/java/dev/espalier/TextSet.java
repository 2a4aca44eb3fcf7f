package dev.espalier;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The slow, obvious constraint: the text must be one of a few. */
final class TextSet implements Constraint {
  private final List<byte[]> texts = new ArrayList<>();
  private final boolean forces;

  private TextSet(boolean forces, String... texts) {
    this.forces = forces;
    for (String text : texts) {
      this.texts.add(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  static TextSet of(String... texts) {
    return new TextSet(true, texts);
  }

  /** The same set, but never announcing what is forced. */
  static TextSet silent(String... texts) {
    return new TextSet(false, texts);
  }

  @Override
  public CompiledConstraint compile(Vocabulary vocabulary) {
    return new CompiledConstraint() {
      @Override
      public Vocabulary vocabulary() {
        return vocabulary;
      }

      @Override
      public State start() {
        return new Position(vocabulary, texts, 0);
      }
    };
  }

  private final class Position implements CompiledConstraint.State {
    private final Vocabulary vocabulary;
    private final List<byte[]> left;
    private final int at;

    Position(Vocabulary vocabulary, List<byte[]> left, int at) {
      this.vocabulary = vocabulary;
      this.left = left;
      this.at = at;
    }

    @Override
    public Position step(byte b) {
      List<byte[]> next = left.stream().filter(t -> t.length > at && t[at] == b).toList();
      return next.isEmpty() ? null : new Position(vocabulary, next, at + 1);
    }

    @Override
    public Position advance(int token) {
      if (token >= vocabulary.size() || !vocabulary.isText(token)) {
        return null;
      }
      Position state = this;
      for (byte b : vocabulary.bytes(token)) {
        state = state == null ? null : state.step(b);
      }
      return state;
    }

    @Override
    public void fillMask(TokenMask mask) {
      for (int id = 0; id < vocabulary.size(); id++) {
        if (allows(id)) {
          mask.add(id);
        }
      }
    }

    @Override
    public boolean mayEnd() {
      return left.stream().anyMatch(t -> t.length == at);
    }

    @Override
    public CompiledConstraint.ForcedRun forced() {
      byte[] first = left.get(0);
      int end = at;
      while (end < first.length) {
        int i = end;
        if (!left.stream().allMatch(t -> t.length > i && t[i] == first[i])) {
          break;
        }
        end++;
      }
      boolean only = left.stream().allMatch(t -> Arrays.equals(t, first));
      return forces
          ? new CompiledConstraint.ForcedRun(Arrays.copyOfRange(first, at, end), only)
          : CompiledConstraint.ForcedRun.NONE;
    }

    @Override
    public String explain() {
      return "one of " + left.size() + " texts";
    }
  }
}
