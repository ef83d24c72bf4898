/** {@code dromon options}: the registry of options as a table, as Markdown and as JSON. */
@NullMarked
package io.dromon.node.cli.options;

import org.jspecify.annotations.NullMarked;
