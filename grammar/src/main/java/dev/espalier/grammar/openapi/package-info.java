/** JSON Schemas of the components of an OpenAPI document. */
@NullMarked
package dev.espalier.grammar.openapi;

import org.jspecify.annotations.NullMarked;
