/** The executable {@code dromon}. */
@NullMarked
package io.dromon.node.cli;

import org.jspecify.annotations.NullMarked;
