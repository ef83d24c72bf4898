package io.dromon.node.cache;

import io.dromon.node.cache.LeaseEndedException.Reason;
import io.dromon.transport.wire.Bytes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The segments of a cache, and who needs them: what appending, writing, reading and upkeep share. A monitor, held for
 * moments: files are never touched here.
 *
 * <p>Beyond its capacity it drops the oldest segments, but those that a lease has yet to read: they stay until all take
 * {@value #LEASES_FACTOR} times the capacity.
 */
final class Segments {
    private static final int LEASES_FACTOR = 2;
    /** This part of what is there goes when the disk is full: others on the disk need room, too. */
    private static final int SHRINK_SHARE = 8;

    /** Oldest first; the last one may grow. */
    private final List<Segment> kept = new ArrayList<>();

    private final ArrayDeque<Segment> unwritten = new ArrayDeque<>();
    private final ArrayDeque<Segment> deletions = new ArrayDeque<>();
    private final List<Segment> undeleted = new ArrayList<>();
    private final List<Pin> pins = new ArrayList<>();
    private volatile CacheSettings settings;
    private long memoryBytes;
    private boolean writing;
    private final Shortage shortage;

    /** Lowest seqno that is kept, -1 if none. */
    private volatile long first = -1;

    Segments(CacheSettings settings, List<Segment> found) {
        this.settings = settings;
        this.shortage = new Shortage(settings.capacityBytes());
        kept.addAll(found);
        published();
    }

    /** A range of a chunk that is to be written. */
    record Write(Segment segment, Chunk chunk, int from, int to) {}

    /** A place of a segment: in memory, or on the disk up to an offset. */
    record Place(@Nullable Bytes memory, long end) {}

    // ---- appending thread

    /**
     * Adds a segment with its first record, behind the last one, which grows no more. Drops what has no room any more.
     *
     * @return false if the disk is so slow that everything was dropped, the new one too
     */
    synchronized boolean begin(Segment segment, Chunk chunk) {
        closeNewest();
        makeRoom(Math.max(settings.segmentBytes(), chunk.size()));
        kept.add(segment);
        unwritten.add(segment);
        shortage.begun(settings.segmentBytes());
        published();
        return add(segment, chunk);
    }

    /** Adds a chunk with its first record to the segment that grows. */
    synchronized boolean add(Segment segment, Chunk chunk) {
        if (segment.isDropped()) {
            return true; // the next record finds out
        }
        Chunk before = segment.memory.peekLast();
        if (before != null) {
            before.closed = true;
        }
        nextWrite(); // lets go what is written
        boolean tooSlow = memoryBytes >= settings.memoryBytes();
        segment.memory.add(chunk);
        memoryBytes += chunk.size();
        if (tooSlow) {
            giveUp("the disk is too slow: " + memoryBytes + " bytes waited to be written");
        }
        return !tooSlow;
    }

    private void closeNewest() {
        if (!kept.isEmpty()) {
            Segment newest = kept.get(kept.size() - 1);
            newest.full = true;
            Chunk chunk = newest.memory.peekLast();
            if (chunk != null) {
                chunk.closed = true;
            }
        }
    }

    private void makeRoom(long needed) {
        long capacity = shortage.capacityBytes();
        long limit = settings.capacityBytes() * LEASES_FACTOR;
        long bytes = bytes();
        while (!kept.isEmpty() && bytes + needed > capacity) {
            Segment oldest = kept.get(0);
            if (bytes + needed <= limit && isPinned(oldest)) {
                return;
            }
            bytes -= oldest.end();
            drop(oldest, Reason.OUTRUN);
        }
    }

    private boolean isPinned(Segment segment) {
        return pins.stream().anyMatch(pin -> pin.at == segment);
    }

    /** Drops everything. */
    synchronized void dropAll(Reason reason) {
        while (!kept.isEmpty()) {
            drop(kept.get(0), reason);
        }
        published();
    }

    synchronized boolean isEmpty() {
        return kept.isEmpty();
    }

    private void drop(Segment segment, Reason reason) {
        kept.remove(segment);
        unwritten.remove(segment);
        deletions.add(segment);
        segment.drop();
        for (Chunk chunk : segment.memory) {
            memoryBytes -= chunk.size();
        }
        segment.memory.clear();
        pins.removeIf(pin -> {
            boolean lost = pin.at == segment;
            if (lost) {
                pin.end(reason);
            }
            return lost;
        });
    }

    private void published() {
        first = kept.isEmpty() ? -1 : kept.get(0).first();
    }

    // ---- writing thread

    /** Whether the caller has to see to it that the writer runs: there is something to do, and it does not run. */
    synchronized boolean wakesWriter() {
        if (writing || (deletions.isEmpty() && nextWrite() == null)) {
            return false;
        }
        writing = true;
        return true;
    }

    /** Whether nothing is left to be done; then the writer ends. */
    synchronized boolean endsWriter() {
        if (!deletions.isEmpty() || nextWrite() != null) {
            return false;
        }
        writing = false;
        notifyAll();
        return true;
    }

    /** A segment whose file is to be deleted. */
    synchronized @Nullable Segment nextDeletion() {
        return deletions.poll();
    }

    /** A file could not be deleted; tried again when the disk is. */
    synchronized void notDeleted(Segment segment) {
        undeleted.add(segment);
    }

    /** The next bytes to be written, in the order of the seqnos. */
    synchronized @Nullable Write nextWrite() {
        for (Segment segment = unwritten.peek(); segment != null; segment = unwritten.peek()) {
            Chunk chunk = segment.memory.peek();
            if (chunk == null) {
                return null; // its first chunk comes in a moment
            }
            int filled = chunk.filled();
            if (chunk.written < filled) {
                return new Write(segment, chunk, chunk.written, filled);
            }
            if (!chunk.closed) {
                return null;
            }
            segment.memory.remove();
            memoryBytes -= chunk.size();
            if (segment.memory.isEmpty() && segment.full) {
                segment.written = true;
                unwritten.remove();
            }
        }
        return null;
    }

    /** What {@link #nextWrite} gave is written. */
    synchronized void written(Write write) {
        write.chunk.written = write.to;
        shortage.written();
    }

    /**
     * Bytes could not be written. Drops old segments, so that a second attempt may succeed; if there are none, everything.
     *
     * @return what it means; empty if the log has it already
     */
    synchronized Optional<String> notWritten(Segment segment, String what) {
        if (segment.isDropped()) {
            return Optional.empty();
        }
        int older = kept.indexOf(segment);
        if (older == 0) {
            giveUp(what);
            return shortage.alarm();
        }
        boolean known = shortage.alarm().isPresent();
        int dropped = Math.min(older, Math.max(1, kept.size() / SHRINK_SHARE));
        for (int i = 0; i < dropped; i++) {
            drop(kept.get(0), Reason.OUTRUN);
        }
        published();
        shortage.shrink(Math.max(bytes(), 2 * settings.segmentBytes()), what);
        return known ? Optional.empty() : shortage.alarm();
    }

    /** Drops everything and tries again later. */
    synchronized void giveUp(String what) {
        dropAll(Reason.OUTRUN);
        shortage.suspend(what);
    }

    /** Waits until the writer has nothing to do. */
    synchronized boolean awaitWriter(long timeoutMs) throws InterruptedException {
        long deadlineNs = System.nanoTime() + timeoutMs * 1_000_000;
        for (long left = timeoutMs; writing && left > 0; left = (deadlineNs - System.nanoTime()) / 1_000_000) {
            wait(left);
        }
        return !writing;
    }

    // ---- leases

    /** Pins the segment with a seqno; empty if it is not there. */
    synchronized Optional<Pin> pin(long seqno) {
        for (int i = kept.size() - 1; i >= 0; i--) {
            Segment segment = kept.get(i);
            if (segment.first() <= seqno) {
                if (seqno > segment.last()) {
                    return Optional.empty();
                }
                Pin pin = new Pin(segment);
                pins.add(pin);
                return Optional.of(pin);
            }
        }
        return Optional.empty();
    }

    synchronized void unpin(Pin pin) {
        pins.remove(pin);
        pin.end(Reason.CLOSED);
    }

    /** The segment where a reader goes on that has read up to an offset of its present one. */
    synchronized Segment follow(Pin pin, long offset) throws LeaseEndedException {
        pin.check();
        int next = kept.indexOf(pin.at) + 1;
        if (pin.at.full && offset == pin.at.end() && next < kept.size()) {
            pin.at = kept.get(next);
        }
        return pin.at;
    }

    /** Where the bytes of a pinned segment are, from an offset on. */
    synchronized Place place(Pin pin, long offset) throws LeaseEndedException {
        pin.check();
        for (Chunk chunk : pin.at.memory) {
            long at = offset - chunk.start;
            int filled = chunk.filled();
            if (at < 0) {
                return new Place(null, chunk.start);
            }
            if (at < filled) {
                return new Place(new Bytes(chunk.bytes, (int) at, filled - (int) at), chunk.start);
            }
        }
        return new Place(null, pin.at.memory.isEmpty() ? pin.at.end() : offset);
    }

    /** A segment does not hold what was written: it goes, and all before it. */
    synchronized void damaged(Segment segment) {
        while (kept.contains(segment)) {
            drop(kept.get(0), Reason.DAMAGED);
        }
        published();
    }

    // ---- upkeep

    /** Full segments that are written and not sealed. */
    synchronized List<Segment> unsealed() {
        return kept.stream()
                .filter(segment -> segment.written && !segment.sealed)
                .toList();
    }

    synchronized void sealed(Segment segment) {
        segment.sealed = true;
    }

    synchronized void change(CacheSettings changed) {
        settings = changed;
        shortage.changed(changed.capacityBytes());
    }

    synchronized void upkeep(long nowNs) {
        if (shortage.upkeep(nowNs)) {
            deletions.addAll(undeleted);
            undeleted.clear();
        }
    }

    /** Nothing is appended any more. */
    synchronized void close() {
        closeNewest();
    }

    synchronized void endLeases() {
        pins.forEach(pin -> pin.end(Reason.CLOSED));
        pins.clear();
    }

    // ---- status

    long first() {
        return first;
    }

    boolean isSuspended() {
        return shortage.isSuspended();
    }

    CacheSettings settings() {
        return settings;
    }

    /** Bytes of all segments. */
    synchronized long bytes() {
        return kept.stream().mapToLong(Segment::end).sum();
    }

    synchronized long capacityBytes() {
        return shortage.capacityBytes();
    }

    synchronized Optional<String> alarm() {
        return shortage.alarm();
    }
}
