package io.dromon.node.cache;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings segments to the disk and deletes their files: what {@link WriteSetCache} gives to its executor. It runs once at a
 * time, and no disk error leaves it.
 */
final class SegmentWriter {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentWriter.class);

    private final String nodeName;
    private final Segments segments;
    private final CacheFiles files;
    private @Nullable Segment current;
    private CacheFiles.@Nullable OpenFile out;
    /** Is in the log. */
    private boolean cannotDelete;

    SegmentWriter(String nodeName, Segments segments, CacheFiles files) {
        this.nodeName = nodeName;
        this.segments = segments;
        this.files = files;
    }

    /** Does all there is to do. */
    void run() {
        do {
            for (Segment gone = segments.nextDeletion(); gone != null; gone = segments.nextDeletion()) {
                delete(gone);
            }
            Segments.Write write = segments.nextWrite();
            if (write != null) {
                write(write);
            }
        } while (!segments.endsWriter());
    }

    private void delete(Segment gone) {
        if (gone == current) {
            close();
        }
        try {
            files.delete(gone.fileName);
            cannotDelete = false;
        } catch (IOException | RuntimeException e) {
            if (!cannotDelete) {
                LOG.warn(
                        "{}: cannot delete files of the write-set cache, whose room is lost: {}",
                        nodeName,
                        e.toString());
            }
            cannotDelete = true;
            segments.notDeleted(gone);
        }
    }

    private void write(Segments.Write write) {
        ByteBuffer bytes = ByteBuffer.wrap(write.chunk().bytes, write.from(), write.to() - write.from());
        try {
            CacheFiles.writeFully(file(write.segment()), bytes, write.chunk().start + write.from());
            segments.written(write);
        } catch (IOException | RuntimeException e) {
            segments.notWritten(write.segment(), "cannot write " + write.segment().fileName + " (" + e + ")")
                    .ifPresent(text -> LOG.warn("{}: {}", nodeName, text));
        }
    }

    /** The file of a segment, created where its first bytes are to be written. */
    private CacheFiles.OpenFile file(Segment segment) throws IOException {
        if (out == null || current != segment) {
            close();
            out = files.create(segment.fileName);
            current = segment;
        }
        return out;
    }

    /** Closes the file that was written last. Never while {@link #run} does. */
    void close() {
        try {
            if (out != null) {
                out.close();
            }
        } catch (IOException e) {
            LOG.warn("{}: closing {} of the write-set cache: {}", nodeName, current, e.toString());
        }
        out = null;
        current = null;
    }

    /**
     * Syncs all full segments to the disk and seals them, so that a recovery need not read them. Waits for the disk. Any
     * thread, beside {@link #run}.
     */
    void seal() {
        for (Segment segment : segments.unsealed()) {
            try (CacheFiles.OpenFile file = files.open(segment.fileName, true)) {
                file.force();
                SegmentFormat.Seal seal = new SegmentFormat.Seal(segment.last(), segment.end());
                CacheFiles.writeFully(file, SegmentFormat.seal(segment.header, seal), SegmentFormat.SEAL_AT);
            } catch (NoSuchFileException | FileNotFoundException e) {
                LOG.debug("{}: {} was dropped", nodeName, segment.fileName); // meanwhile
            } catch (IOException | RuntimeException e) {
                LOG.warn("{}: cannot sync {} of the write-set cache: {}", nodeName, segment.fileName, e.toString());
            }
            segments.sealed(segment); // or never: a failed sync tells nothing when it is repeated
        }
    }
}
