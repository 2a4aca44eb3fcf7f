package dev.espalier.grammar.schema;

import dev.espalier.Texts;
import dev.espalier.grammar.automaton.ByteSet;
import dev.espalier.grammar.automaton.Counted;
import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.automaton.Horizon;
import dev.espalier.grammar.automaton.Shape;
import dev.espalier.grammar.automaton.TextSearch;
import dev.espalier.grammar.automaton.Utf8;
import dev.espalier.grammar.token.Loop;
import dev.espalier.grammar.token.Segment;
import dev.espalier.grammar.token.TokenTrie;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Texts of one language; the label tells which of the side languages hold them too, bit by bit. */
final class TextContent implements Content {
  /** Any text at all; its states are the places inside a UTF-8 sequence. */
  static TextContent any() {
    TextContent any = new TextContent(Utf8.TEXT, List.of(), Integer.MAX_VALUE);
    for (int state = 0; state < any.states.size(); state++) {
      for (int b = 0; b < 256; b++) {
        any.step(state, b);
      }
    }
    return any;
  }

  private static final TextContent ANY = any();

  private static final int MOST_ON_A_WAY = 100_000; // states, to the nearest end
  private static final int MANY = 4; // languages to hold at once
  private static final int FEW_BYTES = 8; // that lead on to what is excluded

  private final int stateLimit;
  private final CharLoops loops = new CharLoops();
  private final BitSet asked = new BitSet(); // whether a state has several texts
  private final BitSet several = new BitSet();
  private final Map<List<Expr>, Integer> ids = new HashMap<>();
  private final List<List<Expr>> states = new ArrayList<>(); // main language first, then the sides

  /** A language that is not empty. */
  TextContent(Expr main, List<Expr> sides, int stateLimit) {
    this.stateLimit = stateLimit;
    List<Expr> first = new ArrayList<>();
    first.add(Counted.apart(main));
    sides.forEach(s -> first.add(beside(first.get(0), Counted.apart(s))));
    intern(first);
  }

  // Only texts of the main language are judged, so a side need not say again what that one says.
  private static Expr beside(Expr main, Expr side) {
    List<Expr> kept = new ArrayList<>();
    for (Expr part : side.conjuncts()) {
      if (!says(main, part)) {
        kept.add(part);
      }
    }
    return kept.size() == side.conjuncts().size() ? side : Expr.and(kept.toArray(new Expr[0]));
  }

  private static boolean says(Expr main, Expr part) {
    int least = part.repeatMin(Utf8.CHAR);
    for (Expr e : main.conjuncts()) {
      boolean within =
          least >= 0 && e.repeatMin(Utf8.CHAR) >= least && e.repeatMax() <= part.repeatMax();
      if (e == part || within) {
        return true;
      }
    }
    return false;
  }

  // A side that has become the main language says nothing more.
  private static List<Expr> told(List<Expr> state) {
    List<Expr> told = state;
    for (int i = 1; i < state.size(); i++) {
      if (state.get(i) == state.get(0)) {
        told = told == state ? new ArrayList<>(state) : told;
        told.set(i, Expr.ALL);
      }
    }
    return told;
  }

  private int intern(List<Expr> given) {
    List<Expr> state = told(given);
    Integer known = ids.get(state);
    if (known != null) {
      return known;
    }
    int id = isEmpty(state.get(0)) ? DEAD : states.size();
    ids.put(state, id);
    if (id != DEAD) {
      states.add(state);
    }
    return id;
  }

  @Override
  public int start() {
    return 0;
  }

  private boolean isEmpty(Expr e) {
    Counted counted = Counted.of(e, Utf8.CHAR);
    if (counted != null && counted.min() == 0 && counted.rest() != Expr.ALL) {
      return !TextSearch.hasTextOf(counted.rest(), counted.max(), stateLimit);
    }
    boolean evident = e.conjuncts().size() > MANY && isTotal(e); // else each takes a search
    return !evident && e.isEmpty(stateLimit);
  }

  @Override
  public int step(int state, int b) {
    List<Expr> next = stepped(states.get(state), b);
    return next.get(0) == Expr.NONE ? DEAD : intern(next);
  }

  @Override
  public int label(int state) {
    return states.get(state).get(0).accepts() ? bits(states.get(state)) : -1;
  }

  private static int bits(List<Expr> state) {
    int bits = 0;
    for (int i = 1; i < state.size(); i++) {
      if (state.get(i).accepts()) {
        bits |= 1 << (i - 1);
      }
    }
    return bits;
  }

  @Override
  public Likeness likeness(int state) {
    List<Expr> at = states.get(state);
    int off = intern(at.stream().map(TextContent::withoutExcluded).toList());
    if (off != state && off != DEAD) {
      return new Likeness.OffNamesAs(off);
    }
    Expr main = at.get(0);
    int label = 0;
    for (int i = 1; i < at.size(); i++) {
      if (at.get(i) == Expr.ALL) {
        label |= 1 << (i - 1);
      } else if (at.get(i) != Expr.NONE) {
        return isTotal(main) ? Likeness.TOTAL : near(at);
      }
    }
    Integer any = ANY.ids.get(List.of(main));
    if (any != null && any != DEAD) {
      return new Likeness.Any(any, label);
    }
    int min = main.repeatMin(Utf8.CHAR);
    if (min >= 0) {
      return new Likeness.Counted(min, main.repeatMax(), label);
    }
    if (isTotal(main)) {
      return Likeness.TOTAL;
    }
    Counted counted = Counted.of(main, Utf8.CHAR);
    if (counted == null || counted.min() > 0) {
      return near(at);
    }
    if (counted.rest() == Expr.ALL) {
      return new Likeness.Counted(0, counted.max(), label);
    }
    if (counted.rest().reach() < counted.max() - CharLoops.LONG) {
      return new Likeness.As(intern(with(at, counted.rest())));
    }
    if ((long) counted.rest().reach() + TokenTrie.SHORT <= counted.max()) {
      return near(at);
    }
    return counted.rest().conjuncts().size() > MANY
        ? near(at)
        : new Likeness.Limited(intern(with(at, counted.rest())), counted.max());
  }

  // Values that came before are excluded one by one, and matter only where a text may become one.
  private static Expr withoutExcluded(Expr e) {
    List<Expr> kept = new ArrayList<>();
    for (Expr part : e.conjuncts()) {
      Expr excluded = part.excluded();
      if (excluded == null || excluded.first().size() > FEW_BYTES) {
        kept.add(part);
      }
    }
    boolean none = kept.isEmpty() || kept.size() == e.conjuncts().size();
    return none ? e : Expr.and(kept.toArray(new Expr[0]));
  }

  @Override
  public @Nullable ByteSet onNames(int state) {
    ByteSet bytes = null;
    for (Expr e : states.get(state)) {
      for (Expr part : e.conjuncts()) {
        Expr excluded = part.excluded();
        if (excluded != null) {
          bytes = bytes == null ? excluded.first() : bytes.or(excluded.first());
        }
      }
    }
    return bytes;
  }

  private static List<Expr> with(List<Expr> state, Expr main) {
    List<Expr> other = new ArrayList<>(state);
    other.set(0, main);
    return other;
  }

  // Limits that are further away than most tokens reach: many states look alike from there.
  private Likeness near(List<Expr> at) {
    Counted counted = Counted.of(at.get(0), Utf8.CHAR);
    boolean apart =
        counted != null
            && counted.min() == 0
            && (long) counted.rest().reach() + TokenTrie.SHORT <= counted.max();
    List<Expr> whole = counted != null && apart ? with(at, counted.rest()) : at;
    int most = counted != null && apart ? counted.max() : Expr.UNBOUNDED;
    List<Expr> near = new ArrayList<>(at.size());
    List<Expr> low = new ArrayList<>(at.size());
    for (Expr e : whole) {
      near.add(Horizon.of(e, TokenTrie.SHORT));
      low.add(Horizon.lowered(e, TokenTrie.SHORT));
    }
    if (near.equals(at)) {
      return Likeness.UNKNOWN;
    }
    boolean between = !near.equals(whole);
    return new Likeness.Near(intern(near), between ? intern(low) : DEAD, intern(whole), most);
  }

  /** A language that no token of up to {@link TokenTrie#SHORT} bytes tells from a given one. */
  static Expr near(Expr main) {
    Counted counted = Counted.of(main, Utf8.CHAR);
    if (counted != null
        && counted.min() == 0
        && (long) counted.rest().reach() + TokenTrie.SHORT <= counted.max()) {
      return Horizon.of(counted.rest(), TokenTrie.SHORT);
    }
    return Horizon.of(main, TokenTrie.SHORT);
  }

  // Every conjunct lets any text go by and then asks for something; if all but the last also let
  // any text follow, one after another can be given what it asks for, as far as there is room.
  private boolean isTotal(Expr main) {
    long needed = 0;
    int closed = 0;
    int room = Expr.UNBOUNDED;
    for (Expr e : main.conjuncts()) {
      Expr rest = Shape.after(e, Utf8.TEXT);
      if (rest != null) {
        int shortest = TextSearch.shortest(rest, stateLimit);
        if (shortest < 0) {
          return false;
        }
        needed += shortest;
        closed += rest == Expr.EMPTY || Shape.endsWith(rest, Utf8.TEXT) ? 0 : 1;
      } else if (e.repeatMin(Utf8.CHAR) >= 0) {
        room = Math.min(room, e.repeatMax());
        if (e.repeatMin(Utf8.CHAR) > room) {
          return false;
        }
      } else {
        return false;
      }
    }
    return closed <= 1 && (room == Expr.UNBOUNDED || room >= needed + CharLoops.LONG);
  }

  @Override
  public int enough(int state) {
    return TextSearch.shortText(states.get(state).get(0), stateLimit);
  }

  @Override
  public boolean fits(int state, int characters) {
    return characters >= 0
        && TextSearch.hasTextOf(states.get(state).get(0), characters, stateLimit);
  }

  @Override
  public boolean hasSeveral(int state) {
    if (!asked.get(state)) {
      asked.set(state);
      several.set(state, TextSearch.hasSeveral(states.get(state).get(0), stateLimit));
    }
    return several.get(state);
  }

  @Override
  public ByteSet live(int state) {
    return states.get(state).get(0).first();
  }

  @Override
  public @Nullable Loop loop(int state) {
    List<Expr> at = states.get(state);
    Counted counted = limited(at.get(0));
    Expr rest = counted == null ? at.get(0) : counted.rest();
    List<Expr> all = new ArrayList<>(at);
    all.set(0, rest);
    long groups = loops.of(all);
    List<Expr> home = all; // after the first character
    if (groups == 0) {
      home = stepped(all, CharLoops.LETTER);
      groups = step(state, CharLoops.LETTER) == DEAD ? 0 : loops.into(all, home);
      if (groups == 0) {
        return null;
      }
    }
    if (counted == null) {
      int then = home == all ? state : intern(home);
      return then == state
          ? new Loop(groups, Integer.MAX_VALUE, n -> state)
          : then == DEAD ? null : new Loop(groups, CharLoops.LONG, n -> n == 0 ? state : then);
    }
    rest = home.get(0);
    List<Expr> settled = home;
    // Texts of the rest can begin with any number of looping characters, so only the room for the
    // shortest of them counts.
    boolean roomy =
        counted.max() == Expr.UNBOUNDED
            || counted.max() - CharLoops.LONG >= TextSearch.shortText(rest, stateLimit);
    if (!roomy && rest.conjuncts().size() > MANY) {
      return null; // the shortest text would be too hard to find, state by state
    }
    int most =
        roomy
            ? CharLoops.LONG
            : Math.min(counted.max() - TextSearch.shortest(rest, stateLimit), CharLoops.LONG);
    return new Loop(
        groups,
        most,
        n -> {
          if (n == 0) {
            return state;
          }
          List<Expr> later = new ArrayList<>(settled);
          later.set(0, after(counted, settled.get(0), n));
          return intern(later);
        });
  }

  // How many characters there are to be, if it is not any number of them: that never changes.
  private static @Nullable Counted limited(Expr e) {
    Counted counted = Counted.of(e, Utf8.CHAR);
    boolean any = counted != null && counted.min() == 0 && counted.max() == Expr.UNBOUNDED;
    return any ? null : counted;
  }

  private static List<Expr> stepped(List<Expr> state, int b) {
    List<Expr> next = new ArrayList<>(state.size());
    for (Expr e : state) {
      next.add(e.step(b));
    }
    return next;
  }

  private static Expr after(Counted counted, Expr rest, int n) {
    int min = Math.max(0, counted.min() - n);
    int max = counted.max() == Expr.UNBOUNDED ? Expr.UNBOUNDED : counted.max() - n;
    return Expr.and(rest, Expr.repeat(Utf8.CHAR, min, max));
  }

  // A text of which only the length matters.
  @Override
  public Segment.@Nullable Skip skip(int state) {
    List<Expr> at = states.get(state);
    Counted counted = at.size() > 1 ? null : Counted.of(at.get(0), Utf8.CHAR);
    if (counted == null || counted.rest() != Expr.ALL || counted.min() == 0) {
      return null;
    }
    int n = counted.min();
    return new Segment.Skip(
        (byte) CharLoops.LETTER, n, intern(List.of(after(counted, counted.rest(), n))));
  }

  @Override
  public byte @Nullable [] wayOut(int state) {
    return TextSearch.someText(states.get(state).get(0), Math.min(stateLimit, MOST_ON_A_WAY));
  }

  @Override
  public String explain(int state) {
    return "text in " + Texts.shortened(states.get(state).get(0).toString(), 120);
  }
}
