/** Grammars written in Lark's language, as llguidance reads it. */
@NullMarked
package dev.espalier.grammar.lark;

import org.jspecify.annotations.NullMarked;
