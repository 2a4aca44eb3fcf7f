package dev.espalier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TokenMaskTest {
  @Test
  void agreesWithABitSetWhateverIsDoneToIt() {
    long seed = 20261121;
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      int size = 1 + random.nextInt(20_000);
      TokenMask mask = new TokenMask(size);
      BitSet naive = new BitSet();
      for (int step = 0; step < 60; step++) {
        switch (random.nextInt(8)) {
          case 0, 1 -> {
            int id = random.nextInt(size);
            mask.add(id);
            naive.set(id);
          }
          case 2 -> {
            int[] ids = random.ints(random.nextInt(600), 0, size).toArray();
            mask.addAll(ids, 0, ids.length);
            Arrays.stream(ids).forEach(naive::set);
          }
          case 3 -> {
            BitSet more = new BitSet();
            random.ints(random.nextInt(50), 0, size).forEach(more::set);
            mask.addWords(more.toLongArray());
            naive.or(more);
          }
          case 4 -> {
            int id = random.nextInt(size);
            mask.remove(id);
            naive.clear(id);
          }
          case 5 -> {
            int[] ids = random.ints(random.nextInt(1500), 0, size).sorted().distinct().toArray();
            mask.addAll(TokenSet.of(ids));
            Arrays.stream(ids).forEach(naive::set);
          }
          case 6 -> {
            long[] words = BitSet.valueOf(mask.words()).toLongArray();
            TokenSet same = TokenSet.of(words);
            mask.clear();
            mask.addAll(same);
          }
          default -> {
            if (random.nextInt(4) == 0) {
              mask.clear();
              naive.clear();
            }
          }
        }
        String at = "seed " + seed + " round " + round + " step " + step;
        assertThat(BitSet.valueOf(mask.words())).as(at).isEqualTo(naive);
        assertThat(mask.cardinality()).as(at).isEqualTo(naive.cardinality());
        long[] copy = new long[size / 64 + 3];
        Arrays.fill(copy, -1);
        mask.copyTo(copy, 1, copy.length - 1);
        assertThat(BitSet.valueOf(Arrays.copyOfRange(copy, 1, copy.length)))
            .as(at)
            .isEqualTo(naive);
        assertThat(copy[0]).isEqualTo(-1);
        int probe = random.nextInt(size);
        assertThat(mask.contains(probe)).as(at).isEqualTo(naive.get(probe));
        assertThat(mask.first()).as(at).isEqualTo(naive.nextSetBit(0));
        if (mask.isListed()) {
          int[] ids = Arrays.copyOf(mask.ids(), mask.cardinality());
          Arrays.sort(ids);
          assertThat(ids).as(at).isEqualTo(naive.stream().toArray());
        }
      }
    }
  }

  @Test
  void aFixedSetIsReadInPlaceAndNeverWritten() {
    long[] words = {0b1010, 0, 1};
    TokenSet set = TokenSet.of(words);
    TokenMask mask = new TokenMask(300);
    mask.add(200);
    mask.clear();
    mask.addAll(set);
    assertThat(mask.words()).isSameAs(words);
    mask.add(7);
    mask.remove(1);
    assertThat(BitSet.valueOf(mask.words()).stream()).containsExactly(3, 7, 128);
    assertThat(words).containsExactly(0b1010, 0, 1);
    mask.clear();
    assertThat(mask.first()).isEqualTo(-1);
    assertThat(mask.contains(3)).isFalse();
    assertThatThrownBy(() -> new TokenMask(64).addAll(set))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> TokenSet.of(3, 3)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void idsOutsideTheRangeAreRefused() {
    TokenMask mask = new TokenMask(70);
    assertThatThrownBy(() -> mask.add(70)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> mask.add(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(mask.contains(70)).isFalse();
    assertThatThrownBy(() -> mask.addWords(new long[3]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refillingAllocatesNothing() {
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
    TokenMask mask = new TokenMask(128_256);
    long[] base = new long[2004];
    Arrays.fill(base, 0x5555L);
    int[] few = {1, 5, 100_000};
    long before = 0;
    for (int i = 0; i < 20_000; i++) {
      if (i == 10_000) {
        before = threads.getCurrentThreadAllocatedBytes();
      }
      mask.clear();
      if (i % 2 == 0) {
        mask.addWords(base);
      }
      mask.addAll(few, 0, few.length);
    }
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1000);
  }
}
