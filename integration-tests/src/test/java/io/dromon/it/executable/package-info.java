/** The commands of {@code dromon} as processes, and a node that is embedded. */
@NullMarked
package io.dromon.it.executable;

import org.jspecify.annotations.NullMarked;
