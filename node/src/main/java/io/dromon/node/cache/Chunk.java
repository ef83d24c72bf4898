package io.dromon.node.cache;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A range of a segment in memory, on its way to the disk: whole records. The appending thread fills it; what lies below
 * {@link #filled} never changes, so that others read it without a lock.
 */
final class Chunk {
    /** Small enough to be no humongous object in a heap with regions of 1 MiB. */
    static final int USUAL_BYTES = 256 * 1024;

    /** Offset in the segment. */
    final long start;

    final byte[] bytes;
    private final AtomicInteger filled = new AtomicInteger();

    /** How much of it is on the disk. Guarded by {@link Segments}. */
    int written;
    /** Whether nothing more is added. Guarded by {@link Segments}. */
    boolean closed;

    Chunk(long start, int size) {
        this.start = start;
        this.bytes = new byte[size];
    }

    int size() {
        return bytes.length;
    }

    int filled() {
        return filled.getAcquire();
    }

    /** Makes all below {@code end} visible. The appending thread's. */
    void fillTo(int end) {
        filled.setRelease(end);
    }
}
