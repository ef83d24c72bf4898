package io.dromon.node.writeset;

import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.Murmur128;
import org.jspecify.annotations.Nullable;

/**
 * The place of one record set's records in an array (chapter 05 section 4), version 2 of the format.
 *
 * <pre>
 *  short  word: 0-7 2b | 8-17 count - 1 | 18-31 size - 1     CRC (4)   checksum (16)   records   padding to 8
 *  long   23 | ULEB size | ULEB count | zeros to 12          CRC (4)   checksum (16)   records   padding to 8
 *
 *  byte 0    7-4 version 2, 3 short form, 2-0 kind of the checksum (0 none, 2 8 bytes, 3 16 bytes)
 *  size      all but the padding        CRC  over the header before it
 *  checksum  over the records with their padding, then the header
 * </pre>
 *
 * @param records index of the first record
 * @param recordsEnd index behind the last one
 * @param end index behind the padding
 * @param count number of records
 */
record RecordSet(int records, int recordsEnd, int end, int count) {
    private static final int VERSION = 2;
    private static final int SHORT_FORM = 8;
    private static final int SHORT_HEADER = 8;
    private static final int LONG_HEADER = 16;
    private static final int CRC_LENGTH = 4;
    private static final int MMH64 = 2;
    private static final int MMH128 = 3;
    private static final int CHECKSUM_LENGTH = 16;
    private static final int MAX_SHORT_COUNT = 1024;
    private static final int MAX_SHORT_SIZE = 16384;

    /**
     * Reads the header of the set at {@code at}; header, lengths and count are checked.
     *
     * @param limit index behind the write-set
     * @param hash for the checksum of the records; null: it is not looked at
     */
    static RecordSet read(byte[] array, int at, int limit, @Nullable Murmur128 hash) throws MalformedMessageException {
        if (limit - at < SHORT_HEADER) {
            throw new MalformedMessageException("no room for a record set: " + (limit - at) + " bytes left");
        }
        int first = LittleEndian.u8(array, at);
        int kind = first & 7;
        if (first >> 4 != VERSION || (kind != 0 && kind != MMH64 && kind != MMH128)) {
            throw new MalformedMessageException(
                    "record set of version " + (first >> 4) + " with checksum of type " + kind);
        }
        int checksum = kind == 0 ? 0 : kind == MMH64 ? 8 : CHECKSUM_LENGTH;
        if ((first & SHORT_FORM) != 0) {
            int word = LittleEndian.i32(array, at);
            return located(array, at, limit, SHORT_HEADER, checksum, (word >>> 18) + 1, (word >>> 8 & 0x3ff) + 1, hash);
        }
        Uleb128 number = new Uleb128(array, at + 1, limit);
        long size = number.read();
        long count = number.read();
        int header = padded(number.position() - at + CRC_LENGTH);
        if (header > limit - at) {
            throw new MalformedMessageException("the header of a record set does not end");
        }
        return located(array, at, limit, header, checksum, size, count, hash);
    }

    private static RecordSet located(
            byte[] array, int at, int limit, int header, int checksum, long size, long count, @Nullable Murmur128 hash)
            throws MalformedMessageException {
        if (Murmur32.hash(array, at, header - CRC_LENGTH) != LittleEndian.i32(array, at + header - CRC_LENGTH)) {
            throw new MalformedMessageException("wrong CRC of a record set's header");
        }
        if (size <= header + checksum || size > limit - at || (size + 7 & -8L) > limit - at) {
            throw new MalformedMessageException("record set of " + size + " bytes, " + (limit - at) + " left");
        }
        if (count < 1 || count > size) {
            throw new MalformedMessageException(count + " records in a set of " + size + " bytes");
        }
        int records = at + header + checksum;
        RecordSet set = new RecordSet(records, at + (int) size, at + padded((int) size), (int) count);
        if (hash != null && checksum > 0) {
            set.check(array, at, header, checksum, hash);
        }
        return set;
    }

    private void check(byte[] array, int at, int header, int checksum, Murmur128 hash)
            throws MalformedMessageException {
        digest(array, at, header, hash);
        int stored = at + header;
        if (hash.first() != LittleEndian.i64(array, stored)
                || (checksum == CHECKSUM_LENGTH && hash.second() != LittleEndian.i64(array, stored + 8))) {
            throw new MalformedMessageException("wrong checksum of a record set");
        }
    }

    private void digest(byte[] array, int at, int header, Murmur128 hash) {
        hash.reset().add(array, records, end - records).add(array, at, header).digest();
    }

    /** Bytes in front of the records of a set that this node writes. */
    static int prefixLength(long recordBytes, int count) {
        boolean fits = count <= MAX_SHORT_COUNT && SHORT_HEADER + CHECKSUM_LENGTH + recordBytes <= MAX_SHORT_SIZE;
        return (fits ? SHORT_HEADER : LONG_HEADER) + CHECKSUM_LENGTH;
    }

    /** Bytes that a set takes, its padding too; none if it has no records. */
    static long length(long recordBytes, int count) {
        return count == 0 ? 0 : prefixLength(recordBytes, count) + recordBytes + 7 & -8L;
    }

    /**
     * Writes header and checksum at {@code at}, around records that are in their place already, {@link #prefixLength}
     * behind it.
     *
     * @return the index behind the set
     */
    static int write(byte[] array, int at, int recordBytes, int count, Murmur128 hash) {
        int prefix = prefixLength(recordBytes, count);
        int header = prefix - CHECKSUM_LENGTH;
        int size = prefix + recordBytes;
        if (header == SHORT_HEADER) {
            int kind = VERSION << 4 | SHORT_FORM | MMH128;
            LittleEndian.put32(array, at, kind | (count - 1) << 8 | (size - 1) << 18);
        } else {
            array[at] = (byte) (VERSION << 4 | MMH128);
            Uleb128.write(array, Uleb128.write(array, at + 1, size), count);
        }
        int crc = header - CRC_LENGTH;
        LittleEndian.put32(array, at + crc, Murmur32.hash(array, at, crc));
        RecordSet set = new RecordSet(at + prefix, at + size, at + padded(size), count);
        set.digest(array, at, header, hash);
        LittleEndian.put64(array, at + header, hash.first());
        LittleEndian.put64(array, at + header + 8, hash.second());
        return set.end;
    }

    private static int padded(int length) {
        return length + 7 & -8;
    }
}
