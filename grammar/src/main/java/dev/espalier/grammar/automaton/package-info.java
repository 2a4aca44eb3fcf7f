/**
 * The regular layer: hash-consed expressions over bytes whose derivatives are the states of lazily
 * built automata. Internal to the module.
 */
@NullMarked
package dev.espalier.grammar.automaton;

import org.jspecify.annotations.NullMarked;
