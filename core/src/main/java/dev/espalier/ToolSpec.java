package dev.espalier;

/**
 * A tool that a model may call.
 *
 * @param name its name
 * @param description what it does, for the model
 * @param parameters JSON Schema of its arguments, as text
 */
public record ToolSpec(String name, String description, String parameters) {}
