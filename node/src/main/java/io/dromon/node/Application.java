package io.dromon.node;

import org.jspecify.annotations.Nullable;

/**
 * The application that a node feeds with the cluster's order. All methods are called on the node's one delivery
 * thread, never on its protocol thread (but see {@link NonBlockingApplication}), one at a time and in order. A slow application slows the cluster down (flow
 * control); it does not grow memory without bound. An exception from {@link #deliver} has the members
 * vote: where the application failed at that write-set on all of them with the same kinds of exceptions, none has applied it,
 * and all go on; otherwise those that are fewer stop. An {@link Error}, an exception from any other method, and one on the only
 * node with data stop the node: it must not go on with a gap.
 */
public interface Application {
    /** The next write-set in order, this node's own included. */
    void deliver(Delivery delivery);

    /** Everything that was ready has been given: a place to flush what {@link #deliver} has buffered. */
    default void onDrained() {}

    /**
     * What the cluster has ordered under these numbers was not given to this application, and never will be: it was ordered
     * before the node came in, or while it was cut off. Comes before the view that ends the gap. An application that must
     * have it gets it in a way of its own, or starts anew.
     *
     * @param from the first number
     * @param to the last number; views take some of them
     */
    default void onMissed(long from, long to) {}

    /** The membership changed, or the primary component was lost. */
    default void onView(ClusterView view) {}

    /** The state of this node changed. */
    default void onState(NodeState state) {}

    /**
     * The node ended; nothing follows. Not told where another start follows by {@link Node#restart}; if that fails, told on
     * the thread of the restart.
     *
     * @param failure why, or null after {@link Node#leave}
     */
    default void onStopped(@Nullable NodeException failure) {}
}
