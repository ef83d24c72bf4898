/** Commands that a running node carries out: {@code dromon status}, {@code reload}, {@code rotate}, {@code set}. */
@NullMarked
package io.dromon.node.cli.control;

import org.jspecify.annotations.NullMarked;
