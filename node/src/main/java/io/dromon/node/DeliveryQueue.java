package io.dromon.node;

import java.util.ArrayList;
import java.util.List;

/**
 * Hands batches from the protocol thread to the delivery thread: one lock and at most one wake-up per batch. What
 * bounds it is flow control, which reads {@link #length}, and the limit of bytes that {@link Node} checks.
 */
final class DeliveryQueue {
    private final Object lock = new Object();
    private List<Object> incoming = new ArrayList<>();
    private boolean waiting;

    /** Written by the protocol thread alone. */
    private volatile long published;
    /** Written by the delivery thread alone. */
    private volatile long taken;

    private volatile long publishedBytes;
    private volatile long takenBytes;

    /** Adds a batch, in order. The list stays the caller's. Protocol thread. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // single writer
    void publish(List<Object> batch, long bytes) {
        published += batch.size();
        publishedBytes += bytes;
        synchronized (lock) {
            incoming.addAll(batch);
            if (waiting) {
                lock.notify();
            }
        }
    }

    /**
     * Waits for something and swaps it against {@code empty}. Delivery thread. An interrupt is not for this thread, whose
     * end is in the queue: an application that sets the flag again, as is good manners elsewhere, must not end it.
     */
    List<Object> take(List<Object> empty) {
        synchronized (lock) {
            while (incoming.isEmpty()) {
                waiting = true;
                try {
                    lock.wait();
                } catch (InterruptedException e) {
                    waiting = true; // the flag is cleared: wait on
                }
            }
            waiting = false;
            List<Object> batch = incoming;
            incoming = empty;
            return batch;
        }
    }

    /** One item was worked off. Delivery thread. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // single writer
    void done(long bytes) {
        taken++;
        takenBytes += bytes;
    }

    /** Items published and not worked off. */
    int length() {
        return (int) Math.min(Integer.MAX_VALUE, published - taken);
    }

    /** Bytes of these items. */
    long bytes() {
        return publishedBytes - takenBytes;
    }
}
