package io.dromon.node.ist.protocol;

import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.Murmur128;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The header of every IST message, little-endian (chapter 06 section 7.3).
 *
 * <pre>
 *  0 version | 1 type | 2 flags | 3 ctrl | 4 length of the payload (4)
 *  8 seqno (8), -1 where the message is no event
 *  16 checksum (8) of what is before it
 *
 *  flags  bit 0 preload; others are 0, and ignored
 * </pre>
 *
 * @param version the replication protocol that the group agreed on
 * @param isPreload whether the event belongs into the joiner's certification index
 * @param control signed, of a CTRL; 0 elsewhere
 * @param length bytes that follow
 */
record MessageHeader(int version, MessageType type, boolean isPreload, int control, int length, long seqno) {
    static final int LENGTH = 24;
    static final int CONTROL_OK = 0;
    static final int CONTROL_EOF = 1;
    /** Largest array that every JVM gives. */
    static final int MAX_LENGTH = Integer.MAX_VALUE - 8;

    private static final int CHECKED = 16;
    private static final int PRELOAD = 0x01;
    private static final long NO_SEQNO = -1;

    /** A message that is no event. */
    static MessageHeader of(int version, MessageType type, int control) {
        return new MessageHeader(version, type, false, control, 0, NO_SEQNO);
    }

    Bytes encode() {
        byte[] array = new byte[LENGTH];
        ByteBuffer out = ByteBuffer.wrap(array).order(ByteOrder.LITTLE_ENDIAN);
        out.put((byte) version)
                .put((byte) type.ordinal())
                .put((byte) (isPreload ? PRELOAD : 0))
                .put((byte) control)
                .putInt(length)
                .putLong(seqno)
                .putLong(Murmur128.first(new Bytes(array, 0, CHECKED)));
        return new Bytes(array);
    }

    /**
     * Reads a header; version, checksum, type, length and seqno are checked.
     *
     * @param array its {@link #LENGTH} bytes
     * @param expectedVersion the only one that is taken
     */
    static MessageHeader decode(byte[] array, int expectedVersion) throws MalformedMessageException {
        checkVersion(array[0], expectedVersion);
        ByteBuffer in = ByteBuffer.wrap(array).order(ByteOrder.LITTLE_ENDIAN);
        if (in.getLong(CHECKED) != Murmur128.first(new Bytes(array, 0, CHECKED))) {
            throw new MalformedMessageException("wrong checksum of a message's header");
        }
        MessageType type = MessageType.of(array[1] & 0xff);
        long length = Integer.toUnsignedLong(in.getInt(4));
        long seqno = in.getLong(8);
        if (length > MAX_LENGTH || type.hasPayload() != (length > 0)) {
            throw new MalformedMessageException("a " + type + " message with " + length + " bytes");
        }
        if (type.isEvent() && seqno <= 0) {
            throw new MalformedMessageException("a " + type + " message with seqno " + seqno);
        }
        int control = type == MessageType.CTRL ? array[3] : 0;
        boolean preload = (array[2] & PRELOAD) != 0;
        return new MessageHeader(expectedVersion, type, preload, control, (int) length, seqno);
    }

    /** The version is the first byte, so that a stream of another kind is known by it. */
    static void checkVersion(byte first, int expected) throws MalformedMessageException {
        if ((first & 0xff) != expected) {
            throw new MalformedMessageException(
                    "protocol version " + (first & 0xff) + " where the group uses " + expected);
        }
    }
}
