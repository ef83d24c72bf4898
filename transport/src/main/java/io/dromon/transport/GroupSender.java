package io.dromon.transport;

import io.dromon.transport.evs.SendResult;
import io.dromon.transport.wire.Encodable;

/** What the layer above the stack asks of it: to send. Neither of these delivers from inside. */
public interface GroupSender {
    /** Sends to the group, to be delivered once all members hold it; accepted in the primary component only. */
    SendResult send(int userType, Encodable payload);

    /**
     * Sends to this node alone, behind everything that is known now.
     *
     * @param nowNs read after somebody asked for it: with an earlier time a node that has slept would take itself for one
     *     that was heard of a moment ago
     */
    SendResult sendLocalCausal(int userType, Encodable payload, long nowNs);
}
