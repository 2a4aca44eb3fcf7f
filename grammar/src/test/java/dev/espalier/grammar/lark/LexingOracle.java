package dev.espalier.grammar.lark;

import dev.espalier.grammar.lark.RandomLark.Alt;
import dev.espalier.grammar.lark.RandomLark.Node;
import dev.espalier.grammar.lark.RandomLark.Rep;
import dev.espalier.grammar.lark.RandomLark.Rule;
import dev.espalier.grammar.lark.RandomLark.Seq;
import dev.espalier.grammar.lark.RandomLark.Terminal;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The slow, obvious reading of a grammar with a lexer: terminals are {@code java.util.regex}
 * patterns that are asked about every extension, a parser's place is the whole list of terminals
 * read so far, and what may come is tried out. Shares no code with what it judges.
 */
final class LexingOracle {
  private static final int FURTHEST = 5; // letters that the shortest completions need at most

  private final List<Node> rules;
  private final List<String> words; // of the vocabulary, if tokens are counted
  private final Set<Terminal> terminals = new LinkedHashSet<>();
  private final Terminal ignored;
  private final BitSet productive = new BitSet();
  private final Map<String, Boolean> matches = new HashMap<>();
  private final Map<String, Boolean> live = new HashMap<>();
  private final Map<String, Pattern> patterns = new HashMap<>();
  private final Map<List<Set<Terminal>>, Set<Terminal>> nexts = new HashMap<>();

  LexingOracle(RandomLark grammar) {
    this(grammar, List.of());
  }

  LexingOracle(RandomLark grammar, List<String> words) {
    this.words = words;
    rules = grammar.rules;
    rules.forEach(this::collect);
    ignored = grammar.ignored.isEmpty() ? null : new Terminal("(?:" + grammar.ignored + ")", false);
    boolean changed = true;
    while (changed) {
      changed = false;
      for (int i = 0; i < rules.size(); i++) {
        if (!productive.get(i) && derives(rules.get(i))) {
          productive.set(i);
          changed = true;
        }
      }
    }
  }

  boolean isEmpty() {
    return !productive.get(0);
  }

  private void collect(Node node) {
    if (node instanceof Terminal t) {
      terminals.add(t);
    } else if (node instanceof Seq s) {
      s.parts().forEach(this::collect);
    } else if (node instanceof Alt a) {
      a.options().forEach(this::collect);
    } else if (node instanceof Rep r) {
      collect(r.body());
    }
  }

  private boolean derives(Node node) {
    if (node instanceof Rule r) {
      return productive.get(r.number());
    } else if (node instanceof Seq s) {
      return s.parts().stream().allMatch(this::derives);
    } else if (node instanceof Alt a) {
      return a.options().stream().anyMatch(this::derives);
    } else if (node instanceof Rep r) {
      return r.min() == 0 || derives(r.body());
    }
    return true;
  }

  // ---- the lexer

  private boolean matches(Terminal t, String text) {
    return matches.computeIfAbsent(
        t.regex() + " " + text,
        k -> patterns.computeIfAbsent(t.regex(), Pattern::compile).matcher(text).matches());
  }

  private boolean live(Terminal t, String text) {
    if (t.lazy() && text.length() > 1) {
      for (int i = 1; i < text.length(); i++) {
        if (matches(t, text.substring(0, i))) {
          return false;
        }
      }
    }
    return live.computeIfAbsent(t.regex() + " " + text, k -> live(t, text, FURTHEST));
  }

  private boolean live(Terminal t, String text, int more) {
    if (matches(t, text)) {
      return true;
    }
    return more > 0
        && (live(t, text + "a", more - 1)
            || live(t, text + "b", more - 1)
            || live(t, text + "c", more - 1));
  }

  /** A place in a text: the terminals read so far in every way, and the text of the next. */
  record Place(Set<List<Set<Terminal>>> read, String begun, boolean atStart, List<Integer> tokens) {
    Place(Set<List<Set<Terminal>>> read, String begun, boolean atStart) {
      this(read, begun, atStart, List.of());
    }
  }

  Place start() {
    return new Place(Set.of(List.of()), "", true);
  }

  // ---- tokens: a place has the lengths of what had begun where they ended

  /** The place if a token ends here. */
  Place tokenEnded(Place p) {
    if (p.begun.isEmpty()) {
      return p;
    }
    List<Integer> ends = new ArrayList<>(p.tokens);
    ends.add(p.begun.length());
    return new Place(p.read, p.begun, p.atStart, ends);
  }

  // Whether a terminal may go on: within its limit, and with tokens enough left to be complete.
  private boolean goesOn(Terminal t, Place p) {
    int used = p.tokens.size();
    return t.most() == 0
        || (used < t.most()
            && (used == 0
                || finishes(t, p.begun.substring(0, p.tokens.get(used - 1)), t.most() - used)));
  }

  // Whether it has come as far as here, and is complete.
  private boolean isComplete(Terminal t, Place p) {
    int last = p.tokens.isEmpty() ? 0 : p.tokens.get(p.tokens.size() - 1);
    boolean here = last == p.begun.length() && last > 0;
    if (t.most() > 0 && here) {
      Place before =
          new Place(p.read, p.begun, p.atStart, p.tokens.subList(0, p.tokens.size() - 1));
      boolean cut =
          !t.cut().isEmpty()
              && p.tokens.size() == t.most()
              && matches(new Terminal(t.cut(), false), p.begun);
      return goesOn(t, before) && (matches(t, p.begun) || (cut && live(t, p.begun)));
    }
    return goesOn(t, p) && matches(t, p.begun);
  }

  private boolean finishes(Terminal t, String text, int left) {
    if (matches(t, text)
        || (left == 0 && !t.cut().isEmpty() && matches(new Terminal(t.cut(), false), text))) {
      return true;
    }
    for (int i = 0; left > 0 && i < words.size(); i++) {
      String longer = text + words.get(i);
      if (live(t, longer) && finishes(t, longer, left - 1)) {
        return true;
      }
    }
    return false;
  }

  private Set<Terminal> expected(Place p) {
    Set<Terminal> out = new LinkedHashSet<>();
    p.read.forEach(h -> out.addAll(next(h)));
    if (ignored != null && !p.atStart && !out.isEmpty()) {
      out.add(ignored);
    }
    return out;
  }

  private Place end(Place p) {
    Set<Terminal> ended = new HashSet<>();
    boolean skipped = false;
    boolean anyLazy =
        expected(p).stream().anyMatch(t -> t.lazy() && live(t, p.begun) && isComplete(t, p));
    for (Terminal t : expected(p)) {
      if (live(t, p.begun) && isComplete(t, p) && (t.lazy() || !anyLazy)) {
        ended.add(t);
        skipped |= t.equals(ignored);
      }
    }
    Set<List<Set<Terminal>>> read = new LinkedHashSet<>();
    for (List<Set<Terminal>> h : p.read) {
      Set<Terminal> mine = new HashSet<>(ended);
      mine.retainAll(next(h));
      if (!mine.isEmpty()) {
        List<Set<Terminal>> longer = new ArrayList<>(h);
        longer.add(mine);
        read.add(longer);
      }
      if (skipped) {
        read.add(h);
      }
    }
    return new Place(read, "", false);
  }

  /** The place after a letter, null if none. */
  Place step(Place p, char c) {
    String longer = p.begun + c;
    Set<Terminal> expected = expected(p);
    if (expected.stream().anyMatch(t -> goesOn(t, p) && live(t, longer))) {
      Place inside = new Place(p.read, longer, p.atStart, p.tokens);
      boolean lazy =
          expected.stream()
              .anyMatch(t -> t.lazy() && goesOn(t, p) && live(t, longer) && matches(t, longer));
      return lazy ? end(inside) : inside;
    }
    if (p.begun.isEmpty()) {
      return null;
    }
    Place ended = end(p);
    return ended.read.isEmpty() ? null : step(ended, c);
  }

  boolean mayEnd(Place p) {
    Place ended = p.begun.isEmpty() ? p : end(p);
    return ended.read.stream().anyMatch(this::accepts);
  }

  /** The place after a token, null if it is refused. */
  Place step(Place place, String word) {
    Place p = place;
    for (int i = 0; i < word.length() && p != null; i++) {
      p = step(p, word.charAt(i));
    }
    return p == null ? null : tokenEnded(p);
  }

  /** Whether up to so many tokens more lead to an end. */
  boolean canEndWith(Place place, int tokens) {
    Set<Place> places = new HashSet<>(Set.of(place));
    for (int i = 0; ; i++) {
      if (places.stream().anyMatch(this::mayEnd)) {
        return true;
      }
      if (i == tokens) {
        return false;
      }
      Set<Place> next = new HashSet<>();
      for (Place p : places) {
        for (String word : words) {
          Place to = step(p, word);
          if (to != null) {
            next.add(to);
          }
        }
      }
      places = next;
    }
  }

  /** Whether up to so many letters more lead to an end. */
  boolean canEnd(Place place, int letters) {
    Set<Place> places = new HashSet<>(Set.of(place));
    for (int i = 0; ; i++) {
      if (places.stream().anyMatch(this::mayEnd)) {
        return true;
      }
      if (i == letters) {
        return false;
      }
      Set<Place> next = new HashSet<>();
      for (Place p : places) {
        for (char c = 'a'; c <= 'c'; c++) {
          Place to = step(p, c);
          if (to != null) {
            next.add(to);
          }
        }
      }
      places = next;
    }
  }

  // ---- the parser, over a list of sets of terminals

  private List<Set<Terminal>> text = List.of();
  private BitSet[][] ends = {};
  private BitSet[] begins = {};

  private Set<Terminal> next(List<Set<Terminal>> read) {
    return nexts.computeIfAbsent(
        read,
        h -> {
          Set<Terminal> out = new LinkedHashSet<>();
          for (Terminal t : terminals) {
            List<Set<Terminal>> longer = new ArrayList<>(h);
            longer.add(Set.of(t));
            read(longer);
            if (begins[0].get(0)) {
              out.add(t);
            }
          }
          return out;
        });
  }

  private boolean accepts(List<Set<Terminal>> h) {
    read(h);
    return ends[0][0].get(h.size());
  }

  private void read(List<Set<Terminal>> h) {
    text = h;
    int n = h.size();
    ends = new BitSet[rules.size()][n + 1];
    begins = new BitSet[rules.size()];
    for (int i = 0; i < rules.size(); i++) {
      begins[i] = new BitSet();
      for (int k = 0; k <= n; k++) {
        ends[i][k] = new BitSet();
      }
    }
    boolean changed = true;
    while (changed) {
      changed = false;
      for (int i = 0; i < rules.size(); i++) {
        for (int k = 0; k <= n; k++) {
          int before = ends[i][k].cardinality();
          ends[i][k].or(ends(rules.get(i), k));
          changed |= ends[i][k].cardinality() > before;
          if (!begins[i].get(k) && begins(rules.get(i), k)) {
            begins[i].set(k);
            changed = true;
          }
        }
      }
    }
  }

  private BitSet ends(Node node, int from) {
    BitSet out = new BitSet();
    if (node instanceof Terminal t) {
      if (matches(t, "")) {
        out.set(from);
      }
      if (from < text.size() && text.get(from).contains(t)) {
        out.set(from + 1);
      }
    } else if (node instanceof Rule r) {
      out.or(ends[r.number()][from]);
    } else if (node instanceof Seq s) {
      out.set(from);
      for (Node part : s.parts()) {
        out = endsOfAll(part, out);
      }
    } else if (node instanceof Alt a) {
      for (Node option : a.options()) {
        out.or(ends(option, from));
      }
    } else {
      Rep r = (Rep) node;
      BitSet at = new BitSet();
      at.set(from);
      int rounds = Math.min(r.max(), r.min() + text.size() + 1);
      for (int k = 0; k <= rounds && !at.isEmpty(); k++) {
        if (k >= r.min()) {
          out.or(at);
        }
        at = endsOfAll(r.body(), at);
      }
    }
    return out;
  }

  private BitSet endsOfAll(Node node, BitSet from) {
    BitSet out = new BitSet();
    from.stream().forEach(i -> out.or(ends(node, i)));
    return out;
  }

  private boolean begins(Node node, int from) {
    if (!derives(node)) {
      return false;
    }
    if (from == text.size()) {
      return true;
    }
    if (node instanceof Terminal t) {
      return from + 1 == text.size() && text.get(from).contains(t);
    } else if (node instanceof Rule r) {
      return begins[r.number()].get(from);
    } else if (node instanceof Alt a) {
      return a.options().stream().anyMatch(o -> begins(o, from));
    }
    List<Node> parts = new ArrayList<>();
    if (node instanceof Seq s) {
      parts.addAll(s.parts());
    } else {
      Rep r = (Rep) node;
      for (int k = Math.min(r.max(), r.min() + text.size() + 1); k > 0; k--) {
        parts.add(r.body());
      }
    }
    BitSet at = new BitSet();
    at.set(from);
    for (int i = 0; i < parts.size(); i++) {
      Node part = parts.get(i);
      boolean rest =
          node instanceof Rep || parts.subList(i, parts.size()).stream().allMatch(this::derives);
      if (rest && at.stream().anyMatch(k -> begins(part, k))) {
        return true;
      }
      at = endsOfAll(part, at);
    }
    return false;
  }
}
