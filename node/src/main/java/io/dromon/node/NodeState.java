package io.dromon.node;

/** State of a node, with the names that Galera's {@code wsrep_local_state_comment} knows. */
public enum NodeState {
    /** Joining, or in no primary component: nothing can be replicated. */
    OPEN,
    /** In the primary component, without its state. */
    PRIMARY,
    /** Receiving the state. */
    JOINER,
    /** Giving the state to another, or desynced on demand. */
    DONOR,
    /** Complete, catching up. */
    JOINED,
    /** Complete and current. */
    SYNCED,
    /** Left or failed. */
    CLOSED;
}
