package io.dromon.node.writeset;

import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Murmur128;
import java.util.List;

/**
 * A write-set laid out in its array, but for the fields of the header that change with each attempt to send.
 *
 * @param array the whole write-set
 * @param data where the application's data stand in it
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record WriteSetFrame(byte[] array, Bytes data) {
    /** Largest array that every JVM gives. */
    static final int MAX_LENGTH = Integer.MAX_VALUE - 8;

    /**
     * @param content data, unordered and annotation set; empty: not sent
     * @throws IllegalArgumentException if the write-set is larger than 2 GiB
     */
    static WriteSetFrame of(int version, int flags, KeyParts keys, List<Bytes> content) {
        long length = WriteSetHeader.LENGTH + RecordSet.length(keys.bytes().length(), keys.count());
        for (Bytes set : content) {
            length += RecordSet.length(set.length(), Math.min(1, set.length()));
        }
        if (length > MAX_LENGTH) {
            throw new IllegalArgumentException("a write-set of " + length + " bytes, possible are " + MAX_LENGTH);
        }
        byte[] array = new byte[(int) length];
        Murmur128 hash = new Murmur128();
        int at = WriteSetHeader.LENGTH;
        int sets = 0;
        if (keys.count() > 0) {
            sets = keys.format().code() << 4;
            at = put(array, at, keys.bytes(), keys.count(), hash);
        }
        Bytes data = Bytes.EMPTY;
        int[] bits = {WriteSetHeader.DATA_VERSION_1, WriteSetHeader.UNORDERED, WriteSetHeader.ANNOTATION};
        for (int i = 0; i < bits.length; i++) {
            Bytes set = content.get(i);
            if (set.length() > 0) {
                sets |= bits[i];
                if (i == 0) {
                    data = new Bytes(array, at + RecordSet.prefixLength(set.length(), 1), set.length());
                }
                at = put(array, at, set, 1, hash);
            }
        }
        WriteSetHeader.writeKind(array, 0, version, sets, flags);
        return new WriteSetFrame(array, data);
    }

    private static int put(byte[] array, int at, Bytes records, int count, Murmur128 hash) {
        int place = at + RecordSet.prefixLength(records.length(), count);
        System.arraycopy(records.array(), records.offset(), array, place, records.length());
        return RecordSet.write(array, at, records.length(), count, hash);
    }

    /** Writes what changes with each attempt to send, and the checksum. */
    Bytes seal(Originator originator, long lastSeen, int paRange, long timestampNs) {
        LittleEndian.put16(array, WriteSetHeader.PA_RANGE, paRange);
        LittleEndian.put64(array, WriteSetHeader.LAST_SEEN, lastSeen);
        LittleEndian.put64(array, WriteSetHeader.TIMESTAMP, timestampNs);
        LittleEndian.putUuidHalf(
                array, WriteSetHeader.SOURCE, originator.source().getMostSignificantBits());
        LittleEndian.putUuidHalf(
                array, WriteSetHeader.SOURCE + 8, originator.source().getLeastSignificantBits());
        LittleEndian.put64(array, WriteSetHeader.CONNECTION, originator.connection());
        LittleEndian.put64(array, WriteSetHeader.TRANSACTION, originator.transaction());
        WriteSetHeader.close(array, 0, WriteSetHeader.LENGTH);
        return new Bytes(array);
    }
}
