package dev.espalier;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class KeysTest {
  /** Against sorting; few different values, so that there are many equals, and −∞. */
  @Test
  void theKthLargestIsWhereSortingPutsIt() {
    for (int seed = 0; seed < 3000; seed++) {
      var random = new SplittableRandom(seed);
      int n = 1 + random.nextInt(seed % 7 == 0 ? 3 : 600);
      int values = 1 + random.nextInt(seed % 3 == 0 ? 4 : 100_000);
      float[] a = new float[n];
      for (int i = 0; i < n; i++) {
        int value = random.nextInt(values) - values / 2;
        a[i] = seed % 4 == 0 && value % 2 == 0 ? Float.NEGATIVE_INFINITY : value / 8f;
      }
      float[] sorted = a.clone();
      Arrays.sort(sorted);
      int k = 1 + random.nextInt(n);
      assertThat(Keys.kthLargest(a.clone(), new float[n], n, k))
          .as("seed %d: %d of %d", seed, k, n)
          .isEqualTo(sorted[n - k]);
    }
  }

  @Test
  void selectingAndSortingAgreeWithTheLibrary() {
    for (int seed = 0; seed < 1000; seed++) {
      var random = new SplittableRandom(seed);
      int n = 1 + random.nextInt(700);
      long[] a = random.longs(n, -50 - 7L * seed, 50 + 7L * seed).toArray();
      long[] sorted = a.clone();
      Arrays.sort(sorted);
      int k = random.nextInt(n + 1);
      Keys.select(a, n, k);
      long[] best = Arrays.copyOf(a, k);
      Arrays.sort(best);
      assertThat(best).as("seed %d", seed).isEqualTo(Arrays.copyOf(sorted, k));
      Keys.sort(a, 0, n);
      assertThat(a).as("seed %d", seed).isEqualTo(sorted);
    }
  }
}
