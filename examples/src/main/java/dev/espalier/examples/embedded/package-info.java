/**
 * The embedded model: its synthetic corpus, its byte-pair encoding and the program that trains it.
 *
 * <p>{@link dev.espalier.examples.embedded.Tasks} lists what the model can do, {@link
 * dev.espalier.examples.embedded.Corpus} makes requests with their right answers, {@link
 * dev.espalier.examples.embedded.TrainEmbeddedModel} trains.
 */
@NullMarked
package dev.espalier.examples.embedded;

import org.jspecify.annotations.NullMarked;
