package dev.espalier.grammar.cfg;

import dev.espalier.CompiledConstraint.State;
import dev.espalier.grammar.token.Embeddable;
import dev.espalier.grammar.token.Suffixes;
import dev.espalier.grammar.token.TokenTables;
import dev.espalier.grammar.token.TokenTrie;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** Finds the tokens that hold the end of a constraint inside a grammar, and something behind it. */
final class Beyond {
  private Beyond() {}

  /**
   * Finds where tokens go on behind the end.
   *
   * @param greedy whether the constraint is read as far as it goes
   * @param nodes takes the trie nodes whose byte is the first one behind the end
   * @param perhaps takes tokens that have to be tried
   */
  static void of(
      State state, TokenTables tables, boolean greedy, IntConsumer nodes, IntConsumer perhaps) {
    boolean known =
        state instanceof Embeddable e
            && e.beyond(
                new Embeddable.Beyond() {
                  @Override
                  public void rest(Suffixes rest) {
                    for (int node : rest.next()) {
                      nodes.accept(node);
                    }
                  }

                  @Override
                  public void perhaps(int token) {
                    perhaps.accept(token);
                  }
                });
    if (!known) {
      walk(state, tables.trie(), 0, greedy, nodes);
    }
  }

  private static void walk(
      State state, TokenTrie trie, int node, boolean greedy, IntConsumer nodes) {
    boolean ends = node > 0 && state.mayEnd();
    for (int c = node + 1; c < trie.end(node); c = trie.end(c)) {
      @Nullable State next = state.step((byte) trie.byteAt(c));
      if (ends && (next == null || !greedy)) {
        nodes.accept(c);
      }
      if (next != null && trie.end(c) > c + 1) {
        walk(next, trie, c, greedy, nodes);
      }
    }
  }
}
