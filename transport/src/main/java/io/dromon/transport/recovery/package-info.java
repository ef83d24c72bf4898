/**
 * What a node keeps on disk to find its way back into its group: {@code gvwstate.dat} (specification, chapter 03); and who
 * else could change it.
 */
@NullMarked
package io.dromon.transport.recovery;

import org.jspecify.annotations.NullMarked;
