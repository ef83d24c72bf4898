package io.dromon.node.ist.protocol;

import io.dromon.transport.wire.MalformedMessageException;

/** Types of IST messages (chapter 06 section 7.4); the ordinal is the code. */
enum MessageType {
    /** Never sent. */
    NONE,
    HANDSHAKE,
    HANDSHAKE_RESPONSE,
    CTRL,
    TRX,
    CCHANGE,
    SKIP;

    private static final MessageType[] ALL = values();

    static MessageType of(int code) throws MalformedMessageException {
        if (code == 0 || code >= ALL.length) {
            throw new MalformedMessageException("a message of the unknown type " + code);
        }
        return ALL[code];
    }

    /** Whether it is an event of the order, with a seqno. */
    boolean isEvent() {
        return compareTo(TRX) >= 0;
    }

    /** Whether a payload follows the header. */
    boolean hasPayload() {
        return this == TRX || this == CCHANGE;
    }
}
