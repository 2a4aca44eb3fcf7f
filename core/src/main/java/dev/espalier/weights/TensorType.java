package dev.espalier.weights;

import java.util.Locale;

/**
 * How a stored tensor spells its numbers. Quantised types group consecutive elements of a row into
 * blocks of fixed size.
 */
public enum TensorType {
  /** IEEE 754 binary32. */
  F32(1, 4),
  /** IEEE 754 binary16. */
  F16(1, 2),
  /** The upper half of a binary32. */
  BF16(1, 2),
  /** 4 bits, one scale per 32. */
  Q4_0(32, 18),
  /** 4 bits, scale and minimum per 32. */
  Q4_1(32, 20),
  /** 5 bits, one scale per 32. */
  Q5_0(32, 22),
  /** 5 bits, scale and minimum per 32. */
  Q5_1(32, 24),
  /** 8 bits, one scale per 32. */
  Q8_0(32, 34),
  /** 4 bits in 8 sub-blocks of 32, each with a 6-bit scale and minimum. */
  Q4_K(256, 144),
  /** 5 bits in 8 sub-blocks of 32, each with a 6-bit scale and minimum. */
  Q5_K(256, 176),
  /** 6 bits in 16 sub-blocks of 16, each with an 8-bit scale. */
  Q6_K(256, 210);

  private final int blockElements;
  private final int blockBytes;

  TensorType(int blockElements, int blockBytes) {
    this.blockElements = blockElements;
    this.blockBytes = blockBytes;
  }

  /** Elements in a block; 1 for plain numbers. */
  public int blockElements() {
    return blockElements;
  }

  /** Bytes that a block occupies. */
  public int blockBytes() {
    return blockBytes;
  }

  /** Whether elements are packed into blocks. */
  public boolean isQuantised() {
    return blockElements > 1;
  }

  /**
   * Bytes of {@code elements} elements.
   *
   * @throws ArithmeticException if that is no whole number of blocks or exceeds a long
   */
  public long bytes(long elements) {
    if (elements % blockElements != 0) {
      throw new ArithmeticException(
          String.format(
              Locale.ROOT,
              "%d elements are no whole %s blocks of %d",
              elements,
              this,
              blockElements));
    }
    return Math.multiplyExact(elements / blockElements, (long) blockBytes);
  }
}
