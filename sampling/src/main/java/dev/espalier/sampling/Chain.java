package dev.espalier.sampling;

import dev.espalier.Candidates;
import dev.espalier.CounterRandom;
import dev.espalier.LogitsProcessor;
import dev.espalier.NoAdmissibleTokenException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Processors in an order, as one: with a policy for steps in which nothing is left, a JSON form,
 * presets, and reports on request. Immutable.
 *
 * <p>The mask of a constraint comes before the chain: truncating first might leave nothing that the
 * constraint allows.
 */
public final class Chain implements LogitsProcessor {
  private static final String PROCESSORS = "processors";
  private static final String CONFLICT = "conflict";

  private final List<LogitsProcessor> stages;
  private final Conflict conflict;
  private final @Nullable Consumer<StepReport> observer;

  private Chain(
      List<LogitsProcessor> stages, Conflict conflict, @Nullable Consumer<StepReport> observer) {
    this.stages = List.copyOf(stages);
    this.conflict = conflict;
    this.observer = observer;
  }

  /** The processors in their order of application. */
  public static Chain of(LogitsProcessor... stages) {
    return of(List.of(stages));
  }

  /** The processors in their order of application. */
  public static Chain of(List<LogitsProcessor> stages) {
    return new Chain(stages, Conflict.THROW, null);
  }

  /** The processors in their order of application. */
  public List<LogitsProcessor> stages() {
    return stages;
  }

  /** The same chain with another policy for steps in which nothing is left. */
  public Chain onConflict(Conflict policy) {
    return new Chain(stages, policy, observer);
  }

  /**
   * The same chain, telling about every step once its token is known. Costs several passes over the
   * row a step; without an observer nothing is measured. Called on the thread that generates.
   */
  public Chain observedBy(Consumer<StepReport> newObserver) {
    return new Chain(stages, conflict, newObserver);
  }

  /**
   * What Hugging Face transformers would apply, in its order and with its defaults.
   *
   * @param generationConfig text of a {@code generation_config.json}
   * @throws ParameterException for settings that are not sampling by one model, such as beams
   */
  public static Chain huggingFace(String generationConfig) {
    return HuggingFaceChain.read(parse(generationConfig));
  }

  /** llama.cpp's default chain: top-k 40, top-p 0.95, min-p 0.05, temperature 0.8. */
  public static Chain llamaCpp() {
    return of(
        Processors.topK(40),
        Processors.topP(0.95),
        Processors.minP(0.05),
        Processors.temperature(0.8));
  }

  /**
   * Reads a chain: an array of processors, or an object with {@code processors} and {@code
   * conflict}.
   *
   * @throws ParameterException with the allowed names and ranges
   */
  public static Chain fromJson(String json) {
    JsonNode root = parse(json);
    JsonNode list = root.isArray() ? root : root.get(PROCESSORS);
    if (list == null || !list.isArray()) {
      throw new ParameterException(
          "a chain is an array of processors, or an object with \"" + PROCESSORS + "\"");
    }
    Conflict policy = Conflict.THROW;
    for (String name : root.propertyNames()) {
      if (name.equals(CONFLICT)) {
        policy = conflict(root.get(CONFLICT));
      } else if (!name.equals(PROCESSORS)) {
        throw new ParameterException(
            "a chain has no '" + name + "'; allowed are " + PROCESSORS + ", " + CONFLICT);
      }
    }
    LogitsProcessor[] stages = new LogitsProcessor[list.size()];
    for (int i = 0; i < stages.length; i++) {
      stages[i] = Methods.read(list.get(i));
    }
    return of(stages).onConflict(policy);
  }

  private static Conflict conflict(JsonNode node) {
    for (Conflict policy : Conflict.values()) {
      if (node.isString() && lower(policy).equals(node.stringValue())) {
        return policy;
      }
    }
    throw new ParameterException(
        "conflict is " + node + ", allowed are \"throw\", \"allow_end\", \"relax_last\"");
  }

  private static String lower(Conflict policy) {
    return policy.name().toLowerCase(Locale.ROOT);
  }

  private static JsonNode parse(String json) {
    try {
      return Methods.JSON.readTree(json);
    } catch (JacksonException e) {
      String what = e.getOriginalMessage();
      int source = what.indexOf(" (start marker at [Source"); // of which Jackson shows nothing
      TokenStreamLocation at = e.getLocation(); // limits such as that on nesting have none
      throw new ParameterException(
          "not JSON"
              + (at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr())
              + ": "
              + (source < 0 ? what : what.substring(0, source)));
    }
  }

  /** The JSON form, every parameter spelled out; {@link #fromJson} reads it back. */
  public String toJson() {
    ObjectNode root = Methods.JSON.createObjectNode();
    ArrayNode list = root.putArray(PROCESSORS);
    for (LogitsProcessor stage : stages) {
      list.add(Methods.write(stage));
    }
    root.put(CONFLICT, lower(conflict));
    return root.toString();
  }

  /**
   * True if every stage is and nobody observes: what is left in the end decides about conflicts.
   */
  @Override
  public boolean pointwise() {
    return observer == null && stages.stream().allMatch(LogitsProcessor::pointwise);
  }

  @Override
  public State open(Context context) {
    State[] states = new State[stages.size()];
    for (int i = 0; i < states.length; i++) {
      CounterRandom numbers = context.random().split(i);
      states[i] = stages.get(i).open(new Context(context.vocabulary(), context.prompt(), numbers));
    }
    return new Links(this, states, context.vocabulary().endTokens(), observation());
  }

  private @Nullable Observation observation() {
    Consumer<StepReport> listener = observer;
    return listener == null ? null : new Observation(listener);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Chain c && c.stages.equals(stages) && c.conflict == conflict;
  }

  @Override
  public int hashCode() {
    return stages.hashCode();
  }

  @Override
  public String toString() {
    return "Chain" + stages;
  }

  private static final class Links implements State {
    private final Chain chain;
    private final State[] states;
    private final int[] endTokens; // shared, not written
    private final @Nullable Observation observation;

    Links(Chain chain, State[] states, int[] endTokens, @Nullable Observation observation) {
      this.chain = chain;
      this.states = states;
      this.endTokens = endTokens;
      this.observation = observation;
    }

    @Override
    public void process(Candidates candidates) {
      candidates.mark();
      Observation observed = observation;
      if (observed != null) {
        observed.start(candidates);
      }
      for (int i = 0; i < states.length; i++) {
        states[i].process(candidates);
        if (observed != null) {
          observed.stage(Methods.name(chain.stages.get(i)), candidates);
        }
      }
      if (candidates.isEmpty()) {
        resolve(candidates);
      }
    }

    /** States change only when a token is accepted, so that the stages can be run again. */
    private void resolve(Candidates candidates) {
      candidates.reset();
      if (candidates.isEmpty()) {
        return; // the mask's doing; the draw reports it
      }
      if (chain.conflict == Conflict.ALLOW_END) {
        candidates.keepOnly(endTokens);
        if (!candidates.isEmpty()) {
          return;
        }
      }
      boolean[] relaxed = new boolean[states.length];
      while (true) {
        int culprit = run(candidates, relaxed);
        if (culprit < 0) {
          return;
        }
        if (chain.conflict != Conflict.RELAX_LAST) {
          throw new NoAdmissibleTokenException(
              "no candidate is left after '"
                  + Methods.name(chain.stages.get(culprit))
                  + "', stage "
                  + (culprit + 1)
                  + " of "
                  + states.length
                  + "; loosen it, or let the chain relax (Conflict.RELAX_LAST)");
        }
        relaxed[culprit] = true;
      }
    }

    /** Runs the stages that are not relaxed; returns the one that left nothing, or -1. */
    private int run(Candidates candidates, boolean[] relaxed) {
      candidates.reset();
      for (int i = 0; i < states.length; i++) {
        if (!relaxed[i]) {
          states[i].process(candidates);
          if (candidates.isEmpty()) {
            return i;
          }
        }
      }
      return -1;
    }

    @Override
    public void accept(int token, @Nullable Candidates drawnFrom) {
      if (observation != null) {
        observation.accept(token, drawnFrom);
      }
      for (State state : states) {
        state.accept(token, drawnFrom);
      }
    }

    @Override
    public State fork() {
      State[] copies = new State[states.length];
      Arrays.setAll(copies, i -> states[i].fork());
      return linked(copies);
    }

    /** Every stage draws numbers of its own. */
    @Override
    public State fork(CounterRandom random) {
      State[] copies = new State[states.length];
      Arrays.setAll(copies, i -> states[i].fork(random.split(i)));
      return linked(copies);
    }

    private State linked(State[] copies) {
      Observation watched = observation == null ? null : observation.fork();
      return new Links(chain, copies, endTokens, watched);
    }
  }
}
