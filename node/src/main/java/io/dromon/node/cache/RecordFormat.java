package io.dromon.node.cache;

import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * A record in a segment, big-endian:
 *
 * <pre>
 *  0        4              8          16     17        24
 *  | CRC32C | length       | seqno    | kind | 0 (7)   | content
 *             of content
 * </pre>
 *
 * The checksum is over all behind it.
 */
final class RecordFormat {
    static final int HEADER_BYTES = 24;
    /** With its header a record fits into one array. */
    static final int MAX_CONTENT_BYTES = Integer.MAX_VALUE - 1024;

    private static final int LENGTH = 4;
    private static final int SEQNO = 8;
    private static final int KIND = 16;
    private static final RecordKind[] KINDS = RecordKind.values();

    private RecordFormat() {}

    /** Writes a record, whose bytes are zero before. {@code crc} is anyone's of the caller's thread. */
    static void write(byte[] array, int at, long seqno, RecordKind kind, Bytes header, Bytes rest, CRC32C crc) {
        int length = header.length() + rest.length();
        ByteBuffer out = ByteBuffer.wrap(array);
        out.putInt(at + LENGTH, length);
        out.putLong(at + SEQNO, seqno);
        out.put(at + KIND, kind.code);
        System.arraycopy(header.array(), header.offset(), array, at + HEADER_BYTES, header.length());
        System.arraycopy(rest.array(), rest.offset(), array, at + HEADER_BYTES + header.length(), rest.length());
        out.putInt(at, checksum(array, at, length, crc));
    }

    private static int checksum(byte[] array, int at, int contentBytes, CRC32C crc) {
        crc.reset();
        crc.update(array, at + LENGTH, HEADER_BYTES - LENGTH + contentBytes);
        return (int) crc.getValue();
    }

    /**
     * The length of a whole record, from its header; nothing was checked but the length itself.
     *
     * @param bytes begin with a record's header
     */
    static long lengthBytes(Bytes bytes) throws MalformedMessageException {
        if (bytes.length() < HEADER_BYTES) {
            throw new MalformedMessageException(bytes.length() + " bytes where a record has " + HEADER_BYTES);
        }
        int length = buffer(bytes).getInt(bytes.offset() + LENGTH);
        if (length < 0 || length > MAX_CONTENT_BYTES) {
            throw new MalformedMessageException("a record of " + Integer.toUnsignedLong(length) + " bytes");
        }
        return (long) HEADER_BYTES + length;
    }

    /** The record at the begin of a range, which is as long as {@link #lengthBytes} says or longer. */
    static CachedRecord read(Bytes bytes, long expectedSeqno, CRC32C crc) throws MalformedMessageException {
        long lengthBytes = lengthBytes(bytes);
        if (lengthBytes > bytes.length()) {
            throw new MalformedMessageException(
                    "a record of " + lengthBytes + " bytes, of which " + bytes.length() + " are there");
        }
        int at = bytes.offset();
        int content = (int) lengthBytes - HEADER_BYTES;
        ByteBuffer in = buffer(bytes);
        if (in.getInt(at) != checksum(bytes.array(), at, content, crc)) {
            throw new MalformedMessageException(
                    "the checksum of a record does not fit where seqno " + expectedSeqno + " should be");
        }
        long seqno = in.getLong(at + SEQNO);
        if (seqno != expectedSeqno) {
            throw new MalformedMessageException("seqno " + seqno + " where " + expectedSeqno + " should be");
        }
        RecordKind kind = kind(in, at);
        if (!kind.mayHave(content)) {
            throw new MalformedMessageException("a record of kind " + kind + " with " + content + " bytes");
        }
        return new CachedRecord(seqno, kind, new Bytes(bytes.array(), at + HEADER_BYTES, content));
    }

    private static RecordKind kind(ByteBuffer in, int at) throws MalformedMessageException {
        int code = in.get(at + KIND);
        if (code < 1 || code > KINDS.length || (in.getLong(at + KIND) & 0x00ff_ffff_ffff_ffffL) != 0) {
            throw new MalformedMessageException("a record of the unknown kind " + code);
        }
        return KINDS[code - 1];
    }

    private static ByteBuffer buffer(Bytes bytes) {
        return ByteBuffer.wrap(bytes.array());
    }
}
