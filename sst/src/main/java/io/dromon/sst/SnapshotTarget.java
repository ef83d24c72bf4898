package io.dromon.sst;

import io.dromon.sst.archive.Limits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** The target of a joiner's snapshot. */
public sealed interface SnapshotTarget {
    /**
     * A directory that exists or not, and becomes what the donor sends when all has arrived.
     *
     * @param target its parent must exist
     * @param limits what is accepted at most
     */
    record Directory(Path target, Limits limits) implements SnapshotTarget {}

    /** A program that takes a live stream. */
    record Live(Consumer consumer) implements SnapshotTarget {}

    /** Takes a stream; calls come one after the other. */
    interface Consumer {
        /** Takes all that remains in the buffer. */
        void write(ByteBuffer data) throws IOException;

        /** The stream was whole: make it count. */
        void commit() throws IOException, InterruptedException;

        /** The stream will not be whole; called instead of {@link #commit}, or after it failed. */
        void abort();
    }
}
