/** Constraints: regular expressions, grammars and JSON Schema. */
@NullMarked
package dev.espalier.grammar;

import org.jspecify.annotations.NullMarked;
