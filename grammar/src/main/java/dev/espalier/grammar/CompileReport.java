package dev.espalier.grammar;

import java.util.List;

/**
 * What becomes of every keyword of a schema, and what looks like a mistake in it. Immutable.
 *
 * @param entries one for each keyword of each schema that can be reached, in the order of the text
 * @param warnings what is allowed and probably not meant, and what may not be decided in time
 */
public record CompileReport(List<Entry> entries, List<Warning> warnings) {
  /** Copies the lists. */
  public CompileReport {
    entries = List.copyOf(entries);
    warnings = List.copyOf(warnings);
  }

  /** What becomes of a keyword. */
  public enum Status {
    /** Every generated text obeys it. */
    ENFORCED,
    /** It asserts nothing. */
    ANNOTATION,
    /** It asserts something that is not enforced: an error, or left out where that is wished. */
    REFUSED
  }

  /**
   * One keyword.
   *
   * @param pointer JSON pointer of the schema that holds it, empty for the root
   * @param keyword its name
   * @param status what becomes of it
   * @param reason why, where that is not obvious; else empty
   */
  public record Entry(String pointer, String keyword, Status status, String reason) {
    @Override
    public String toString() {
      return "%s/%s: %s%s"
          .formatted(pointer, keyword, status, reason.isEmpty() ? "" : ", " + reason);
    }
  }

  /**
   * A likely mistake, or what may not be decided in time.
   *
   * @param pointer JSON pointer of the schema, empty for the root
   * @param message what is odd about it
   */
  public record Warning(String pointer, String message) {
    @Override
    public String toString() {
      return "#" + pointer + ": " + message;
    }
  }

  /** The entries of one status. */
  public List<Entry> entries(Status status) {
    return entries.stream().filter(e -> e.status == status).toList();
  }

  /** Whether every assertion of the schema is enforced. */
  public boolean complete() {
    return entries(Status.REFUSED).isEmpty();
  }
}
