/** Nodes with state that were away: what they missed, and what a donor gives them. */
@NullMarked
package io.dromon.it.state;

import org.jspecify.annotations.NullMarked;
