package io.dromon.node.group;

/** State of the group as this node sees it (chapter 04 section 5.2). */
public enum GroupState {
    /** Not in a primary configuration: nothing is ordered. */
    NON_PRIMARY,
    /** A primary view came; its representative has not named the state exchange yet. */
    WAIT_STATE_UUID,
    /** The states of the members are being collected. */
    WAIT_STATE_MSG,
    /** In a primary configuration: actions get seqnos. */
    PRIMARY,
    /** This node contradicts the group and must leave it. */
    INCONSISTENT,
    /** This node has left. */
    CLOSED;

    /** Whether a node may go from this state to that one. A view may come in each of them but the last, and begins a new exchange. */
    boolean mayBecome(GroupState next) {
        return switch (this) {
            case NON_PRIMARY -> next == NON_PRIMARY || next == WAIT_STATE_UUID || next == CLOSED;
            case WAIT_STATE_UUID -> next != PRIMARY && next != INCONSISTENT;
            case WAIT_STATE_MSG -> next != WAIT_STATE_MSG;
            case PRIMARY -> next != PRIMARY && next != WAIT_STATE_MSG;
            case INCONSISTENT -> next == CLOSED;
            case CLOSED -> false;
        };
    }
}
