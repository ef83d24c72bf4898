package io.dromon.node.apply;

import io.dromon.node.NodeException;

/** The reports of the delivery thread to the protocol thread. Called on the delivery thread. */
public interface DeliveryListener {
    /** The queue was worked off. */
    void onDrained();

    /** The application threw: the node must stop. */
    void onApplicationFailure(NodeException failure);
}
