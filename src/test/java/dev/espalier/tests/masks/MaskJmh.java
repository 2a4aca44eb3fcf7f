package dev.espalier.tests.masks;

import dev.espalier.CompiledConstraint;
import dev.espalier.TokenMask;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.Grammar;
import dev.espalier.grammar.token.TokenTables;
import dev.espalier.grammar.token.TokenTrie;
import dev.espalier.tokenizer.HuggingFaceDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Times what a mask needs, part by part, and counts what it allocates: {@code MaskJmh
 * TOKENIZER_FOLDER [REGEX_OF_BENCHMARKS [GRAMMAR,…]]}, from the project's root; all of it takes
 * some four minutes. What is compared with other engines is {@link MaskBenchmark}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class MaskJmh {
  private static final String FOLDER = "espalier.benchmark.tokenizer";
  private static final Path GRAMMARS = Path.of("src/test/resources/masks");

  /** Name of a grammar among the resources. */
  @Param({"json", "c", "sql", "xml", "email", "choice"})
  public String grammar;

  private Vocabulary vocabulary;
  private TokenMask mask;
  private String source;
  private byte[] text;
  private CompiledConstraint visited;

  @Setup(Level.Trial)
  public void open() throws IOException {
    vocabulary = HuggingFaceDirectory.read(Path.of(System.getProperty(FOLDER))).vocabulary();
    mask = new TokenMask(vocabulary.size());
    source = Files.readString(GRAMMARS.resolve(grammar + ".gbnf"));
    text = Files.readAllBytes(GRAMMARS.resolve(grammar + ".1.txt"));
    visited = Grammar.gbnf(source).compile(vocabulary);
    masksByByte(visited);
  }

  /** The trie of the vocabulary alone. */
  @Benchmark
  public TokenTrie trie() {
    return TokenTrie.of(vocabulary);
  }

  /** A grammar of which nothing is known. */
  @Benchmark
  public CompiledConstraint compile() {
    TokenTables.of(vocabulary).clear();
    return Grammar.gbnf(source).compile(vocabulary);
  }

  /** The first mask of all, compiling included. */
  @Benchmark
  public int firstMask() {
    TokenTables.of(vocabulary).clear();
    mask.clear();
    Grammar.gbnf(source).compile(vocabulary).start().fillMask(mask);
    return mask.cardinality();
  }

  /** The mask before every byte of a text, on a machine that knows nothing. */
  @Benchmark
  public int coldText() {
    TokenTables.of(vocabulary).clear();
    return masksByByte(Grammar.gbnf(source).compile(vocabulary));
  }

  /** The same on one that has read it before. */
  @Benchmark
  public int knownText() {
    return masksByByte(visited);
  }

  private int masksByByte(CompiledConstraint compiled) {
    CompiledConstraint.State state = compiled.start();
    int sum = 0;
    for (byte b : text) {
      mask.clear();
      state.fillMask(mask);
      sum += mask.cardinality();
      CompiledConstraint.State next = state.step(b);
      if (next == null) {
        throw new IllegalStateException("the grammar refuses its own text");
      }
      state = next;
    }
    return sum;
  }

  /** See the class. */
  public static void main(String[] args) throws RunnerException {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(MaskJmh.class.getName() + "." + (args.length > 1 ? args[1] : ""))
            .jvmArgsAppend("-D" + FOLDER + "=" + args[0], "-Xmx2g", "-Xmn1g", "-XX:+UseSerialGC")
            .addProfiler(GCProfiler.class)
            .forks(1)
            .warmupIterations(6)
            .measurementIterations(5)
            .warmupTime(TimeValue.milliseconds(500))
            .measurementTime(TimeValue.milliseconds(300));
    if (args.length > 2) {
      options.param("grammar", args[2].split(",", -1));
    }
    new Runner(options.build()).run();
  }
}
