package io.dromon.node;

import org.jspecify.annotations.Nullable;

/**
 * The application that a node feeds with the cluster's order. All methods are called on the node's one delivery
 * thread, never on its protocol thread, one at a time and in order. A slow application slows the cluster down (flow
 * control); it does not grow memory without bound. An exception from {@link #deliver} stops the node: it must not go
 * on with a gap.
 */
public interface Application {
    /** The next write-set in order, this node's own included. */
    void deliver(Delivery delivery);

    /** Everything that was ready has been given: a place to flush what {@link #deliver} has buffered. */
    default void onDrained() {}

    /** The membership changed, or the primary component was lost. */
    default void onView(ClusterView view) {}

    /** The state of this node changed. */
    default void onState(NodeState state) {}

    /**
     * The node ended; nothing follows.
     *
     * @param failure why, or null after {@link Node#leave}
     */
    default void onStopped(@Nullable NodeException failure) {}
}
