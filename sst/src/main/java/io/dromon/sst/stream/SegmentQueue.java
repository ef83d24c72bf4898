package io.dromon.sst.stream;

import io.dromon.sst.archive.ArchiveException;
import io.dromon.sst.archive.Entry;
import io.dromon.sst.archive.SourceTree;
import io.dromon.sst.archive.SourceTree.SourceEntry;
import io.dromon.sst.channel.Frame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The segments that a donor has still to send, has sent, and knows to be safe. A connection keeps to a file of its own
 * as long as there are such, so that two do not wait for each other at one file of the joiner.
 */
final class SegmentQueue {
    /** How far the ids run ahead of the lowest that is not acknowledged; the joiner's memory depends on it. */
    static final int AHEAD = 32 * 1024;

    private static final int ENTRIES_IN_BATCH = 400;

    /** Bytes of a file; a larger one goes in chunks. */
    private static final int LARGEST_IN_BATCH = 128 * 1024;

    private final SourceTree.@Nullable Walk walk;
    private final Deque<Segment> again = new ArrayDeque<>();
    private final Deque<Segment> live = new ArrayDeque<>();
    private final Deque<ByteBuffer> spare = new ArrayDeque<>();
    private final TreeSet<Long> open = new TreeSet<>();
    private final Map<Object, LargeFile> current = new HashMap<>();
    private final Set<LargeFile> unfinished = new HashSet<>();
    private @Nullable SourceEntry ahead;
    private final Runnable onMore;
    private boolean exhausted;
    private boolean tooFarAhead;
    private final SourceTree.Count announced;
    private long entries;
    private long bytes;
    private long nextId;

    /**
     * @param announced what the walk found the first time; it must be the same now
     * @param onMore wakes the connections that have nothing to send: they may have now
     */
    SegmentQueue(SourceTree.@Nullable Walk walk, SourceTree.Count announced, Runnable onMore) {
        this.walk = walk;
        this.announced = announced;
        this.onMore = onMore;
    }

    /** The next segment for a connection, null if there is none now. */
    synchronized @Nullable Segment next(Object connection) throws IOException {
        Segment segment = again.poll();
        if (segment != null) {
            return segment;
        }
        if (!open.isEmpty() && nextId - open.first() > AHEAD) {
            tooFarAhead = true;
            return null;
        }
        segment = walk == null ? live.poll() : fromWalk(connection, walk);
        notifyAll();
        if (segment != null) {
            open.add(segment.id());
        }
        return segment;
    }

    private @Nullable Segment fromWalk(Object connection, SourceTree.Walk source) throws IOException {
        LargeFile own = current.get(connection);
        Segment chunk = own == null ? null : Segment.Chunk.next(nextId, own);
        if (chunk == null) {
            Segment batch = batch(source);
            if (batch != null) {
                return batch;
            }
            SourceEntry large = ahead;
            ahead = null;
            if (large != null) {
                LargeFile work = new LargeFile(large);
                unfinished.add(work);
                current.put(connection, work);
                chunk = Segment.Chunk.next(nextId, work);
            } else {
                exhausted = true;
                chunk = help();
            }
        }
        if (chunk != null) {
            nextId++;
        }
        return chunk;
    }

    /** Small entries up to the next large file, which then stands in {@code ahead}; null if there are none. */
    private @Nullable Segment batch(SourceTree.Walk source) throws IOException {
        List<SourceEntry> entries = new ArrayList<>();
        long bytes = 0;
        int length = 0;
        while (!exhausted && entries.size() < ENTRIES_IN_BATCH) {
            SourceEntry next = ahead != null ? ahead : counted(source);
            ahead = next;
            if (next == null) {
                exhausted = true;
                break;
            }
            Entry entry = next.entry();
            if (entry.size() > LARGEST_IN_BATCH) {
                break;
            }
            int more = EntryCodec.length(entry) + (int) entry.size();
            if (length + more > Frame.MOST_DATA) {
                break;
            }
            entries.add(next);
            length += more;
            bytes += entry.size();
            ahead = null;
        }
        return entries.isEmpty() ? null : new Segment.Batch(nextId++, entries, bytes);
    }

    private @Nullable SourceEntry counted(SourceTree.Walk source) throws IOException {
        SourceEntry next = source.next();
        if (next != null) {
            entries++;
            bytes += next.entry().size();
        }
        boolean more = entries > announced.entries() || bytes > announced.bytes();
        boolean less = next == null && (entries < announced.entries() || bytes < announced.bytes());
        if (more || less) {
            throw new ArchiveException(
                    ArchiveException.Problem.SOURCE_CHANGED,
                    "the source changed while it was read"
                            + (next == null
                                    ? ""
                                    : ", at or before \"" + next.entry().name() + "\"")
                            + ": it had " + announced.entries() + " entries and " + announced.bytes()
                            + " bytes at the start");
        }
        return next;
    }

    /** A stretch of a file that another connection is at. */
    private @Nullable Segment help() {
        unfinished.removeIf(LargeFile::isGiven);
        for (LargeFile work : unfinished) {
            return Segment.Chunk.next(nextId, work);
        }
        return null;
    }

    /** An empty piece for a live stream; those that are safe at the joiner are used again. */
    synchronized ByteBuffer piece() {
        ByteBuffer piece = spare.poll();
        return piece == null ? ByteBuffer.allocateDirect(Frame.MOST_DATA) : piece.clear();
    }

    /** A piece of a live stream; waits until there is room. */
    synchronized void offer(ByteBuffer data, int most) throws InterruptedException {
        while (live.size() >= most) {
            wait();
        }
        live.add(new Segment.Live(nextId++, data));
        onMore.run();
    }

    /** After the last piece of a live stream. */
    synchronized void end() {
        exhausted = true;
        onMore.run();
    }

    /** A segment is safe at the joiner; it was counted before. */
    synchronized void acknowledge(Segment segment) {
        open.remove(segment.id());
        if (segment instanceof Segment.Live piece) {
            spare.add(piece.data());
        }
        if (open.isEmpty() || tooFarAhead) {
            tooFarAhead = false;
            onMore.run();
        }
    }

    /** A connection broke: these go again. */
    synchronized void again(Iterable<Segment> segments) {
        for (Segment segment : segments) {
            if (open.contains(segment.id())) {
                again.add(segment);
            }
        }
        onMore.run();
    }

    /** Whether everything was given and is safe. */
    synchronized boolean isDone() {
        return exhausted && ahead == null && again.isEmpty() && live.isEmpty() && open.isEmpty() && allGiven();
    }

    private boolean allGiven() {
        unfinished.removeIf(LargeFile::isGiven);
        return unfinished.isEmpty();
    }

    synchronized void close() throws IOException {
        for (LargeFile work : current.values()) {
            work.close();
        }
        if (walk != null) {
            walk.close();
        }
    }
}
