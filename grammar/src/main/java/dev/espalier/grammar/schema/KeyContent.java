package dev.espalier.grammar.schema;

import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.automaton.Utf8;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Property names. A listed name has its own label; any other name has the label of its class, which
 * is the set of key languages it belongs to. Names are compared unescaped.
 */
final class KeyContent implements Content {
  /**
   * Which names may come.
   *
   * @param labels label by listed name, -1 where the name may not come
   * @param used names that came before and are not listed
   * @param languages key languages that tell classes of other names apart
   * @param classes label of other names by the bit set of their languages, -1 where none may come
   */
  record Choice(
      Map<String, Integer> labels,
      Set<String> used,
      List<Expr> languages,
      Map<Integer, Integer> classes) {
    boolean othersMayCome() {
      return classes.values().stream().anyMatch(l -> l >= 0);
    }
  }

  private static final int OFF = -1; // of the trie of listed and used names

  private record State(int node, List<Expr> rest) {} // rest: well-formed text, then the languages

  private final Choice choice;
  private final boolean open;
  private final int otherLabel; // the one label of other names, -1 if there are several or none
  private final int stateLimit;

  // The trie of names: children by byte, the label of the name that ends there.
  private static final int NO_NAME = -2;
  private final List<Map<Integer, Integer>> children = new ArrayList<>();
  private final List<Integer> ends = new ArrayList<>();
  private final List<Boolean> leadsOn = new ArrayList<>(); // to a name that may come

  private final Map<State, Integer> ids = new HashMap<>();
  private final List<State> states = new ArrayList<>();

  KeyContent(Choice choice, int stateLimit) {
    this.choice = choice;
    this.stateLimit = stateLimit;
    open = choice.othersMayCome();
    Set<Integer> distinct = Set.copyOf(choice.classes.values());
    otherLabel = distinct.size() == 1 ? distinct.iterator().next() : -1;
    node();
    choice.labels.forEach(
        (name, label) -> {
          if (label >= 0 || open) {
            insert(name, label);
          }
        });
    if (open) {
      choice.used.forEach(name -> insert(name, -1));
    }
    List<Expr> rest = new ArrayList<>();
    rest.add(Utf8.TEXT);
    rest.addAll(choice.languages);
    intern(new State(0, rest));
  }

  private int node() {
    children.add(new HashMap<>());
    ends.add(NO_NAME);
    leadsOn.add(false);
    return children.size() - 1;
  }

  private void insert(String name, int label) {
    int at = 0;
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      if (label >= 0) {
        leadsOn.set(at, true);
      }
      Integer next = children.get(at).get(b & 0xFF);
      if (next == null) {
        next = node();
        children.get(at).put(b & 0xFF, next);
      }
      at = next;
    }
    if (label >= 0) {
      leadsOn.set(at, true);
    }
    ends.set(at, label);
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
    return (s.node != OFF && leadsOn.get(s.node)) || (open && otherLives(s));
  }

  // Without key languages some other name always exists, since names are unlimited.
  private boolean otherLives(State s) {
    if (choice.languages.isEmpty()) {
      return s.rest.get(0) != Expr.NONE;
    }
    Expr taken = namesFrom(s.node);
    for (Map.Entry<Integer, Integer> c : choice.classes.entrySet()) {
      if (c.getValue() >= 0) {
        Expr names = Expr.and(s.rest.get(0), Expr.not(taken));
        for (int i = 0; i < choice.languages.size(); i++) {
          Expr language = s.rest.get(i + 1);
          boolean in = ((c.getKey() >> i) & 1) != 0;
          names = in ? Expr.and(names, language) : names.minus(language);
        }
        if (!names.isEmpty(stateLimit)) {
          return true;
        }
      }
    }
    return false;
  }

  private Expr namesFrom(int node) {
    if (node == OFF) {
      return Expr.NONE;
    }
    List<Expr> parts = new ArrayList<>();
    if (ends.get(node) != NO_NAME) {
      parts.add(Expr.EMPTY);
    }
    children
        .get(node)
        .forEach(
            (b, child) ->
                parts.add(Expr.seq(Expr.literal(new byte[] {b.byteValue()}), namesFrom(child))));
    return Expr.or(parts);
  }

  @Override
  public int start() {
    return 0;
  }

  @Override
  public int step(int state, int b) {
    State s = states.get(state);
    int node = s.node == OFF ? OFF : children.get(s.node).getOrDefault(b, OFF);
    List<Expr> rest = new ArrayList<>(s.rest.size());
    for (Expr e : s.rest) {
      rest.add(e.step(b));
    }
    return rest.get(0) == Expr.NONE ? DEAD : intern(new State(node, rest));
  }

  @Override
  public int label(int state) {
    State s = states.get(state);
    if (!s.rest.get(0).accepts()) {
      return -1;
    }
    if (s.node != OFF && ends.get(s.node) != NO_NAME) {
      return ends.get(s.node);
    }
    int bits = 0;
    for (int i = 1; i < s.rest.size(); i++) {
      if (s.rest.get(i).accepts()) {
        bits |= 1 << (i - 1);
      }
    }
    return choice.classes.getOrDefault(bits, -1);
  }

  @Override
  public Likeness likeness(int state) {
    State s = states.get(state);
    if (!choice.languages.isEmpty() || otherLabel < 0) {
      return Likeness.UNKNOWN;
    }
    if (s.node == OFF) {
      return new TextContent(s.rest.get(0), List.of(), stateLimit).likeness(0)
              instanceof Likeness.Any any
          ? new Likeness.Any(any.anyState(), otherLabel)
          : Likeness.UNKNOWN;
    }
    return s.rest.get(0) == Utf8.TEXT ? new Likeness.OffNames(otherLabel) : Likeness.UNKNOWN;
  }

  @Override
  public boolean onNames(int state) {
    return states.get(state).node != OFF;
  }

  @Override
  public String explain(int state) {
    List<String> names = new ArrayList<>();
    choice.labels.forEach(
        (name, label) -> {
          if (label >= 0) {
            names.add('"' + name + '"');
          }
        });
    if (open) {
      names.add("another name");
    }
    return "a property name: " + String.join(", ", names);
  }
}
