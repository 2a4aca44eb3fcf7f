package dev.espalier.djl;

/** How weights and caches are held in memory. */
public enum Precision {
  /** IEEE 754 binary32. */
  FLOAT32(6, 4),
  /** The upper half of a binary32: half the memory, about three decimal digits. */
  BFLOAT16(15, 2);

  private final int scalarType;
  private final int bytes;

  Precision(int scalarType, int bytes) {
    this.scalarType = scalarType;
    this.bytes = bytes;
  }

  /** PyTorch's number of the type. */
  int scalarType() {
    return scalarType;
  }

  /** Bytes of an element. */
  public int bytes() {
    return bytes;
  }
}
