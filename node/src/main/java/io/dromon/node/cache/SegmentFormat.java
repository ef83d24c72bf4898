package io.dromon.node.cache;

import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * What a segment's file begins with, big-endian; records follow:
 *
 * <pre>
 *    0          8          12             16        32      40            48      64
 *    | magic    | format 1 | CRC32C of it | history | chain | first seqno | 0     |
 *   64          72           80                     88               92           128
 *    | magic    | last seqno | end of the records   | CRC32C of both | 0          | records
 * </pre>
 *
 * The second line is the seal: zeros until the segment is full and on the disk. What a seal says need not be read again.
 */
final class SegmentFormat {
    /** Where the records begin. */
    static final int RECORDS_AT = 128;
    /** Where the seal stands. */
    static final int SEAL_AT = 64;

    private static final int CHECKSUM_AT = 12;
    private static final int SEAL_CHECKSUM_AT = 24;
    private static final int SEAL_BYTES = 28;
    private static final long MAGIC = 0x44524f4d4f4e5753L; // "DROMONWS"
    private static final long SEAL_MAGIC = 0x5345414c45445753L; // "SEALEDWS"
    private static final int FORMAT = 1;

    private SegmentFormat() {}

    /**
     * Who a segment is.
     *
     * @param chain counts the times that the cache began anew: segments of different chains never belong together, though
     *     their history is the same
     */
    record Header(UUID history, long chain, long firstSeqno) {
        /** The name of its file: names sort as segments do. */
        String fileName() {
            return "%016x-%020d%s".formatted(chain, firstSeqno, CacheFiles.SUFFIX);
        }
    }

    /**
     * What a full segment holds.
     *
     * @param end offset behind the last record
     */
    record Seal(long lastSeqno, long end) {}

    /** Writes a header to the begin of {@code out}, whose bytes are zero before. */
    static void write(ByteBuffer out, Header header) {
        out.putLong(0, MAGIC);
        out.putInt(8, FORMAT);
        out.putLong(16, header.history.getMostSignificantBits());
        out.putLong(24, header.history.getLeastSignificantBits());
        out.putLong(32, header.chain);
        out.putLong(40, header.firstSeqno);
        out.putInt(CHECKSUM_AT, checksum(out));
    }

    private static int checksum(ByteBuffer header) {
        CRC32C crc = new CRC32C();
        crc.update(header.slice(0, CHECKSUM_AT));
        crc.update(header.slice(CHECKSUM_AT + 4, SEAL_AT - CHECKSUM_AT - 4));
        return (int) crc.getValue();
    }

    /** Reads the header of a file that begins with {@code bytes}. */
    static Header header(Bytes bytes) throws MalformedMessageException {
        if (bytes.length() < RECORDS_AT) {
            throw new MalformedMessageException("has " + bytes.length() + " bytes and no room for a header");
        }
        ByteBuffer in = bytes.toByteBuffer();
        if (in.getLong(0) != MAGIC) {
            throw new MalformedMessageException("is no segment of a write-set cache");
        }
        if (in.getInt(8) != FORMAT) {
            throw new MalformedMessageException(
                    "has format " + Integer.toUnsignedLong(in.getInt(8)) + ", known is " + FORMAT);
        }
        if (in.getInt(CHECKSUM_AT) != checksum(in)) {
            throw new MalformedMessageException("has a damaged header");
        }
        Header header = new Header(new UUID(in.getLong(16), in.getLong(24)), in.getLong(32), in.getLong(40));
        if (header.chain < 0 || header.firstSeqno < 0) {
            throw new MalformedMessageException("has chain " + header.chain + ", first seqno " + header.firstSeqno);
        }
        return header;
    }

    /** The seal of a segment, to be written at {@link #SEAL_AT}. */
    static ByteBuffer seal(Header header, Seal seal) {
        ByteBuffer first = ByteBuffer.allocate(SEAL_AT);
        write(first, header);
        ByteBuffer out = ByteBuffer.allocate(SEAL_BYTES);
        out.putLong(0, SEAL_MAGIC);
        out.putLong(8, seal.lastSeqno);
        out.putLong(16, seal.end);
        out.putInt(SEAL_CHECKSUM_AT, sealChecksum(first, out));
        return out;
    }

    private static int sealChecksum(ByteBuffer header, ByteBuffer seal) {
        CRC32C crc = new CRC32C();
        crc.update(header.slice(0, SEAL_AT));
        crc.update(seal.slice(0, SEAL_CHECKSUM_AT));
        return (int) crc.getValue();
    }

    /** The seal of a file whose header is {@code header}; empty if it has none, or one that cannot be believed. */
    static Optional<Seal> seal(Bytes bytes, Header header) {
        ByteBuffer in = bytes.toByteBuffer();
        ByteBuffer at = in.slice(SEAL_AT, SEAL_BYTES);
        if (at.getLong(0) != SEAL_MAGIC || at.getInt(SEAL_CHECKSUM_AT) != sealChecksum(in, at)) {
            return Optional.empty();
        }
        Seal seal = new Seal(at.getLong(8), at.getLong(16));
        long records = seal.lastSeqno - header.firstSeqno + 1;
        boolean possible = records > 0 && records <= (seal.end - RECORDS_AT) / RecordFormat.HEADER_BYTES;
        return possible ? Optional.of(seal) : Optional.empty();
    }
}
