package dev.espalier.grammar;

import dev.espalier.EspalierException;

/**
 * A schema that is broken, asks for something that is not enforced, or that no value satisfies. The
 * message names the JSON pointer and the keyword; nothing is loosened silently.
 */
public final class SchemaException extends EspalierException {
  private static final long serialVersionUID = 1L;

  /** What is wrong with a schema. */
  public enum Kind {
    /** It is no schema: not JSON, a keyword's value of the wrong type, a reference to nowhere. */
    BROKEN,
    /** It is a schema, and asks for something that is not enforced. */
    NOT_ENFORCED,
    /** No value satisfies it. */
    UNSATISFIABLE
  }

  private final Kind kind;
  private final String pointer;
  private final String keyword;

  /**
   * @param kind what is wrong
   * @param pointer JSON pointer of the sub-schema, empty for the root; in another document with
   *     that document's URI before it
   * @param keyword the keyword at fault, empty if it is the schema as a whole
   * @param problem the details, and what to do about it
   */
  public SchemaException(Kind kind, String pointer, String keyword, String problem) {
    super(
        "schema at "
            + (pointer.isEmpty() || "/(".indexOf(pointer.charAt(0)) >= 0 ? "#" : "")
            + pointer
            + (keyword.isEmpty() ? "" : ", " + keyword)
            + ": "
            + problem);
    this.kind = kind;
    this.pointer = pointer;
    this.keyword = keyword;
  }

  /** A schema that is none; see the other constructor. */
  public SchemaException(String pointer, String keyword, String problem) {
    this(Kind.BROKEN, pointer, keyword, problem);
  }

  /** A schema that is none; the other parameters are those of the constructor. */
  public static SchemaException broken(String pointer, String keyword, String problem) {
    return new SchemaException(Kind.BROKEN, pointer, keyword, problem);
  }

  /** A schema that asks for more than is enforced. */
  public static SchemaException unenforced(String pointer, String keyword, String problem) {
    return new SchemaException(Kind.NOT_ENFORCED, pointer, keyword, problem);
  }

  /** What is wrong. */
  public Kind kind() {
    return kind;
  }

  /**
   * JSON pointer of the sub-schema, empty for the root; in another document with that document's
   * URI before it.
   */
  public String pointer() {
    return pointer;
  }

  /** The keyword at fault, empty if it is the schema as a whole. */
  public String keyword() {
    return keyword;
  }
}
