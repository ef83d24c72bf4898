/** What commands share: how they fail, signals, the processes and scratch directories that they make. */
@NullMarked
package io.dromon.node.cli.process;

import org.jspecify.annotations.NullMarked;
