package io.dromon.node.cache;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** The files of a cache: a directory, and in tests what can go wrong with one. Thread-safe, its open files are not. */
interface CacheFiles {
    /** What the names of segments end with; other files are left alone. */
    String SUFFIX = ".segment";

    /** An open file. Offsets and lengths are in bytes. */
    interface OpenFile extends Closeable {
        /** Writes some of what remains in {@code from}. */
        int write(ByteBuffer from, long offset) throws IOException;

        /** Reads some of what has room in {@code to}; negative at the end. */
        int read(ByteBuffer to, long offset) throws IOException;

        long size() throws IOException;

        /** Waits until all that was written is on the disk. */
        void force() throws IOException;

        void truncate(long size) throws IOException;
    }

    /** Creates a file, which must not be there yet. */
    OpenFile create(String name) throws IOException;

    /**
     * Opens a file.
     *
     * @throws UntrustedFileException if others may have written it
     */
    OpenFile open(String name, boolean forWriting) throws IOException;

    /** Deletes a file; empties it if it can only be written. None is fine. */
    void delete(String name) throws IOException;

    /** The names of all segments, sorted. */
    List<String> names() throws IOException;

    /** A file that this process need not have written. */
    final class UntrustedFileException extends IOException {
        private static final long serialVersionUID = 1L;

        UntrustedFileException(String message) {
            super(message);
        }
    }

    /** Writes everything that remains in {@code from}. */
    static void writeFully(OpenFile file, ByteBuffer from, long offset) throws IOException {
        long at = offset;
        while (from.hasRemaining()) {
            at += file.write(from, at);
        }
    }

    /** Fills {@code to}. */
    static void readFully(OpenFile file, ByteBuffer to, long offset) throws IOException {
        long at = offset;
        while (to.hasRemaining()) {
            int read = file.read(to, at);
            if (read < 0) {
                throw new EOFException("ends at " + at + ", " + to.remaining() + " bytes too early");
            }
            at += read;
        }
    }
}
