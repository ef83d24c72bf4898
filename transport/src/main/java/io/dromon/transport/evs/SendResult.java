package io.dromon.transport.evs;

/** What became of a message that the layer above gave to be sent. Only {@link #ACCEPTED} means that it will be. */
public enum SendResult {
    ACCEPTED,
    /** The group is being re-formed, or the output queue is full (EAGAIN). */
    AGAIN,
    /** Not in a group, or not in its primary component (ENOTCONN). */
    NOT_CONNECTED,
    /** Larger than a message may be, or empty (EMSGSIZE). */
    WRONG_SIZE
}
