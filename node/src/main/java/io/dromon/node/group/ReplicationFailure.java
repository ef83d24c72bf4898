package io.dromon.node.group;

/** Why an own write-set got no seqno at this node. All but {@link #OUTCOME_UNKNOWN} mean: at no other node either. */
public enum ReplicationFailure {
    /** This node is not in the primary component; the write-set was not sent, or not completely. */
    PRIMARY_LOST,
    /**
     * The write-set was sent, and this node fell out of the primary component (or left) before it came back in the
     * total order. The members that stayed may have ordered it: whoever sends it again must expect it twice.
     */
    OUTCOME_UNKNOWN,
    /** This node is in the primary component, but its state is not complete (PRIM or JOINER): no member would count it. */
    NOT_JOINED,
    /** This node has left, or leaves because it is inconsistent. */
    CLOSED,
    /** Larger than an action may be. */
    TOO_LARGE
}
