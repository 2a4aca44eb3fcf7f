package dev.espalier.djl;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.espalier.ModelLoadException;
import dev.espalier.Tokenizer;
import dev.espalier.Vocabulary;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Text to ids and back through DJL's Hugging Face tokenizers. Thread-safe. The native part is freed
 * by {@link #close()}, which waits for calls in progress.
 */
final class HuggingFaceTokens implements Tokenizer, AutoCloseable {
  static {
    // The jar carries the CPU library; without this DJL looks for a CUDA flavour and downloads it.
    if (System.getProperty("RUST_FLAVOR") == null && System.getenv("RUST_FLAVOR") == null) {
      System.setProperty("RUST_FLAVOR", "cpu");
    }
  }

  private final HuggingFaceTokenizer delegate;
  private final Vocabulary vocabulary;
  // Freeing the native tokenizer under a running call would crash the JVM.
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private boolean closed; // guarded by lock

  private HuggingFaceTokens(HuggingFaceTokenizer delegate, Vocabulary vocabulary) {
    this.delegate = delegate;
    this.vocabulary = vocabulary;
  }

  /**
   * From the content of a {@code tokenizer.json}; its truncation and padding are switched off.
   *
   * @param where the file, for messages
   * @throws ModelLoadException if the tokenizers library refuses it
   */
  static HuggingFaceTokens of(String json, Vocabulary vocabulary, String where) {
    Map<String, String> options = Map.of("truncation", "false", "padding", "false");
    try {
      return new HuggingFaceTokens(
          HuggingFaceTokenizer.newInstance(
              new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)), options),
          vocabulary);
    } catch (IOException | RuntimeException e) {
      throw new ModelLoadException(
          where + ": refused by the tokenizers library: " + e.getMessage(), e);
    } catch (LinkageError e) {
      throw new ModelLoadException(
          "the native library of ai.djl.huggingface:tokenizers cannot be loaded: " + e, e);
    }
  }

  @Override
  public int[] encode(String text, boolean addSpecialTokens) {
    lock.readLock().lock();
    try {
      checkOpen();
      long[] ids = delegate.encode(wellFormed(text), addSpecialTokens, false).getIds();
      return Arrays.stream(ids).mapToInt(Math::toIntExact).toArray();
    } finally {
      lock.readLock().unlock();
    }
  }

  @Override
  public String decode(int[] tokens) {
    long[] text =
        Arrays.stream(tokens)
            .filter(vocabulary::isText)
            .mapToLong(Integer::toUnsignedLong)
            .toArray();
    lock.readLock().lock();
    try {
      checkOpen();
      return delegate.decode(text, false);
    } finally {
      lock.readLock().unlock();
    }
  }

  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        delegate.close();
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the tokenizer is closed, as its model is");
    }
  }

  /** The text with lone surrogates, which no UTF-8 can write, replaced by U+FFFD. */
  private static String wellFormed(String text) {
    StringBuilder fixed = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Character.isSurrogate(c)) {
        continue;
      }
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
        continue;
      }
      if (fixed == null) {
        fixed = new StringBuilder(text);
      }
      fixed.setCharAt(i, '\uFFFD');
    }
    return fixed == null ? text : fixed.toString();
  }
}
