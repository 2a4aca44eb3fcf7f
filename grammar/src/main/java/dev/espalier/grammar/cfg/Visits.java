package dev.espalier.grammar.cfg;

import dev.espalier.grammar.cfg.PartialMask.Rest;
import java.util.Arrays;

/**
 * The triples (what is left of a rule, the frame below it, what is left of tokens) that a mask has
 * to look at, each once, in order of discovery. Mutable, for one thread; cleared and used again.
 */
final class Visits {
  private static final int SCAN = 8; // up to so many, a scan beats a table

  Form[] forms = new Form[64];
  Frame[] frames = new Frame[64];
  Rest[] rests = new Rest[64];
  int size;
  private boolean hashed; // whether the table is in use
  private int[] table = new int[256]; // open addressing; place plus one, 0 for free

  void clear() {
    if (hashed) {
      Arrays.fill(table, 0);
      hashed = false;
    }
    size = 0;
  }

  void add(Form form, Frame frame, Rest rest) {
    if (size < SCAN) {
      for (int i = 0; i < size; i++) {
        if (is(i, form, frame, rest)) {
          return;
        }
      }
      append(form, frame, rest);
      return;
    }
    if (!hashed) {
      hashed = true;
      for (int i = 0; i < size; i++) {
        table[free(forms[i], frames[i], rests[i])] = i + 1;
      }
    }
    int slot = free(form, frame, rest);
    if (slot < 0) {
      return;
    }
    append(form, frame, rest);
    table[slot] = size;
    if (2 * size > table.length) {
      table = new int[2 * table.length];
      for (int i = 0; i < size; i++) {
        table[free(forms[i], frames[i], rests[i])] = i + 1;
      }
    }
  }

  private void append(Form form, Frame frame, Rest rest) {
    if (size == forms.length) {
      forms = Arrays.copyOf(forms, 2 * size);
      frames = Arrays.copyOf(frames, 2 * size);
      rests = Arrays.copyOf(rests, 2 * size);
    }
    forms[size] = form;
    frames[size] = frame;
    rests[size++] = rest;
  }

  @SuppressWarnings("ReferenceEquality") // all three are equal only to themselves
  private boolean is(int i, Form form, Frame frame, Rest rest) {
    return forms[i] == form && frames[i] == frame && rests[i] == rest;
  }

  // Where the triple belongs, negative if it is there.
  private int free(Form form, Frame frame, Rest rest) {
    int h = (form.number * 0x9E3779B1 + frame.number) * 0x85EBCA77 + rest.number * 0xC2B2AE3D;
    int slot = (h ^ (h >>> 15)) & (table.length - 1);
    while (table[slot] != 0) {
      if (is(table[slot] - 1, form, frame, rest)) {
        return -1;
      }
      slot = (slot + 1) & (table.length - 1);
    }
    return slot;
  }
}
