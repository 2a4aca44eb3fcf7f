package dev.espalier.grammar.lark;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Random grammars over the letters a, b and c, as text and as a tree of their own. */
final class RandomLark {
  /** A right-hand side; terminals stand for themselves. */
  sealed interface Node {}

  /**
   * A terminal.
   *
   * @param most tokens, 0 for no limit
   * @param cut what is enough at the limit; empty for nothing
   */
  record Terminal(String regex, boolean lazy, int most, String cut) implements Node {
    Terminal(String regex, boolean lazy) {
      this(regex, lazy, 0, "");
    }

    boolean isNamed() {
      return lazy || most > 0;
    }
  }

  record Rule(int number) implements Node {}

  record Seq(List<Node> parts) implements Node {}

  record Alt(List<Node> options) implements Node {}

  record Rep(Node body, int min, int max) implements Node {}

  static final int MANY = 1_000;

  final List<Node> rules = new ArrayList<>();
  final List<Terminal> lazy = new ArrayList<>(); // and those with a limit
  final String ignored; // a regular expression, or empty

  private final Random r;

  RandomLark(Random r) {
    this(r, 0);
  }

  RandomLark(Random r, int limited) {
    this.r = r;
    for (int i = 0; i < limited; i++) {
      String body = regex(3);
      int most = 1 + r.nextInt(3);
      lazy.add(
          switch (r.nextInt(4)) {
            case 0 -> new Terminal("(" + body + ")(" + regex(1) + ")", true, most, body);
            case 1 -> new Terminal(body, true, most, "");
            default -> new Terminal(body, false, most, "");
          });
    }
    int n = 1 + r.nextInt(3);
    for (int i = r.nextInt(4); i > 2; i--) {
      lazy.add(new Terminal(regex(2), true));
    }
    for (int i = 0; i < n; i++) {
      rules.add(node(n, 3));
    }
    ignored =
        switch (r.nextInt(4)) {
          case 0 -> "c";
          case 1 -> "c+";
          default -> "";
        };
  }

  private String regex(int depth) {
    switch (r.nextInt(depth <= 0 ? 3 : 8)) {
      case 0, 1, 2 -> {
        return "abc".charAt(r.nextInt(3)) + "";
      }
      case 3 -> {
        return "[ab]";
      }
      case 4, 5 -> {
        return regex(depth - 1) + regex(depth - 1);
      }
      case 6 -> {
        return "(" + regex(depth - 1) + "|" + regex(depth - 1) + ")";
      }
      default -> {
        return "(" + regex(depth - 1) + ")" + "*+?".charAt(r.nextInt(3));
      }
    }
  }

  private Node node(int n, int depth) {
    switch (r.nextInt(depth <= 0 ? 4 : 10)) {
      case 0, 1, 2 -> {
        return new Terminal(regex(2), false);
      }
      case 3 -> {
        int k = r.nextInt(n + lazy.size());
        return k < n ? new Rule(k) : lazy.get(k - n);
      }
      case 4, 5, 6 -> {
        return new Seq(List.of(node(n, depth - 1), node(n, depth - 1)));
      }
      case 7 -> {
        return new Alt(List.of(node(n, depth - 1), node(n, depth - 1)));
      }
      case 8 -> {
        return new Rep(node(n, depth - 1), 0, MANY);
      }
      default -> {
        int min = r.nextInt(2);
        return new Rep(node(n, depth - 1), min, min + 1 + r.nextInt(2));
      }
    }
  }

  /** The grammar as a user would write it. */
  String text() {
    StringBuilder s = new StringBuilder("start: r0\n");
    for (int i = 0; i < rules.size(); i++) {
      s.append("r").append(i).append(": ").append(text(rules.get(i))).append('\n');
    }
    for (int i = 0; i < lazy.size(); i++) {
      Terminal t = lazy.get(i);
      String body = t.regex;
      List<String> attributes = new ArrayList<>();
      if (!t.cut.isEmpty()) {
        body = t.cut;
        attributes.add("stop=/" + t.regex.substring(t.cut.length() + 2) + "/");
      } else if (t.lazy) {
        attributes.add("lazy");
      }
      if (t.most > 0) {
        attributes.add("max_tokens=" + t.most);
      }
      s.append("l").append(i).append(attributes).append(": /").append(body).append("/\n");
    }
    if (!ignored.isEmpty()) {
      s.append("%ignore /").append(ignored).append("/\n");
    }
    return s.toString();
  }

  private String text(Node node) {
    if (node instanceof Terminal t) {
      return t.isNamed() ? "l" + lazy.indexOf(t) : "/" + t.regex + "/";
    } else if (node instanceof Rule rule) {
      return "r" + rule.number;
    } else if (node instanceof Seq seq) {
      return text(seq.parts.get(0)) + " " + text(seq.parts.get(1));
    } else if (node instanceof Alt alt) {
      return "(" + text(alt.options.get(0)) + " | " + text(alt.options.get(1)) + ")";
    }
    Rep rep = (Rep) node;
    String max = rep.max == MANY ? "" : rep.max + "";
    return "(" + text(rep.body) + "){" + rep.min + "," + max + "}";
  }
}
