package dev.espalier.grammar;

import dev.espalier.EspalierException;

/**
 * A schema that is broken, asks for something that is not enforced, or that no value satisfies. The
 * message names the JSON pointer and the keyword; nothing is loosened silently.
 */
public final class SchemaException extends EspalierException {
  private static final long serialVersionUID = 1L;

  private final String pointer;
  private final String keyword;

  /**
   * @param pointer JSON pointer of the sub-schema, empty for the root
   * @param keyword the keyword at fault, empty if it is the schema as a whole
   * @param problem what is wrong and what to do about it
   */
  public SchemaException(String pointer, String keyword, String problem) {
    super("schema at #" + pointer + (keyword.isEmpty() ? "" : ", " + keyword) + ": " + problem);
    this.pointer = pointer;
    this.keyword = keyword;
  }

  /** JSON pointer of the sub-schema, empty for the root. */
  public String pointer() {
    return pointer;
  }

  /** The keyword at fault, empty if it is the schema as a whole. */
  public String keyword() {
    return keyword;
  }
}
