package dev.espalier.grammar.cfg;

import dev.espalier.CompiledConstraint;
import dev.espalier.TokenMask;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.token.TokenTables;
import dev.espalier.grammar.token.TokenTrie;
import dev.espalier.tokenizer.HuggingFaceDirectory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Times masks by hand: {@code MaskBench TOKENIZER_DIRECTORY (GRAMMAR_FILE TEXT_FILE TEXT_FILE)...}.
 * Texts are cut greedily into the longest tokens. Prints, for a grammar just compiled (its lexeme
 * masks known to the vocabulary from the rounds before), for a second text, and for the first text
 * again, the microseconds of one mask and one step, and the time to compile.
 */
final class MaskBench {
  private MaskBench() {}

  public static void main(String[] args) throws Exception {
    Vocabulary vocabulary = HuggingFaceDirectory.read(Path.of(args[0])).vocabulary();
    TokenTables.of(vocabulary);
    for (int i = 1; i < args.length; i += 3) {
      String grammar = Files.readString(Path.of(args[i]));
      int[] one = cut(Files.readString(Path.of(args[i + 1])), vocabulary);
      int[] two = cut(Files.readString(Path.of(args[i + 2])), vocabulary);
      CompiledGrammar machine = compile(grammar, vocabulary);
      System.out.printf(Locale.ROOT, "%s, %d and %d tokens%n", args[i], one.length, two.length);
      print("first in this process", read(machine, one, vocabulary));
      for (int k = 0; k < 5; k++) { // for the JIT
        machine = compile(grammar, vocabulary);
        read(machine, one, vocabulary);
        read(machine, two, vocabulary);
      }
      long start = System.nanoTime();
      machine = compile(grammar, vocabulary);
      long compiled = System.nanoTime() - start;
      print("cold machine", read(machine, one, vocabulary));
      print("new text", read(machine, two, vocabulary));
      print("warm", read(machine, one, vocabulary));
      System.out.printf(
          Locale.ROOT, "  compile %.0f us, %d states%n", compiled / 1e3, machine.size());
    }
  }

  private static CompiledGrammar compile(String grammar, Vocabulary vocabulary) {
    return CompiledGrammar.of(GbnfParser.parse(grammar), "root", vocabulary);
  }

  private static long[] read(CompiledGrammar machine, int[] tokens, Vocabulary vocabulary) {
    long[] nanos = new long[tokens.length];
    TokenMask mask = new TokenMask(vocabulary.size());
    CompiledConstraint.State state = machine.start();
    for (int i = 0; i < tokens.length; i++) {
      mask.clear();
      long start = System.nanoTime();
      state.fillMask(mask);
      CompiledConstraint.State next = state.advance(tokens[i]);
      nanos[i] = System.nanoTime() - start;
      if (next == null || !mask.contains(tokens[i])) {
        throw new IllegalStateException(
            "token " + i + " is refused: " + vocabulary.describe(tokens[i]));
      }
      state = next;
    }
    return nanos;
  }

  private static void print(String what, long[] nanos) {
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    double average = Arrays.stream(nanos).average().orElse(0) / 1e3;
    System.out.printf(
        Locale.ROOT,
        "  %-22s avg %8.2f  p50 %7.2f  p99 %8.2f  max %9.2f us%n",
        what,
        average,
        sorted[sorted.length / 2] / 1e3,
        sorted[(int) (sorted.length * 0.99)] / 1e3,
        sorted[sorted.length - 1] / 1e3);
  }

  private static int[] cut(String text, Vocabulary vocabulary) {
    TokenTrie trie = TokenTables.of(vocabulary).trie();
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    List<Integer> tokens = new ArrayList<>();
    for (int at = 0; at < bytes.length; ) {
      int node = 0;
      int best = -1;
      int length = 0;
      for (int i = at; i < bytes.length; i++) {
        int child = node + 1;
        while (child < trie.end(node) && trie.byteAt(child) != (bytes[i] & 0xFF)) {
          child = trie.end(child);
        }
        if (child >= trie.end(node)) {
          break;
        }
        node = child;
        if (trie.hasTokens(node)) {
          best = trie.token(trie.firstToken(node));
          length = i + 1 - at;
        }
      }
      tokens.add(best);
      at += length;
    }
    return tokens.stream().mapToInt(Integer::intValue).toArray();
  }
}
