package io.dromon.sst;

import io.dromon.transport.wire.PeerText;
import java.io.IOException;

/** A transfer that failed; the joiner's old state is untouched. Its message may hold text of the
 * other side, and nothing of it that could fake a line or steer a terminal. */
public final class TransferException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Reason {
        /** The joiner cannot be reached. */
        UNREACHABLE,
        /** TLS was not agreed on: no TLS, or a certificate that is not trusted. */
        TLS_REFUSED,
        /** The token is wrong, or was used by another donor. */
        TOKEN_REFUSED,
        /** The other side is no peer of this version and method, or sends what it must not. */
        PROTOCOL,
        /** Nothing moved for the idle time. */
        IDLE,
        /** The time for the whole transfer is over. */
        TOO_LONG,
        /** The source cannot be read, or changed. */
        SOURCE,
        /** The target cannot take it. */
        TARGET,
        /** A program that the method needs is missing, or failed. */
        PROGRAM,
        /** The other side gave up, and said why. */
        PEER_FAILED,
        /** Stopped from here. */
        CANCELLED
    }

    private final Reason reason;

    public TransferException(Reason reason, String message) {
        super(PeerText.lines(message));
        this.reason = reason;
    }

    public TransferException(Reason reason, String message, Throwable cause) {
        super(PeerText.lines(message), cause);
        this.reason = reason;
    }

    /** Why. */
    public Reason reason() {
        return reason;
    }
}
