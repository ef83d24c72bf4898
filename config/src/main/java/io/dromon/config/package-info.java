/** Dromon. */
@NullMarked
package io.dromon.config;

import org.jspecify.annotations.NullMarked;
