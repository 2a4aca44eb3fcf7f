package dev.espalier.grammar.cfg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.CompiledConstraint.State;
import dev.espalier.TokenMask;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class InnerTest {
  private record Place(int number) implements State {
    @Override
    public @Nullable State step(byte b) {
      return null;
    }

    @Override
    public @Nullable State advance(int token) {
      return null;
    }

    @Override
    public void fillMask(TokenMask mask) {}

    @Override
    public boolean mayEnd() {
      return true;
    }
  }

  // Each held the key that it was found by once, so that none ever went.
  @Test
  void statesThatNobodyIsInLeaveNoTrace() throws InterruptedException {
    Inner.Table table = new Inner.Table();
    Inner kept = table.of(new Place(0));
    for (int i = 1; i < 10_000; i++) {
      table.of(new Place(i));
    }
    for (int tries = 0; tries < 100 && table.size() > 1; tries++) {
      System.gc();
      Thread.sleep(10);
    }
    assertThat(table.size()).isEqualTo(1);
    assertThat(table.of(new Place(0))).isSameAs(kept);
  }

  // Its entry is found by the state that it holds, not by an equal one of before.
  @Test
  void aStateIsKnownForAsLongAsSomebodyIsInIt() throws InterruptedException {
    Inner.Table table = new Inner.Table();
    List<State> before = new ArrayList<>(List.of(new Place(0)));
    WeakReference<State> itself = new WeakReference<>(before.get(0));
    WeakReference<Inner> first = new WeakReference<>(table.of(before.get(0)));
    collect(first);
    Inner second = table.of(new Place(0));
    before.clear();
    collect(itself);
    assertThat(table.of(new Place(0))).isSameAs(second);
  }

  private static void collect(WeakReference<?> value) throws InterruptedException {
    for (int tries = 0; tries < 100 && !value.refersTo(null); tries++) {
      System.gc();
      Thread.sleep(10);
    }
    assertThat(value.refersTo(null)).isTrue();
  }
}
