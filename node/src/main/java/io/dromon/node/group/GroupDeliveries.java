package io.dromon.node.group;

import io.dromon.transport.wire.Position;

/** Takes what {@link GroupCore#drain} hands over, in its order. Anything of {@link GroupCore} may be called from inside. */
public interface GroupDeliveries {
    /** The next event, in the total order. */
    void deliver(GroupEvent event);

    /** An own write-set gets no seqno at this node. */
    void onWriteSetFailed(Ticket.OfWriteSet ticket, ReplicationFailure reason);

    /** A causal read gets no answer. */
    void onReadFailed(Ticket.OfRead ticket, ReplicationFailure reason);

    /**
     * Members that hold more than half of the weight, this node among them, have synced all up to {@code position}. It grows
     * within a history; what is told once stays true.
     */
    default void onMajoritySynced(Position position) {}

    /** This node contradicts the group: it must leave now and not come back with this state. */
    void onInconsistent(String reason);

    /** A data node came among databases: it must leave now, before one of them asks it for its state. */
    void onIncompatible(String reason);
}
