package dev.espalier.chat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The values of a template beside Java's own: Boolean, Long, BigInteger (integers beyond 64 bits),
 * Double, String, List (a Python list) and Map (a dict) stand for themselves. There is no null.
 */
final class Values {
  /** Python's {@code None}. */
  static final Object NONE =
      new Object() {
        @Override
        public String toString() {
          return "None";
        }
      };

  private Values() {}

  /**
   * What a missing name or member gives: writes nothing, is false, and fails when something is
   * asked of it.
   *
   * @param reason why it is undefined, for the message of that failure
   */
  record Undefined(String reason) {}

  /** A tuple. */
  record Tuple(List<Object> items) {}

  /**
   * What a lazy filter such as {@code map} returns: always true, iterated once, without a length.
   */
  static final class Generator {
    private @Nullable List<Object> items;

    Generator(List<Object> items) {
      this.items = items;
    }

    /** The items the first time, none afterwards. */
    List<Object> take() {
      List<Object> taken = items;
      items = null;
      return taken == null ? List.of() : taken;
    }
  }

  /** A dict's keys, values or items, or a range: iterated at will, with a length. */
  record View(String name, List<Object> items) {}

  /** {@code namespace()}: the one value whose attributes a template may set. */
  static final class Namespace {
    final Map<String, Object> attributes = new HashMap<>();
  }

  /** Something to call: a macro, a method of a value, a global function. */
  interface Callable {
    Object call(Args args);
  }

  /** {@code loop}. */
  static final class Loop {
    final List<Object> items;
    int index; // of the item at hand, from 0
    private @Nullable Object lastChanged;

    Loop(List<Object> items) {
      this.items = items;
    }

    Object attribute(String name) {
      int n = items.size();
      return switch (name) {
        case "index" -> index + 1L;
        case "index0" -> (long) index;
        case "revindex" -> (long) (n - index);
        case "revindex0" -> (long) (n - index - 1);
        case "first" -> index == 0;
        case "last" -> index == n - 1;
        case "length" -> (long) n;
        case "depth" -> 1L;
        case "depth0" -> 0L;
        case "previtem" ->
            index > 0 ? items.get(index - 1) : new Undefined("there is no previous item");
        case "nextitem" ->
            index < n - 1 ? items.get(index + 1) : new Undefined("there is no next item");
        case "cycle" -> (Callable) args -> args.positional(index % args.count());
        case "changed" -> (Callable) this::changed;
        default -> new Undefined("'loop' has no attribute '" + name + "'");
      };
    }

    private Object changed(Args args) {
      Object now = new Tuple(args.all());
      boolean changed = lastChanged == null || !Py.equal(lastChanged, now);
      lastChanged = now;
      return changed;
    }
  }

  /** Arguments of a call; a mistake in them is a {@link Failure}. */
  static final class Args {
    private final String name;
    private final List<Object> positional;
    private final Map<String, Object> named;

    Args(String name, List<Object> positional, Map<String, Object> named) {
      this.name = name;
      this.positional = positional;
      this.named = new LinkedHashMap<>(named);
    }

    /** What is called. */
    String name() {
      return name;
    }

    int count() {
      return positional.size();
    }

    List<Object> all() {
      return positional;
    }

    Map<String, Object> named() {
      return named;
    }

    Object positional(int i) {
      if (i >= positional.size()) {
        throw new Failure(name + "() needs " + (i + 1) + " arguments");
      }
      return positional.get(i);
    }

    /** The argument at a place or of a name; null if there is none. */
    @Nullable Object optional(int i, String argument) {
      if (i >= 0 && i < positional.size()) {
        return positional.get(i);
      }
      return named.get(argument);
    }

    Object required(int i, String argument) {
      Object value = optional(i, argument);
      if (value == null) {
        throw new Failure(name + "() needs the argument '" + argument + "'");
      }
      return value;
    }

    boolean flag(int i, String argument, boolean otherwise) {
      Object value = optional(i, argument);
      return value == null ? otherwise : Py.truth(value);
    }

    int integer(int i, String argument, int otherwise) {
      Object value = optional(i, argument);
      return value == null ? otherwise : Py.index(value);
    }

    /** Refuses arguments beyond a number of places and a set of names. */
    void atMost(int places, String... names) {
      if (positional.size() > places) {
        throw new Failure(name + "() takes at most " + places + " arguments");
      }
      for (String given : named.keySet()) {
        if (!List.of(names).contains(given)) {
          throw new Failure(name + "() has no argument '" + given + "'");
        }
      }
    }
  }

  /** A failure inside a template; the renderer adds the place. */
  static final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Failure(String message) {
      super(message, null, false, false);
    }
  }

  /** A value given from outside, in the form that templates see. */
  static Object of(@Nullable Object value) {
    if (value == null || value == NONE) {
      return NONE;
    }
    if (value instanceof Boolean || value instanceof String || value instanceof Long) {
      return value;
    }
    if (value instanceof Double || value instanceof java.math.BigInteger) {
      return value;
    }
    if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
      return ((Number) value).longValue();
    }
    if (value instanceof Float f) {
      return f.doubleValue();
    }
    if (value instanceof Map<?, ?> map) {
      Map<Object, Object> copy = new LinkedHashMap<>();
      map.forEach((k, v) -> copy.put(of(k), of(v)));
      return copy;
    }
    if (value instanceof Iterable<?> items) {
      List<Object> copy = new ArrayList<>();
      items.forEach(item -> copy.add(of(item)));
      return copy;
    }
    if (value instanceof Enum<?> || value instanceof Character) {
      return value.toString();
    }
    throw new IllegalArgumentException(
        "a template variable cannot be a " + value.getClass().getName());
  }
}
