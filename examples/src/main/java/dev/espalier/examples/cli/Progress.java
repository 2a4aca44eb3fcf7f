package dev.espalier.examples.cli;

import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A bar on the error terminal that vanishes when it is closed; nothing at all in a pipe. */
final class Progress implements AutoCloseable {
  private final Shell shell;
  private final @Nullable ProgressBar bar;

  private Progress(Shell shell, @Nullable ProgressBar bar) {
    this.shell = shell;
    this.bar = bar;
  }

  /** A bar over bytes, shown in megabytes. */
  static Progress bytes(Shell shell, String task, long max) {
    return start(shell, task, max, " MB", 1_000_000);
  }

  /** A bar over tokens. */
  static Progress tokens(Shell shell, String task, long max) {
    return start(shell, task, max, " tokens", 1);
  }

  private static Progress start(Shell shell, String task, long max, String unit, long unitSize) {
    if (!shell.errTerminal()) {
      return new Progress(shell, null);
    }
    int width = Math.min(shell.columns() - 1, 100);
    ProgressBar bar =
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(max)
            .setUnit(unit, unitSize)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(100)
            .setConsumer(
                new DelegatingProgressBarConsumer(
                    line -> {
                      shell.err().print("\r" + line);
                      shell.err().flush();
                    },
                    width))
            .build();
    return new Progress(shell, bar);
  }

  /** How far it is by now. */
  void to(long value) {
    if (bar != null) {
      bar.stepTo(value);
    }
  }

  /** A remark at the end of the bar. */
  void remark(String text) {
    if (bar != null) {
      bar.setExtraMessage(" " + text);
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      shell.err().print("\r" + " ".repeat(Math.min(shell.columns() - 1, 100)) + "\r");
      shell.err().flush();
    }
  }
}
