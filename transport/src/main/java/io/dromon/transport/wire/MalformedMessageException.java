package io.dromon.transport.wire;

/**
 * Bytes from a peer that are no valid message. The only exception that a decoder throws; its text names the field and
 * the numbers that do not fit, never payload bytes. The receiver drops the link and lives.
 */
public final class MalformedMessageException extends Exception {
    private static final long serialVersionUID = 1L;

    public MalformedMessageException(String message) {
        // A peer can provoke this at will: no stack trace, it would cost more than the message did.
        super(message, null, false, false);
    }
}
