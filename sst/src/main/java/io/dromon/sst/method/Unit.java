package io.dromon.sst.method;

import io.dromon.sst.archive.SourceTree.SourceEntry;
import java.nio.ByteBuffer;
import java.util.List;

/** A piece of work that can be sent again, as often as it takes. */
sealed interface Unit {
    long id();

    /** Content in it. */
    long bytes();

    /** Small entries as a whole. */
    record Batch(long id, List<SourceEntry> entries, long bytes) implements Unit {}

    /** A stretch of a file. */
    record Chunk(long id, FileWork file, long offset, int length) implements Unit {
        @Override
        public long bytes() {
            return length;
        }
    }

    /** A piece of a live stream, kept until it is acknowledged. */
    record Live(long id, ByteBuffer data) implements Unit {
        @Override
        public long bytes() {
            return data.remaining();
        }
    }
}
