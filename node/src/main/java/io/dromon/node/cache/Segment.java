package io.dromon.node.cache;

import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A file of consecutive records, and what of it is still in memory. The newest segment of a cache grows, all others are
 * full. Fields without a remark are guarded by {@link Segments}.
 */
final class Segment {
    final SegmentFormat.Header header;
    final String fileName;

    /** Offset behind the last record; written by the appending thread, while it grows. */
    private final AtomicLong end;
    /** Written by the appending thread, while it grows. */
    private final AtomicLong last;

    final ArrayDeque<Chunk> memory = new ArrayDeque<>();
    /** Whether nothing more is appended. */
    boolean full;
    /** Whether all of it is on its way through the system to the disk. */
    boolean written;
    /** Whether it has a seal, or cannot get one. */
    boolean sealed;

    private volatile boolean dropped;

    private Segment(SegmentFormat.Header header, long last, long end) {
        this.header = header;
        this.fileName = header.fileName();
        this.last = new AtomicLong(last);
        this.end = new AtomicLong(end);
    }

    /** One that is to be filled, without records. */
    static Segment begin(SegmentFormat.Header header) {
        return new Segment(header, header.firstSeqno() - 1, SegmentFormat.RECORDS_AT);
    }

    /** One that is on the disk and stays as it is. */
    static Segment found(SegmentFormat.Header header, SegmentFormat.Seal content, boolean sealed) {
        Segment segment = new Segment(header, content.lastSeqno(), content.end());
        segment.full = true;
        segment.written = true;
        segment.sealed = sealed;
        return segment;
    }

    long first() {
        return header.firstSeqno();
    }

    long last() {
        return last.getAcquire();
    }

    long end() {
        return end.getAcquire();
    }

    /** A record was added, up to an offset. The appending thread's. */
    void grow(long seqno, long newEnd) {
        last.setRelease(seqno);
        end.setRelease(newEnd);
    }

    /** Whether it belongs to the cache no more; its file is being deleted. Any thread. */
    boolean isDropped() {
        return dropped;
    }

    void drop() {
        dropped = true;
        full = true;
    }
}
