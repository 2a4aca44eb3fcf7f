package dev.espalier;

import java.util.List;

/**
 * Turns the logits rows of a batch into tokens: mask, processors, draw. The default works on the
 * host; another may keep whole batches on a device. Thread-safe.
 */
public interface TokenSelector {
  /**
   * Whether masks should be made beside the model. A selector that asks {@link DrawStep#allows}
   * says no; {@link DrawStep#mask} still works.
   */
  default boolean wantsMasks() {
    return true;
  }

  /** Chooses a token for every step of a batch by {@link DrawStep#choose}. */
  void select(List<? extends DrawStep> batch);

  /**
   * The model's own judgement of a token that was forced without a draw.
   *
   * @param row the raw logits
   * @param alternatives how many of the model's best tokens to list
   */
  TokenDetail score(LogitsRow row, int token, int alternatives);
}
