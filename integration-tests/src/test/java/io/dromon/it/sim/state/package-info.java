/**
 * Whole nodes with a state under virtual time: disks that lose what was not synced, bounded write-set caches, and state
 * transfers that are slow, cut and lost at any point.
 */
@NullMarked
package io.dromon.it.sim.state;

import org.jspecify.annotations.NullMarked;
