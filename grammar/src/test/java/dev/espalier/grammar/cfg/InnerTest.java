package dev.espalier.grammar.cfg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.CompiledConstraint.State;
import dev.espalier.TokenMask;
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
}
