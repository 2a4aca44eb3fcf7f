package dev.espalier.grammar.schema;

import dev.espalier.grammar.automaton.ByteSet;
import dev.espalier.grammar.token.CountedTexts;
import dev.espalier.grammar.token.Limit;
import dev.espalier.grammar.token.LongTokens;
import dev.espalier.grammar.token.Loop;
import dev.espalier.grammar.token.Segment;
import dev.espalier.grammar.token.Suffixes;
import dev.espalier.grammar.token.TokenTables;
import dev.espalier.grammar.token.View;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The rest of a JSON string after its opening quote, up to and including the closing one. Content
 * is judged unescaped; it is spelled as a JSON writer spells it: escapes for the quote, the
 * backslash and control characters, everything else as it is.
 */
final class StringSegment extends Segment {
  // A place is the content's state times eight plus the place in an escape:
  // 0 none, 1 after the backslash, 2 to 5 after its u and that many minus two zeros, 6 after u001.
  // States are places by number, since few texts have escapes.
  private static final int BACKSLASH = 1;
  private static final int LOW = 5;
  private static final int HIGH = 6;
  private static final String SHORT = "\"\\bfnrt";
  private static final String SHORT_MEANS = "\"\\\b\f\n\r\t";

  private static final ByteSet QUOTE = ByteSet.of('"');
  private static final ByteSet ESCAPE = ByteSet.of('\\');
  private static final ByteSet ENDS = QUOTE.or(ESCAPE);
  private static final ByteSet SPELLED = ByteSet.range(0, 0x1F).or(QUOTE).or(ESCAPE);
  private static final ByteSet PLAIN = SPELLED.complement();
  private static final ByteSet IN_ESCAPE = ByteSet.anyOf("\"\\bfnrtu0123456789abcdefABCDEF");

  private static final int[] CONTROL = IntStream.range(0, 32).toArray();
  private static final int[] BELOW_16 = IntStream.range(0, 16).toArray();
  private static final int[] FROM_16 = IntStream.range(16, 32).toArray();
  private static final int[] ESCAPED =
      IntStream.concat(IntStream.range(0, 32), IntStream.of('"', '\\')).toArray();

  private final Content content;
  private final Limit limit = new Characters();
  private LongTokens[] longTokens = {}; // by state
  private int[] places = new int[2]; // by state
  private int count; // of states
  private int[] plain = {}; // by the content's state: the state without an escape, plus one
  private final Map<Integer, Integer> escapes = new HashMap<>(); // other states by place
  private @Nullable ByteSet[] lives = {}; // by state

  StringSegment(Content content) {
    this.content = content;
    state(content.start(), 0);
  }

  /** The one segment of any text, label 0, per vocabulary. */
  static StringSegment any(TokenTables tables) {
    return (StringSegment) tables.segment("any string", k -> new StringSegment(TextContent.any()));
  }

  // Under the lock, as is everything that asks for places.
  private int state(int content, int escape) {
    int place = (content << 3) | escape;
    if (escape != 0) {
      return escapes.computeIfAbsent(place, this::add);
    }
    if (content >= plain.length) {
      plain = Arrays.copyOf(plain, Math.max(content + 1, 2 * plain.length));
    }
    if (plain[content] == 0) {
      plain[content] = add(place) + 1;
    }
    return plain[content] - 1;
  }

  private int add(int place) {
    if (count == places.length) {
      places = Arrays.copyOf(places, 2 * count);
    }
    places[count] = place;
    return count++;
  }

  private synchronized int stateOf(int content, int escape) {
    return state(content, escape);
  }

  private synchronized int escapeOf(int state) {
    return escape(state);
  }

  private int content(int state) {
    return places[state] >> 3;
  }

  private int escape(int state) {
    return places[state] & 7;
  }

  @Override
  public int start() {
    return 0;
  }

  @Override
  protected int compute(int state, int b) {
    int at = content(state);
    int escape = escape(state);
    switch (escape) {
      case 0 -> {
        if (b == '"') {
          int label = content.label(at);
          return label < 0 ? DEAD : exit(label, true);
        }
        return b == '\\' ? escapeState(at, BACKSLASH) : b < 0x20 ? DEAD : after(at, b);
      }
      case BACKSLASH -> {
        int i = SHORT.indexOf(b);
        return i >= 0 ? after(at, SHORT_MEANS.charAt(i)) : b == 'u' ? escapeState(at, 2) : DEAD;
      }
      case 2, 3 -> {
        return b == '0' ? escapeState(at, escape + 1) : DEAD;
      }
      case 4 -> {
        return b == '0' ? escapeState(at, LOW) : b == '1' ? escapeState(at, HIGH) : DEAD;
      }
      default -> {
        int digit = Character.digit(b, 16);
        return digit < 0 ? DEAD : after(at, (escape == LOW ? 0 : 16) + digit);
      }
    }
  }

  @Override
  public synchronized byte @Nullable [] wayOut(int state) {
    byte[] rest = escape(state) == 0 ? content.wayOut(content(state)) : null;
    return rest == null ? null : spelled(rest);
  }

  @Override
  public synchronized @Nullable Skip skip(int state) {
    Skip skip = escape(state) == 0 ? content.skip(content(state)) : null;
    return skip == null ? null : new Skip(skip.letter(), skip.count(), state(skip.state(), 0));
  }

  /** A text as a JSON writer spells it, with the closing quote. */
  static byte[] spelled(byte[] text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte b : text) {
      int meaning = SHORT_MEANS.indexOf(b);
      if (meaning >= 0) {
        out.write('\\');
        out.write(SHORT.charAt(meaning));
      } else if (b >= 0 && b < 0x20) {
        out.writeBytes(String.format("\\u%04x", b).getBytes(StandardCharsets.US_ASCII));
      } else {
        out.write(b);
      }
    }
    out.write('"');
    return out.toByteArray();
  }

  private int after(int at, int b) {
    int next = content.step(at, b);
    return next == Content.DEAD ? DEAD : state(next, 0);
  }

  // An escape may begin only if some character can end it.
  private int escapeState(int at, int escape) {
    for (int c : meanings(escape)) {
      if (content.step(at, c) != Content.DEAD) {
        return state(at, escape);
      }
    }
    return DEAD;
  }

  // What may come of an escape that has been begun.
  private static int[] meanings(int escape) {
    return escape == BACKSLASH
        ? ESCAPED
        : escape == LOW ? BELOW_16 : escape == HIGH ? FROM_16 : CONTROL;
  }

  @Override
  protected boolean hasSeveral(int state) {
    return escape(state) == 0 && content.hasSeveral(content(state));
  }

  @Override
  protected @Nullable Loop loop(int state) {
    Loop loop = escape(state) == 0 ? content.loop(content(state)) : null;
    return loop == null
        ? null
        : new Loop(loop.groups(), loop.most(), n -> state(loop.after().applyAsInt(n), 0));
  }

  @Override
  protected @Nullable ByteSet live(int state) {
    if (escape(state) != 0) {
      return IN_ESCAPE;
    }
    if (state >= lives.length) {
      lives = Arrays.copyOf(lives, Math.max(state + 1, 2 * lives.length));
    }
    ByteSet known = lives[state];
    if (known == null) {
      int at = content(state);
      ByteSet read = content.live(at);
      if (read == null) {
        return null;
      }
      known = read.and(PLAIN);
      if (read.intersects(SPELLED)) {
        known = known.or(ESCAPE);
      }
      if (content.label(at) >= 0) {
        known = known.or(QUOTE);
      }
      lives[state] = known;
    }
    return known;
  }

  @Override
  protected View build(int state, Suffixes suffixes, TokenTables tables) {
    View shortcut = shortcut(state, suffixes, tables);
    return shortcut != null ? shortcut : super.build(state, suffixes, tables);
  }

  private @Nullable View shortcut(int state, Suffixes suffixes, TokenTables tables) {
    StringSegment any = any(tables);
    if (this == any) {
      return null;
    }
    boolean root = suffixes.equals(tables.root());
    int escape = escape(state);
    Content.Likeness like = content.likeness(content(state));
    if (like instanceof Content.Likeness.Any same) {
      int anyState = any.stateOf(same.anyState(), escape);
      if (root) {
        return any.view(anyState, tables).relabelled(same.label());
      }
      return anyState == any.start()
          ? any.startView(suffixes, tables).relabelled(same.label())
          : null;
    } else if (like instanceof Content.Likeness.Counted counted && root && escape == 0) {
      return CountedTexts.of(tables, any, any::escapeOf)
          .view(counted.min(), counted.max(), tables)
          .relabelled(counted.label());
    } else if (like instanceof Content.Likeness.As other) {
      int same = state(other.state(), escape);
      return root ? view(same, tables) : build(same, suffixes, tables);
    } else if (like instanceof Content.Likeness.Near near && root && escape == 0) {
      return near(near, tables);
    } else if (like instanceof Content.Likeness.Limited limited && escape == 0) {
      return build(state(limited.state(), 0), suffixes, limit, limited.most(), tables);
    } else if (like instanceof Content.Likeness.Total && escape == 0) {
      View base = root ? any.view(any.start(), tables) : any.startView(suffixes, tables);
      return View.ending(base, this, state, suffixes, tables);
    } else if (like instanceof Content.Likeness.OffNames off && escape == 0) {
      View base = root ? any.view(any.start(), tables) : any.startView(suffixes, tables);
      return View.corrected(
          base.relabelled(off.label()), this, state, this::onNames, suffixes, tables);
    } else if (like instanceof Content.Likeness.OffNamesAs off && escape == 0) {
      int same = state(off.state(), 0);
      View base = root ? view(same, tables) : build(same, suffixes, tables);
      return View.beside(base, this, same, state, this::onNames, suffixes, tables);
    }
    return null;
  }

  private View near(Content.Likeness.Near near, TokenTables tables) {
    int likened = state(near.state(), 0);
    int whole = state(near.whole(), 0);
    View base = view(likened, tables);
    LongTokens there = longTokens(likened, tables);
    if (near.low() != DEAD) {
      // What the two do alike, all between them do.
      LongTokens low = longTokens(state(near.low(), 0), tables);
      if (low.sameAs(there) && low.within(near.most()) == low) {
        return base;
      }
    }
    LongTokens all = whole == likened ? there : new LongTokens(tables, this, whole, limit);
    LongTokens here = all.within(near.most());
    if (here.sameAs(there)) {
      return base;
    }
    return base.except() == null
        ? base.beyondShort(there, here, tables)
        : build(whole, tables.root(), limit, near.most(), tables);
  }

  private LongTokens longTokens(int state, TokenTables tables) {
    if (state >= longTokens.length) {
      longTokens = Arrays.copyOf(longTokens, Math.max(state + 1, 2 * longTokens.length));
    }
    LongTokens known = longTokens[state];
    if (known == null) {
      known = new LongTokens(tables, this, state, limit);
      longTokens[state] = known;
      weigh(known.bytes());
    }
    return known;
  }

  /** Characters of the content, which are counted where they begin. */
  private final class Characters implements Limit {
    @Override
    public boolean begins(int state, int b) {
      return escape(state) == 0 && (b & 0xC0) != 0x80;
    }

    @Override
    public int enough(int state) {
      int escape = escape(state);
      if (escape == 0) {
        return content.enough(content(state));
      }
      int fewest = Integer.MAX_VALUE;
      for (int c : meanings(escape)) {
        int next = content.step(content(state), c);
        fewest = next == Content.DEAD ? fewest : Math.min(fewest, content.enough(next));
      }
      return fewest;
    }

    @Override
    public boolean fits(int state, int characters) {
      int escape = escape(state);
      if (escape == 0) {
        return content.fits(content(state), characters);
      }
      for (int c : meanings(escape)) {
        int next = content.step(content(state), c);
        if (next != Content.DEAD && content.fits(next, characters)) {
          return true;
        }
      }
      return false;
    }
  }

  // The bytes by which a text that may become a listed name goes on to it, or ends.
  private @Nullable ByteSet onNames(int state) {
    ByteSet bytes = content.onNames(content(state));
    return bytes == null ? null : escape(state) != 0 ? IN_ESCAPE : bytes.or(ENDS);
  }

  @Override
  public synchronized String explain(int state) {
    return content.explain(content(state));
  }
}
