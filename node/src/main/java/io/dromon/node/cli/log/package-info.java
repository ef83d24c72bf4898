/** The log of the executable: its lines, its file, its settings. */
@NullMarked
package io.dromon.node.cli.log;

import org.jspecify.annotations.NullMarked;
