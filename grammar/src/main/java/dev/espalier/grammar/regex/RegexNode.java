package dev.espalier.grammar.regex;

import dev.espalier.grammar.automaton.Expr;
import java.util.List;

/** The syntax tree of a regular expression. Offsets are places in the pattern, for messages. */
sealed interface RegexNode {
  /** Whether what it matches depends on the text around it. */
  boolean asserts();

  /** A language that depends on nothing around it. */
  record Plain(Expr expr) implements RegexNode {
    @Override
    public boolean asserts() {
      return false;
    }
  }

  /** One after another. */
  record Sequence(List<RegexNode> parts) implements RegexNode {
    @Override
    public boolean asserts() {
      return parts.stream().anyMatch(RegexNode::asserts);
    }
  }

  /** One of several. */
  record Alternation(List<RegexNode> options) implements RegexNode {
    @Override
    public boolean asserts() {
      return options.stream().anyMatch(RegexNode::asserts);
    }
  }

  /** Something that asserts, repeated. */
  record Repetition(RegexNode body, int min, int max, int offset) implements RegexNode {
    @Override
    public boolean asserts() {
      return body.asserts();
    }
  }

  /** A condition on the character before: it is one of these, or there is none and that will do. */
  record Before(Expr character, boolean orStart, int offset) implements RegexNode {
    @Override
    public boolean asserts() {
      return true;
    }
  }

  /** A condition on the character after: it is one of these, or there is none and that will do. */
  record After(Expr character, boolean orEnd, int offset) implements RegexNode {
    @Override
    public boolean asserts() {
      return true;
    }
  }

  /** {@code (?=…)}, {@code (?!…)}, {@code (?<=…)} or {@code (?<!…)}. */
  record Look(RegexNode body, boolean ahead, boolean negative, int offset) implements RegexNode {
    @Override
    public boolean asserts() {
      return true;
    }
  }
}
