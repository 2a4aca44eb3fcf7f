package dev.espalier.grammar.schema;

import dev.espalier.TokenMask;
import dev.espalier.TokenSet;
import dev.espalier.grammar.token.Embeddable;
import dev.espalier.grammar.token.FlatMasks;
import dev.espalier.grammar.token.IntList;
import dev.espalier.grammar.token.Segment;
import dev.espalier.grammar.token.Suffixes;
import dev.espalier.grammar.token.TokenTables;
import dev.espalier.grammar.token.TokenTrie;
import dev.espalier.grammar.token.View;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The allowed tokens of a state, as parts that other states share: nothing is copied before it is
 * filled in, and what is filled in often is put together once. Immutable but for that cache.
 */
final class JsonMask {
  // Parts are applied in order: long[] words of a bit set and int[] ids are added, Gone is taken
  // back. They are arrays of views, there being too many masks for an object about each. What a
  // view takes back comes after the parts that it shares with another, and before its own exits:
  // every token takes one way, so nothing else is hit.

  @SuppressWarnings("ArrayRecordComponent") // compared by Content
  private record Gone(int[] ids) {}

  private static final int FEW = 32; // ids that are quickly added

  /** What makes two masks one: parts are shared, so most of them compare by identity. */
  private static final class Content {
    private final Object[] parts;
    private final int hash;

    Content(Object[] parts) {
      this.parts = parts;
      int h = 0;
      for (Object p : parts) {
        h = 31 * h + (p instanceof Gone g ? Arrays.hashCode(g.ids) : System.identityHashCode(p));
      }
      hash = h;
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(@Nullable Object o) {
      if (!(o instanceof Content c) || c.hash != hash || c.parts.length != parts.length) {
        return false;
      }
      for (int i = 0; i < parts.length; i++) {
        Object x = parts[i];
        Object y = c.parts[i];
        if (x != y
            && !(x instanceof Gone g && y instanceof Gone h && Arrays.equals(g.ids, h.ids))) {
          return false;
        }
      }
      return true;
    }
  }

  private final Object[] parts;
  private final int[] uncertain; // allowed or not depending on what the state remembers
  private final List<Suffixes> beyond; // what is left of tokens behind the text's end
  private final FlatMasks.@Nullable Entry flat; // null where the parts are few

  private JsonMask(Builder b) {
    parts = b.parts.toArray();
    uncertain = b.uncertain.toArray();
    beyond = List.copyOf(b.beyond);
    int cost = 0;
    boolean wide = false;
    for (Object part : parts) {
      wide |= part instanceof long[];
      cost += part instanceof int[] ids ? ids.length : (part instanceof Gone ? FEW : 0);
    }
    flat = wide || cost >= FEW ? b.tables.flatMasks().entry(new Content(parts)) : null;
  }

  static JsonMask of(JsonState state) {
    Builder b = new Builder(state.context.machine.tables, false);
    b.add(state.context.segment.view(state.position, b.tables), state.context, false, null);
    if (b.inexact) {
      b = new Builder(b.tables, true);
      b.add(state.context.segment.view(state.position, b.tables), state.context, false, null);
    }
    return new JsonMask(b);
  }

  void beyond(Embeddable.Beyond out) {
    beyond.forEach(out::rest);
    for (int token : uncertain) {
      out.perhaps(token);
    }
  }

  void fill(TokenMask out, JsonState state) {
    TokenSet whole = flat == null ? null : flat.mask();
    if (whole == null && flat != null && flat.isDue()) {
      whole = flat.set(whole(state));
    }
    if (whole != null) {
      out.addAll(whole);
    } else if (takesBack() && out.cardinality() > 0) {
      out.addAll(whole(state));
    } else {
      for (Object part : parts) {
        if (part instanceof long[] words) {
          out.addWords(words);
        } else if (part instanceof int[] ids) {
          out.addAll(ids, 0, ids.length);
        } else if (part instanceof Gone g) {
          for (int token : g.ids) {
            out.remove(token);
          }
        }
      }
    }
    byte[] name = state.context.frame.used.isEmpty() ? null : state.name();
    if (name != null || uncertain.length > 0) {
      Own own = state.own();
      if (own == null) {
        own = state.inBudget("a mask", () -> own(out, state, name));
        state.setOwn(own);
      }
      out.addAll(own.more, 0, own.more.length);
      for (int token : own.less) {
        out.remove(token);
      }
    }
  }

  /** What a state's memory adds to the mask that it shares with others, and takes from it. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Own(int[] more, int[] less) {}

  private Own own(TokenMask shared, JsonState state, byte @Nullable [] name) {
    IntList more = new IntList();
    for (int token : uncertain) {
      if (state.advance(token) != null) {
        more.add(token);
      }
    }
    IntList less = new IntList();
    if (name != null) {
      findUsed(shared, state, name, less);
    }
    return new Own(more.toArray(), less.toArray());
  }

  private boolean takesBack() {
    for (Object part : parts) {
      if (part instanceof Gone) {
        return true;
      }
    }
    return false;
  }

  private TokenSet whole(JsonState state) {
    TokenSet few = listed();
    if (few != null) {
      return few;
    }
    long[] words = new long[(state.context.machine.tables.trie().vocabularySize() + 63) >>> 6];
    for (Object part : parts) {
      if (part instanceof long[] bits) {
        for (int i = 0; i < bits.length; i++) {
          words[i] |= bits[i];
        }
      } else if (part instanceof int[] ids) {
        for (int token : ids) {
          words[token >>> 6] |= 1L << token;
        }
      } else if (part instanceof Gone g) {
        for (int token : g.ids) {
          words[token >>> 6] &= ~(1L << token);
        }
      }
    }
    return TokenSet.of(words);
  }

  private @Nullable TokenSet listed() {
    int size = 0;
    for (Object part : parts) {
      if (!(part instanceof int[] ids) || size + ids.length > TokenSet.LIST_LIMIT) {
        return null;
      }
      size += ids.length;
    }
    int[] all = new int[size];
    int n = 0;
    for (Object part : parts) {
      int[] ids = (int[]) part;
      System.arraycopy(ids, 0, all, n, ids.length);
      n += ids.length;
    }
    Arrays.sort(all);
    int distinct = 0;
    for (int i = 0; i < n; i++) {
      if (i == 0 || all[i] != all[i - 1]) {
        all[distinct++] = all[i];
      }
    }
    return TokenSet.of(distinct == n ? all : Arrays.copyOf(all, distinct));
  }

  // The segment of an open object's names does not know which ones came before.
  private static void findUsed(TokenMask mask, JsonState state, byte[] name, IntList found) {
    TokenTrie trie = state.context.machine.tables.trie();
    for (byte[] used : state.context.frame.usedBytes()) {
      if (used.length > name.length && Arrays.equals(used, 0, name.length, name, 0, name.length)) {
        int node = follow(trie, used, name.length);
        if (node >= 0) {
          for (int i = trie.firstToken(node); i < trie.firstToken(trie.end(node)); i++) {
            int token = trie.token(i);
            if (mask.contains(token) && state.advance(token) == null) {
              found.add(token);
            }
          }
        }
      }
    }
  }

  // The node that spells a quoted name from some byte on, or -1.
  private static int follow(TokenTrie trie, byte[] quoted, int from) {
    int at = 0;
    for (int i = from; i < quoted.length && at >= 0; i++) {
      at = trie.child(at, quoted[i] & 0xFF);
    }
    return at;
  }

  /** Whether each name has one spelling only, itself. */
  static boolean arePlain(Set<String> names) {
    for (String name : names) {
      if (!name.chars().allMatch(c -> c >= 0x20 && c != '"' && c != '\\')) {
        return false;
      }
    }
    return true;
  }

  private static final class Builder {
    final TokenTables tables;
    private final boolean exact; // suffixes are spelled out, no matter what that costs
    boolean inexact; // suffixes behind the text's end were not
    private int shared; // views around the present one that take back later
    final List<Object> parts = new ArrayList<>();
    final IntList uncertain = new IntList();
    final List<Suffixes> beyond = new ArrayList<>();

    Builder(TokenTables tables, boolean exact) {
      this.tables = tables;
      this.exact = exact;
    }

    // `unknown`: a name that is not listed, or a value that decides what follows, has ended inside
    // the token. Which one it was is not known here, so a second one might repeat it; tokens that
    // reach into a second one are tried one by one. `from`: where the view began, if tokens have
    // been read to there.
    void add(View given, Context context, boolean unknown, @Nullable Suffixes from) {
      View view = exact ? given.settled(tables) : given;
      View.Except except = view.except();
      if (view.bits() != null) {
        parts.add(view.bits());
      }
      ids(view.ids());
      shared += except == null ? 0 : 1;
      exits(view.exits(), context, unknown, from);
      shared -= except == null ? 0 : 1;
      if (except != null) {
        parts.add(new Gone(except.gone(tables)));
        exits(except.instead(), context, unknown, from);
      }
    }

    private void ids(int[] ids) {
      if (ids.length > 0) {
        parts.add(ids);
      }
    }

    private void exits(
        List<View.Exit> exits, Context context, boolean unknown, @Nullable Suffixes from) {
      boolean second = unknown && context.phase == Context.Phase.VALUE && context.remembers();
      for (View.Exit exit : exits) {
        int label = Segment.label(exit.step());
        boolean other = context.phase == Context.Phase.KEY && !context.frame.keys().isListed(label);
        if (other && unknown) {
          tryEach(exit.rest());
        } else if (second && label != Punctuation.VALUE_CLOSE) {
          secondValue(context, label, exit.rest());
        } else if (other && from != null) {
          followUnused(context.exit(label), exit.rest(), from, context);
        } else {
          follow(context.exit(label), exit.rest(), unknown || other);
        }
      }
    }

    // An item that may still become one of two texts can be another than the first.
    private void secondValue(Context context, int label, Suffixes rest) {
      boolean text = Punctuation.typeOf(label) == JsonType.STRING;
      Context to = text && context.frame.kind == Frame.Kind.ARRAY ? context.exit(label) : context;
      if (to == context || to.phase != Context.Phase.STRING) {
        tryEach(rest);
        return;
      }
      IntList sure = new IntList();
      to.segment.divide(rest, sure, uncertain);
      ids(sure.toArray());
    }

    private void tryEach(Suffixes rest) {
      for (int token : rest.all()) {
        uncertain.add(token);
      }
    }

    // Tokens that spell a whole name which came before are refused.
    private void followUnused(Context to, Suffixes rest, Suffixes from, Context context) {
      IntList places = new IntList();
      for (byte[] used : context.frame.usedBytes()) {
        for (int node : from.after(used)) {
          places.add(node);
        }
      }
      if (places.size() == 0) {
        follow(to, rest, true);
      } else if (exact) {
        follow(to, rest.without(places.toArray(), tables), true);
      } else {
        shared++;
        follow(to, rest, true);
        shared--;
        parts.add(new Gone(new View.Except(new int[0], places.toArray(), List.of()).gone(tables)));
      }
    }

    private void follow(Context to, Suffixes rest, boolean unknown) {
      Context next = to;
      if (to.phase == Context.Phase.VALUE_END) {
        next = to.machine.leaveNewValue(to);
        if (next == null) {
          tryEach(rest);
          return;
        }
        unknown = true;
      }
      if (next == next.machine.refused) {
        return;
      }
      if (next == next.machine.tooDeep) {
        ids(rest.all());
        return;
      }
      ids(rest.complete());
      if (rest.isEnd()) {
        return;
      }
      if (next.phase == Context.Phase.END) {
        inexact |= shared > 0;
        beyond.add(rest);
        return;
      }
      if (unknown
          && next.remembers()
          && next.phase == Context.Phase.VALUE
          && next.machine.mayBeLiteral(next)) {
        tryEach(rest); // `true` may be the value that has just ended
      } else {
        add(next.segment.startView(rest, tables), next, unknown, rest);
      }
    }
  }
}
