package dev.espalier.grammar.schema;

import dev.espalier.grammar.automaton.Expr;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The property names an object's obligations can tell apart: listed names, and classes of all other
 * names by the key languages they belong to. A key is a number: the place of a listed name, or the
 * number of names plus that of its class. Immutable.
 */
final class KeySpace {
  private static final BitSet NONE = new BitSet();

  final List<String> names; // the first `ranked` ones may come in this order only
  final int ranked;
  private final Map<Integer, BitSet> late; // by a name's place: those before that may come after
  final List<Expr> languages;
  private final Map<String, Integer> index = new HashMap<>();
  private final List<Long> nameBits = new ArrayList<>(); // which languages hold the name
  private final List<Long> classBits; // and the class

  /** Names of classes so small that they had better be listed, since they can run out. */
  final List<String> countable = new ArrayList<>();

  final NameTrie trie;
  private final int hash;

  KeySpace(List<String> names, int ranked, Map<Integer, BitSet> late, KeyClasses classes) {
    this.names = names;
    this.ranked = ranked;
    this.late = late;
    languages = classes.languages;
    List<byte[]> listed = new ArrayList<>();
    for (String name : names) {
      byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
      index.put(name, index.size());
      listed.add(utf8);
      long bits = 0;
      for (int i = 0; i < languages.size(); i++) {
        bits |= languages.get(i).matches(utf8) ? 1L << i : 0;
      }
      nameBits.add(bits);
    }
    trie = new NameTrie(listed);
    hash = Objects.hash(names, ranked, late, languages);
    classBits = classes.beside(listed, index.keySet(), countable);
  }

  int size() {
    return names.size();
  }

  /** Every key. */
  BitSet allKeys() {
    BitSet all = new BitSet();
    all.set(0, keys());
    return all;
  }

  // Equal spaces are found again by what they list, so that their segments are shared by schemas.
  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return this == o
        || (o instanceof KeySpace s
            && s.hash == hash
            && s.ranked == ranked
            && s.names.equals(names)
            && s.late.equals(late)
            && s.languages.equals(languages));
  }

  /** Number of keys that can be told apart. */
  int keys() {
    return names.size() + classBits.size();
  }

  /** The key of a listed name, else -1. */
  int indexOf(String name) {
    return index.getOrDefault(name, -1);
  }

  boolean isListed(int key) {
    return key < names.size();
  }

  boolean inLanguage(int key, Expr language) {
    long bits = isListed(key) ? nameBits.get(key) : classBits.get(key - names.size());
    return ((bits >> languages.indexOf(language)) & 1) != 0;
  }

  long classBits(int key) {
    return classBits.get(key - names.size());
  }

  /** Whether a key may still come: another name always, a listed one once. */
  boolean isLeft(Gone gone, int key) {
    return !isListed(key) || !gone.contains(key);
  }

  /** The names that can come no more after a key: itself, and in declared order all before it. */
  Gone gone(Gone before, int key) {
    BitSet more = new BitSet();
    more.set(0, Math.min(key, ranked));
    more.andNot(late.getOrDefault(key, NONE));
    if (isListed(key)) {
      more.set(key);
    }
    return before.with(more);
  }
}
