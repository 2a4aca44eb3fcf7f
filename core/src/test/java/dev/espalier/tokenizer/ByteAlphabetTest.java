package dev.espalier.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ByteAlphabetTest {
  @Test
  void everyByteHasItsOwnCharacterAndComesBack() {
    byte[] all = new byte[256];
    Set<Character> seen = new HashSet<>();
    for (int b = 0; b < 256; b++) {
      all[b] = (byte) b;
      seen.add(ByteAlphabet.charOf((byte) b));
    }
    assertEquals(256, seen.size());
    assertArrayEquals(all, ByteAlphabet.bytes(ByteAlphabet.write(all)));
  }

  @Test
  void knownCharactersAreThoseOfGpt2() {
    assertEquals('\u0120', ByteAlphabet.charOf((byte) ' '));
    assertEquals('\u010A', ByteAlphabet.charOf((byte) '\n'));
    assertEquals('\u0100', ByteAlphabet.charOf((byte) 0));
    assertEquals('\u0143', ByteAlphabet.charOf((byte) 0xAD));
    assertEquals('\u00FF', ByteAlphabet.charOf((byte) 0xFF));
  }

  @Test
  void charactersOutsideTheAlphabetStandForNothing() {
    assertNull(ByteAlphabet.bytes("a b"));
    assertNull(ByteAlphabet.bytes("\u0144"));
    assertNull(ByteAlphabet.bytes("\u2581"));
  }
}
