package io.dromon.node.ist.protocol;

import io.dromon.transport.wire.Bytes;

/**
 * An event of the order as a donor's cache keeps it.
 *
 * @param seqno above 0
 * @param bytes a write-set with its header after certification ({@code ReceivedWriteSet.certifiedHeader}), the stored
 *     form of a configuration change ({@code CChange.encode}); empty of what was skipped
 */
public record StoredEvent(Kind kind, long seqno, Bytes bytes) {
    /** What it is. */
    public enum Kind {
        WRITE_SET(MessageType.TRX),
        CHANGE(MessageType.CCHANGE),
        /** It failed certification, or has no effect. */
        SKIPPED(MessageType.SKIP);

        final MessageType type;

        Kind(MessageType type) {
            this.type = type;
        }
    }

    public StoredEvent {
        if (seqno <= 0 || (kind == Kind.SKIPPED) != (bytes.length() == 0)) {
            throw new IllegalArgumentException(kind + " " + seqno + " with " + bytes.length() + " bytes");
        }
    }
}
