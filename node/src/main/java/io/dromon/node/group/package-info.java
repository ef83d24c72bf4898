/**
 * The group layer (GCS): actions and their seqnos, fragments, state exchange, states of the members, state requests,
 * the commit cut, flow control and votes; a core without I/O. Specification: chapter 04.
 *
 * <p>{@link io.dromon.node.group.GroupCore} stands on the primary-component layer (views and messages in one total
 * order) and below the node's shell, which owns the threads and the application's queue. It asks and tells by {@link
 * io.dromon.node.group.GroupDeliveries}; what is part of the order is a {@link io.dromon.node.group.GroupEvent}.
 *
 * <p>Its parts know {@code Configuration}, what this node knows of its group, and otherwise only what they use:
 *
 * <pre>
 *   GroupCore ── Reconfiguration   from a view to the next configuration
 *      │           ├─ StateExchange   what the members tell each other; Quorum: what it amounts to;
 *      │           │                MissedHistory: who is needed to go on
 *      │           └─ Voting          votes on inconsistency; Votes counts them
 *      ├──────── Actions           fragments to actions, actions to seqnos; Reassembly
 *      │           └─ StateTransfer   requests, JOIN, SYNC; Statuses: what they do to the members
 *      ├──────── Outgoing          what this node has to say, in its order of importance
 *      │           ├─ ControlMessages, CausalReads, SendQueue
 * │           └─ DurabilityReports what the members have synced
 *      ├──────── FlowControl       STOP and CONT; JoinerThrottle
 *      └──────── QueueGuard        the end where the application's queue has no room; Withdrawal: leaving
 * </pre>
 *
 * <p>The specification is {@code protocol/04-gcs.md} of this module; its boxes say where Dromon differs.
 */
@NullMarked
package io.dromon.node.group;

import org.jspecify.annotations.NullMarked;
