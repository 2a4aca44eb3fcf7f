package dev.espalier.examples.cli;

import dev.espalier.CausalLm;
import dev.espalier.djl.CausalLms;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives the embedded model to tests: one for all of them, closed after the last. */
final class WithEmbeddedModel implements ParameterResolver {
  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == CausalLm.class;
  }

  @Override
  public CausalLm resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(Namespace.create(WithEmbeddedModel.class))
        .getOrComputeIfAbsent(
            CausalLm.class, k -> CausalLms.load(EmbeddedModel.folder()), CausalLm.class);
  }
}
