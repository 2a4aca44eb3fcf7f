package dev.espalier.grammar.token;

import dev.espalier.Vocabulary;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;

/** Vocabularies for tests. The last two ids are a special token and the end token. */
public final class Vocabularies {
  private Vocabularies() {}

  /** Exactly these text tokens. */
  public static Vocabulary of(List<byte[]> tokens) {
    Vocabulary.Builder b = Vocabulary.builder(tokens.size() + 2);
    for (int i = 0; i < tokens.size(); i++) {
      b.text(i, tokens.get(i));
    }
    return b.special(tokens.size(), "{\"")
        .special(tokens.size() + 1, "<end>")
        .end(tokens.size() + 1)
        .build();
  }

  /** The same by their text. */
  public static Vocabulary ofTexts(Collection<String> tokens) {
    return of(tokens.stream().map(s -> s.getBytes(StandardCharsets.UTF_8)).toList());
  }

  /** All texts of one to so many of these letters, the shorter ones first. */
  public static List<String> texts(int longest, String letters) {
    List<String> all = new ArrayList<>();
    List<String> last = List.of("");
    for (int n = 1; n <= longest; n++) {
      List<String> longer = new ArrayList<>();
      for (String s : last) {
        letters.chars().forEach(c -> longer.add(s + (char) c));
      }
      all.addAll(longer);
      last = longer;
    }
    return all;
  }

  /** All single bytes, and random pieces of the given fragments and their neighbours. */
  public static Vocabulary random(Random r, int size, String... fragments) {
    List<byte[]> tokens = new ArrayList<>();
    for (int b = 0; b < 256; b++) {
      tokens.add(new byte[] {(byte) b});
    }
    while (tokens.size() < size) {
      StringBuilder s = new StringBuilder();
      for (int k = 1 + r.nextInt(3); k > 0; k--) {
        String f = fragments[r.nextInt(fragments.length)];
        int from = f.isEmpty() ? 0 : r.nextInt(f.length());
        s.append(f, from, f.isEmpty() ? 0 : from + 1 + r.nextInt(f.length() - from));
      }
      byte[] bytes = s.toString().getBytes(StandardCharsets.UTF_8);
      int cut = r.nextInt(8) == 0 && bytes.length > 1 ? 1 + r.nextInt(bytes.length - 1) : 0;
      tokens.add(java.util.Arrays.copyOfRange(bytes, cut, bytes.length));
    }
    return of(tokens);
  }

  /** As many tokens as a large model has, with lengths like theirs. */
  public static Vocabulary large(int size, long seed) {
    Random r = new Random(seed);
    String letters = "eeeeetttaaooiinnsshhrrddlluucmfwygpbvk";
    List<byte[]> tokens = new ArrayList<>();
    for (int b = 0; b < 256; b++) {
      tokens.add(new byte[] {(byte) b});
    }
    String[] marks = {"\"", "\":", "\",", "\":\"", "\",\"", "{\"", "}", "},{", "]", "],", "\\n"};
    for (String m : marks) {
      tokens.add(m.getBytes(StandardCharsets.UTF_8));
    }
    for (int i = 0; i < 1000; i++) {
      tokens.add(Integer.toString(i).getBytes(StandardCharsets.UTF_8));
    }
    java.util.Set<String> seen = new java.util.HashSet<>();
    while (tokens.size() < size) {
      StringBuilder s = new StringBuilder(r.nextInt(2) == 0 ? " " : "");
      for (int k = 2 + r.nextInt(7); k > 0; k--) {
        s.append(letters.charAt(r.nextInt(letters.length())));
      }
      if (r.nextInt(40) == 0) {
        s.append(marks[r.nextInt(marks.length)]);
      }
      if (r.nextInt(30) == 0) {
        s.append((char) (0x400 + r.nextInt(0x3000)));
      }
      if (seen.add(s.toString())) {
        tokens.add(s.toString().getBytes(StandardCharsets.UTF_8));
      }
    }
    return of(tokens);
  }
}
