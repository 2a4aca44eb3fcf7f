package dev.espalier;

import dev.espalier.CompiledConstraint.ForcedRun;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything one generation carries from step to step: caches, constraint state, processor states,
 * text. Forks as a whole. Not thread-safe, but for {@link #fillMask}, which the loop runs beside
 * the model's forward pass.
 */
final class Lane implements DrawStep {
  final Track own;
  final List<Track> companions;
  private final Recipe recipe;
  private final long seed;
  private final CounterRandom random;
  private final List<LogitsProcessor.State> processors;
  private final Guidance.@Nullable State guidance;
  private final OutputText output;
  private final IntList tokens;
  private final List<TokenDetail> details;
  private final @Nullable TokenMask mask;
  private @Nullable GenerationListener listener;

  private CompiledConstraint.@Nullable State state;
  private boolean maskReady;
  private boolean onlyEnd; // the mask, once filled, holds no token but ends
  private int unscored; // forced tokens at the end of details that wait for the model's judgement
  private @Nullable FinishReason finish;
  private @Nullable LogitsRow raw;
  private @Nullable LogitsRow row;
  private boolean closing; // the limit has come, what is open is being closed
  private int step;
  private int committed; // forced tokens that other tokens could have spelled
  final Stopwatch watch;

  Lane(
      Recipe recipe,
      long seed,
      PromptEncoder.Encoded prompt,
      Track own,
      List<Track> companions,
      Stopwatch watch) {
    this.recipe = recipe;
    this.seed = seed;
    this.own = own;
    this.companions = companions;
    this.watch = watch;
    random = CounterRandom.of(seed);
    byte[] tail = prompt.tail(recipe.vocabulary());
    output = new OutputText(recipe.vocabulary(), recipe.stopStrings(), tail.length);
    tokens = new IntList();
    details = new ArrayList<>();
    processors = new ArrayList<>();
    for (LogitsProcessor processor : recipe.processors()) {
      CounterRandom numbers = processorNumbers(processors.size());
      processors.add(
          processor.open(new LogitsProcessor.Context(recipe.vocabulary(), prompt.ids(), numbers)));
    }
    guidance = recipe.guidance() == null ? null : recipe.guidance().open();
    CompiledConstraint constraint = recipe.constraint();
    CompiledConstraint.State start = constraint == null ? null : constraint.start();
    state = tail.length == 0 ? start : new PromptTail(recipe.vocabulary(), tail, start);
    mask = state == null ? null : new TokenMask(recipe.rowSize());
  }

  private Lane(Lane from, long seed) {
    recipe = from.recipe;
    this.seed = seed;
    random = CounterRandom.of(seed);
    own = from.own.fork();
    companions = new ArrayList<>();
    for (Track track : from.companions) {
      companions.add(track.fork());
    }
    processors = new ArrayList<>();
    for (LogitsProcessor.State processor : from.processors) {
      processors.add(processor.fork(processorNumbers(processors.size())));
    }
    guidance = from.guidance == null ? null : from.guidance.fork();
    output = from.output.fork();
    tokens = new IntList(from.tokens.toArray());
    details = new ArrayList<>(from.details);
    mask = from.mask == null ? null : new TokenMask(recipe.rowSize());
    state = from.state;
    finish = from.finish;
    step = from.step;
    committed = from.committed;
    watch = from.watch.fork();
  }

  /** Sample number {@code sample}: an independent lane with random numbers of its own. */
  Lane fork(int sample) {
    if (unscored > 0) {
      throw new IllegalStateException("forked with forced tokens that are not yet scored");
    }
    return new Lane(this, random.childKey(sample));
  }

  /** Numbers for a processor that draws some itself: no step's, but this sample's and its own. */
  private CounterRandom processorNumbers(int place) {
    return random.split(-1 - place);
  }

  void listen(@Nullable GenerationListener to) {
    listener = to;
  }

  /** Whether it goes on. */
  boolean active() {
    return finish == null;
  }

  /**
   * Whether the model must see its pending tokens: to go on, or to score forced ones at the end.
   */
  boolean needsPass() {
    return active() || (unscored > 0 && recipe.scored());
  }

  void finish(FinishReason reason) {
    if (finish == null) {
      finish = reason;
    }
  }

  /** Ends it from outside, without waiting for scores. */
  void cut(FinishReason reason) {
    finish(reason);
    leaveUnscored();
  }

  /** Number of forced tokens at the end of the pending ones that wait to be scored. */
  int unscored() {
    return unscored;
  }

  /**
   * Appends tokens while the constraint leaves no other, and finishes the lane if it leaves only
   * the end. They need no draw; the next forward pass takes them all.
   */
  void force() {
    while (active() && state != null) {
      ForcedRun run = state.forced();
      if (run.isEmpty()) {
        if (run.thenEnd()) {
          finish(FinishReason.COMPLETE);
        }
        return;
      }
      fillMask();
      if (onlyEnd) {
        finish(FinishReason.COMPLETE);
        return;
      }
      if (mask != null && mask.cardinality() == 1) {
        force(mask.first());
      } else if (!recipe.commits() || !commit(run)) {
        return;
      }
    }
  }

  private void force(int token) {
    for (LogitsProcessor.State processor : processors) {
      processor.accept(token, null);
    }
    unscored++;
    append(new TokenDetail(token, Double.NaN, 0, true, List.of()));
  }

  /** Takes forced bytes in their canonical spelling; false if they have none yet. */
  private boolean commit(ForcedRun run) {
    int[] spelling = run.tokens(recipe.model().tokenizer(), recipe.vocabulary(), output.recent());
    commit(spelling);
    return spelling.length > 0;
  }

  private void commit(int[] spelling) {
    for (int i = 0; i < spelling.length && active(); i++) {
      committed++;
      force(spelling[i]);
    }
  }

  /** Whether the next draw needs a mask that is not there yet. */
  boolean needsMask() {
    return active() && state != null && !maskReady && (recipe.masksAhead() || state.mayEnd());
  }

  /** Makes the mask of the current state, unless it is there; an end of the text is part of it. */
  void fillMask() {
    if (maskReady || state == null || mask == null) {
      return;
    }
    long start = System.nanoTime();
    mask.clear();
    state.fillMask(mask);
    onlyEnd = false;
    if (state.mayEnd()) {
      onlyEnd = mask.first() < 0;
      mask.addAll(recipe.ends(), 0, recipe.ends().length);
    }
    maskReady = true;
    watch.mask += System.nanoTime() - start;
  }

  /** The oldest forced token that is not yet scored. */
  int unscoredToken() {
    return details.get(details.size() - unscored).token();
  }

  /** Takes the model's judgement of forced tokens, oldest first. */
  void scored(TokenDetail detail) {
    details.set(details.size() - unscored, detail);
    unscored--;
  }

  /** Gives up waiting for judgements, where none is wanted. */
  void leaveUnscored() {
    unscored = 0;
  }

  /**
   * Sets the rows of the next draw; false if there is nothing to draw because only the end is left.
   */
  boolean ready(LogitsRow ownRow, List<LogitsRow> others) {
    if (needsMask()) {
      fillMask();
    }
    if (onlyEnd && maskReady) {
      finish(FinishReason.COMPLETE);
      return false;
    }
    raw = ownRow;
    row = guidance == null ? ownRow : guidance.combine(ownRow, others);
    return true;
  }

  @Override
  public void choose(TokenDetail chosen) {
    raw = null;
    row = null;
    append(chosen);
  }

  private void append(TokenDetail detail) {
    int token = detail.token();
    step++;
    details.add(detail);
    if (listener != null) {
      listener.onToken(detail);
    }
    if (recipe.isEnd(token)) {
      finish(FinishReason.STOP);
      return;
    }
    tokens.add(token);
    if (guidance != null) {
      guidance.accept(token);
    }
    if (state != null) {
      state = state.advance(token);
      if (state == PromptTail.ANYTHING) {
        state = null;
      } else if (state == null) {
        throw new IllegalStateException(
            "the constraint's mask allowed "
                + recipe.vocabulary().describe(token)
                + ", which its state refuses; this is a defect of the constraint");
      }
      maskReady = false;
      onlyEnd = false;
    }
    own.push(token);
    for (Track companion : companions) {
      companion.push(token);
    }
    boolean stopped = output.append(token);
    emit(output.flush());
    if (stopped) {
      finish(FinishReason.STOP);
    } else if (details.size() >= recipe.maxTokens() && !closing) {
      if (onlyEndIsLeft()) {
        finish(FinishReason.COMPLETE);
      } else {
        finish(recipe.closes() && close() ? FinishReason.CLOSED : FinishReason.LENGTH);
      }
    }
  }

  /** Appends what brings the text to a valid end; false if there is nothing to do, or no way. */
  private boolean close() {
    if (state == null || state.mayEnd()) {
      return false;
    }
    int[] spelling = wayToEnd(state);
    if (spelling == null) {
      return false;
    }
    closing = true;
    commit(spelling);
    return true;
  }

  private int @Nullable [] wayToEnd(CompiledConstraint.State from) {
    try {
      byte[] rest = from.completion();
      return rest == null
          ? null
          : Spelling.toEnd(
              from, rest, recipe.model().tokenizer(), recipe.vocabulary(), output.recent());
    } catch (BudgetExceededException e) {
      return null; // the text is cut, as it would have been
    }
  }

  private boolean onlyEndIsLeft() {
    if (state == null) {
      return false;
    }
    fillMask();
    return onlyEnd;
  }

  private void emit(String piece) {
    if (listener != null && !piece.isEmpty()) {
      listener.onText(piece);
    }
  }

  /** The result so far, or the final one once the lane has finished. */
  Generation result(int promptTokens, int reusedTokens) {
    emit(output.finish());
    int forced = 0;
    for (TokenDetail detail : details) {
      forced += detail.forced() ? 1 : 0;
    }
    return new Generation(
        output.text(),
        tokens.toArray(),
        details,
        finish == null ? FinishReason.FAILED : finish,
        state == null ? recipe.constraint() == null : state.mayEnd(),
        seed,
        watch.usage(promptTokens, reusedTokens, details.size(), forced, committed),
        recipe.constraint());
  }

  /** What the constraint expects now, for messages; may be empty. */
  String expected() {
    return state == null ? "" : state.explain();
  }

  /** Frees the companions' caches, and its own if told so. */
  void close(boolean ownToo) {
    companions.forEach(Track::close);
    if (ownToo) {
      own.close();
    }
  }

  @Override
  public LogitsRow raw() {
    return require(raw);
  }

  @Override
  public LogitsRow row() {
    return require(row);
  }

  private static LogitsRow require(@Nullable LogitsRow row) {
    if (row == null) {
      throw new IllegalStateException("no draw is under way");
    }
    return row;
  }

  @Override
  public @Nullable TokenMask mask() {
    fillMask();
    return state == null ? null : mask;
  }

  @Override
  public boolean allows(int token) {
    if (recipe.isEnd(token)) {
      return state == null || state.mayEnd();
    }
    return state == null
        ? recipe.vocabulary().isTextToken(token)
        : recipe.vocabulary().isTextToken(token) && state.allows(token);
  }

  @Override
  public boolean drawsFirst() {
    return recipe.drawsFirst()
        && state != null
        && !maskReady
        && !state.mayEnd()
        && !state.namesTokens();
  }

  @Override
  public int[] blocked() {
    return recipe.blocked();
  }

  @Override
  public List<LogitsProcessor.State> processors() {
    return processors;
  }

  @Override
  public Draw draw() {
    return recipe.draw();
  }

  @Override
  public CounterRandom random() {
    return random.split(step);
  }

  @Override
  public boolean scored() {
    return recipe.scored();
  }

  @Override
  public int alternatives() {
    return recipe.alternatives();
  }
}
