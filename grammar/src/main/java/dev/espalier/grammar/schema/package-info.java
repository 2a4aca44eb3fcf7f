/**
 * JSON Schema as an incremental validator over bytes: formulas over residual assertions, frames,
 * and the segments of text between them. Internal to the module.
 */
@NullMarked
package dev.espalier.grammar.schema;

import org.jspecify.annotations.NullMarked;
