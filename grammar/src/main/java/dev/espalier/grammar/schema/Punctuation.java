package dev.espalier.grammar.schema;

import dev.espalier.grammar.Whitespace;
import dev.espalier.grammar.automaton.ByteSet;
import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.token.ChoiceSegment;
import dev.espalier.grammar.token.ChoiceSegment.Alternative;
import dev.espalier.grammar.token.Segment;
import dev.espalier.grammar.token.TokenTables;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

/**
 * The stretches between keys and scalars, with white space where the option puts it. One per
 * vocabulary and option, shared by schemas. Safe for threads.
 */
final class Punctuation {
  private static final List<JsonType> TYPES = List.of(JsonType.values());
  static final int VALUE_CLOSE = TYPES.size(); // label: an empty array ends here
  static final int KEY = 0;
  static final int COMMA = 0;
  static final int CLOSE = 1;

  private static final ByteSet NUMBER_START = ByteSet.anyOf("-0123456789");
  private static final int LONGEST_RUN = 40; // spaces and tabs in a row under FLEXIBLE

  /** Where a value stands. */
  enum Place {
    ROOT(0),
    FIRST_ITEM(1),
    NEXT_ITEM(2),
    MEMBER(3);

    private final int bits;

    Place(int bits) {
      this.bits = bits;
    }
  }

  private record Key(Whitespace whitespace) {}

  private final Whitespace whitespace;
  private final TokenTables tables;
  private final Expr flexible;
  private final Segment colon;
  private final Segment end;
  private final ConcurrentMap<Long, Segment> segments = new ConcurrentHashMap<>();

  private Punctuation(Whitespace whitespace, TokenTables tables) {
    this.whitespace = whitespace;
    this.tables = tables;
    Expr run = Expr.repeat(Expr.bytes(ByteSet.anyOf(" \t")), 0, LONGEST_RUN);
    Expr line = Expr.or(Expr.literal("\n"), Expr.literal("\r\n"), Expr.literal("\r"));
    flexible = Expr.seq(run, Expr.optional(Expr.seq(line, run)));
    colon = choice(List.of(Alternative.of(Expr.seq(ifFlexible(), Expr.literal(":")))));
    end = choice(List.of());
  }

  static Punctuation of(Whitespace whitespace, TokenTables tables) {
    return tables.cached(new Key(whitespace), t -> new Punctuation(whitespace, t));
  }

  private int indentation(int depth) {
    return whitespace.kind() == Whitespace.Kind.INDENTED ? depth : 0;
  }

  // What a segment depends on, as bits; `depth` counts only where white space does.
  private Segment segment(int kind, int flags, int depth, Supplier<Segment> make) {
    long shape = ((long) indentation(depth) << 32) | ((long) kind << 16) | flags;
    Segment known = segments.get(shape);
    if (known == null) {
      known = make.get();
      segments.put(shape, known);
    }
    return known;
  }

  private static int bit(boolean set, int place) {
    return set ? 1 << place : 0;
  }

  private Segment choice(List<Alternative> alternatives) {
    return tables.segment(alternatives, k -> new ChoiceSegment(alternatives));
  }

  private Expr line(int depth) {
    return Expr.literal("\n" + " ".repeat(whitespace.width() * depth));
  }

  /** The start of a member or item inside a container of the given depth. */
  private Expr beforeElement(boolean first, int depth) {
    return switch (whitespace.kind()) {
      case COMPACT -> Expr.EMPTY;
      case SINGLE_SPACE -> first ? Expr.EMPTY : Expr.literal(" ");
      case INDENTED -> line(depth);
      case FLEXIBLE -> flexible;
    };
  }

  private Expr beforeClose(int depth) {
    return switch (whitespace.kind()) {
      case COMPACT, SINGLE_SPACE -> Expr.EMPTY;
      case INDENTED -> line(depth - 1);
      case FLEXIBLE -> flexible;
    };
  }

  private Expr ifFlexible() {
    return whitespace.kind() == Whitespace.Kind.FLEXIBLE ? flexible : Expr.EMPTY;
  }

  /**
   * What may start a value. The label is the type's place in {@link JsonType}; numbers are not
   * consumed, strings, arrays and objects are up to their first character.
   *
   * @param close whether the array may end here instead
   * @param depth of the container, 0 at the root
   */
  Segment value(Set<JsonType> types, Place place, boolean close, int depth) {
    int flags = place.bits << TYPES.size() | bit(close, 15);
    for (int i = 0; i < TYPES.size(); i++) {
      flags |= bit(types.contains(TYPES.get(i)), i);
    }
    return segment(0, flags, depth, () -> makeValue(types, place, close, depth));
  }

  private Segment makeValue(Set<JsonType> types, Place place, boolean close, int depth) {
    Expr gap =
        switch (place) {
          case ROOT -> ifFlexible();
          case FIRST_ITEM -> beforeElement(true, depth);
          case NEXT_ITEM -> beforeElement(false, depth);
          case MEMBER ->
              switch (whitespace.kind()) {
                case COMPACT -> Expr.EMPTY;
                case SINGLE_SPACE, INDENTED -> Expr.literal(" ");
                case FLEXIBLE -> flexible;
              };
        };
    List<Alternative> all = new ArrayList<>();
    for (JsonType type : TYPES) {
      if (!types.contains(type)) {
        all.add(Alternative.of(Expr.NONE));
      } else if (type == JsonType.NUMBER) {
        all.add(new Alternative(gap, NUMBER_START));
      } else {
        String text =
            switch (type) {
              case NULL -> "null";
              case TRUE -> "true";
              case FALSE -> "false";
              case STRING -> "\"";
              case ARRAY -> "[";
              default -> "{";
            };
        all.add(Alternative.of(Expr.seq(gap, Expr.literal(text))));
      }
    }
    all.add(Alternative.of(close ? Expr.seq(ifFlexible(), Expr.literal("]")) : Expr.NONE));
    return choice(all);
  }

  /** The type that a value start's label stands for. */
  static JsonType typeOf(int label) {
    return TYPES.get(label);
  }

  /** A key's opening quote, or the end of an empty object. */
  Segment keyStart(boolean key, boolean close, boolean first, int depth) {
    return segment(
        1,
        bit(key, 0) | bit(close, 1) | bit(first, 2),
        depth,
        () ->
            choice(
                List.of(
                    Alternative.of(
                        key
                            ? Expr.seq(beforeElement(first, depth), Expr.literal("\""))
                            : Expr.NONE),
                    Alternative.of(
                        close ? Expr.seq(ifFlexible(), Expr.literal("}")) : Expr.NONE))));
  }

  /** The colon. */
  Segment colon() {
    return colon;
  }

  /** A comma or the end, after a member or item. */
  Segment after(boolean more, boolean close, boolean array, int depth) {
    return segment(
        2,
        bit(more, 0) | bit(close, 1) | bit(array, 2),
        depth,
        () ->
            choice(
                List.of(
                    Alternative.of(more ? Expr.seq(ifFlexible(), Expr.literal(",")) : Expr.NONE),
                    Alternative.of(
                        close
                            ? Expr.seq(beforeClose(depth), Expr.literal(array ? "]" : "}"))
                            : Expr.NONE))));
  }

  /** Nothing follows. */
  Segment end() {
    return end;
  }
}
