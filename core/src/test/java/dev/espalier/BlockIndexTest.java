package dev.espalier;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The index and what is collected by it, against a walk over all tokens. */
class BlockIndexTest {
  private static final int[] SIZES = {
    4097, 20_000, 32_768, 50_257, 70_000, 100_000, 128_256, 131_072, 151_936, 262_200
  };

  private static float[] logits(int size, SplittableRandom random) {
    float[] x = new float[size];
    for (int i = 0; i < size; i++) {
      x[i] = random.nextInt(40) == 0 ? Float.NEGATIVE_INFINITY : random.nextInt(-9000, 9000) / 64f;
    }
    return x;
  }

  private static void check(DenseRow row, float[] logits, SplittableRandom random) {
    BlockIndex index = row.index;
    float[] blocks = new float[index.blocks.length];
    Arrays.fill(blocks, Float.NEGATIVE_INFINITY);
    for (int id = 0; id < logits.length; id++) {
      int block = BlockIndex.blockOf(id);
      blocks[block] = Math.max(blocks[block], logits[id]);
      int first = BlockIndex.firstOf(block);
      assertThat((id - first) % BlockIndex.STRIDE == 0 && id < index.endOf(block)).isTrue();
    }
    assertThat(index.blocks).isEqualTo(blocks);
    for (float threshold : new float[] {200, 139, 130, 100, random.nextInt(-150, 150), -200}) {
      long[] expected =
          IntStream.range(0, logits.length)
              .filter(id -> logits[id] >= threshold)
              .mapToLong(id -> Keys.key(logits[id], id))
              .sorted()
              .toArray();
      int found = row.collect(threshold);
      assertThat(LongStream.of(row.keys()).limit(found).sorted().toArray()).isEqualTo(expected);
    }
    for (int k : new int[] {1, 64, 65, 300, 1000, 3000}) {
      assertThat(row.collect(index.threshold(k))).isBetween(k * 9 / 10, 4 * k + 200);
    }
  }

  @Test
  void indexAndCollectionEqualAWalkWhateverTheSize() {
    for (int size : SIZES) {
      var random = new SplittableRandom(size);
      float[] logits = logits(size, random);
      DenseRow row = new DenseRow(size);
      row.load(LogitsRow.of(logits), null);
      row.buildIndex();
      check(row, logits, random);
      row.load(direct(logits), null);
      row.buildIndex();
      check(row, logits, random);
    }
  }

  @Test
  void editsBeforeAndAfterTheIndexAreInIt() {
    for (int size : SIZES) {
      var random = new SplittableRandom(size);
      float[] logits = logits(size, random);
      for (int edits : new int[] {40, size / 10}) {
        float[] edited = logits.clone();
        DenseRow row = new DenseRow(size);
        row.load(LogitsRow.of(logits), null);
        for (int i = 0; i < 2 * edits; i++) {
          if (i == edits) {
            row.buildIndex();
            check(row, edited, random);
          }
          int id = random.nextInt(size);
          edited[id] =
              random.nextInt(5) == 0
                  ? Float.NEGATIVE_INFINITY
                  : edited[id] + random.nextInt(-2000, 2000) / 64f;
          row.set(id, edited[id]);
        }
        check(row, edited, random);
      }
    }
  }

  private static LogitsRow direct(float[] logits) {
    FloatBuffer buffer = FloatBuffer.wrap(logits).asReadOnlyBuffer();
    return new LogitsRow() {
      @Override
      public int size() {
        return logits.length;
      }

      @Override
      public FloatBuffer host() {
        return buffer;
      }
    };
  }
}
