package io.dromon.node.apply;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Hands batches from the protocol thread to the delivery thread: one lock and at most one wake-up per batch. What
 * bounds it is flow control, which reads {@link #length} and {@link #bytes}, and the hard limit behind it.
 */
public final class DeliveryQueue {
    private final Object lock = new Object();
    private List<DeliveryItem> incoming = new ArrayList<>();
    /** Changed under the lock; an applier that sees false knows that the delivery thread will look for what it has made. */
    private volatile boolean waiting;

    /** Written by the protocol thread alone. */
    private volatile long published;
    /** Written by the delivery thread alone. */
    private volatile long taken;

    private volatile long publishedBytes;
    private volatile long takenBytes;
    private final Retained atPublishing = new Retained();
    private final Retained atTaking = new Retained();

    /**
     * The memory that items keep: a write-set that came with others in one frame keeps all of it, however small it is
     * itself. Neighbours that share an array count it once.
     */
    private static final class Retained {
        private static final int ITEM_BYTES = 128;
        private byte @Nullable [] last;

        long of(DeliveryItem item) {
            if (!(item instanceof DeliveryItem.OrderedWriteSet writeSet)
                    || writeSet.data().array() == last) {
                return ITEM_BYTES;
            }
            last = writeSet.data().array();
            return ITEM_BYTES + (long) last.length;
        }
    }

    /** Adds a batch, in order. The list stays the caller's. Protocol thread. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // single writer
    public void publish(List<DeliveryItem> batch) {
        long bytes = 0;
        for (int i = 0; i < batch.size(); i++) {
            bytes += atPublishing.of(batch.get(i));
        }
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
    List<DeliveryItem> take(List<DeliveryItem> empty) {
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
            List<DeliveryItem> batch = incoming;
            incoming = empty;
            return batch;
        }
    }

    /** What is there, swapped against {@code empty}; {@code empty} itself if there is nothing. Delivery thread. */
    List<DeliveryItem> poll(List<DeliveryItem> empty) {
        synchronized (lock) {
            if (incoming.isEmpty()) {
                return empty;
            }
            List<DeliveryItem> batch = incoming;
            incoming = empty;
            return batch;
        }
    }

    /**
     * Waits until {@code news} is true after a {@link #wake}. Delivery thread.
     *
     * @param items whether items end the wait too
     */
    void await(boolean items, BooleanSupplier news) {
        synchronized (lock) {
            waiting = true; // before it looks: who makes news after that wakes it
            while (!(items && !incoming.isEmpty()) && !news.getAsBoolean()) {
                try {
                    lock.wait();
                } catch (InterruptedException e) {
                    waiting = true; // the flag is cleared: wait on
                }
            }
            waiting = false;
        }
    }

    /** Has {@link #await} look again. Any thread. */
    void wake() {
        if (waiting) {
            synchronized (lock) {
                lock.notify();
            }
        }
    }

    /** An item is the application's from now on: however large it is, it does not wait any more. Delivery thread. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // single writer
    void begin(DeliveryItem item) {
        takenBytes += atTaking.of(item);
    }

    /** An item was worked off. Delivery thread. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // single writer
    void done() {
        taken++;
    }

    /** Items published and not worked off. */
    public int length() {
        return (int) Math.min(Integer.MAX_VALUE, published - taken);
    }

    /** Bytes of memory that items keep which are not begun. */
    public long bytes() {
        return publishedBytes - takenBytes;
    }
}
