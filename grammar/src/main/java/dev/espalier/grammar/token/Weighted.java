package dev.espalier.grammar.token;

/** Something shared that grows with use, so that what is remembered of it is bounded by memory. */
public interface Weighted {
  /** What it takes in memory by now, about; quick to tell. */
  long bytes();
}
