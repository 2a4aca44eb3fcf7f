/** Regular expressions as languages of the regular layer. Internal to the module. */
@NullMarked
package dev.espalier.grammar.regex;

import org.jspecify.annotations.NullMarked;
