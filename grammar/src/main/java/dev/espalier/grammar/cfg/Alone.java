package dev.espalier.grammar.cfg;

import dev.espalier.grammar.token.LexemeState;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Places that are read alone, as if nothing were below their frames: their states do not depend on
 * the stack, so each is made once for the grammar. Used under its machine's lock.
 */
final class Alone {
  private final Frame frame;
  private final Symbol end;
  private final Closures closures;
  private final Map<LexemeState, ParseState> lexemes = new HashMap<>();

  /**
   * @param frame of every such place; the text may end where its rule is complete
   * @param end the symbol that stands for the end of the text
   */
  Alone(Frame frame, Symbol end, Closures closures) {
    this.frame = frame;
    this.end = end;
    this.closures = closures;
  }

  /** The frame of what is read alone. */
  Frame frame() {
    return frame;
  }

  void forget() {
    lexemes.clear();
  }

  /** A place in a lexeme, or one that does the same to tokens. */
  ParseState of(LexemeState place) {
    LexemeState lexeme = place.clamped();
    ParseState known = lexemes.get(lexeme);
    if (known == null) {
      Closure closure = closures.borrow();
      closure.enter(lexeme, frame);
      known = closures.finish(closure);
      lexemes.put(lexeme, known);
    }
    return known;
  }

  /** A symbol's beginning; null for the end of the text. */
  @Nullable ParseState of(Symbol symbol) {
    ParseState known = symbol.alone;
    if (known == null && symbol != end) {
      LexemeState lexeme = symbol.lexeme();
      known = lexeme != null ? of(lexeme) : of(Objects.requireNonNull(symbol.body));
      symbol.alone = known;
    }
    return known;
  }

  /** What is left of a rule. */
  ParseState of(Form form) {
    ParseState known = form.alone;
    if (known == null) {
      Closure closure = closures.borrow();
      closure.add(form, frame);
      closure.drain();
      known = closures.finish(closure);
      form.alone = known;
    }
    return known;
  }
}
