/**
 * The delivery side of a node: what the group has ordered reaches the application here, on a thread of its own.
 *
 * <p>The ordering stage ({@code engine.Ordering}, protocol thread) makes a {@link io.dromon.node.apply.DeliveryItem} of
 * each event that concerns the application or a caller. {@link io.dromon.node.apply.DeliveryQueue} hands them over, a
 * batch for each turn of the protocol thread. {@link io.dromon.node.apply.Deliverer} is the delivery thread: it takes
 * batches and gives their items, one after the other, to the applying stage ({@code Applier}), which calls the application
 * and completes the futures of callers ({@link io.dromon.node.apply.PendingCall}).
 *
 * <p>With an application that bears it, {@code ParallelApplying} stands between the two: appliers, the delivery thread among
 * them, prepare several write-sets at a time, as their dependencies allow, and the delivery thread commits them in order. For
 * an application that does not block there is no delivery thread: the protocol thread does its work, at the end of a turn.
 *
 * <p>What was decided about an item is decided before it comes here: this package never asks the group.
 */
@NullMarked
package io.dromon.node.apply;

import org.jspecify.annotations.NullMarked;
