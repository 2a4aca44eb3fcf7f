package dev.espalier.grammar.cfg;

import dev.espalier.BudgetExceededException;
import dev.espalier.grammar.automaton.Expr;
import dev.espalier.grammar.automaton.ShortestText;
import dev.espalier.grammar.automaton.WorkBudget;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The shortest texts, in bytes, that symbols and forms of a grammar derive, as if nothing stood
 * between them. Mutable, under a lock of its own: whoever waits for a long search here asked for an
 * end as well.
 */
final class Yields {
  // Knuth's generalisation of Dijkstra's algorithm (1977) over the rules' forms: a form is settled
  // when all cheaper ones are, so each is looked at once for every form that it is a part of. An
  // alternative remembers the option that settled it: among equally cheap ones another might be the
  // rule itself again.

  /** Bytes of the longest text; what is longer counts as none. */
  static final int MAX_BYTES = 1 << 24;

  /** No text at all. */
  static final int NONE = Integer.MAX_VALUE;

  private static final int UNKNOWN = -1;
  private static final int STATES = 200_000; // of a terminal, on the way to its shortest text
  private static final int MUCH = 1 << 16; // work, after which the clock is looked at

  private int[] least = {}; // bytes by form
  private final Map<Form, Form> chosen = new HashMap<>(); // option by alternative
  private final Map<Symbol, byte[]> texts = new HashMap<>(); // of terminals that have one

  private final Set<Symbol> without = new HashSet<>(); // and those that have none

  private record Settled(Form form, int bytes) {}

  Yields(List<Symbol> symbols) {
    Map<Form, List<Form>> within = new HashMap<>(); // the forms that each is a part of
    List<Form> all = new ArrayList<>();
    ArrayDeque<Form> todo = new ArrayDeque<>();
    for (Symbol s : symbols) {
      if (s.body != null) {
        todo.add(s.body);
      }
    }
    while (!todo.isEmpty()) {
      Form form = todo.removeLast();
      if (within.putIfAbsent(form, new ArrayList<>(1)) == null) {
        WorkBudget.check();
        all.add(form);
        todo.addAll(Arrays.asList(form.parts));
      }
    }
    PriorityQueue<Settled> queue = new PriorityQueue<>((a, b) -> Integer.compare(a.bytes, b.bytes));
    for (Form form : all) {
      for (Form part : form.parts) {
        within.getOrDefault(part, List.of()).add(form);
      }
      set(form, NONE);
      Symbol symbol = form.symbol;
      if (form.kind == Form.Kind.EMPTY || (form.kind == Form.Kind.REPEAT && form.min == 0)) {
        queue.add(new Settled(form, 0));
      } else if (symbol != null && symbol.body != null) {
        within.getOrDefault(symbol.body, List.of()).add(form);
      } else if (symbol != null) {
        byte[] text = text(symbol);
        if (text != null) {
          queue.add(new Settled(form, text.length));
        }
      }
    }
    while (!queue.isEmpty()) {
      Settled next = queue.remove();
      Form form = next.form;
      if (least[form.number] != NONE) {
        continue;
      }
      WorkBudget.check();
      set(form, next.bytes);
      for (Form f : within.getOrDefault(form, List.of())) {
        if (least[f.number] == NONE) {
          if (f.kind == Form.Kind.EITHER) {
            chosen.putIfAbsent(f, form);
          }
          int bytes = sum(f);
          if (bytes != NONE) {
            queue.add(new Settled(f, bytes));
          }
        }
      }
    }
  }

  private void set(Form form, int bytes) {
    if (form.number >= least.length) {
      int old = least.length;
      least = Arrays.copyOf(least, Math.max(2 * old, form.number + 1));
      Arrays.fill(least, old, least.length, UNKNOWN);
    }
    least[form.number] = bytes;
  }

  /** Bytes of the shortest text that a form derives, {@link #NONE} if it derives none. */
  synchronized int least(Form form) {
    if (known(form) == UNKNOWN) {
      ArrayDeque<Form> tails = new ArrayDeque<>();
      Form e = form;
      for (; known(e) == UNKNOWN && e.kind == Form.Kind.SEQUENCE; e = e.parts[1]) {
        tails.push(e); // long rules must not need a deep stack
      }
      if (known(e) == UNKNOWN) {
        for (Form part : e.parts) {
          least(part);
        }
        set(e, sum(e));
      }
      for (Form tail : tails) {
        least(tail.parts[0]);
        set(tail, sum(tail));
      }
    }
    return known(form);
  }

  private int known(Form form) {
    return form.number < least.length ? least[form.number] : UNKNOWN;
  }

  // From what its parts have.
  private int sum(Form form) {
    long bytes =
        switch (form.kind) {
          case EMPTY -> 0;
          case CALL -> form.symbol == null ? NONE : least(form.symbol);
          case SEQUENCE -> (long) known(form.parts[0]) + known(form.parts[1]);
          case EITHER -> {
            int fewest = NONE;
            for (Form p : form.parts) {
              fewest = Math.min(fewest, known(p));
            }
            yield fewest;
          }
          case REPEAT -> form.min == 0 ? 0 : (long) form.min * known(form.parts[0]);
        };
    return bytes > MAX_BYTES ? NONE : (int) bytes;
  }

  private int least(Symbol symbol) {
    if (!symbol.isTerminal()) {
      return symbol.body == null ? 0 : known(symbol.body); // the end of the text has none
    }
    byte[] text = text(symbol);
    return text == null ? NONE : text.length;
  }

  /** The shortest text of a terminal; null if it has none that is made of bytes. */
  private byte @Nullable [] text(Symbol terminal) {
    byte[] known = texts.get(terminal);
    if (known == null && !without.contains(terminal)) {
      try {
        Expr language = terminal.language;
        known =
            language != null
                ? ShortestText.of(language, STATES)
                : terminal.inner == null ? null : terminal.inner.state.completion();
      } catch (BudgetExceededException e) {
        WorkBudget.check(MUCH); // it may not be this one's alone
      }
      if (known == null) {
        without.add(terminal);
      } else {
        texts.put(terminal, known);
      }
    }
    return known;
  }

  /** Writes the shortest text that a form derives, which must have one. */
  synchronized void write(Form whole, ByteArrayOutputStream out) {
    record Part(Form form, int times) {}
    ArrayDeque<Part> todo = new ArrayDeque<>();
    todo.push(new Part(whole, 1));
    while (!todo.isEmpty()) {
      Part part = todo.pop();
      Form form = part.form;
      if (least(form) == 0) {
        continue;
      }
      if (part.times > 1) {
        todo.push(new Part(form, part.times - 1));
      }
      WorkBudget.check();
      switch (form.kind) {
        case EMPTY -> {}
        case CALL -> {
          Symbol symbol = form.symbol;
          if (symbol != null && symbol.body != null) {
            todo.push(new Part(symbol.body, 1));
          } else if (symbol != null) {
            byte[] text = text(symbol);
            out.writeBytes(text == null ? new byte[0] : text);
          }
        }
        case SEQUENCE -> {
          todo.push(new Part(form.parts[1], 1));
          todo.push(new Part(form.parts[0], 1));
        }
        case EITHER -> todo.push(new Part(option(form), 1));
        case REPEAT -> todo.push(new Part(form.parts[0], form.min));
      }
    }
  }

  private Form option(Form either) {
    Form known = chosen.get(either);
    for (Form option : either.parts) {
      known = known == null && least(option) == least(either) ? option : known;
    }
    return known == null ? either.parts[0] : known;
  }
}
