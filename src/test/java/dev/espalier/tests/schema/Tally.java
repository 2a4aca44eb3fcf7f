package dev.espalier.tests.schema;

import java.util.ArrayList;
import java.util.List;

/** Outcomes of the tests of one file or of many. Mutable. */
final class Tally {
  int tests;
  int right;
  int refused; // the schema was refused, so no instance was judged
  final List<String> wrong = new ArrayList<>();

  void add(Tally other) {
    tests += other.tests;
    right += other.right;
    refused += other.refused;
    wrong.addAll(other.wrong);
  }

  @Override
  public String toString() {
    return "%d of %d right, %d refused, %d wrong".formatted(right, tests, refused, wrong.size());
  }
}
