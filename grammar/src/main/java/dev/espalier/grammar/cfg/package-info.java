/** Context-free grammars as lazily determinised machines over hash-consed stacks. Internal. */
@NullMarked
package dev.espalier.grammar.cfg;

import org.jspecify.annotations.NullMarked;
