package dev.espalier.grammar.schema;

import dev.espalier.grammar.automaton.ByteSet;
import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.automaton.Utf8;
import dev.espalier.grammar.token.Loop;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Property names. A listed name has its own label; any other name has the label of its class, which
 * is the set of key languages it belongs to. Names are compared unescaped.
 */
final class KeyContent implements Content {
  /**
   * Which names may come.
   *
   * @param space the names and classes there are
   * @param keys those of them that may come
   * @param used other names that may come no more
   */
  record Choice(KeySpace space, BitSet keys, Set<String> used) {}

  private static final int OFF = -1; // of the trie of listed names

  private record State(int node, int usedNode, List<Expr> rest) {} // rest: text, then the languages

  private final KeySpace space;
  private final NameTrie names;
  private final NameTrie used;
  private final BitSet keys;
  private final boolean open;
  private final Map<Long, Integer> labels = new HashMap<>(); // of other names, by class
  private final int otherLabel; // the one label of other names, -1 if there are several or none
  private final long onlyClass; // of other names that may come, -1 if there are several or none
  private final boolean everyOther; // any name that is not listed may come
  private final int stateLimit;
  private final CharLoops loops = new CharLoops();
  private final BitSet leadsOn = new BitSet(); // nodes that lead to a name that may come

  // Without other names a state is a node of the trie; else it is interned.
  private final Map<State, Integer> ids = new HashMap<>();
  private final List<State> states = new ArrayList<>();

  KeyContent(Choice choice, int stateLimit) {
    this.stateLimit = stateLimit;
    space = choice.space;
    keys = choice.keys;
    names = space.trie;
    List<byte[]> spent = new ArrayList<>();
    choice.used.forEach(name -> spent.add(name.getBytes(StandardCharsets.UTF_8)));
    used = new NameTrie(spent);
    open = keys.nextSetBit(space.size()) >= 0;
    int single = -1;
    boolean several = false;
    long only = -1;
    int classes = 0;
    for (int k = space.size(); k < space.keys(); k++) {
      int label = keys.get(k) ? k : -1;
      labels.put(space.classBits(k), label);
      if (label >= 0) {
        only = space.classBits(k);
        classes++;
      }
      several |= k > space.size() && label != single;
      single = label;
    }
    otherLabel = several ? -1 : single;
    onlyClass = classes == 1 ? only : -1;
    everyOther = keys.nextClearBit(space.size()) == space.keys() && choice.used.isEmpty();
    for (int k = keys.nextSetBit(0); k >= 0 && k < space.size(); k = keys.nextSetBit(k + 1)) {
      for (int n = names.end(k); n >= 0 && !leadsOn.get(n); n = names.parent(n)) {
        leadsOn.set(n);
      }
    }
    if (open) {
      List<Expr> rest = new ArrayList<>();
      rest.add(Utf8.TEXT);
      rest.addAll(space.languages);
      State first = new State(space.size() == 0 ? OFF : 0, choice.used.isEmpty() ? OFF : 0, rest);
      if (intern(first) == DEAD) {
        states.add(first); // a place to start from, which leads nowhere
      }
    }
  }

  private int intern(State s) {
    Integer known = ids.get(s);
    if (known != null) {
      return known;
    }
    int id = live(s) ? states.size() : DEAD;
    ids.put(s, id);
    if (id != DEAD) {
      states.add(s);
    }
    return id;
  }

  private boolean live(State s) {
    return (s.node != OFF && leadsOn.get(s.node)) || otherLives(s);
  }

  // Without key languages some other name always exists, since names are unlimited.
  private boolean otherLives(State s) {
    if (space.languages.isEmpty() || everyOther) {
      return s.rest.get(0) != Expr.NONE;
    }
    Expr taken = Expr.or(namesFrom(names, s.node), namesFrom(used, s.usedNode));
    for (Map.Entry<Long, Integer> c : labels.entrySet()) {
      if (c.getValue() >= 0) {
        Expr others = Expr.and(s.rest.get(0), Expr.not(taken));
        for (int i = 0; i < space.languages.size(); i++) {
          Expr language = s.rest.get(i + 1);
          boolean in = ((c.getKey() >> i) & 1) != 0;
          others = in ? Expr.and(others, language) : others.minus(language);
        }
        if (!others.isEmpty(stateLimit)) {
          return true;
        }
      }
    }
    return false;
  }

  private static Expr namesFrom(NameTrie trie, int node) {
    if (node == OFF) {
      return Expr.NONE;
    }
    List<Expr> parts = new ArrayList<>();
    if (trie.nameAt(node) >= 0) {
      parts.add(Expr.EMPTY);
    }
    for (int c = trie.firstChild(node); c >= 0; c = trie.sibling(c)) {
      parts.add(Expr.seq(Expr.bytes(ByteSet.of(trie.byteAt(c))), namesFrom(trie, c)));
    }
    return Expr.or(parts);
  }

  @Override
  public int start() {
    return 0;
  }

  @Override
  public int step(int state, int b) {
    if (!open) {
      int next = names.step(state, b);
      return next >= 0 && leadsOn.get(next) ? next : DEAD;
    }
    State s = states.get(state);
    int node = s.node == OFF ? OFF : names.step(s.node, b);
    int usedNode = s.usedNode == OFF ? OFF : used.step(s.usedNode, b);
    Expr[] rest = new Expr[s.rest.size()];
    for (int i = 0; i < rest.length; i++) {
      rest[i] = s.rest.get(i).step(b);
    }
    return rest[0] == Expr.NONE ? DEAD : intern(new State(node, usedNode, Arrays.asList(rest)));
  }

  @Override
  public int label(int state) {
    if (!open) {
      int name = names.nameAt(state);
      return name >= 0 && keys.get(name) ? name : -1;
    }
    State s = states.get(state);
    if (!s.rest.get(0).accepts()) {
      return -1;
    }
    if (s.node != OFF && names.nameAt(s.node) >= 0) {
      int name = names.nameAt(s.node);
      return keys.get(name) ? name : -1;
    }
    if (s.usedNode != OFF && used.nameAt(s.usedNode) >= 0) {
      return -1;
    }
    long bits = 0;
    for (int i = 1; i < s.rest.size(); i++) {
      if (s.rest.get(i).accepts()) {
        bits |= 1L << (i - 1);
      }
    }
    return label(bits);
  }

  @Override
  public boolean hasSeveral(int state) {
    return open && otherLabel >= 0 && space.languages.isEmpty(); // all names but a few
  }

  @Override
  public @Nullable ByteSet live(int state) {
    return open ? null : names.bytesAfter(state);
  }

  @Override
  public Likeness likeness(int state) {
    if (!open) {
      return Likeness.UNKNOWN;
    }
    State s = states.get(state);
    boolean off = s.node == OFF && s.usedNode == OFF;
    if (!space.languages.isEmpty() || otherLabel < 0) {
      return everyOther && s.rest.get(0) == Utf8.TEXT
          ? Likeness.TOTAL
          : off ? likenessOfOne(s) : likenessOff(s);
    }
    if (off) {
      return new TextContent(s.rest.get(0), List.of(), stateLimit).likeness(0)
              instanceof Likeness.Any any
          ? new Likeness.Any(any.anyState(), otherLabel)
          : Likeness.UNKNOWN;
    }
    return s.rest.get(0) == Utf8.TEXT ? new Likeness.OffNames(otherLabel) : Likeness.UNKNOWN;
  }

  // Names of one language, and no others.
  private Likeness likenessOfOne(State s) {
    if (space.languages.size() > 1 || onlyClass != 1) {
      return Likeness.UNKNOWN;
    }
    Expr names = s.rest.get(1);
    Likeness like = new TextContent(names, List.of(), stateLimit).likeness(0);
    if (like instanceof Likeness.Any any) {
      return new Likeness.Any(any.anyState(), label(onlyClass));
    } else if (like instanceof Likeness.Total && s.rest.get(0) == Utf8.TEXT) {
      return like;
    }
    Expr near = TextContent.near(names);
    return near == names
        ? Likeness.UNKNOWN
        : new Likeness.Near(
            intern(new State(OFF, OFF, List.of(s.rest.get(0), near))),
            -1,
            intern(s),
            Integer.MAX_VALUE);
  }

  private Likeness likenessOff(State s) {
    int off = intern(new State(OFF, OFF, s.rest));
    return off == DEAD ? Likeness.UNKNOWN : new Likeness.OffNamesAs(off);
  }

  private int label(long classBits) {
    return labels.getOrDefault(classBits, -1);
  }

  @Override
  public @Nullable Loop loop(int state) {
    State s = open ? states.get(state) : null;
    if (s == null || s.node != OFF || s.usedNode != OFF) {
      return null;
    }
    long groups = loops.of(s.rest);
    if (groups != 0) {
      return new Loop(groups, Integer.MAX_VALUE, n -> state);
    }
    int home = step(state, CharLoops.LETTER); // after the first character
    groups = home == DEAD ? 0 : loops.into(s.rest, states.get(home).rest);
    return groups == 0 ? null : new Loop(groups, CharLoops.LONG, n -> n == 0 ? state : home);
  }

  @Override
  public @Nullable ByteSet onNames(int state) {
    State s = states.get(state);
    if (s.node == OFF && s.usedNode == OFF) {
      return null;
    }
    ByteSet bytes = s.node == OFF ? ByteSet.NONE : names.bytesAfter(s.node);
    return s.usedNode == OFF ? bytes : bytes.or(used.bytesAfter(s.usedNode));
  }

  @Override
  public String explain(int state) {
    List<String> shown = new ArrayList<>();
    for (int k = keys.nextSetBit(0); k >= 0 && k < space.size(); k = keys.nextSetBit(k + 1)) {
      shown.add('"' + space.names.get(k) + '"');
    }
    if (open) {
      shown.add("another name");
    }
    return "a property name: " + String.join(", ", shown);
  }
}
