package dev.espalier.grammar.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.BudgetExceededException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.StringNode;

/** Formulas and their cases against truth tables. */
class FormulasTest {
  private static final int VERDICTS = 4;
  private static final int ATOMS = 8; // verdicts first, then what remains

  private final Formulas formulas;
  private final List<Formula> atoms = new ArrayList<>();

  FormulasTest() {
    formulas = new Formulas(10_000_000);
    References references = new References(object(), Options.DEFAULT);
    for (int i = 0; i < ATOMS; i++) {
      atoms.add(
          i < VERDICTS
              ? formulas.verdict(references.exactly(StringNode.valueOf("v" + i)))
              : formulas.atom(new Atom.HasKey("k" + i)));
    }
  }

  private static tools.jackson.databind.JsonNode object() {
    return tools.jackson.databind.node.JsonNodeFactory.instance.objectNode();
  }

  private Formula random(Random r, int depth) {
    if (depth == 0 || r.nextInt(8) == 0) {
      Formula atom = atoms.get(r.nextInt(ATOMS));
      return r.nextBoolean() ? atom : formulas.not(atom);
    }
    List<Formula> parts = new ArrayList<>();
    for (int n = 2 + r.nextInt(4); n > 0; n--) {
      parts.add(random(r, depth - 1));
    }
    return switch (r.nextInt(4)) {
      case 0 -> formulas.and(parts);
      case 1 -> formulas.or(parts);
      case 2 -> formulas.one(parts);
      default -> formulas.not(formulas.one(parts));
    };
  }

  private boolean holds(Formula f, int truth) {
    return switch (f.kind) {
      case FALSE -> false;
      case TRUE -> true;
      case ATOM -> (truth >> atoms.indexOf(f) & 1) != 0;
      case NOT -> !holds(f.parts.get(0), truth);
      case AND -> f.parts.stream().allMatch(p -> holds(p, truth));
      case OR -> f.parts.stream().anyMatch(p -> holds(p, truth));
      case ONE -> f.parts.stream().filter(p -> holds(p, truth)).count() == 1;
    };
  }

  private boolean somewhere(Formula f) {
    for (int truth = 0; truth < 1 << ATOMS; truth++) {
      if (holds(f, truth)) {
        return true;
      }
    }
    return false;
  }

  private void forRandomFormulas(Function<Formula, String> check) {
    long seed = 4711;
    Random r = new Random(seed);
    for (int round = 0; round < 400; round++) {
      Formula f = random(r, 1 + r.nextInt(3));
      assertThat(check.apply(f)).as("seed %d round %d: %s", seed, round, f).isEmpty();
    }
  }

  @Test
  void branchesCoverTheFormulaAndNothingElse() {
    int[] many = {0};
    forRandomFormulas(
        f -> {
          many[0] += formulas.fewBranches(f) == null ? 1 : 0;
          List<Formula> branches = formulas.branches(f);
          for (int t = 0; t < 1 << ATOMS; t++) {
            int truth = t;
            boolean covered = branches.stream().anyMatch(b -> holds(b, truth));
            if (covered != holds(f, truth)) {
              return "at " + truth;
            }
          }
          boolean found = formulas.anyBranch(f, this::somewhere, this::somewhere);
          return found == somewhere(f) ? "" : "any branch: " + found;
        });
    assertThat(many[0]).as("formulas of many branches").isGreaterThan(10);
  }

  @Test
  void cellsKeepWhatSomeRestCanMeet() {
    forRandomFormulas(
        f -> {
          Formula kept = new Cells(formulas, v -> true, this::somewhere).of(f);
          for (int verdicts = 0; verdicts < 1 << VERDICTS; verdicts++) {
            boolean can = false;
            for (int rest = 0; rest < 1 << (ATOMS - VERDICTS); rest++) {
              can |= holds(f, verdicts | rest << VERDICTS);
            }
            if (can != holds(kept, verdicts)) {
              return "verdicts " + verdicts + ": " + kept;
            }
          }
          return "";
        });
  }

  @Test
  void cellsLookOnlyAtVerdictsThatAValueCanHaveTogether() {
    // Values are of one of the kinds 0 to 4; what is not possible need not be kept right.
    forRandomFormulas(
        f -> {
          Formula kept = new Cells(formulas, v -> possible(v), this::somewhere).of(f);
          for (int kind = 0; kind <= VERDICTS; kind++) {
            int verdicts = kind == VERDICTS ? 0 : 1 << kind;
            boolean can = false;
            for (int rest = 0; rest < 1 << (ATOMS - VERDICTS); rest++) {
              can |= holds(f, verdicts | rest << VERDICTS);
            }
            if (can != holds(kept, verdicts)) {
              return "kind " + kind + ": " + kept;
            }
          }
          return "";
        });
  }

  private boolean possible(Formula verdicts) {
    boolean some = holds(verdicts, 0);
    for (int kind = 0; kind < VERDICTS; kind++) {
      some |= holds(verdicts, 1 << kind);
    }
    return some;
  }

  @Test
  void thirtyExclusiveSchemasAreNoProblem() {
    List<Formula> ways = new ArrayList<>();
    References references = new References(object(), Options.DEFAULT);
    for (int i = 0; i < 30; i++) {
      Formula verdict = formulas.verdict(references.exactly(StringNode.valueOf("w" + i)));
      ways.add(
          formulas.and(
              formulas.or(verdict, formulas.atom(new Atom.HasKey("a" + i))),
              formulas.atom(new Atom.HasKey("b" + i))));
    }
    Formula one = formulas.one(ways);
    assertThat(formulas.anyBranch(one, l -> true, b -> true)).isTrue();
    Formula kept =
        new Cells(
                formulas,
                v -> v.conjuncts().stream().filter(x -> !x.isNegated()).count() < 2,
                r -> true)
            .of(one);
    assertThat(kept.isTrue()).isTrue();
    assertThatThrownBy(() -> formulas.branches(one)).isInstanceOf(BudgetExceededException.class);
  }
}
