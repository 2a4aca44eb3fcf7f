package dev.espalier;

/**
 * Uniform numbers as a pure function of (seed, step, index): the same step draws the same numbers
 * whatever happened in between, in whatever batch or thread. Immutable.
 *
 * <p>Each of the three counters goes through the 64-bit finaliser of MurmurHash3 as improved by
 * Stafford (2011, variant 13), the one of {@code SplittableRandom}.
 */
public final class CounterRandom {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;
  private final long key;

  private CounterRandom(long key) {
    this.key = key;
  }

  /** The stream of a seed. */
  public static CounterRandom of(long seed) {
    return new CounterRandom(mix(seed + GOLDEN));
  }

  /** An independent stream, for sample or step number {@code n}. */
  public CounterRandom split(long n) {
    return new CounterRandom(childKey(n));
  }

  /** Key of {@link #split} without the object, for {@link #uniform(long, long)}. */
  public long childKey(long n) {
    return mix(key ^ mix(n * GOLDEN + 0x632BE59BD9B4E019L));
  }

  /** Number {@code index} of this stream, in [0, 1), a multiple of 2^-53. */
  public double uniform(long index) {
    return uniform(key, index);
  }

  /** Number {@code index} of the stream with a key, in [0, 1), a multiple of 2^-53. */
  public static double uniform(long key, long index) {
    return (mix(key + (index + 1) * GOLDEN) >>> 11) * 0x1.0p-53;
  }

  private static long mix(long z) {
    long x = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    x = (x ^ (x >>> 27)) * 0x94D049BB133111EBL;
    return x ^ (x >>> 31);
  }
}
