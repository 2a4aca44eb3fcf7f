/**
 * The token layer: the vocabulary as a trie, stretches of text as machines with labelled exits, and
 * what one looks like from the other. Internal to the module.
 */
@NullMarked
package dev.espalier.grammar.token;

import org.jspecify.annotations.NullMarked;
