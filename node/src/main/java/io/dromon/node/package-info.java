/** Dromon. */
@NullMarked
package io.dromon.node;

import org.jspecify.annotations.NullMarked;
