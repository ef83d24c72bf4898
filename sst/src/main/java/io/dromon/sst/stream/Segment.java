package io.dromon.sst.stream;

import io.dromon.sst.archive.ArchiveException;
import io.dromon.sst.archive.EntryName;
import io.dromon.sst.archive.SourceTree.SourceEntry;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A piece of work that can be sent again, as often as it takes. */
sealed interface Segment {
    /** Stands for a segment that is no stretch of one file, where content is counted. */
    EntryName NO_FILE = noFile();

    private static EntryName noFile() {
        try {
            return EntryName.of("unit");
        } catch (ArchiveException e) {
            throw new IllegalStateException(e);
        }
    }

    long id();

    /** Content in it. */
    long bytes();

    /** Small entries as a whole. */
    record Batch(long id, List<SourceEntry> entries, long bytes) implements Segment {}

    /** A stretch of a file. */
    record Chunk(long id, LargeFile file, long offset, int length) implements Segment {
        /** The next stretch of a file; null if all are given. */
        static @Nullable Chunk next(long id, LargeFile file) {
            long offset = file.given();
            int length = file.give();
            return length == 0 ? null : new Chunk(id, file, offset, length);
        }

        @Override
        public long bytes() {
            return length;
        }
    }

    /** A piece of a live stream, kept until it is acknowledged. */
    record Live(long id, ByteBuffer data) implements Segment {
        @Override
        public long bytes() {
            return data.remaining();
        }
    }
}
