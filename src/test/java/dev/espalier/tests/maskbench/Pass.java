package dev.espalier.tests.maskbench;

import dev.espalier.BudgetExceededException;
import dev.espalier.CompiledConstraint;
import dev.espalier.CompiledConstraint.State;
import dev.espalier.EspalierException;
import dev.espalier.TokenMask;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.JsonSchema;
import dev.espalier.grammar.SchemaException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/** One pass over all files: verdicts and times. Mutable, for one thread. */
final class Pass {
  /**
   * A file with its instances as tokens.
   *
   * @param tokens one list an instance
   */
  record Task(BenchFile file, List<int[]> tokens) {}

  /** What went wrong, where. */
  record Failure(String name, String reason) {}

  private final Function<String, JsonSchema> schemas;
  private final TokenMask mask;
  private final String padding;

  final Set<String> passed = new HashSet<>(); // names of files
  final List<Failure> compileErrors = new ArrayList<>();
  final List<Failure> unsatisfiable = new ArrayList<>();
  final List<Failure> validationErrors = new ArrayList<>();
  final List<Failure> invalidationErrors = new ArrayList<>();
  final Map<String, Integer> reasons = new TreeMap<>(); // of compile errors, with their number

  final Times ttfm = new Times();
  final Times secondRequest = new Times(); // compiling an equal schema once more
  final Times tbm = new Times();
  final Map<String, Range> ranges = new LinkedHashMap<>(); // of tokens, by file

  /** Places of a file's tokens. */
  record Range(int from, int to) {}

  /**
   * @param number of the pass: every pass gets texts of its own, with as many spaces at their end,
   *     so that nothing can be known from an earlier one
   */
  Pass(Function<String, JsonSchema> schemas, int vocabularySize, int number) {
    this.schemas = schemas;
    padding = " ".repeat(number);
    mask = new TokenMask(vocabularySize);
  }

  /**
   * Compiles one file's schema and feeds its instances. The vocabulary is that of the whole pass,
   * and is not kept: a pass is, for its figures, and the tables that were built would be with it.
   */
  void run(Task task, Vocabulary vocabulary) {
    CompiledConstraint c;
    try {
      c = compile(task.file(), vocabulary);
    } catch (SchemaException e) {
      if (String.valueOf(e.getMessage()).contains("no value")) {
        // It refuses every instance, and is listed.
        unsatisfiable.add(new Failure(task.file().name(), String.valueOf(e.getMessage())));
        boolean right = true;
        for (BenchFile.Test test : task.file().tests()) {
          right &= !test.valid();
        }
        if (right) {
          passed.add(task.file().name());
        } else {
          validationErrors.add(new Failure(task.file().name(), "unsatisfiable: " + e.getMessage()));
        }
        return;
      }
      failed(task, "keyword " + e.keyword(), e);
      return;
    } catch (BudgetExceededException e) {
      failed(task, "budget " + e.budget(), e);
      return;
    } catch (EspalierException | IllegalArgumentException e) {
      failed(task, e.getClass().getSimpleName(), e);
      return;
    } catch (RuntimeException | StackOverflowError e) {
      failed(task, "crash " + e.getClass().getSimpleName(), e);
      return;
    }
    boolean right = true;
    int from = tbm.size();
    for (int i = 0; i < task.tokens().size(); i++) {
      BenchFile.Test test = task.file().tests().get(i);
      String refusal;
      try {
        refusal = feed(c.start(), task.tokens().get(i), vocabulary);
      } catch (RuntimeException | StackOverflowError e) {
        refusal = "instance " + i + " ended in " + e;
        if (!test.valid()) {
          invalidationErrors.add(new Failure(task.file().name(), refusal));
          right = false;
        }
      }
      boolean accepted = refusal.isEmpty();
      if (test.valid() && !accepted) {
        validationErrors.add(new Failure(task.file().name(), "instance " + i + ": " + refusal));
      } else if (!test.valid() && accepted) {
        invalidationErrors.add(new Failure(task.file().name(), "instance " + i));
      }
      right &= test.valid() == accepted;
    }
    if (tbm.size() > from) {
      ranges.put(task.file().name(), new Range(from, tbm.size()));
    }
    if (right) {
      passed.add(task.file().name());
    }
  }

  private void failed(Task task, String reason, Throwable e) {
    reasons.merge(reason, 1, Integer::sum);
    compileErrors.add(new Failure(task.file().name(), String.valueOf(e.getMessage())));
  }

  private CompiledConstraint compile(BenchFile file, Vocabulary vocabulary) {
    mask.clear();
    String text = file.schema() + padding;
    long t = System.nanoTime();
    CompiledConstraint c = schemas.apply(text).compile(vocabulary);
    c.start().fillMask(mask);
    ttfm.add(System.nanoTime() - t);
    String equal = file.schema() + padding;
    t = System.nanoTime();
    CompiledConstraint again = schemas.apply(equal).compile(vocabulary);
    secondRequest.add(System.nanoTime() - t);
    return again;
  }

  // Why the tokens were refused; empty if they were not.
  private String feed(State start, int[] ids, Vocabulary vocabulary) {
    State s = start;
    for (int i = 0; i < ids.length; i++) {
      int token = ids[i];
      long t = System.nanoTime();
      mask.clear();
      s.fillMask(mask);
      State next = mask.contains(token) ? s.advance(token) : null;
      tbm.add(System.nanoTime() - t);
      if (next == null) {
        return "token "
            + i
            + " "
            + vocabulary.describe(token)
            + " after "
            + vocabulary.decode(Arrays.copyOfRange(ids, Math.max(0, i - 12), i))
            + "; expected "
            + s.explain();
      }
      s = next;
    }
    return s.mayEnd() ? "" : "the end is not allowed; expected " + s.explain();
  }
}
