package io.dromon.node.writeset;

import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.Murmur128;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A write-set as it came from the group, out of a cache or by a state transfer: checked once, then read in place (chapter
 * 05 sections 3 and 9.2). The array stays referenced as long as this object or one of its ranges is.
 *
 * <p>Bytes that {@link #decode} refuses came through the order of the group: a node that meets them must leave, for the
 * others may have counted them.
 */
public final class ReceivedWriteSet {
    private static final int DATA_VERSION_MASK = 0x0c;

    private final Bytes bytes;
    private final int version;
    private final KeySet keys;
    private final Bytes data;
    private final Bytes unordered;
    private final Bytes annotation;

    private ReceivedWriteSet(Bytes bytes, int version, KeySet keys, Bytes data, Bytes unordered, Bytes annotation) {
        this.bytes = bytes;
        this.version = version;
        this.keys = keys;
        this.data = data;
        this.unordered = unordered;
        this.annotation = annotation;
    }

    /**
     * Reads a write-set and checks all of it but the seqno that it refers to, see {@link #checkOrder}.
     *
     * @throws MalformedMessageException if a length, count, range, version or checksum is wrong
     */
    public static ReceivedWriteSet decode(Bytes bytes) throws MalformedMessageException {
        return decode(bytes, new Murmur128());
    }

    /**
     * The same.
     *
     * @param scratch of the caller, who reads many
     */
    public static ReceivedWriteSet decode(Bytes bytes, Murmur128 scratch) throws MalformedMessageException {
        return decode(bytes, scratch, scratch);
    }

    /**
     * Reads a write-set that this process has made itself: the checksums of its sets are not computed again.
     *
     * @throws MalformedMessageException as {@link #decode}
     */
    public static ReceivedWriteSet decodeOwn(Bytes bytes, Murmur128 scratch) throws MalformedMessageException {
        return decode(bytes, scratch, null);
    }

    private static ReceivedWriteSet decode(Bytes bytes, Murmur128 scratch, @Nullable Murmur128 hash)
            throws MalformedMessageException {
        int version = WriteSetHeader.check(bytes, scratch);
        byte[] array = bytes.array();
        int limit = bytes.offset() + bytes.length();
        int at = bytes.offset() + LittleEndian.u8(array, bytes.offset() + WriteSetHeader.SIZE);
        int sets = LittleEndian.u8(array, bytes.offset() + WriteSetHeader.SETS);
        KeySet keys = KeySet.EMPTY;
        if (KeyFormat.ofHeader(sets >> 4) != null) {
            RecordSet set = RecordSet.read(array, at, limit, hash);
            keys = KeySet.checked(array, set, version);
            at = set.end();
        }
        int dataVersion = sets & DATA_VERSION_MASK;
        if (dataVersion > WriteSetHeader.DATA_VERSION_1) {
            throw new MalformedMessageException("data set of version " + (dataVersion >> 2));
        }
        RecordSet data = null;
        RecordSet unordered = null;
        RecordSet annotation = null;
        if (dataVersion != 0) {
            data = single(array, at, limit, hash);
            at = data.end();
            if ((sets & WriteSetHeader.UNORDERED) != 0) {
                unordered = single(array, at, limit, hash);
                at = unordered.end();
            }
            if ((sets & WriteSetHeader.ANNOTATION) != 0) {
                annotation = single(array, at, limit, null); // its checksum is not verified (section 4.5)
            }
        }
        return new ReceivedWriteSet(
                bytes, version, keys, content(array, data), content(array, unordered), content(array, annotation));
    }

    private static RecordSet single(byte[] array, int at, int limit, @Nullable Murmur128 hash)
            throws MalformedMessageException {
        RecordSet set = RecordSet.read(array, at, limit, hash);
        if (set.count() != 1) {
            throw new MalformedMessageException(set.count() + " records where one is");
        }
        return set;
    }

    private static Bytes content(byte[] array, @Nullable RecordSet set) {
        return set == null ? Bytes.EMPTY : new Bytes(array, set.records(), set.recordsEnd() - set.records());
    }

    /**
     * Checks that the write-set refers to what was ordered before it (chapter 05 section 9.2, row 19); a wrong number
     * would block appliers for ever.
     *
     * @throws MalformedMessageException if {@link #lastSeen} is negative or not below {@code seqno}
     */
    public void checkOrder(long seqno) throws MalformedMessageException {
        long lastSeen = lastSeen();
        if (lastSeen < 0 || lastSeen >= seqno) {
            throw new MalformedMessageException("write-set " + seqno + " has seen " + lastSeen);
        }
    }

    /**
     * The header as it is kept after certification (chapter 05 section 3.3): what follows it stays. The bytes of this
     * write-set are not changed, for they may still be sent again.
     *
     * @param seqno the place in the order
     * @param paRange how far below it the newest write-set stands that this one depends on, 0 to 65535
     */
    public Bytes certifiedHeader(long seqno, int paRange) {
        int size = LittleEndian.u8(bytes.array(), bytes.offset() + WriteSetHeader.SIZE);
        byte[] header = new Bytes(bytes.array(), bytes.offset(), size).toArray();
        LittleEndian.put16(header, WriteSetHeader.FLAGS, rawFlags() | WriteSetFlags.CERTIFIED);
        LittleEndian.put16(header, WriteSetHeader.PA_RANGE, paRange);
        LittleEndian.put64(header, WriteSetHeader.LAST_SEEN, seqno);
        WriteSetHeader.close(header, 0, size);
        return new Bytes(header);
    }

    /** The whole write-set. */
    public Bytes bytes() {
        return bytes;
    }

    /** The version by which it is read: 3 to 6. */
    public int version() {
        return version;
    }

    /** The key parts. */
    public KeySet keys() {
        return keys;
    }

    /** What the application gave; empty if there is none. */
    public Bytes data() {
        return data;
    }

    /** What is delivered outside of the order of commits; mostly empty. */
    public Bytes unordered() {
        return unordered;
    }

    /** Text for logs; mostly empty. Not verified. */
    public Bytes annotation() {
        return annotation;
    }

    /** Bits of {@link WriteSetFlags}. */
    public int flags() {
        int flags = rawFlags();
        boolean begins = version < 5 && (flags & WriteSetFlags.COMMIT) != 0;
        return begins ? flags | WriteSetFlags.BEGIN : flags;
    }

    private int rawFlags() {
        return LittleEndian.u16(bytes.array(), bytes.offset() + WriteSetHeader.FLAGS);
    }

    /** Whether all bits of {@code mask} are set. */
    public boolean has(int mask) {
        return (flags() & mask) == mask;
    }

    /** 0 to 65535: how far below {@link #lastSeen}, after certification below the seqno, it may depend. */
    public int paRange() {
        return LittleEndian.u16(bytes.array(), bytes.offset() + WriteSetHeader.PA_RANGE);
    }

    /** The newest seqno that its originator had seen; after certification the own seqno. */
    public long lastSeen() {
        return i64(WriteSetHeader.LAST_SEEN);
    }

    /** The originator's monotonic clock in ns. */
    public long timestampNs() {
        return i64(WriteSetHeader.TIMESTAMP);
    }

    /** The originator. */
    public UUID source() {
        return new UUID(sourceHigh(), sourceLow());
    }

    /** The first half of {@link #source}. */
    public long sourceHigh() {
        return LittleEndian.uuidHalf(bytes.array(), bytes.offset() + WriteSetHeader.SOURCE);
    }

    /** The second half of {@link #source}. */
    public long sourceLow() {
        return LittleEndian.uuidHalf(bytes.array(), bytes.offset() + WriteSetHeader.SOURCE + 8);
    }

    /** The application's connection; -1 if none. */
    public long connection() {
        return i64(WriteSetHeader.CONNECTION);
    }

    /** The application's transaction; -1 for TOI. */
    public long transaction() {
        return i64(WriteSetHeader.TRANSACTION);
    }

    private long i64(int field) {
        return LittleEndian.i64(bytes.array(), bytes.offset() + field);
    }
}
