package dev.espalier.grammar.cfg;

import dev.espalier.CompiledConstraint;
import dev.espalier.TokenMask;
import dev.espalier.TokenSet;
import dev.espalier.grammar.token.LexemeMask;
import dev.espalier.grammar.token.LexemeState;
import dev.espalier.grammar.token.ResidualTrie;
import dev.espalier.grammar.token.TokenTrie;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Builds the exact mask of a state. Used under its machine's lock.
 *
 * <p>Nondeterminism is union, so the places of a state are treated one by one. Where a lexeme is
 * <em>wide</em>, the tokens that stay inside it are known per vocabulary, and those that leave it
 * go on from the state after it, along the lexeme's residual trie. All the other places walk the
 * vocabulary's trie together, and come to wide lexemes again further down.
 */
final class MaskBuilder {
  private final Machine machine;
  private final TokenTrie trie;
  private final int large; // subtrees with more nodes are split again
  private final TokenCollector found;
  private final TokenSets sets;
  private @Nullable ParseState building;
  private final WideLexemes shared;
  private long @Nullable [] inside; // tokens that stay inside constraints, if they are many

  MaskBuilder(Machine machine, TokenSets sets) {
    this.machine = machine;
    this.sets = sets;
    trie = machine.tables.trie();
    found = new TokenCollector(trie.vocabularySize());
    shared = new WideLexemes(trie.vocabularySize());
    large = Split.least(trie);
  }

  TokenSet build(ParseState state) {
    building = state;
    shared.clear();
    inside = null;
    if (machine.lexing()) {
      walkTerminals(state, 0);
    } else {
      walk(state, 0);
    }
    long[] bits = shared.bits();
    long[] own = inside;
    if (own == null) {
      return sets.of(bits, found.drain(bits));
    }
    inside = null;
    for (int i = 0; bits != null && i < bits.length; i++) {
      own[i] |= bits[i];
    }
    for (int id : found.drain(own)) {
      own[id >>> 6] |= 1L << id;
    }
    return TokenSet.of(own);
  }

  // The tokens below a node, read from a state.
  private void walk(ParseState state, int node) {
    Split split = new Split(machine, state, node);
    for (Split.Wide lexeme : split.wide()) {
      through(lexeme.mask(), lexeme.frame());
    }
    for (Split.Within constraint : split.within()) {
      through(constraint.inner(), machine.popped(constraint.frame()), false);
    }
    for (int i = node + 1, stop = trie.end(node); i < stop; i = trie.end(i)) {
      ParseState next = split.step(trie.byteAt(i));
      if (next.isDead()) {
        continue;
      }
      tokensAt(i, next);
      if (trie.end(i) - i > large) {
        walk(next, i);
      } else if (trie.end(i) > i + 1) {
        walkSmall(next, i);
      }
    }
  }

  // Terminals that a lexer reads end together, so what leaves one may depend on the others: only
  // where a single one is being read are the tokens that stay inside, and leave, known per
  // vocabulary.
  private void walkTerminals(ParseState state, int node) {
    LexemeState only = state.lexemes.length == 0 ? null : state.lexemes[0];
    for (LexemeState l : state.lexemes) {
      only = l == only ? only : null;
    }
    if (node == 0 && state.lexemes.length == 0 && state.inners.length == 1) {
      Inner inner = state.inners[0];
      if (inner.state instanceof Limited.Read limited) {
        stay(limited);
        leave(machine.lexer.behind(state), limited.lexeme().mask().endings());
      } else {
        through(inner, machine.lexer.behind(state), true);
      }
      for (int i = 1; inner.accepts() && i < trie.end(0); i = trie.end(i)) {
        if (inner.state.step((byte) trie.byteAt(i)) == null) {
          enter(state, i);
        }
      }
      return;
    }
    LexemeMask mask = only == null || state.inners.length > 0 ? null : only.maskAt(node);
    if (mask != null) {
      stay(mask);
      leave(machine.lexer.behind(state), mask.endings());
    }
    for (int i = node + 1, stop = trie.end(node); i < stop; i = trie.end(i)) {
      if (mask != null && only != null && !only.step(trie.byteAt(i)).isDead()) {
        continue;
      }
      ParseState next = machine.step(state, trie.byteAt(i));
      if (!next.isDead()) {
        tokensAt(i, next);
        if (trie.end(i) - i > large) {
          walkTerminals(next, i);
        } else if (trie.end(i) > i + 1) {
          walkSmall(next, i);
        }
      }
    }
  }

  private void walkSmall(ParseState state, int node) {
    int stop = trie.end(node);
    for (int i = node + 1; i < stop; i = trie.end(i)) {
      ParseState next = machine.step(state, trie.byteAt(i));
      if (!next.isDead()) {
        tokensAt(i, next);
        if (trie.end(i) > i + 1) {
          walkSmall(next, i);
        }
      }
    }
  }

  // The tokens that end at a node, if they may end in the state.
  private void tokensAt(int node, ParseState state) {
    if (!trie.hasTokens(node) || machine.tokenEnded(state).isDead()) {
      return;
    }
    for (int t = trie.firstToken(node); t < trie.firstToken(node + 1); t++) {
      found.add(trie.token(t));
    }
  }

  private void through(LexemeMask mask, Frame frame) {
    stay(mask);
    if (!mask.isClosed()) {
      ParseState after = machine.popped(frame);
      if (!after.isDead()) {
        leave(after, mask.residual(mask.needsAll(machine.first(after))));
      }
    }
  }

  private void stay(Limited.Read limited) {
    if (limited.isFar()) {
      stay(limited.lexeme().mask());
    } else {
      stay((CompiledConstraint.State) limited);
    }
  }

  private void stay(CompiledConstraint.State state) {
    TokenMask mask = new TokenMask(trie.vocabularySize());
    state.fillMask(mask);
    if (mask.isListed()) {
      for (int i = 0; i < mask.cardinality(); i++) {
        found.add(mask.ids()[i]);
      }
    } else {
      long[] all = inside == null ? new long[(trie.vocabularySize() + 63) >>> 6] : inside;
      long[] words = mask.words();
      for (int i = 0; i < words.length; i++) {
        all[i] |= words[i];
      }
      inside = all;
    }
  }

  // The tokens that stay inside a constraint, and those that go on behind it.
  private void through(Inner inner, ParseState after, boolean greedy) {
    stay(inner.state);
    if (!after.isDead()) {
      Beyond.of(inner.state, machine.tables, greedy, node -> enter(after, node), this::perhaps);
    }
  }

  private void perhaps(int token) {
    ParseState s = Objects.requireNonNull(building);
    for (int i = 0, n = machine.tables.vocabulary().byteLength(token); i < n && !s.isDead(); i++) {
      s = machine.step(s, machine.tables.vocabulary().byteAt(token, i) & 0xFF);
    }
    if (!s.isDead() && !machine.tokenEnded(s).isDead()) {
      found.add(token);
    }
  }

  // The tokens of a node's subtree, its own byte read first.
  private void enter(ParseState state, int node) {
    ParseState next = machine.step(state, trie.byteAt(node));
    if (!next.isDead()) {
      tokensAt(node, next);
      walkSmall(next, node);
    }
  }

  private void stay(LexemeMask mask) {
    if (mask.bits() == null) {
      found.addAll(mask.ids());
    } else {
      shared.add(mask);
    }
  }

  private void leave(ParseState state, ResidualTrie suffixes) {
    for (ResidualTrie child : suffixes.children()) {
      ParseState next = machine.step(state, child.byteRead());
      if (!next.isDead()) {
        if (!machine.tokenEnded(next).isDead()) {
          found.addAll(child.tokens());
        }
        leave(next, child);
      }
    }
  }
}
