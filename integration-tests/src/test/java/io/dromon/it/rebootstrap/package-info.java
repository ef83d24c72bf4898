/** Re-bootstraps of real processes: {@code dromon node --config} under load, led by {@code dromon rebootstrap}. */
@NullMarked
package io.dromon.it.rebootstrap;

import org.jspecify.annotations.NullMarked;
