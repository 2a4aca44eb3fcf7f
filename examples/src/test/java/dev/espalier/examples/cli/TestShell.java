package dev.espalier.examples.cli;

import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;

/** Runs command lines and keeps what they print. */
final class TestShell {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private String input = "";
  private boolean terminal;
  private int columns = 80;

  TestShell typing(String text) {
    input = text;
    return this;
  }

  TestShell onTerminal(int width) {
    terminal = true;
    columns = width;
    return this;
  }

  int run(String... args) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return Espalier.run(shell(), args);
  }

  Shell shell() {
    return new Shell(
        new PrintWriter(out),
        new PrintWriter(err),
        new BufferedReader(new StringReader(input)),
        terminal,
        terminal,
        columns,
        terminal);
  }

  String out() {
    return out.toString();
  }

  String err() {
    return err.toString();
  }
}
