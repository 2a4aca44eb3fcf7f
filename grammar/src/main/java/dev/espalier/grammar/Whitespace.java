package dev.espalier.grammar;

import org.jspecify.annotations.Nullable;

/** Where generated JSON may or must have white space. Immutable. */
public final class Whitespace {
  /** The kinds; only {@link #INDENTED} has a width. */
  public enum Kind {
    /** None at all. */
    COMPACT,
    /** One space after every comma and colon, as Python's {@code json.dumps} writes. */
    SINGLE_SPACE,
    /** One member or item a line. */
    INDENTED,
    /** Anything JSON allows, with at most one line break and a bounded run at each place. */
    FLEXIBLE
  }

  private static final Whitespace COMPACT = new Whitespace(Kind.COMPACT, 0);
  private static final Whitespace SINGLE_SPACE = new Whitespace(Kind.SINGLE_SPACE, 0);
  private static final Whitespace FLEXIBLE = new Whitespace(Kind.FLEXIBLE, 0);

  private final Kind kind;
  private final int width;

  private Whitespace(Kind kind, int width) {
    this.kind = kind;
    this.width = width;
  }

  /** None at all; the default. */
  public static Whitespace compact() {
    return COMPACT;
  }

  /** One space after every comma and colon, none elsewhere. */
  public static Whitespace singleSpace() {
    return SINGLE_SPACE;
  }

  /**
   * One member or item a line, and one space after a colon. Empty objects and arrays stay on one
   * line.
   *
   * @param width spaces for each level, 0 to 16
   */
  public static Whitespace indented(int width) {
    if (width < 0 || width > 16) {
      throw new IllegalArgumentException("an indentation is 0 to 16 spaces wide, not " + width);
    }
    return new Whitespace(Kind.INDENTED, width);
  }

  /** Anything JSON allows, bounded at each place so that generation cannot loop there. */
  public static Whitespace flexible() {
    return FLEXIBLE;
  }

  /** The kind. */
  public Kind kind() {
    return kind;
  }

  /** Spaces for each level of {@link Kind#INDENTED}. */
  public int width() {
    return width;
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof Whitespace w && w.kind == kind && w.width == width;
  }

  @Override
  public int hashCode() {
    return kind.hashCode() * 31 + width;
  }

  @Override
  public String toString() {
    return kind == Kind.INDENTED ? "INDENTED(" + width + ")" : kind.name();
  }
}
