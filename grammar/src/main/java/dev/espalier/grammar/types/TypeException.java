package dev.espalier.grammar.types;

import dev.espalier.EspalierException;

/** A Java type has no JSON Schema; the message names the type and the way to it. */
public final class TypeException extends EspalierException {
  private static final long serialVersionUID = 1L;

  TypeException(String path, String problem) {
    super(path + ": " + problem);
  }
}
