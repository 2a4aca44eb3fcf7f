/** Chat templates, rendered by a small Jinja interpreter. */
@NullMarked
package dev.espalier.chat;

import org.jspecify.annotations.NullMarked;
