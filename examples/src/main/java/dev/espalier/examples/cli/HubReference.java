package dev.espalier.examples.cli;

import dev.espalier.hub.ModelName;
import org.jspecify.annotations.Nullable;

/**
 * A model of the hub as one argument: {@code OWNER/NAME[@REVISION][:GGUF]}.
 *
 * @param model its name
 * @param gguf one of its GGUF files, or a part of the file's name; null for the safetensors
 */
record HubReference(ModelName model, @Nullable String gguf) {
  static HubReference parse(String text) {
    int colon = text.indexOf(':');
    return colon < 0
        ? new HubReference(ModelName.parse(text), null)
        : new HubReference(ModelName.parse(text.substring(0, colon)), text.substring(colon + 1));
  }

  static boolean isReference(String text) {
    int colon = text.indexOf(':');
    return ModelName.isName(colon < 0 ? text : text.substring(0, colon))
        && colon != text.length() - 1;
  }
}
