package dev.espalier.examples.embedded;

/**
 * A request and the answer that is right for it.
 *
 * @param task what is asked for
 * @param system the system message, empty where there is none
 * @param request the user's message
 * @param answer the assistant's message; compact JSON unless the task is prose
 */
public record Example(Task task, String system, String request, String answer) {}
