package io.dromon.node.writeset;

import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.Murmur128;

/**
 * The layout of a write-set's header (chapter 05 section 3.1).
 *
 * <pre>
 *  0 'G' | 1 versions | 2 header size | 3 sets | 4 flags (2) | 6 pa_range (2)
 *  8 last_seen, after certification the seqno (8)
 *  16 timestamp (8)
 *  24 source id (16)
 *  40 connection (8)
 *  48 transaction (8)
 *  56 checksum (8), over what is before it
 *
 *  versions  7-4 version, 3-0 lowest version that can read it
 *  sets      7-4 format of the keys, 3-2 version of the data set, 1 unordered set, 0 annotation set
 * </pre>
 */
final class WriteSetHeader {
    static final int LENGTH = 64;
    static final int NEWEST = 6;
    static final int DATA_VERSION_1 = 0x04;
    static final int UNORDERED = 0x02;
    static final int ANNOTATION = 0x01;

    static final int VERSIONS = 1;
    static final int SIZE = 2;
    static final int SETS = 3;
    static final int FLAGS = 4;
    static final int PA_RANGE = 6;
    static final int LAST_SEEN = 8;
    static final int TIMESTAMP = 16;
    static final int SOURCE = 24;
    static final int CONNECTION = 40;
    static final int TRANSACTION = 48;

    private static final int MAGIC = 'G';
    private static final int LOWEST = 3;
    private static final int CHECKSUM_LENGTH = 8;

    private WriteSetHeader() {}

    /** Writes everything that does not change with an attempt to send. */
    static void writeKind(byte[] array, int at, int version, int sets, int flags) {
        array[at] = MAGIC;
        array[at + VERSIONS] = (byte) (version << 4 | LOWEST);
        array[at + SIZE] = LENGTH;
        array[at + SETS] = (byte) sets;
        LittleEndian.put16(array, at + FLAGS, flags);
    }

    /** Writes the checksum; everything else is there. */
    static void close(byte[] array, int at, int size) {
        LittleEndian.put64(array, at + size - CHECKSUM_LENGTH, checksum(array, at, size, new Murmur128()));
    }

    /** Checks length, magic, versions, size and checksum; returns the version by which the write-set is read. */
    static int check(Bytes bytes, Murmur128 scratch) throws MalformedMessageException {
        if (bytes.length() < LENGTH) {
            throw new MalformedMessageException("write-set of " + bytes.length() + " bytes");
        }
        byte[] array = bytes.array();
        int at = bytes.offset();
        int versions = LittleEndian.u8(array, at + VERSIONS);
        int version = versions >> 4;
        int lowest = versions & 0x0f;
        if (array[at] != MAGIC || version < LOWEST || lowest < LOWEST || lowest > version) {
            throw new MalformedMessageException("no write-set: it begins with " + LittleEndian.u8(array, at)
                    + " and the versions " + version + " and " + lowest);
        }
        if (lowest > NEWEST) {
            throw new MalformedMessageException("a write-set that needs version " + lowest + ", known is " + NEWEST);
        }
        int size = LittleEndian.u8(array, at + SIZE);
        if (size < LENGTH || size % 8 != 0 || size > bytes.length()) {
            throw new MalformedMessageException("header of " + size + " bytes in a write-set of " + bytes.length());
        }
        if (LittleEndian.i64(array, at + size - CHECKSUM_LENGTH) != checksum(array, at, size, scratch)) {
            throw new MalformedMessageException("wrong checksum of a write-set's header");
        }
        return Math.min(version, NEWEST);
    }

    private static long checksum(byte[] array, int at, int size, Murmur128 scratch) {
        return scratch.reset().add(array, at, size - CHECKSUM_LENGTH).digest().first();
    }
}
