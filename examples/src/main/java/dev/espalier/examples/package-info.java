/** The espalier command line and sample programs. */
@NullMarked
package dev.espalier.examples;

import org.jspecify.annotations.NullMarked;
