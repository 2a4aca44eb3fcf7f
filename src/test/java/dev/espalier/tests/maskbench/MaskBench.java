package dev.espalier.tests.maskbench;

import dev.espalier.Vocabulary;
import dev.espalier.grammar.JsonSchema;
import dev.espalier.grammar.Whitespace;
import dev.espalier.grammar.token.TokenTables;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The mask benchmark of JSONSchemaBench (arXiv 2501.10868) on Espalier and, if asked, its peers.
 */
@Command(
    name = "maskbench",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Compiles every schema, feeds every instance token by token, and times masks.",
      "Times are microseconds on one thread; TTFM is compiling the schema's text and the first"
          + " mask, TBM one mask and one advance. Every pass starts without any cache over the"
          + " vocabulary and keeps what it builds across files, in name order."
    })
final class MaskBench implements Callable<Integer> {
  private static final int SLOWEST = 20;
  private static final int WARM_SCHEMAS = 90_000;
  private static final int MOST_WARM_UP = 60;

  enum Order {
    any,
    declared
  }

  enum Space {
    flexible,
    compact,
    single,
    indented
  }

  @Option(
      names = "--data",
      required = true,
      description = "A .jsonl.gz, or a folder of MaskBench's files.")
  private Path data = Path.of("");

  @Option(names = "--tokenizer", required = true, description = "A tokenizer.json.")
  private Path tokenizer = Path.of("");

  @Option(names = "--order", description = "Of properties: ${COMPLETION-CANDIDATES}.")
  private Order order = Order.any;

  @Option(names = "--whitespace", description = "${COMPLETION-CANDIDATES}.")
  private Space whitespace = Space.flexible;

  @Option(names = "--limit", description = "Take so many files, evenly picked.")
  private int limit;

  @Option(names = "--sound", description = "Random outputs a schema, judged by a validator.")
  private int sound;

  @Option(names = "--seed", description = "Of the random outputs.")
  private long seed = 1;

  @Option(
      names = "--peers",
      split = ",",
      description = "llguidance, xgrammar: run them too (ESPALIER_PYTHON names a Python).")
  private List<String> peers = List.of();

  @Option(names = "--runs", description = "Measured passes; figures are medians (default 5).")
  private int runs = 5;

  @Option(
      names = "--warm-up",
      description =
          "Passes before them (default: as many as compile "
              + WARM_SCHEMAS
              + " schemas, 2 to "
              + MOST_WARM_UP
              + ", after which the JVM's own compiler has done most of its work).")
  private @Nullable Integer warmUpPasses;

  @Option(names = "--json", required = true, description = "Where the figures go.")
  private Path json = Path.of("");

  @Spec private CommandSpec spec = CommandSpec.create();

  private final PrintStream print = System.out;

  @SuppressWarnings("unused") // written only, so that it is made
  private volatile byte @Nullable [] garbage;

  public static void main(String[] args) {
    System.exit(
        new CommandLine(new MaskBench()).setCaseInsensitiveEnumValuesAllowed(true).execute(args));
  }

  @Override
  public Integer call() throws IOException {
    if (limit < 0 || sound < 0 || runs < 1 || (warmUpPasses != null && warmUpPasses < 0)) {
      throw wrong("--limit, --sound and --warm-up need numbers from 0, --runs from 1");
    }
    if (!Files.exists(data)) {
      throw wrong("--data: there is no " + data + "; give a .jsonl.gz or a folder of files");
    }
    if (!Files.isRegularFile(tokenizer)) {
      throw wrong("--tokenizer: there is no file " + tokenizer + "; give a tokenizer.json");
    }
    List<BenchFile> files;
    try {
      files = BenchFile.read(data, limit);
    } catch (IOException | JacksonException e) {
      throw wrong("--data: " + data + " cannot be read: " + e.getMessage());
    }
    if (files.isEmpty()) {
      throw wrong("--data: " + data + " holds no file with a schema");
    }
    Map<String, Object> report = new LinkedHashMap<>();
    try (BenchTokenizer encoder = new BenchTokenizer(tokenizer)) {
      List<Pass.Task> tasks = tasks(files, encoder);
      int warmUp =
          warmUpPasses != null
              ? warmUpPasses
              : Math.max(2, Math.min(MOST_WARM_UP, WARM_SCHEMAS / tasks.size()));
      measure(tasks, encoder, warmUp, report);
      for (String peer : peers) {
        runPeer(peer, tasks, report);
      }
    }
    Path parent = json.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    JsonMapper.builder()
        .enable(SerializationFeature.INDENT_OUTPUT)
        .build()
        .writeValue(json.toFile(), report);
    return 0;
  }

  private CommandLine.ParameterException wrong(String problem) {
    return new CommandLine.ParameterException(spec.commandLine(), problem);
  }

  private static List<Pass.Task> tasks(List<BenchFile> files, BenchTokenizer encoder) {
    List<Pass.Task> tasks = new ArrayList<>();
    for (BenchFile file : files) {
      List<int[]> tokens = new ArrayList<>();
      for (BenchFile.Test test : file.tests()) {
        tokens.add(encoder.encode(test.text()));
      }
      tasks.add(new Pass.Task(file, tokens));
    }
    return tasks;
  }

  private Function<String, JsonSchema> schemas() {
    Whitespace space =
        switch (whitespace) {
          case flexible -> Whitespace.flexible();
          case compact -> Whitespace.compact();
          case single -> Whitespace.singleSpace();
          case indented -> Whitespace.indented(2);
        };
    return order == Order.any
        ? text -> JsonSchema.of(text).anyOrder().whitespace(space)
        : text -> JsonSchema.of(text).whitespace(space);
  }

  private void measure(
      List<Pass.Task> tasks, BenchTokenizer encoder, int warmUp, Map<String, Object> report) {
    List<Pass> passes = new ArrayList<>();
    Vocabulary vocabulary = null;
    resetPeakHeap();
    try (ProgressBar bar = progress("masks", (long) tasks.size() * (warmUp + runs))) {
      for (int run = 0; run < warmUp + runs; run++) {
        vocabulary = encoder.freshVocabulary();
        TokenTables.of(vocabulary); // the trie belongs to the tokenizer, not to any schema
        System.gc(); // what the last pass left is not this one's cost
        movePauses(run % runs);
        Pass pass = new Pass(schemas(), vocabulary.size(), run);
        for (Pass.Task task : tasks) {
          pass.run(task, vocabulary);
          bar.step();
        }
        if (run >= warmUp) {
          passes.add(pass);
        }
      }
    }
    double peak = peakHeapMb();
    Pass last = passes.get(passes.size() - 1);
    verdicts(tasks.size(), last, report);
    if (order == Order.declared) {
      inDeclaredOrder(tasks, last, report);
    }
    Times tbm = Times.medians(passes.stream().map(p -> p.tbm).toList());
    Spread ttfm = Times.medians(passes.stream().map(p -> p.ttfm).toList()).spread();
    Spread second = Times.medians(passes.stream().map(p -> p.secondRequest).toList()).spread();
    Spread ttfmOfPasses = Spread.median(passes.stream().map(p -> p.ttfm.spread()).toList());
    Spread tbmOfPasses = Spread.median(passes.stream().map(p -> p.tbm.spread()).toList());
    report.put("ttfmMicros", ttfm.toMap());
    report.put("tbmMicros", tbm.spread().toMap());
    report.put("secondRequestMicros", second.toMap());
    report.put("ttfmMicrosOfPasses", ttfmOfPasses.toMap());
    report.put("tbmMicrosOfPasses", tbmOfPasses.toMap());
    report.put("tokens", tbm.size());
    report.put("peakHeapMb", peak);
    report.put("slowest", slowest(last.ranges, tbm));
    report.put("setting", setting(warmUp));
    print.printf(Locale.ROOT, "TTFM   %s%n", ttfm);
    print.printf(Locale.ROOT, "TBM    %s%n", tbm.spread());
    print.printf(Locale.ROOT, "again  %s%n", second);
    print.println("each a median of the passes; by pass, with the collector's pauses:");
    print.printf(Locale.ROOT, "TTFM   %s%n", ttfmOfPasses);
    print.printf(Locale.ROOT, "TBM    %s%n", tbmOfPasses);
    print.printf(Locale.ROOT, "%d tokens, peak heap %.0f MB%n", tbm.size(), peak);
    if (sound > 0 && vocabulary != null) {
      try (ProgressBar bar = progress("soundness", tasks.size())) {
        Soundness soundness = new Soundness(schemas(), vocabulary, sound, seed);
        for (Pass.Task task : tasks) {
          soundness.run(task.file());
          bar.step();
        }
        report.put("soundness", soundness.toMap());
        print.println("soundness " + soundness);
      }
    }
  }

  private static @Nullable ProgressBar progress(String name, long steps) {
    return new ProgressBarBuilder()
        .setTaskName(name)
        .setInitialMax(steps)
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(500)
        .build();
  }

  private void verdicts(int files, Pass pass, Map<String, Object> report) {
    report.put("files", files);
    report.put("pass", pass.passed.size());
    report.put("compileErrors", pass.compileErrors.size());
    report.put("compileErrorFiles", pass.compileErrors);
    report.put("compileErrorReasons", pass.reasons);
    report.put("unsatisfiable", pass.unsatisfiable);
    report.put("validationErrors", pass.validationErrors.size());
    report.put("validationErrorFiles", pass.validationErrors);
    report.put("invalidationErrors", pass.invalidationErrors.size());
    report.put("invalidationErrorFiles", pass.invalidationErrors);
    print.printf(
        "%d files, %d pass; %d compile errors %s, %d unsatisfiable,"
            + " %d valid refused, %d invalid accepted%n",
        files,
        pass.passed.size(),
        pass.compileErrors.size(),
        pass.reasons,
        pass.unsatisfiable.size(),
        pass.validationErrors.size(),
        pass.invalidationErrors.size());
  }

  /** Of the files whose valid instances are all in declared order, how many pass. */
  private void inDeclaredOrder(List<Pass.Task> tasks, Pass pass, Map<String, Object> report) {
    int files = 0;
    List<String> failed = new ArrayList<>();
    for (Pass.Task task : tasks) {
      InstanceOrder judge = new InstanceOrder(task.file().schema());
      if (task.file().tests().stream().allMatch(t -> !t.valid() || judge.holds(t.text()))) {
        files++;
        if (!pass.passed.contains(task.file().name())) {
          failed.add(task.file().name());
        }
      }
    }
    report.put("filesInOrder", files);
    report.put("passInOrder", files - failed.size());
    report.put("failedInOrder", failed);
    print.printf(
        "%d files with valid instances in declared order, %d of them pass%n",
        files, files - failed.size());
  }

  private static List<Map<String, Object>> slowest(Map<String, Pass.Range> files, Times tbm) {
    Map<String, Double> averages = new LinkedHashMap<>(); // µs a token
    files.forEach((file, r) -> averages.put(file, tbm.average(r.from(), r.to())));
    return averages.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .limit(SLOWEST)
        .map(
            e -> Map.<String, Object>of("name", e.getKey(), "tbmAvg", Spread.rounded(e.getValue())))
        .toList();
  }

  private Map<String, Object> setting(int warmUp) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("order", order);
    map.put("whitespace", whitespace);
    map.put("data", data.getFileName().toString());
    map.put("threads", 1);
    map.put("warmUpPasses", warmUp);
    map.put("measuredPasses", runs);
    map.put(
        "figures",
        "each time is the median of the measured passes; OfPasses: medians of the passes' figures,"
            + " the collector's pauses included");
    map.put("caches", "empty at the start of each pass, kept across its files in name order");
    map.put("java", Runtime.version().toString());
    return map;
  }

  // ---- peers

  private void runPeer(String peer, List<Pass.Task> tasks, Map<String, Object> report)
      throws IOException {
    Path work = Files.createTempFile("maskbench", ".jsonl");
    try {
      Peer.write(tasks, work);
      Map<String, Object> figures = new LinkedHashMap<>(Peer.run(peer, work, tokenizer));
      if (!figures.containsKey("error")) {
        Map<String, Object> ratios = new LinkedHashMap<>();
        for (String times : List.of("ttfmMicros", "tbmMicros")) {
          Map<?, ?> ours = (Map<?, ?>) report.get(times);
          Map<String, Object> ratio = new LinkedHashMap<>();
          for (Map.Entry<?, ?> e : ours.entrySet()) {
            String figure = (String) e.getKey();
            double value = (Double) e.getValue();
            ratio.put(figure, Peer.ratio(figures.get(times), times, figure, value));
          }
          ratios.put(times, ratio);
        }
        figures.put("timesOurs", ratios);
      }
      @SuppressWarnings("unchecked") // made here
      Map<String, Object> all =
          (Map<String, Object>) report.computeIfAbsent("peers", k -> new LinkedHashMap<>());
      all.put(peer, figures);
      print.println(peer + " " + figures);
    } finally {
      Files.deleteIfExists(work);
    }
  }

  // ---- memory

  private static List<MemoryPoolMXBean> heapPools() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(p -> p.getType() == MemoryType.HEAP)
        .toList();
  }

  // Passes allocate alike, so a pause of the collector would come at the same token in each of
  // them. What is left of the young generation differs instead; the medians leave pauses out, and
  // the figures of passes have them.
  private void movePauses(int part) {
    long young =
        heapPools().stream()
            .filter(p -> p.getName().contains("Eden"))
            .mapToLong(p -> p.getUsage().getCommitted())
            .sum();
    for (long left = young * part / runs; left > 0; left -= 1 << 20) {
      garbage = new byte[1 << 20];
    }
  }

  private static void resetPeakHeap() {
    heapPools().forEach(MemoryPoolMXBean::resetPeakUsage);
  }

  private static double peakHeapMb() {
    long bytes = heapPools().stream().mapToLong(p -> p.getPeakUsage().getUsed()).sum();
    return Math.round(bytes / 1e4) / 100.0;
  }
}
