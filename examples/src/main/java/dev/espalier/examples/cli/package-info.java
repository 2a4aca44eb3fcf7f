/** The {@code espalier} command line. */
@NullMarked
package dev.espalier.examples.cli;

import org.jspecify.annotations.NullMarked;
