package dev.espalier.grammar.regex;

import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.automaton.Utf8;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** A set of Unicode code points. Immutable. */
public final class CodePoints {
  /** Every code point. */
  public static final CodePoints ALL = range(0, Character.MAX_CODE_POINT);

  /** No code point. */
  public static final CodePoints NONE = new CodePoints(new int[0]);

  // First and last of each range in turn, ascending, with a gap between neighbours.
  private final int[] ranges;

  // Found on first use, since classes such as \\w are asked for again and again. Where two threads
  // meet, either's will do.
  private @Nullable CodePoints complement;
  private @Nullable Expr expr;

  private CodePoints(int[] ranges) {
    this.ranges = ranges;
  }

  /** The code points between two, both included. */
  public static CodePoints range(int from, int to) {
    return new CodePoints(new int[] {from, to});
  }

  /** The given ranges, first and last of each in turn, in any order. */
  public static CodePoints ranges(int... bounds) {
    List<int[]> sorted = new ArrayList<>();
    for (int i = 0; i < bounds.length; i += 2) {
      sorted.add(new int[] {bounds[i], bounds[i + 1]});
    }
    sorted.sort((x, y) -> Integer.compare(x[0], y[0]));
    int[] out = new int[bounds.length];
    int n = 0;
    for (int[] r : sorted) {
      if (n > 0 && r[0] <= out[n - 1] + 1) {
        out[n - 1] = Math.max(out[n - 1], r[1]);
      } else {
        out[n++] = r[0];
        out[n++] = r[1];
      }
    }
    return new CodePoints(Arrays.copyOf(out, n));
  }

  /** Every code point of which the predicate holds; asks all of them. */
  public static CodePoints where(IntPredicate predicate) {
    List<Integer> bounds = new ArrayList<>();
    int from = -1;
    for (int c = 0; c <= Character.MAX_CODE_POINT + 1; c++) {
      boolean in = c <= Character.MAX_CODE_POINT && predicate.test(c);
      if (in && from < 0) {
        from = c;
      } else if (!in && from >= 0) {
        bounds.add(from);
        bounds.add(c - 1);
        from = -1;
      }
    }
    return new CodePoints(bounds.stream().mapToInt(Integer::intValue).toArray());
  }

  /** Union. */
  public CodePoints or(CodePoints o) {
    int[] both = Arrays.copyOf(ranges, ranges.length + o.ranges.length);
    System.arraycopy(o.ranges, 0, both, ranges.length, o.ranges.length);
    return ranges(both);
  }

  /** Every code point that is not in the set. */
  public CodePoints complement() {
    CodePoints known = complement;
    if (known == null) {
      known = others();
      complement = known;
    }
    return known;
  }

  private CodePoints others() {
    int[] out = new int[ranges.length + 2];
    int n = 0;
    int next = 0;
    for (int i = 0; i < ranges.length; i += 2) {
      if (ranges[i] > next) {
        out[n++] = next;
        out[n++] = ranges[i] - 1;
      }
      next = ranges[i + 1] + 1;
    }
    if (next <= Character.MAX_CODE_POINT) {
      out[n++] = next;
      out[n++] = Character.MAX_CODE_POINT;
    }
    return new CodePoints(Arrays.copyOf(out, n));
  }

  /** Whether the code point is in the set. */
  public boolean contains(int codePoint) {
    int at = Arrays.binarySearch(ranges, codePoint);
    return at >= 0 || ((-at - 1) & 1) == 1;
  }

  /** The set with every code point that differs from a member only by simple case mappings. */
  public CodePoints ignoringCase() {
    int[] variants = CaseVariants.PAIRS;
    int[] added = new int[16];
    int n = 0;
    for (int r = 0; r < ranges.length; r += 2) {
      int i = CaseVariants.from(ranges[r]);
      for (; i < variants.length && variants[i] <= ranges[r + 1]; i += 2) {
        if (n + 2 > added.length) {
          added = Arrays.copyOf(added, 2 * n);
        }
        added[n++] = variants[i + 1];
        added[n++] = variants[i + 1];
      }
    }
    return n == 0 ? this : or(ranges(Arrays.copyOf(added, n)));
  }

  /** One character of the set in UTF-8. */
  public Expr expr() {
    Expr known = expr;
    if (known == null) {
      known = Utf8.ranges(ranges);
      expr = known;
    }
    return known;
  }

  /** Each code point that has case variants, ascending, beside each of its variants. */
  private static final class CaseVariants {
    // Two code points are the same but for case if their upper cases are, lower-cased. That is
    // simple case folding (CaseFolding.txt, C and S) but for the Turkish letters, which fold to
    // themselves, and for pairs that are the same only by their full mappings.
    private static final int DOTTED_I = 0x130;
    private static final int DOTLESS_I = 0x131;
    private static final int[][] BY_FULL_MAPPING = {
      {0x390, 0x1FD3}, {0x3B0, 0x1FE3}, {0xFB05, 0xFB06}
    };

    static final int[] PAIRS = pairs();

    /** The place of the first pair whose code point is not below this one. */
    static int from(int codePoint) {
      int low = 0;
      int high = PAIRS.length / 2;
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (PAIRS[2 * middle] < codePoint) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return 2 * low;
    }

    private static int[] pairs() {
      java.util.Map<Integer, List<Integer>> classes = new java.util.HashMap<>();
      for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
        int upper = Character.toUpperCase(c);
        if (c == DOTTED_I || c == DOTLESS_I) {
          continue;
        }
        if (upper != c || Character.toLowerCase(c) != c) {
          int key = Character.toLowerCase(upper);
          classes.computeIfAbsent(key, k -> new ArrayList<>()).add(c);
        }
      }
      classes.forEach(
          (key, members) -> {
            if (!members.contains(key)) {
              members.add(key); // no mapping leads from it, as from the sharp s
            }
          });
      for (int[] pair : BY_FULL_MAPPING) {
        classes.put(pair[0], List.of(pair[0], pair[1]));
      }
      java.util.TreeMap<Integer, List<Integer>> others = new java.util.TreeMap<>();
      for (List<Integer> members : classes.values()) {
        members.forEach(c -> others.put(c, members));
      }
      List<Integer> pairs = new ArrayList<>();
      others.forEach(
          (c, members) -> {
            for (int other : members) {
              if (other != c) {
                pairs.add(c);
                pairs.add(other);
              }
            }
          });
      return pairs.stream().mapToInt(Integer::intValue).toArray();
    }
  }
}
