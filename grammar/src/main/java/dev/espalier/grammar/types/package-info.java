/** JSON Schemas of Java types. */
@NullMarked
package dev.espalier.grammar.types;

import org.jspecify.annotations.NullMarked;
