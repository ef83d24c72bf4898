package io.dromon.node.cache;

import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Reads the records of one segment in order, and checks each. */
final class RecordReader {
    private static final int BLOCK_BYTES = 256 * 1024;

    /** Where the bytes of a segment are. */
    interface Source {
        /**
         * The bytes from an offset on: at least so many, fewer only where there are no more at present. They never change
         * afterwards.
         */
        Bytes read(long offset, long atLeast) throws IOException;
    }

    private final Source source;
    private final CRC32C crc = new CRC32C();
    private Bytes block = Bytes.EMPTY;
    private long offset = SegmentFormat.RECORDS_AT;
    private long next;

    RecordReader(Source source, long firstSeqno) {
        this.source = source;
        this.next = firstSeqno;
    }

    /** Offset behind the last record that was read. */
    long offset() {
        return offset;
    }

    /**
     * The next record; null if no byte of it is there at present.
     *
     * @throws MalformedMessageException if what is there is no whole record with the next seqno
     */
    @Nullable
    CachedRecord next() throws IOException, MalformedMessageException {
        if (block.length() < RecordFormat.HEADER_BYTES) {
            block = source.read(offset, RecordFormat.HEADER_BYTES);
        }
        if (block.length() == 0) {
            return null;
        }
        long lengthBytes = RecordFormat.lengthBytes(block);
        if (block.length() < lengthBytes) {
            block = source.read(offset, lengthBytes);
        }
        CachedRecord record = RecordFormat.read(block, next, crc);
        block = block.skip((int) lengthBytes);
        offset += lengthBytes;
        next++;
        return record;
    }

    /** Bytes of a file, from an offset on: a block, or so many as are needed, but none at or behind {@code end}. */
    static Bytes read(CacheFiles.OpenFile file, long offset, long atLeast, long end) throws IOException {
        long length = Math.max(0, Math.min(end - offset, Math.max(BLOCK_BYTES, atLeast)));
        byte[] array = new byte[(int) length];
        CacheFiles.readFully(file, ByteBuffer.wrap(array), offset);
        return new Bytes(array);
    }
}
