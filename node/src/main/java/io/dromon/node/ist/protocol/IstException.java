package io.dromon.node.ist.protocol;

import org.jspecify.annotations.Nullable;

/**
 * The end of an incremental state transfer that is no success. Its text names the peer or the message, what was seen and
 * what was expected; it carries no payload.
 */
public final class IstException extends Exception {
    private static final long serialVersionUID = 1L;

    /** What went wrong. A transfer is never resumed: the next one begins behind what was applied. */
    public enum Reason {
        /** No connection could be made; a donor answers JOIN with -111 (chapter 06 section 5.2). */
        UNREACHABLE,
        /** TLS, its rules or its absence: the peer refused or was refused; a donor answers JOIN with -71. */
        REFUSED,
        /** The peer said nothing, or took nothing, until a deadline. */
        SILENT,
        /** A version, checksum, type, length or content that is not valid. */
        MALFORMED,
        /** The stream begins too late or ends too early for this joiner. */
        WRONG_RANGE,
        /** An event is missing or out of its order. */
        GAP,
        /** The connection ended before the message that ends the stream. */
        CUT,
        /** The peer said that it gives up. */
        PEER_FAILED,
        /** A donor's source could not give the events. */
        SOURCE_FAILED,
        /** A joiner's recipient did not take an event. */
        RECIPIENT_FAILED,
        /** This end was closed from outside. */
        CANCELLED
    }

    private final Reason reason;

    public IstException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public IstException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** What went wrong. */
    public Reason reason() {
        return reason;
    }
}
