package dev.espalier;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Generates text from a model under a constraint, through a chain of processors. Immutable and
 * thread-safe: concurrent calls are independent. It does not own the model; close the model
 * yourself.
 *
 * <pre>{@code
 * Sampler sampler = Sampler.builder(model)
 *     .constraint(JsonSchema.of(Person.class))
 *     .processors(temperature(0.7), minP(0.05))
 *     .maxTokens(256).seed(42)
 *     .build();
 * Person person = sampler.generate(Prompt.text("…")).as(Person.class);
 * }</pre>
 */
public final class Sampler {
  // Masks are made beside the model's pass. Threads are few (one per concurrent call) and die idle.
  private static final AtomicLong THREADS = new AtomicLong();
  private static final ExecutorService MASK_WORKERS =
      Executors.newCachedThreadPool(task -> daemon(task, "espalier-mask-"));

  private final Recipe recipe;
  private final TokenSelector selector;
  private final @Nullable Long seed;
  private final @Nullable Duration deadline;
  private final int batchSize;

  private Sampler(Builder b) {
    CausalLm model = b.model;
    if (b.guidance != null) {
      for (Guidance.Companion companion : b.guidance.companions()) {
        if (!companion.model().vocabulary().fingerprint().equals(model.vocabulary().fingerprint())
            || companion.model().rowSize() != model.rowSize()) {
          throw new IllegalArgumentException(
              companion.model().name()
                  + " cannot guide "
                  + model.name()
                  + ": their vocabularies differ");
        }
      }
    }
    if (b.constraint != null) {
      for (int token : b.stopTokens) {
        if (model.vocabulary().isText(token)) {
          throw new IllegalArgumentException(
              "text token "
                  + model.vocabulary().describe(token)
                  + " cannot stop a constrained generation: the constraint decides where text ends");
        }
      }
    }
    selector = b.selector == null ? new HostSelector(model.rowSize()) : b.selector;
    recipe = new Recipe(b, selector);
    seed = b.seed;
    deadline = b.deadline;
    batchSize = b.batchSize;
  }

  /** A builder for a model; without further calls it draws from the model's own law. */
  public static Builder builder(CausalLm model) {
    return new Builder(model);
  }

  /**
   * One generation.
   *
   * @throws GenerationException if it fails part way, with what was produced until then; also when
   *     the thread is interrupted (the interrupt flag stays set)
   * @throws ContextOverflowException if the prompt does not fit and the policy refuses that
   */
  public Generation generate(Prompt prompt) {
    return generate(prompt, null, () -> false);
  }

  /**
   * One generation, followed by a listener on this thread. Throws what {@link #generate} throws.
   */
  public Generation generate(Prompt prompt, GenerationListener listener) {
    return generate(prompt, listener, () -> false);
  }

  private Generation generate(
      Prompt prompt, @Nullable GenerationListener listener, BooleanSupplier cancelled) {
    return run(List.of(prompt), 1, listener, cancelled).get(0);
  }

  /**
   * Several samples for one prompt, which is computed once. Sample 0 is what {@link
   * #generate(Prompt)} gives with the same seed; each reports the seed that reproduces it alone.
   *
   * @param samples at least 1
   */
  public List<Generation> generate(Prompt prompt, int samples) {
    if (samples < 1) {
      throw new IllegalArgumentException("cannot generate " + samples + " samples");
    }
    return run(List.of(prompt), samples, null, () -> false);
  }

  /** One generation for each prompt, several prompts at a time in one batch. */
  public List<Generation> generateAll(List<Prompt> prompts) {
    List<Generation> all = new ArrayList<>(prompts.size());
    for (int from = 0; from < prompts.size(); from += batchSize) {
      List<Prompt> batch = prompts.subList(from, Math.min(prompts.size(), from + batchSize));
      all.addAll(run(batch, 1, null, () -> false));
    }
    return all;
  }

  /** Starts a generation on a thread of its own, which calls the listener. */
  public GenerationHandle start(Prompt prompt, GenerationListener listener) {
    GenerationHandle handle = new GenerationHandle();
    Runnable task =
        () -> {
          try {
            handle.complete(generate(prompt, listener, handle::isCancelled));
          } catch (RuntimeException | Error e) {
            handle.fail(e);
          }
        };
    daemon(task, "espalier-generate-").start();
    return handle;
  }

  /** A session whose cache is kept between calls, for a chat that grows. */
  public Session session() {
    return new Session(this, recipe.model());
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name + THREADS.incrementAndGet());
    thread.setDaemon(true);
    return thread;
  }

  private List<Generation> run(
      List<Prompt> prompts,
      int samples,
      @Nullable GenerationListener listener,
      BooleanSupplier cancelled) {
    List<Call> calls = new ArrayList<>();
    try {
      for (Prompt prompt : prompts) {
        PromptEncoder.Encoded encoded = encode(prompt);
        Track own = new Track(recipe.model(), recipe.model().open(), new int[0], recipe.overflow());
        own.push(encoded.ids());
        calls.add(call(prompt, encoded, own, 0));
      }
      return decode(calls, samples, listener, cancelled);
    } finally {
      for (Call call : calls) {
        call.first.own.close();
      }
    }
  }

  /**
   * A prompt on its way.
   *
   * @param first its first lane, of which further samples are forks
   * @param promptTokens length of the prompt
   * @param reusedTokens of these, how many the cache already held
   */
  record Call(Lane first, int promptTokens, int reusedTokens) {}

  /**
   * A call over a track that has its prompt pending, or all of it but what the cache still holds.
   */
  Call call(Prompt prompt, PromptEncoder.Encoded encoded, Track own, int reused) {
    long callSeed = seed == null ? ThreadLocalRandom.current().nextLong() : seed;
    List<Track> companions = new ArrayList<>();
    try {
      Guidance guidance = recipe.guidance();
      if (guidance != null) {
        for (Guidance.Companion companion : guidance.companions()) {
          CausalLm model = companion.model();
          int[] whole = PromptEncoder.encode(model, companion.prompt().apply(prompt));
          int[] tokens = fit(PromptEncoder.without(encoded.healed(), whole, model), model);
          Track track = new Track(model, model.open(), new int[0], recipe.overflow());
          companions.add(track);
          track.push(tokens);
        }
      }
      return new Call(
          new Lane(recipe, callSeed, encoded, own, companions, new Stopwatch()),
          encoded.ids().length,
          reused);
    } catch (RuntimeException | Error e) {
      companions.forEach(Track::close);
      own.close();
      throw e;
    }
  }

  /** The prompt, cut as the window policy says if it does not fit. */
  private int[] fit(int[] ids, CausalLm model) {
    if (ids.length < model.contextLength()) {
      return ids;
    }
    if (recipe.overflow().refuses()) {
      throw new ContextOverflowException(ids.length, model.contextLength());
    }
    return recipe.overflow().slide(ids, model.contextLength() - 1);
  }

  /** The ids of a prompt as this sampler would feed them. */
  PromptEncoder.Encoded encode(Prompt prompt) {
    CausalLm model = recipe.model();
    PromptEncoder.Encoded encoded =
        recipe.heals()
            ? PromptEncoder.healed(model, prompt)
            : new PromptEncoder.Encoded(PromptEncoder.encode(model, prompt), new int[0]);
    return new PromptEncoder.Encoded(fit(encoded.ids(), model), encoded.healed());
  }

  ContextOverflow overflow() {
    return recipe.overflow();
  }

  /** Runs the loop; afterwards all caches are closed but the calls' own ones. */
  List<Generation> decode(
      List<Call> calls,
      int samples,
      @Nullable GenerationListener listener,
      BooleanSupplier cancelled) {
    List<Lane> firsts = new ArrayList<>();
    for (Call call : calls) {
      call.first.listen(listener);
      firsts.add(call.first);
    }
    DecodingLoop loop =
        new DecodingLoop(
            selector, MASK_WORKERS, cancelled, deadline == null ? null : deadline.toNanos());
    List<Lane> all = new ArrayList<>();
    try {
      loop.start(firsts, samples, all);
      loop.run(all);
      List<Generation> results = new ArrayList<>(all.size());
      for (int i = 0; i < all.size(); i++) {
        Call call = calls.get(i / samples);
        results.add(all.get(i).result(call.promptTokens, call.reusedTokens));
      }
      return results;
    } catch (RuntimeException e) {
      throw failure(calls, all.isEmpty() ? firsts : all, samples, e);
    } finally {
      firsts.forEach(lane -> lane.close(false));
      all.removeAll(firsts);
      all.forEach(lane -> lane.close(true));
    }
  }

  /** The failure with what the first unfinished lane had produced. */
  private static GenerationException failure(
      List<Call> calls, List<Lane> lanes, int samples, RuntimeException cause) {
    int at = 0;
    while (at < lanes.size() - 1 && !lanes.get(at).active()) {
      at++;
    }
    Lane lane = lanes.get(at);
    Call call = calls.get(lanes.size() == calls.size() ? at : at / samples);
    lane.listen(null);
    String expected = lane.expected();
    return new GenerationException(
        "generation failed: "
            + cause.getMessage()
            + (expected.isEmpty() ? "" : "; expected here: " + expected),
        lane.result(call.promptTokens, call.reusedTokens),
        cause);
  }

  /** Collects what a sampler does; not thread-safe. */
  public static final class Builder {
    // Read by the recipe, which outlives it.
    final CausalLm model;
    @Nullable Constraint constraint;
    List<LogitsProcessor> processors = List.of();
    Draw draw = Draw.multinomial();
    @Nullable Guidance guidance;
    @Nullable TokenSelector selector;
    int maxTokens = 512;
    @Nullable Long seed;
    boolean logProbs = true;
    int alternatives;
    @Nullable Duration deadline;
    ContextOverflow overflow = ContextOverflow.refuse();
    int batchSize = 8;
    final List<byte[]> stopStrings = new ArrayList<>();
    int[] stopTokens = {};
    boolean heal;
    boolean commit;
    boolean close;
    Masking masking = Masking.FULL;

    private Builder(CausalLm model) {
      this.model = model;
    }

    /** What the text must satisfy; compiled for the model's vocabulary by {@link #build}. */
    public Builder constraint(Constraint wanted) {
      constraint = wanted;
      return this;
    }

    /** The processors, in the order in which they apply, after the constraint's mask. */
    public Builder processors(LogitsProcessor... chain) {
      return processors(List.of(chain));
    }

    /** The processors, in the order in which they apply, after the constraint's mask. */
    public Builder processors(List<LogitsProcessor> chain) {
      processors = List.copyOf(chain);
      return this;
    }

    /** How a token is taken from what the processors leave; {@link Draw#multinomial} by default. */
    public Builder draw(Draw how) {
      draw = how;
      return this;
    }

    /** Further models or prompts that feed the draw. */
    public Builder guidance(Guidance by) {
      guidance = by;
      return this;
    }

    /** Where masks, processors and draws run; on the host by default. */
    public Builder selector(TokenSelector where) {
      selector = where;
      return this;
    }

    /** How a constraint meets the draw; {@link Masking#FULL} by default. */
    public Builder masking(Masking how) {
      masking = how;
      return this;
    }

    /**
     * Whether the end of a plain-text prompt may be spelled anew (off by default). A prompt that
     * stops inside a word has a last token the model would not have met there: {@code "http:"} is
     * rarely followed by {@code "//"} where {@code "://"} is a token. Healed, up to four last
     * tokens are taken off where a longer token begins like them, and the output first spells their
     * text again, in tokens the model chooses; they are part of {@link Generation#tokens}, not of
     * {@link Generation#text}. Chats end in their template and are left alone.
     */
    public Builder tokenHealing(boolean wanted) {
      heal = wanted;
      return this;
    }

    /**
     * Whether bytes that every continuation shares are taken in the tokenizer's own spelling
     * without asking the model (off by default): names and punctuation of a schema then cost no
     * draw, but the law changes, since the model might have spelled them otherwise. Tokens without
     * alternative are never drawn in either case. {@link Usage#committedTokens} counts what this
     * has cost in exactness.
     */
    public Builder commitForcedBytes(boolean wanted) {
      commit = wanted;
      return this;
    }

    /**
     * Whether a text that reaches {@link #maxTokens} under a constraint is brought to a valid end
     * (off by default): what is open is closed with little, such as the missing brackets and
     * required members of a JSON text, or what the rules of a grammar still ask for. The tokens for
     * it come on top of the limit and are not the model's choice; the generation then ends as
     * {@link FinishReason#CLOSED}, or as {@code LENGTH} if no end was found: none within a search's
     * budget, or none that is made of text, where a grammar asks for a special token.
     */
    public Builder closeAtLimit(boolean wanted) {
      close = wanted;
      return this;
    }

    /** Limit of generated tokens, at least 1; 512 by default. */
    public Builder maxTokens(int limit) {
      if (limit < 1) {
        throw new IllegalArgumentException("maxTokens must be at least 1, not " + limit);
      }
      maxTokens = limit;
      return this;
    }

    /** Seed of all random numbers; by default each call takes a fresh one and reports it. */
    public Builder seed(long value) {
      seed = value;
      return this;
    }

    /**
     * Whether to compute the model's own log-probability of each token (the default). Off, {@link
     * TokenDetail#logProb} is NaN and a step saves one pass over the row.
     */
    public Builder logProbs(boolean wanted) {
      logProbs = wanted;
      return this;
    }

    /** How many of the model's best tokens to report at each place; 0 by default. */
    public Builder alternatives(int best) {
      if (best < 0 || best > 1000) {
        throw new IllegalArgumentException("alternatives must be within 0..1000, not " + best);
      }
      alternatives = best;
      return this;
    }

    /** Time limit of each call; checked between tokens and between pieces of a prompt. */
    public Builder deadline(Duration limit) {
      if (limit.isNegative() || limit.isZero()) {
        throw new IllegalArgumentException("a deadline must be positive, not " + limit);
      }
      deadline = limit;
      return this;
    }

    /** What happens at the end of the model's context; refuse by default. */
    public Builder contextOverflow(ContextOverflow policy) {
      overflow = policy;
      return this;
    }

    /** How many prompts {@link Sampler#generateAll} runs at a time; 8 by default. */
    public Builder batchSize(int prompts) {
      if (prompts < 1) {
        throw new IllegalArgumentException("batchSize must be at least 1, not " + prompts);
      }
      batchSize = prompts;
      return this;
    }

    /** Texts that end the generation where they first occur; the result ends before them. */
    public Builder stop(String... texts) {
      for (String text : texts) {
        if (text.isEmpty()) {
          throw new IllegalArgumentException("an empty stop string would stop everything");
        }
        stopStrings.add(text.getBytes(StandardCharsets.UTF_8));
      }
      return this;
    }

    /**
     * Tokens that end the generation besides the vocabulary's end tokens; they are not part of the
     * result. Under a constraint they must be special tokens, allowed where the text may end.
     */
    public Builder stopTokens(int... tokens) {
      for (int token : tokens) {
        if (token < 0 || token >= model.vocabulary().size()) {
          throw new IllegalArgumentException("stop token " + token + " is not in the vocabulary");
        }
      }
      stopTokens = Arrays.copyOf(tokens, tokens.length);
      return this;
    }

    /**
     * The sampler.
     *
     * @throws EspalierException if the constraint cannot be compiled
     * @throws IllegalArgumentException if settings contradict each other
     */
    public Sampler build() {
      return new Sampler(this);
    }
  }
}
