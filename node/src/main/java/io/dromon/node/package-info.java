/**
 * A member of a Galera cluster inside a JVM: {@link io.dromon.node.Node} replicates write-sets, {@link
 * io.dromon.node.Application} is given all of them in the cluster's one order, with views and states as events.
 *
 * <p>What the caller owes: a data directory for each node, its own; a write-set's array is given away; nothing waits, on
 * the delivery thread, for a future of the same node. Why a future failed, or a node ended, is a {@link
 * io.dromon.node.NodeException} with a reason that a program can react to.
 *
 * <p>{@link io.dromon.node.NodeStatus} and {@link io.dromon.node.Health} are what a running node tells of itself.
 *
 * <p>This package is the public API and knows none of those below it, its rooms. What puts a node together lies in {@code
 * io.dromon.node.assembly} and is found by {@link java.util.ServiceLoader} ({@link io.dromon.node.NodeProvider}). Each room
 * may import those that stand before it in the list of {@code NodeArchitectureTest}.
 */
@NullMarked
package io.dromon.node;

import org.jspecify.annotations.NullMarked;
