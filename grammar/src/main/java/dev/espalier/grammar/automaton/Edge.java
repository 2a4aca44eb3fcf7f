package dev.espalier.grammar.automaton;

/**
 * A step that all bytes of a set share.
 *
 * @param bytes disjoint from those of the other edges of the same state
 * @param target never {@link Expr#NONE}
 */
record Edge(ByteSet bytes, Expr target) {}
