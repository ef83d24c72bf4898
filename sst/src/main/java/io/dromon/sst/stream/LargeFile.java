package io.dromon.sst.stream;

import io.dromon.sst.archive.Blocks;
import io.dromon.sst.archive.SourceTree.SourceEntry;
import io.dromon.sst.channel.Frame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/** A large file that several connections may read from at once. */
final class LargeFile {
    private final SourceEntry source;
    private @Nullable FileChannel channel;
    private int users;
    private long given;

    LargeFile(SourceEntry source) {
        this.source = source;
    }

    SourceEntry source() {
        return source;
    }

    /** Where the next stretch begins; the caller holds the lock of all segments. */
    long given() {
        return given;
    }

    /** Gives the next stretch to a connection; returns its length, 0 if all are given. Under the same lock. */
    int give() {
        int length = (int) Math.min(Frame.MOST_DATA, source.entry().size() - given);
        given += length;
        return length;
    }

    boolean isGiven() {
        return given >= source.entry().size();
    }

    /** Reads a stretch into a buffer, and looks whether the file is still what it was. */
    void read(ByteBuffer into, long offset) throws IOException {
        FileChannel open = acquire();
        try {
            if (!Blocks.read(open, into, offset)) {
                throw source.changed();
            }
            source.verify();
        } catch (IOException e) {
            throw source.failed(e);
        } finally {
            release();
        }
    }

    private synchronized FileChannel acquire() throws IOException {
        FileChannel open = channel;
        if (open == null) {
            open = source.open();
            channel = open;
        }
        users++;
        return open;
    }

    private synchronized void release() throws IOException {
        // Stays open between stretches; closed when no connection reads and all were given.
        if (--users == 0 && isGiven() && channel != null) {
            channel.close();
            channel = null;
        }
    }

    synchronized void close() throws IOException {
        if (channel != null) {
            channel.close();
            channel = null;
        }
    }
}
