package dev.espalier.grammar;

import dev.espalier.CompiledConstraint;
import dev.espalier.Vocabulary;
import java.lang.ref.SoftReference;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Function;

/**
 * The compiled forms of one description, one a vocabulary: a second request is a look-up. They go
 * with the description, with the vocabulary, and when memory is short. Safe for threads.
 */
final class CompiledOnce {
  private final Map<Vocabulary, SoftReference<CompiledConstraint>> known = new WeakHashMap<>();

  CompiledConstraint get(Vocabulary vocabulary, Function<Vocabulary, CompiledConstraint> compiler) {
    synchronized (known) {
      SoftReference<CompiledConstraint> reference = known.get(vocabulary);
      CompiledConstraint compiled = reference == null ? null : reference.get();
      if (compiled == null) {
        compiled = compiler.apply(vocabulary);
        known.put(vocabulary, new SoftReference<>(compiled));
      }
      return compiled;
    }
  }
}
