package io.dromon.node.apply;

import io.dromon.node.NodeException;
import io.dromon.transport.wire.Position;

/** The reports of the delivery thread, and of the durability thread, to the protocol thread. Called on the delivery thread. */
public interface DeliveryListener {
    /** The queue was worked off. */
    void onDrained();

    /**
     * The application threw at a write-set. Waits until the members have compared what became of it there.
     *
     * @return whether it failed on them alike, so that this node may go on without it
     */
    boolean hasFailedEverywhere(long seqno, RuntimeException failure);

    /** The application has synced all up to {@code position}. Called on the durability thread. */
    default void onSynced(Position position) {}

    /** Whether the application goes on with another run of the node, so that the end of this one is not its own. */
    boolean restarts();

    /** The application threw: the node must stop. Called on the durability thread where it could not sync. */
    void onApplicationFailure(NodeException failure);
}
