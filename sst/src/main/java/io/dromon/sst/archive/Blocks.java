package io.dromon.sst.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Reads and writes stretches of files. */
public final class Blocks {
    /** The content of a file counts in pieces of this size (see {@link ManifestBuilder}). */
    public static final int PIECE = 512 * 1024;

    private Blocks() {}

    /**
     * Fills a buffer up to its limit from a place in a file.
     *
     * @return false if the file ends before
     */
    public static boolean read(FileChannel file, ByteBuffer into, long offset) throws IOException {
        long at = offset;
        while (into.hasRemaining()) {
            int read = file.read(into, at);
            if (read < 0) {
                return false;
            }
            at += read;
        }
        return true;
    }

    /**
     * Writes what remains of a buffer to a place in a new file; whole blocks of zeros are left out as holes.
     *
     * @return whether the last byte was written, so that the file reaches to there
     */
    public static boolean writeSparse(FileChannel file, ByteBuffer data, long offset) throws IOException {
        int limit = data.limit();
        int start = data.position();
        int first = start;
        for (int at = first; at < limit; ) {
            int length = (int) Math.min(Zeros.BLOCK - (offset + at - first) % Zeros.BLOCK, limit - at);
            if (length == Zeros.BLOCK && Zeros.isZero(data, at, length)) {
                write(file, data, start, at, offset + start - first);
                data.limit(limit);
                start = at + length;
            }
            at += length;
        }
        write(file, data, start, limit, offset + start - first);
        data.position(limit);
        return start < limit;
    }

    private static void write(FileChannel file, ByteBuffer data, int from, int to, long offset) throws IOException {
        data.limit(to).position(from);
        long at = offset;
        while (data.hasRemaining()) {
            at += file.write(data, at);
        }
    }
}
