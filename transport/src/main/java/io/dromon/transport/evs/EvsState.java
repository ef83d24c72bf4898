package io.dromon.transport.evs;

/** State of a node in EVS (chapter 02 section 7.1). */
public enum EvsState {
    /** Not opened, or left. */
    CLOSED,
    /** Announces itself, and was heard by nobody. */
    JOINING,
    /** Has sent a LEAVE, and waits until the others know. */
    LEAVING,
    /** Agrees with the others on the next view. */
    GATHER,
    /** All have committed to a proposed view; waits until all have told so. */
    INSTALL,
    /** In a view; messages are sent and delivered. */
    OPERATIONAL;

    /** Which state may follow (chapter 02 section 7.1); any may be followed by CLOSED, for {@link Evs#abort}. */
    boolean mayBecome(EvsState next) {
        return switch (next) {
            case JOINING -> this == CLOSED;
            case GATHER -> this != CLOSED && this != LEAVING;
            case INSTALL -> this == GATHER;
            case OPERATIONAL -> this == INSTALL;
            case LEAVING -> this == JOINING || this == OPERATIONAL || this == GATHER;
            case CLOSED -> true;
        };
    }
}
