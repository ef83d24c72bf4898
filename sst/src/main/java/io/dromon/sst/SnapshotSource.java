package io.dromon.sst;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/** The source of a donor's snapshot. */
public sealed interface SnapshotSource {
    /** The files below a directory, which must stand still. */
    record Files(Path source) implements SnapshotSource {}

    /** A stream that comes into being while it is sent, over one connection. */
    record Live(Producer producer) implements SnapshotSource {}

    /** Writes a stream; called once, on a thread of the transfer. */
    @FunctionalInterface
    interface Producer {
        /** Returns after the last byte; an exception ends the transfer, and its message is told to the joiner. */
        void produce(WritableByteChannel out) throws IOException, InterruptedException;
    }
}
