package dev.espalier.weights;

import java.nio.ByteBuffer;

/**
 * Stored numbers to 32-bit floats. The block layouts are those of GGML (ggml-quants, 2024): all
 * little-endian, scales in binary16. Each method reads whole blocks from the buffer's position on.
 */
final class Dequantizer {
  private Dequantizer() {}

  /** Decodes {@code n} elements, whole blocks, from a little-endian buffer. */
  static void dequantize(TensorType type, ByteBuffer in, float[] out, int at, int n) {
    int end = at + n;
    int step = type.blockElements();
    switch (type) {
      case F32 -> in.asFloatBuffer().get(out, at, n);
      case F16 -> {
        for (int i = at; i < end; i++) {
          out[i] = half(in.getShort());
        }
      }
      case BF16 -> {
        for (int i = at; i < end; i++) {
          out[i] = Float.intBitsToFloat(in.getShort() << 16);
        }
      }
      case Q4_0 -> {
        for (int i = at; i < end; i += step) {
          float d = half(in.getShort());
          nibbles(in, out, i, d, -8 * d);
        }
      }
      case Q4_1 -> {
        for (int i = at; i < end; i += step) {
          nibbles(in, out, i, half(in.getShort()), half(in.getShort()));
        }
      }
      case Q5_0 -> {
        for (int i = at; i < end; i += step) {
          float d = half(in.getShort());
          fiveBits(in, out, i, d, -16 * d);
        }
      }
      case Q5_1 -> {
        for (int i = at; i < end; i += step) {
          fiveBits(in, out, i, half(in.getShort()), half(in.getShort()));
        }
      }
      case Q8_0 -> {
        for (int i = at; i < end; i += step) {
          float d = half(in.getShort());
          for (int j = 0; j < step; j++) {
            out[i + j] = in.get() * d;
          }
        }
      }
      case Q4_K -> {
        for (int i = at; i < end; i += step) {
          q4k(in, out, i);
        }
      }
      case Q5_K -> {
        for (int i = at; i < end; i += step) {
          q5k(in, out, i);
        }
      }
      case Q6_K -> {
        for (int i = at; i < end; i += step) {
          q6k(in, out, i);
        }
      }
    }
  }

  /** 16 bytes, low nibbles first: {@code q * scale + offset}. */
  private static void nibbles(ByteBuffer in, float[] out, int at, float scale, float offset) {
    for (int j = 0; j < 16; j++) {
      int b = in.get();
      out[at + j] = (b & 15) * scale + offset;
      out[at + 16 + j] = ((b >>> 4) & 15) * scale + offset;
    }
  }

  /** 32 fifth bits, then 16 bytes of nibbles. */
  private static void fiveBits(ByteBuffer in, float[] out, int at, float scale, float offset) {
    int high = in.getInt();
    for (int j = 0; j < 16; j++) {
      int b = in.get();
      out[at + j] = ((b & 15) | (((high >>> j) & 1) << 4)) * scale + offset;
      out[at + 16 + j] = (((b >>> 4) & 15) | (((high >>> (j + 16)) & 1) << 4)) * scale + offset;
    }
  }

  /**
   * The 6-bit scale and minimum of sub-block {@code j}: 12 bytes hold eight pairs, the first four
   * in the low 6 bits of bytes 0–3 and 4–7, the others in bytes 8–11 (low bits) and the top two
   * bits of the former.
   */
  private static int scale(ByteBuffer in, int base, int j) {
    return j < 4
        ? in.get(base + j) & 63
        : (in.get(base + j + 4) & 15) | (((in.get(base + j - 4) >>> 6) & 3) << 4);
  }

  private static int minimum(ByteBuffer in, int base, int j) {
    return j < 4
        ? in.get(base + j + 4) & 63
        : ((in.get(base + j + 4) >>> 4) & 15) | (((in.get(base + j) >>> 6) & 3) << 4);
  }

  /** d, dmin, scales[12], qs[128]: four runs of 32 bytes, each two sub-blocks. */
  private static void q4k(ByteBuffer in, float[] out, int at) {
    int base = in.position();
    float d = half(in.getShort(base));
    float dmin = half(in.getShort(base + 2));
    for (int j = 0; j < 8; j++) {
      float scale = d * scale(in, base + 4, j);
      float min = dmin * minimum(in, base + 4, j);
      int q = base + 16 + (j >> 1) * 32;
      int shift = (j & 1) * 4;
      for (int l = 0; l < 32; l++) {
        out[at + j * 32 + l] = scale * ((in.get(q + l) >>> shift) & 15) - min;
      }
    }
    in.position(base + TensorType.Q4_K.blockBytes());
  }

  /** d, dmin, scales[12], qh[32] (bit j is the fifth of sub-block j), qs[128]. */
  private static void q5k(ByteBuffer in, float[] out, int at) {
    int base = in.position();
    float d = half(in.getShort(base));
    float dmin = half(in.getShort(base + 2));
    for (int j = 0; j < 8; j++) {
      float scale = d * scale(in, base + 4, j);
      float min = dmin * minimum(in, base + 4, j);
      int q = base + 48 + (j >> 1) * 32;
      int shift = (j & 1) * 4;
      for (int l = 0; l < 32; l++) {
        int high = ((in.get(base + 16 + l) >>> j) & 1) << 4;
        out[at + j * 32 + l] = scale * (((in.get(q + l) >>> shift) & 15) | high) - min;
      }
    }
    in.position(base + TensorType.Q5_K.blockBytes());
  }

  /** ql[128], qh[64], scales[16] (signed), d: two halves of 128 elements, each four runs of 32. */
  private static void q6k(ByteBuffer in, float[] out, int at) {
    int base = in.position();
    float d = half(in.getShort(base + 208));
    for (int half = 0; half < 2; half++) {
      int low = base + half * 64;
      int high = base + 128 + half * 32;
      int scales = base + 192 + half * 8;
      for (int run = 0; run < 4; run++) {
        for (int l = 0; l < 32; l++) {
          int nibble = (in.get(low + (run & 1) * 32 + l) >>> ((run >> 1) * 4)) & 15;
          int q = nibble | (((in.get(high + l) >>> (2 * run)) & 3) << 4);
          out[at + half * 128 + run * 32 + l] = d * in.get(scales + run * 2 + l / 16) * (q - 32);
        }
      }
    }
    in.position(base + TensorType.Q6_K.blockBytes());
  }

  /** IEEE 754 binary16 to binary32, exact. (Float.float16ToFloat came with Java 20.) */
  static float half(short bits) {
    int sign = (bits & 0x8000) << 16;
    int exponent = bits >>> 10 & 31;
    int fraction = bits & 0x3ff;
    if (exponent == 0) {
      float magnitude = fraction * 0x1p-24f; // zero and subnormals
      return sign == 0 ? magnitude : -magnitude;
    }
    int biased = exponent == 31 ? 255 : exponent + 112;
    return Float.intBitsToFloat(sign | (biased << 23) | (fraction << 13));
  }
}
