package dev.espalier.djl;

import ai.djl.pytorch.jni.IValue;
import java.util.ArrayList;
import java.util.List;

/** The arguments of one native call; closing frees those that were made for it. */
final class Arguments implements AutoCloseable {
  private final List<IValue> all = new ArrayList<>();
  private final List<IValue> made = new ArrayList<>();

  /** A value that lives on. */
  Arguments add(IValue shared) {
    all.add(shared);
    return this;
  }

  /** A value that is freed with the arguments. */
  Arguments take(IValue temporary) {
    made.add(temporary);
    all.add(temporary);
    return this;
  }

  Arguments add(long value) {
    return take(IValue.from(value));
  }

  Arguments add(boolean value) {
    return take(IValue.from(value));
  }

  Arguments add(String value) {
    return take(IValue.from(value));
  }

  Arguments add(long... values) {
    return take(IValue.listFrom(values));
  }

  IValue[] toArray() {
    return all.toArray(IValue[]::new);
  }

  @Override
  public void close() {
    made.forEach(IValue::close);
  }
}
