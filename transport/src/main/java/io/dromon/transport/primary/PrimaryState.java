package io.dromon.transport.primary;

/** PrimaryState of an endpoint of the primary component (chapter 03 section 4.1). */
public enum PrimaryState {
    CLOSED,
    NON_PRIM,
    TRANS,
    STATES_EXCHANGE,
    INSTALL,
    PRIM;

    /** Which state may follow (chapter 03, the table of section 4.2). */
    boolean mayBecome(PrimaryState next) {
        return switch (this) {
            case CLOSED -> next == NON_PRIM;
            case NON_PRIM -> next == CLOSED || next == PRIM || next == TRANS || next == NON_PRIM;
            case TRANS -> next == STATES_EXCHANGE || next == NON_PRIM;
            case STATES_EXCHANGE -> next == INSTALL || next == TRANS || next == NON_PRIM;
            case INSTALL -> next == PRIM || next == TRANS;
            case PRIM -> next == TRANS;
        };
    }
}
