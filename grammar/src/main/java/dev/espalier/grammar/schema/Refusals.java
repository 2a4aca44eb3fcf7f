package dev.espalier.grammar.schema;

import dev.espalier.grammar.SchemaException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a schema asks for and does not get: thrown, or where that is wished, noted. Mutable. */
final class Refusals {
  private final boolean lenient;
  private final Map<String, SchemaException> noted = new LinkedHashMap<>();

  Refusals(boolean lenient) {
    this.lenient = lenient;
  }

  void add(SchemaException refusal) {
    if (!lenient) {
      throw refusal;
    }
    noted.putIfAbsent(refusal.pointer() + " " + refusal.keyword(), refusal);
  }

  List<SchemaException> noted() {
    return new ArrayList<>(noted.values());
  }
}
