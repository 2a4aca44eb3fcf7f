package dev.espalier.grammar.cfg;

import dev.espalier.grammar.token.LexemeMask;
import dev.espalier.grammar.token.LexemeState;
import dev.espalier.grammar.token.TokenTrie;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The places of a state at a node of the vocabulary's trie, told apart: those whose tokens are
 * known without reading them, and the others, which read the bytes below the node. Known are the
 * tokens of lexemes that are wide at the node, and at the root those of constraints. For one pass
 * over the node's children, under its machine's lock.
 */
final class Split {
  /** A wide lexeme, and the frame of what called it. */
  record Wide(LexemeMask mask, Frame frame) {}

  /** A constraint, and the frame of what called it. */
  record Within(Inner inner, Frame frame) {}

  private final Machine machine;
  private final ParseState state;
  private final int node;
  private List<Wide> wide = List.of();
  private List<Within> within = List.of();
  private final @Nullable ParseState @Nullable [] steps; // of the others by class; null if all are

  Split(Machine machine, ParseState state, int node) {
    this.machine = machine;
    this.state = state;
    this.node = node;
    for (int i = 0; i < state.lexemes.length; i++) {
      LexemeMask mask = state.lexemes[i].maskAt(node);
      if (mask != null) {
        wide = with(wide, new Wide(mask, state.lexemeFrames[i]));
      }
    }
    for (int i = 0; node == 0 && i < state.inners.length; i++) {
      within = with(within, new Within(state.inners[i], state.innerFrames[i]));
    }
    Symbol[] predicted = machine.activate(state).symbols;
    for (int i = 0; i < predicted.length; i++) {
      LexemeState lexeme = predicted[i].lexeme();
      LexemeMask mask = lexeme == null ? null : lexeme.maskAt(node);
      if (mask != null) {
        wide = with(wide, new Wide(mask, machine.predictedFrame(state, i)));
      }
      Inner inner = node == 0 ? predicted[i].inner : null;
      if (inner != null) {
        within = with(within, new Within(inner, machine.predictedFrame(state, i)));
      }
    }
    boolean all = wide.isEmpty() && within.isEmpty();
    steps = all ? null : new ParseState[machine.classes.size()];
  }

  private static <T> List<T> with(List<T> list, T next) {
    List<T> longer = list.isEmpty() ? new ArrayList<>() : list;
    longer.add(next);
    return longer;
  }

  /** Subtrees with more nodes are worth another split. */
  static int least(TokenTrie trie) {
    return LexemeMask.fewNodes(trie) * 3 / 2;
  }

  List<Wide> wide() {
    return wide;
  }

  List<Within> within() {
    return within;
  }

  /** Whether a lexeme's state is one of the wide ones. */
  boolean isWide(LexemeState lexeme) {
    return lexeme.maskAt(node) != null;
  }

  /** Whether constraints are apart from the others. */
  boolean isAtRoot() {
    return node == 0;
  }

  /** The state of the other places after a byte. */
  ParseState step(int b) {
    if (steps == null) {
      return machine.step(state, b);
    }
    int c = machine.classes.of(b);
    ParseState next = steps[c];
    if (next == null) {
      next = machine.compute(state, c, this);
      steps[c] = next;
    }
    return next;
  }
}
