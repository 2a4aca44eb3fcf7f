package dev.espalier.djl;

import java.util.Random;

/** Texts that meet what tokenizers treat specially: scripts, marks, emoji, spaces, numbers. */
final class RandomTexts {
  private static final String[] PIECES = {
    "Hello",
    " world",
    "'s",
    "don't",
    " \n",
    "\n\n",
    "\r\n",
    "\t",
    "  ",
    "   ",
    "1234567",
    "3.14",
    "{\"a\": [1, 2]}",
    "é",
    "e\u0301",
    "Å",
    "ﬁ",
    "漢字",
    "かな",
    "한국어",
    "שלום",
    "مرحبا",
    "नमस्ते",
    "👍🏽",
    "👩\u200D👩\u200D👧",
    "🇫🇷",
    "\u00A0",
    "\u3000",
    "\u2028",
    "▁",
    "Ġ",
    "<0x0A>",
    "<s",
    "|im_end|",
    "İ",
    "ß",
    "Ω",
    "\u0000",
    "\u007F",
    "\u00AD",
    "\uFEFF",
    "\uFFFD",
    "ǅ",
    "ٱ",
    "१२३"
  };

  private RandomTexts() {}

  static String next(Random random) {
    StringBuilder out = new StringBuilder();
    int parts = random.nextInt(12);
    for (int i = 0; i < parts; i++) {
      switch (random.nextInt(4)) {
        case 0 -> out.append(PIECES[random.nextInt(PIECES.length)]);
        case 1 -> {
          for (int n = random.nextInt(8); n > 0; n--) {
            out.append((char) (' ' + random.nextInt(95)));
          }
        }
        case 2 -> out.append(' ').append(PIECES[random.nextInt(PIECES.length)]);
        default -> out.appendCodePoint(scalar(random));
      }
    }
    return out.toString();
  }

  private static int scalar(Random random) {
    while (true) {
      int c = random.nextBoolean() ? random.nextInt(0x3000) : random.nextInt(0x110000);
      if (c < 0xD800 || c > 0xDFFF) {
        return c;
      }
    }
  }
}
