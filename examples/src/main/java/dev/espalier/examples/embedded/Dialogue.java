package dev.espalier.examples.embedded;

/**
 * An example as tokens: {@code <|user|>request<|end|><|assistant|>answer<|end|>}, a system message
 * before it if there is one. The chat template of the model's {@code tokenizer_config.json} renders
 * the same.
 */
final class Dialogue {
  private final int[] tokens;
  private final int prompt;

  private Dialogue(int[] tokens, int prompt) {
    this.tokens = tokens;
    this.prompt = prompt;
  }

  static Dialogue of(Example example, Bpe bpe) {
    int[] system = bpe.encode(example.system());
    int[] request = bpe.encode(example.request());
    int[] answer = bpe.encode(example.answer());
    boolean withSystem = system.length > 0;
    int prompt = (withSystem ? system.length + 2 : 0) + request.length + 3;
    int[] tokens = new int[prompt + answer.length + 1];
    int n = 0;
    if (withSystem) {
      tokens[n++] = Bpe.SYSTEM;
      System.arraycopy(system, 0, tokens, n, system.length);
      n += system.length;
      tokens[n++] = Bpe.END;
    }
    tokens[n++] = Bpe.USER;
    System.arraycopy(request, 0, tokens, n, request.length);
    n += request.length;
    tokens[n++] = Bpe.END;
    tokens[n++] = Bpe.ASSISTANT;
    System.arraycopy(answer, 0, tokens, n, answer.length);
    tokens[n + answer.length] = Bpe.END;
    return new Dialogue(tokens, prompt);
  }

  int token(int i) {
    return tokens[i];
  }

  /** How many of the tokens the model is given; it learns to predict the others. */
  int prompt() {
    return prompt;
  }

  int length() {
    return tokens.length;
  }
}
