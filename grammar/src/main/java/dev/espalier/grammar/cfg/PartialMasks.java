package dev.espalier.grammar.cfg;

import dev.espalier.TokenSet;
import dev.espalier.grammar.automaton.ByteSet;
import dev.espalier.grammar.cfg.PartialMask.Rest;
import dev.espalier.grammar.token.LexemeMask;
import dev.espalier.grammar.token.ResidualTrie;
import dev.espalier.grammar.token.TokenTrie;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Builds the exact mask of a state of a grammar that has no lexer and nothing but characters in it.
 * Used under its machine's lock.
 */
@SuppressWarnings("ReferenceEquality") // rests and parts are equal only to themselves
final class PartialMasks {
  // A mask is put together from parts that know nothing of the stack. Nondeterminism is union, so
  // each symbol that may be called in the state is read alone, from its beginning, and each lexeme
  // from where it is: that gives the tokens that end before the symbol does, and the rests of those
  // that outlive it. The rests are then read by what comes after the symbol, first in its own rule,
  // then in those that the frame returns to, and so on down the stack. Each such reading (symbol,
  // rest) is a PartialMask, computed once for the grammar; where it was seen before, at any depth
  // and in any text, it costs a look-up.
  //
  // Within a reading, a lexeme is *wide* where many tokens stay in it: those are known per
  // vocabulary, and the ones that leave go on along the lexeme's residual trie. All else walks the
  // vocabulary's trie together, and comes to wide lexemes again further down.
  private static final long MAX_HELD = 64L << 20; // bytes
  private static final int MANY = 256; // tokens; more are kept as bits
  private static final int MANY_CALLS = 1_000; // that one place may begin with

  // Where nearly every token can be cut nearly everywhere, as in S ::= S S | [a-z], rests of rests
  // are as many as tokens are long, each about as large as the vocabulary. Such grammars have few
  // states, and reading tokens from those is cheap.
  static final class TooManyRests extends RuntimeException {
    private static final long serialVersionUID = 1;

    TooManyRests() {
      super("too many ways to cut tokens", null, false, false);
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // compared by hand
  private record Nodes(int[] nodes) {
    @Override
    public int hashCode() {
      return Arrays.hashCode(nodes);
    }

    @Override
    public boolean equals(@Nullable Object o) {
      return o instanceof Nodes n && Arrays.equals(nodes, n.nodes);
    }
  }

  private final Machine machine;
  private final TokenTrie trie;
  private final int large; // subtrees with more nodes are split again

  // Of the walk at work.
  private final TokenCollector found;
  private final WideLexemes shared;
  private int[] outlived = new int[256]; // nodes at which what is read was complete
  private int outlivedSize;
  private long cut; // nodes at which something ended, in all walks of the present mask
  private final List<ResidualTrie> outlivedInside = new ArrayList<>();
  private final Set<Rest> rests = new LinkedHashSet<>();

  /** What a mask, or a reading of a rule, is put together from. Mutable; used again. */
  private static final class Sum {
    final Visits visits = new Visits();
    final Set<Rest> rests = new LinkedHashSet<>(); // beyond the rule
    PartialMask[] parts = new PartialMask[64];
    int size;
    int number;

    void clear(int newNumber) {
      visits.clear();
      rests.clear();
      size = 0;
      number = newNumber;
    }

    void add(PartialMask part) {
      if (part.mark == number) {
        return;
      }
      part.mark = number;
      for (PartialMask piece : part.pieces) {
        add(piece);
      }
      if (!part.isEmpty()) {
        if (size == parts.length) {
          parts = Arrays.copyOf(parts, 2 * size);
        }
        parts[size++] = part;
      }
    }
  }

  private final ArrayDeque<Sum> spare = new ArrayDeque<>();
  private int sums;

  private final Map<Object, Rest> known = new HashMap<>(); // by node, or by what leaves
  private final Rest everything;
  private final TokenSets sets;
  private int restCount = 1;
  private int partCount;

  // Readings are forgotten together; masks that are in use stay right.
  private int generation = 1;
  private long held; // bytes of the readings, about

  PartialMasks(Machine machine, TokenSets sets) {
    this.machine = machine;
    this.sets = sets;
    trie = machine.tables.trie();
    found = new TokenCollector(trie.vocabularySize());
    shared = new WideLexemes(trie.vocabularySize());
    large = Split.least(trie);
    everything = Rest.subtree(0, 0, trie);
  }

  /**
   * The mask of a state.
   *
   * @throws TooManyRests if this is not the way to read the grammar
   */
  TokenSet build(ParseState state) {
    cut = 0;
    if (held > MAX_HELD) {
      generation++;
      held = 0;
      known.clear();
      shared.forgetUnions();
      sets.clear(); // which knows masks by their parts
    }
    Sum sum = begin();
    for (int i = 0; i < state.lexemes.length; i++) {
      PartialMask part = read(machine.alone.of(state.lexemes[i]), null, everything);
      sum.add(part);
      for (Rest rest : part.rests) {
        goOn(sum, state.lexemeFrames[i], rest);
      }
    }
    for (int i = 0; i < state.forms.length; i++) {
      sum.visits.add(state.forms[i], state.formFrames[i], everything);
    }
    complete(sum);
    TokenSet result = sets.union(sum.parts, sum.size, ++sums, found);
    spare.push(sum);
    return result;
  }

  private Sum begin() {
    Sum sum = spare.isEmpty() ? new Sum() : spare.pop();
    sum.clear(++sums);
    return sum;
  }

  private void complete(Sum sum) {
    Visits visits = sum.visits;
    for (int i = 0; i < visits.size; i++) {
      Form form = visits.forms[i];
      Frame frame = visits.frames[i];
      Rest rest = visits.rests[i];
      if (form.calls().length > MANY_CALLS) {
        throw new TooManyRests();
      }
      if (rest.ambiguous || (rest != everything && !form.callsRules())) {
        // Cut into symbols, an ambiguous rest would leave one more for each way to cut the tokens.
        PartialMask part = read(machine.alone.of(form), null, rest);
        sum.add(part);
        for (Rest more : part.rests) {
          goOn(sum, frame, more);
        }
      } else {
        for (Form.Call call : form.calls()) {
          ParseState beginning = machine.alone.of(call.symbol());
          if (beginning == null || !rest.beginsWithin(machine.first(beginning))) {
            continue; // the end of the text, or no token
          }
          PartialMask part = read(beginning, call.symbol(), rest);
          sum.add(part);
          for (Rest more : part.rests) {
            if (call.rest().isEmpty()) {
              goOn(sum, frame, more);
            } else {
              visit(sum, call.rest(), frame, more);
            }
          }
        }
      }
    }
  }

  private void visit(Sum sum, Form form, Frame frame, Rest rest) {
    look(sum, form, frame, rest);
    if (form.nullable) {
      goOn(sum, frame, rest);
    }
  }

  private void goOn(Sum sum, Frame frame, Rest rest) {
    if (frame == machine.alone.frame()) {
      sum.rests.add(rest);
      return;
    }
    ParseState after = machine.popped(frame);
    if (rest.beginsWithin(machine.first(after))) {
      for (int i = 0; i < after.forms.length; i++) {
        look(sum, after.forms[i], after.formFrames[i], rest);
      }
    }
  }

  // Adds what a form makes of a rest, whatever its frame makes of it.
  private void look(Sum sum, Form form, Frame frame, Rest rest) {
    ByteSet first = machine.first(machine.alone.of(form));
    LexemeMask leaving = rest.leaving;
    if (leaving == null) {
      add(sum, form, frame, rest, first);
    } else if (rest.merged || leaving.leavesSeldom(first)) {
      add(sum, form, frame, resolve(rest, leaving, first), first);
    } else {
      for (Rest piece : pieces(rest, leaving)) {
        look(sum, form, frame, piece);
      }
    }
  }

  private static void add(Sum sum, Form form, Frame frame, Rest rest, ByteSet first) {
    if (rest.beginsWithin(first)) {
      sum.visits.add(form, frame, rest);
    }
  }

  // Which suffixes leave a lexeme depends on what may come next.
  private Rest resolve(Rest rest, LexemeMask leaving, ByteSet next) {
    boolean all = leaving.needsAll(next);
    Rest resolved = rest.resolved(all);
    if (resolved == null) {
      resolved = Rest.suffixes(restCount++, leaving.residual(all), all);
      rest.resolve(all, resolved);
    }
    return resolved;
  }

  // Where nearly every token leaves, as white space is left, the large subtrees that do stay what
  // they are, so that wide lexemes are found in them.
  private Rest[] pieces(Rest rest, LexemeMask leaving) {
    Rest[] pieces = rest.pieces;
    if (pieces == null) {
      pieces = walked(machine.alone.of(leaving.state()), everything).rests;
      rest.pieces = pieces;
    }
    return pieces;
  }

  private PartialMask read(ParseState beginning, @Nullable Symbol symbol, Rest rest) {
    PartialMask part = beginning.partials(generation).get(rest);
    if (part == null) {
      Form body = symbol == null || symbol.recursive ? null : symbol.body;
      if (body != null && !rest.ambiguous) {
        part = composed(body, rest);
      } else {
        LexemeMask lexeme = rest == everything ? onlyLexeme(beginning) : null;
        part = lexeme != null ? whole(lexeme) : walked(beginning, rest);
      }
      beginning.partials(generation).put(rest, part);
    }
    return part;
  }

  private static @Nullable LexemeMask onlyLexeme(ParseState beginning) {
    if (beginning.lexemes.length != 1 || beginning.forms.length > 1) {
      return null; // the one form is the end, where the lexeme may end
    }
    return beginning.lexemes[0].mask();
  }

  private PartialMask whole(LexemeMask lexeme) {
    rests.clear();
    if (!lexeme.isClosed()) {
      rests.add(known.computeIfAbsent(lexeme, m -> Rest.leaving(restCount++, lexeme)));
    }
    found.addAll(lexeme.ids());
    return partial(lexeme.bits());
  }

  // A rule that does not begin with itself is read by the symbols that it begins with.
  private PartialMask composed(Form body, Rest rest) {
    Sum sum = begin();
    sum.visits.add(body, machine.alone.frame(), rest);
    complete(sum);
    held += 100 + 4L * sum.size;
    PartialMask part =
        new PartialMask(
            partCount++, Arrays.copyOf(sum.parts, sum.size), sum.rests.toArray(new Rest[0]));
    spare.push(sum);
    return part;
  }

  // ---- one reading by a walk

  private PartialMask walked(ParseState beginning, Rest rest) {
    shared.clear();
    outlivedSize = 0;
    outlivedInside.clear();
    rests.clear();
    if (rest.suffixes != null) {
      leave(beginning, rest.suffixes);
    } else {
      walk(beginning, rest.node);
    }
    cut += outlivedSize;
    if (cut > trie.size()) {
      throw new TooManyRests();
    }
    if (outlivedSize > 0) {
      int[] nodes = Arrays.copyOf(outlived, outlivedSize);
      Arrays.sort(nodes);
      rests.add(
          known.computeIfAbsent(
              new Nodes(nodes),
              n -> Rest.suffixes(restCount++, ResidualTrie.below(trie, nodes), false)));
    }
    for (ResidualTrie inside : outlivedInside) {
      rests.add(Rest.suffixes(restCount++, inside, true));
    }
    return partial(shared.bits());
  }

  // Of what was found.
  private PartialMask partial(long @Nullable [] bits) {
    int[] ids = found.drain(bits);
    Rest[] beyond = rests.toArray(new Rest[0]);
    held += 300 + 4L * ids.length + (ids.length > MANY ? trie.vocabularySize() / 8 : 0);
    if (ids.length <= MANY) {
      return new PartialMask(partCount++, bits, ids, beyond);
    }
    long[] own = bits == null ? new long[(trie.vocabularySize() + 63) >>> 6] : bits.clone();
    for (int id : ids) {
      own[id >>> 6] |= 1L << id;
    }
    return new PartialMask(partCount++, own, new int[0], beyond);
  }

  // The tokens below a node, read from a state.
  private void walk(ParseState state, int node) {
    Split split = new Split(machine, state, node);
    for (Split.Wide lexeme : split.wide()) {
      through(lexeme.mask(), lexeme.frame());
    }
    for (int i = node + 1, stop = trie.end(node); i < stop; i = trie.end(i)) {
      ParseState next = split.step(trie.byteAt(i));
      if (!next.isDead()) {
        reached(next, i);
      }
    }
  }

  private void walkSmall(ParseState state, int node) {
    int stop = trie.end(node);
    for (int i = node + 1; i < stop; i = trie.end(i)) {
      ParseState next = machine.step(state, trie.byteAt(i));
      if (!next.isDead()) {
        reached(next, i);
      }
    }
  }

  private void reached(ParseState state, int node) {
    for (int t = trie.firstToken(node); t < trie.firstToken(node + 1); t++) {
      found.add(trie.token(t));
    }
    int nodes = trie.end(node) - node;
    if (nodes == 1) {
      return;
    }
    if (state.end) {
      outlives(node);
    }
    if (nodes > large) {
      walk(state, node);
    } else {
      walkSmall(state, node);
    }
  }

  // What is large stays a subtree of its own, in which wide lexemes can be found again.
  private void outlives(int node) {
    if (trie.end(node) - node > large) {
      rests.add(known.computeIfAbsent(node, n -> Rest.subtree(restCount++, node, trie)));
      return;
    }
    if (outlivedSize == outlived.length) {
      outlived = Arrays.copyOf(outlived, 2 * outlivedSize);
    }
    outlived[outlivedSize++] = node;
  }

  private void through(LexemeMask mask, Frame frame) {
    if (mask.bits() == null) {
      found.addAll(mask.ids());
    } else {
      shared.add(mask);
    }
    if (!mask.isClosed()) {
      ParseState after = machine.popped(frame);
      if (after.end) {
        rests.add(known.computeIfAbsent(mask, m -> Rest.leaving(restCount++, mask)));
      }
      if (!after.isDead()) {
        leave(after, mask.residual(mask.needsAll(machine.first(after))));
      }
    }
  }

  private void leave(ParseState state, ResidualTrie suffixes) {
    for (ResidualTrie child : suffixes.children()) {
      ParseState next = machine.step(state, child.byteRead());
      if (next.isDead()) {
        continue;
      }
      found.addAll(child.tokens());
      if (next.end) {
        for (int node : child.outside()) {
          if (trie.end(node) > node + 1) {
            outlives(node);
          }
        }
        ResidualTrie inside = child.insideOnly();
        if (inside != null) {
          outlivedInside.add(inside);
        }
      }
      leave(next, child);
    }
  }
}
