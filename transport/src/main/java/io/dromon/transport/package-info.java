/** Dromon. */
@NullMarked
package io.dromon.transport;

import org.jspecify.annotations.NullMarked;
