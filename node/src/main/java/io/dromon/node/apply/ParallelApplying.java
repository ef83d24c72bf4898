package io.dromon.node.apply;

import io.dromon.node.ParallelApplication;
import io.dromon.node.ParallelApplication.Commit;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Applies write-sets on several threads and commits them in order on the delivery thread, whose object this is. All items
 * stand in one window in their order; the first of it is the next that is committed, or handled.
 *
 * <p>A write-set is begun when all that it depends on is committed, never before an earlier item that is none: a view, or
 * a causal read, sees the application as of its place. The window is bounded, so that what is not begun stays in the
 * {@link DeliveryQueue}, where flow control counts it.
 *
 * <p>The delivery thread is one of the appliers. It applies the first of the window itself, so that write-sets of which each
 * depends on the one before cost no hand-over, and instead of waiting for another applier it takes what none has begun.
 */
final class ParallelApplying {
    /** Items in the window for each applier: enough that some of them depend on nothing. */
    private static final int WINDOW_PER_APPLIER = 16;

    private final ParallelApplication application;
    private final Applier applier;
    private final DeliveryQueue queue;
    /** All but the delivery thread. Its queue has what may be begun, in order. */
    private final ThreadPoolExecutor others;

    private final int most;
    private final ArrayDeque<Task> window = new ArrayDeque<>();
    /** Those of the window that may not be begun yet, in order. */
    private final ArrayDeque<Task> waiting = new ArrayDeque<>();

    /** The first of the window, for the appliers. */
    private volatile @Nullable Task first;

    private long committed = -1;

    /** An item in the window. */
    private final class Task implements Runnable {
        final DeliveryItem item;
        final long begunNs = System.nanoTime();
        private @Nullable Commit commit;
        private @Nullable Throwable failure;
        private volatile boolean done;

        Task(DeliveryItem item) {
            this.item = item;
        }

        /** On one of the other appliers. */
        @Override
        public void run() {
            apply();
            if (this == first) {
                queue.wake(); // nobody waits for another one
            }
        }

        /** As the first of the window, on the delivery thread. */
        void applyInTurn() {
            if (item instanceof DeliveryItem.OrderedWriteSet && !applier.hasFailed()) {
                apply();
            } else {
                done = true;
            }
        }

        void apply() {
            try {
                commit = application.apply(applier.delivery((DeliveryItem.OrderedWriteSet) item));
            } catch (Throwable e) { // of other languages too: nobody would learn that this one ended
                failure = e;
            }
            done = true;
        }

        /** In its turn. */
        void makeVisible() {
            Commit prepared = commit;
            if (failure instanceof Error error) {
                throw error;
            } else if (failure instanceof RuntimeException exception) {
                throw exception;
            } else if (failure != null) {
                throw new IllegalStateException(failure);
            } else if (prepared == null) {
                throw new IllegalStateException("apply() has returned null: it must return what commits the write-set");
            }
            prepared.commit();
        }
    }

    /** @param count appliers, the delivery thread among them: at least 2 */
    ParallelApplying(
            String nodeName, int count, ParallelApplication application, Applier applier, DeliveryQueue queue) {
        this.application = application;
        this.applier = applier;
        this.queue = queue;
        this.most = WINDOW_PER_APPLIER * count;
        AtomicInteger number = new AtomicInteger();
        this.others = new ThreadPoolExecutor(
                count - 1, count - 1, 0, TimeUnit.NANOSECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "dromon-" + nodeName + "-applier-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
    }

    /** Whether an item may be added. */
    boolean hasRoom() {
        return window.size() < most;
    }

    /** In the order of the queue, which counts the bytes of items that share an array by that. */
    void add(DeliveryItem item) {
        queue.begin(item);
        Task task = new Task(item);
        window.add(task);
        waiting.add(task);
        if (window.size() == 1) {
            first = task;
        }
    }

    /** Gives what may be begun to the other appliers, but for the first of the window. */
    void begin() {
        for (Iterator<Task> tasks = waiting.iterator(); tasks.hasNext(); ) {
            Task task = tasks.next();
            if (!(task.item instanceof DeliveryItem.OrderedWriteSet writeSet)) {
                return; // it has its turn on the delivery thread, and what is behind it waits for that
            } else if (task != first && writeSet.depends() <= committed && !applier.hasFailed()) {
                tasks.remove();
                others.execute(task);
            }
        }
    }

    /**
     * Applies a write-set on the delivery thread: the first of the window, or what no other applier has begun while one is at
     * the first.
     *
     * @return false if there is none, so that the first one is to be waited for, or an item
     */
    boolean applyNext() {
        Task next = window.peek();
        if (next == null || next.done) {
            return false;
        } else if (next == waiting.peek()) {
            next.applyInTurn();
            return true;
        }
        Runnable other = others.getQueue().poll();
        if (other instanceof Task task) {
            task.apply();
            return true;
        }
        return false;
    }

    /** Whether the first of the window can be committed. */
    boolean isNextDone() {
        Task next = window.peek();
        return next != null && next.done;
    }

    /** The first of the window; null if there is none. */
    @Nullable
    DeliveryItem next() {
        Task next = window.peek();
        return next == null ? null : next.item;
    }

    /** When the first of the window came into it. */
    long nextSinceNs() {
        Task next = window.peek();
        return next == null ? System.nanoTime() : next.begunNs;
    }

    /** Commits the first of the window, which is done. */
    void commitNext() {
        Task task = window.remove();
        if (task == waiting.peek()) {
            waiting.remove(); // not before: what is behind a view waits for it
        }
        first = window.peek();
        if (task.item instanceof DeliveryItem.OrderedWriteSet writeSet) {
            applier.commit(writeSet, task::makeVisible);
        } else {
            task.item.accept(applier);
        }
        committed = applier.applied();
        queue.done();
    }

    /** The appliers end when they have returned. */
    void end() {
        others.shutdown();
    }
}
