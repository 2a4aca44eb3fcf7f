package dev.espalier.grammar.schema;

import dev.espalier.grammar.schema.ShortValues.Next;
import dev.espalier.grammar.token.Segment;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Members that pay what an object owes. Used under the machine's lock. */
final class ShortMembers {
  private static final int MAX_BRANCHES = 100; // of one debt, tried for a height

  private final Machine machine;
  private final ShortValues values;

  ShortMembers(Machine machine, ShortValues values) {
    this.machine = machine;
    this.values = values;
  }

  /**
   * Members after which an object can be closed.
   *
   * @param min how many there are at least: one where a comma has been written, else none
   */
  byte @Nullable [] of(Frame f, int min) {
    Formula some = machine.formulas().not(machine.formulas().atom(new Atom.MaxProperties(0)));
    Formula owed = min == 0 ? f.owed : machine.formulas().and(f.owed, some);
    for (int height = 0; height <= ShortValues.MAX_HEIGHT; height++) {
      byte[] members = members(f.keys(), owed, f.gone, f.used, height);
      if (members != null) {
        return members;
      }
    }
    return null;
  }

  /**
   * Members after which the object can be closed, their values no higher; null if none are found.
   */
  byte @Nullable [] members(KeySpace space, Formula owed, Gone gone, Set<String> used, int height) {
    List<byte[]> found = new ArrayList<>();
    int[] tried = {0};
    machine
        .formulas()
        .anyBranch(
            owed,
            literals -> machine.liveness().mayFit(space, literals, gone),
            branch -> {
              byte[] members = membersOf(branch, space, gone, used, height);
              if (members != null) {
                found.add(members);
              }
              return members != null || tried[0]++ > MAX_BRANCHES;
            });
    return found.isEmpty() ? null : found.get(0);
  }

  private byte @Nullable [] membersOf(
      Formula branch, KeySpace space, Gone gone, Set<String> used, int height) {
    List<MemberCounts.Member> members = machine.liveness().members(space, branch, gone);
    Set<String> taken = new HashSet<>(used);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    if (members == null) {
      return remembering(space, branch, gone, taken, height);
    }
    for (MemberCounts.Member m : members) {
      values.countPart();
      byte[] value = values.of(m.value(), height);
      if (value == null || !add(out, space, m.key(), taken, value)) {
        return null;
      }
    }
    return out.toByteArray();
  }

  // One member after another, where what follows depends on their values.
  private byte @Nullable [] remembering(
      KeySpace space, Formula owed, Gone gone, Set<String> used, int height) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Gone left = gone;
    for (Formula f = owed; !machine.progress().end(f).isTrue(); ) {
      values.countPart();
      Next next = nextMember(space, f, left, height);
      if (next == null || !add(out, space, next.key(), used, next.value())) {
        return null;
      }
      f = next.rest();
      left = space.gone(left, next.key());
    }
    return out.toByteArray();
  }

  private boolean add(
      ByteArrayOutputStream out, KeySpace space, int key, Set<String> used, byte[] value) {
    byte[] name = name(space, key, used);
    if (name == null) {
      return false;
    }
    if (!space.isListed(key)) {
      used.add(machine.readName(name));
    }
    if (out.size() > 0) {
      out.write(',');
    }
    out.writeBytes(WayOut.joined(name, new byte[] {':'}, value));
    return true;
  }

  private @Nullable Next nextMember(KeySpace space, Formula owed, Gone gone, int height) {
    Next found = null;
    for (Formula branch : machine.formulas().branches(owed)) {
      for (int key : machine.liveness().wantedKeys(space, branch, gone)) {
        Gone after = space.gone(gone, key);
        Formula then = machine.progress().key(branch, space, key, after);
        Next next =
            values.split(then, height, key, r -> machine.liveness().object(space, r, after));
        if (next != null && machine.progress().end(next.rest()).isTrue()) {
          return next;
        }
        found = found == null ? next : found;
      }
    }
    return found;
  }

  /** A name of a key with its quotes. */
  private byte @Nullable [] name(KeySpace space, int key, Set<String> used) {
    BitSet only = new BitSet();
    only.set(key);
    Segment names = machine.keySegment(new KeyContent.Choice(space, only, used));
    byte[] rest = WayOut.toEnd(names);
    return rest == null ? null : WayOut.joined(new byte[] {'"'}, rest);
  }
}
