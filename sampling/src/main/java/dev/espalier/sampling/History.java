package dev.espalier.sampling;

import java.util.Arrays;

/** The tokens of a sequence so far, prompt included. Mutable, for one sequence. */
final class History {
  private int[] tokens;
  private int length;

  History(int[] prompt) {
    tokens = Arrays.copyOf(prompt, prompt.length + 64);
    length = prompt.length;
  }

  History(History other) {
    tokens = Arrays.copyOf(other.tokens, other.length + 64);
    length = other.length;
  }

  void add(int token) {
    if (length == tokens.length) {
      tokens = Arrays.copyOf(tokens, 2 * length);
    }
    tokens[length++] = token;
  }

  int length() {
    return length;
  }

  /** The token {@code back} places from the end, 0 the last. */
  int back(int back) {
    return tokens[length - 1 - back];
  }

  int at(int place) {
    return tokens[place];
  }

  /** Whether the last tokens are those of {@code sequence[0, count)}. */
  boolean endsWith(int[] sequence, int count) {
    if (count > length) {
      return false;
    }
    for (int i = 0; i < count; i++) {
      if (tokens[length - count + i] != sequence[i]) {
        return false;
      }
    }
    return true;
  }
}
