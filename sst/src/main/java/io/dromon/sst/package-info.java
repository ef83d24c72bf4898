/** Dromon. */
@NullMarked
package io.dromon.sst;

import org.jspecify.annotations.NullMarked;
