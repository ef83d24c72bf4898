package io.dromon.node.apply;

import io.dromon.node.NodeException;
import io.dromon.transport.wire.Position;
import java.util.concurrent.CompletableFuture;

/** The reports of whoever applies, and of the durability thread, to the protocol. Called on the delivery thread. */
public interface DeliveryListener {
    /** The queue was worked off. */
    void onDrained();

    /**
     * The application threw at a write-set: the members compare what became of it there.
     *
     * @return whether it failed on them alike, so that this node may go on without it; comes within a limited time
     */
    CompletableFuture<Boolean> failsEverywhere(long seqno, RuntimeException failure);

    /** What {@link #failsEverywhere} has returned is done, and nobody waits in it: the rest is to be worked off. Any thread. */
    default void onFailureCompared() {}

    /** The application has synced all up to {@code position}. Called on the durability thread. */
    default void onSynced(Position position) {}

    /** Whether the application goes on with another run of the node, so that the end of this one is not its own. */
    boolean restarts();

    /** Whether it goes on though this run fails: another one follows when its operator wants it. */
    default boolean isHeld() {
        return false;
    }

    /** The application threw: the node must stop. Called on the durability thread where it could not sync. */
    void onApplicationFailure(NodeException failure);
}
