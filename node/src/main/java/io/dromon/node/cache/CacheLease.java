package io.dromon.node.cache;

import io.dromon.node.cache.LeaseEndedException.Reason;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the cache in order, from one seqno on, while records are appended. What it has not read yet is not deleted, unless
 * the cache would take twice its capacity or the disk is full: then the lease ends, as it does when the cache begins anew
 * or a record is damaged. It never skips a seqno.
 *
 * <p>Used by one thread at a time, which may wait for the disk; an interrupt ends the lease. Whoever takes a lease closes
 * it, on the thread that reads or after that has ended.
 */
public final class CacheLease implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CacheLease.class);

    private final String nodeName;
    private final Segments segments;
    private final CacheFiles files;
    private final Pin pin;
    private final long from;

    private Segment segment;
    private RecordReader reader;
    private CacheFiles.@Nullable OpenFile file;

    CacheLease(String nodeName, Segments segments, CacheFiles files, Pin pin, long from) {
        this.nodeName = nodeName;
        this.segments = segments;
        this.files = files;
        this.pin = pin;
        this.from = from;
        this.segment = pin.begin;
        this.reader = new RecordReader(this::read, segment.first());
    }

    /** What its seqnos belong to: the cache may have another history meanwhile. */
    public UUID history() {
        return pin.begin.header.history();
    }

    /**
     * The next record; empty if there is none yet.
     *
     * @throws LeaseEndedException if there will be none; it stays so
     */
    public Optional<CachedRecord> next() throws LeaseEndedException {
        pin.check();
        try {
            while (true) {
                CachedRecord record = reader.next();
                if (record == null && !advances()) {
                    return Optional.empty();
                }
                if (record != null && record.seqno() >= from) {
                    return Optional.of(record);
                }
            }
        } catch (LeaseEndedException e) {
            release();
            throw e;
        } catch (MalformedMessageException e) {
            throw damaged(e.getMessage(), null);
        } catch (ClosedByInterruptException e) {
            throw ended(Reason.INTERRUPTED, e);
        } catch (IOException e) {
            pin.check(); // its file was deleted: that is why
            throw damaged(e.toString(), e);
        }
    }

    /** Goes on to the next segment. */
    private boolean advances() throws LeaseEndedException {
        Segment next = segments.follow(pin, reader.offset());
        if (next == segment) {
            return false;
        }
        closeFile();
        segment = next;
        reader = new RecordReader(this::read, next.first());
        return true;
    }

    private Bytes read(long offset, long atLeast) throws IOException {
        Segments.Place place = segments.place(pin, offset);
        if (place.memory() != null) {
            return place.memory();
        }
        if (file == null && place.end() > offset) {
            file = open();
        }
        return file == null ? Bytes.EMPTY : RecordReader.read(file, offset, atLeast, place.end());
    }

    private CacheFiles.OpenFile open() throws IOException {
        try {
            return files.open(segment.fileName, false);
        } catch (NoSuchFileException e) {
            throw e; // it is as good as damaged, unless it was dropped
        } catch (IOException e) {
            pin.check(); // it was deleted: that is why
            throw ended(Reason.UNREADABLE, e);
        }
    }

    private LeaseEndedException damaged(@Nullable String what, @Nullable IOException cause) {
        segments.damaged(segment);
        LOG.warn("{}: write-set cache: {} in {}; it and all before it is dropped", nodeName, what, segment.fileName);
        return ended(Reason.DAMAGED, cause);
    }

    private LeaseEndedException ended(Reason reason, @Nullable IOException cause) {
        pin.end(reason);
        release();
        return new LeaseEndedException(reason, cause);
    }

    private void release() {
        segments.unpin(pin);
        closeFile();
    }

    private void closeFile() {
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            LOG.debug("{}: closing {}: {}", nodeName, segment.fileName, e.toString()); // was read only
        }
        file = null;
    }

    /** Lets the cache delete what this lease kept. Again is fine. */
    @Override
    public void close() {
        release();
    }
}
