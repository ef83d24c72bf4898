package io.dromon.node.state.snapshot;

import io.dromon.sst.TransferException;
import io.dromon.sst.TransferException.Reason;
import io.dromon.transport.wire.PeerText;

/** A snapshot that was not given or not taken. The message is for people, and without the other end's control characters. */
public final class SnapshotException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    private SnapshotException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    SnapshotException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /**
     * @param tried what was, as the beginning of a sentence
     * @param otherwise the reason of what has none
     */
    static SnapshotException of(String tried, Throwable cause, Reason otherwise) {
        Reason reason = cause instanceof TransferException known ? known.reason() : otherwise;
        boolean expected = cause instanceof java.io.IOException || cause instanceof RuntimeException;
        String seen = cause.getMessage() == null || !expected ? cause.toString() : cause.getMessage();
        return new SnapshotException(reason, tried + ": " + PeerText.lines(seen), cause);
    }

    /** Why. */
    public Reason reason() {
        return reason;
    }

    /** The number that the donor's JOIN carries, negated, to tell the group (chapter 06 section 5.4); positive. */
    public int errno() {
        return switch (reason) {
            case PROGRAM -> 2; // ENOENT
            case SOURCE -> 5; // EIO
            case TOKEN_REFUSED -> 13; // EACCES
            case TARGET -> 28; // ENOSPC
            case PEER_FAILED -> 32; // EPIPE
            case TLS_REFUSED, PROTOCOL -> 71; // EPROTO
            case IDLE, TOO_LONG -> 110; // ETIMEDOUT
            case UNREACHABLE -> 111; // ECONNREFUSED
            case CANCELLED -> 125; // ECANCELED
        };
    }
}
