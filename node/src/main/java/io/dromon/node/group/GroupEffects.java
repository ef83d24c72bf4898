package io.dromon.node.group;

import io.dromon.transport.evs.SendResult;
import io.dromon.transport.wire.Encodable;
import java.util.UUID;

/**
 * What the group layer asks of the layer below and tells the one above. Called from inside of the calls of {@link
 * GroupCore}, on their thread.
 */
public interface GroupEffects {
    /** Sends to the group through the primary-component layer (order SAFE). */
    SendResult send(int userType, Encodable message);

    /** Asks the primary-component layer to deliver this to this node alone, behind all that is known now. */
    SendResult sendLocalCausal(int userType, Encodable message);

    /** The next event, in the total order. */
    void deliver(GroupEvent event);

    /** An own write-set gets no seqno at this node. */
    void onWriteSetFailed(Ticket.OfWriteSet ticket, ReplicationFailure reason);

    /** A causal read gets no answer. */
    void onReadFailed(Ticket.OfRead ticket, ReplicationFailure reason);

    /** This node contradicts the group: it must leave now and not come back with this state. */
    void onInconsistent(String reason);

    /** A data node came among databases: it must leave now, before one of them asks it for its state. */
    void onIncompatible(String reason);

    /** A peer sent what it should not have; it was dropped. For log and counters only. */
    void onAnomaly(UUID source, String what);

    /** A line for the log. */
    default void onNotice(String text) {}
}
