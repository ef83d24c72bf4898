package io.dromon.node.apply;

import io.dromon.node.DurableApplication;
import io.dromon.node.NodeException;
import io.dromon.transport.wire.Position;
import java.io.IOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the application sync what it has applied, on a thread of its own that is started when that is wanted for the first time.
 * While one sync runs, all that is applied meanwhile waits for the next one: one sync is the answer to all who wait.
 *
 * <p>A sync that fails is the last one: a disk that has lost what it was given says nothing of it a second time. The node is
 * ended.
 */
final class DurabilityThread {
    private static final Logger LOG = LoggerFactory.getLogger(DurabilityThread.class);
    /** How often who waits for the end looks whether the node is left meanwhile. */
    private static final long LOOK_MS = 100;

    private final String nodeName;
    private final DurableApplication application;
    private final Supplier<Position> applied;
    private final DeliveryListener listener;

    /** Members wait for what this node syncs. */
    private volatile boolean asked;

    private volatile @Nullable Thread delivery;
    private boolean wanted;
    private boolean over;
    private @Nullable Thread thread;
    private boolean ended;
    private @Nullable Runnable afterLast;
    private volatile @Nullable NodeException failure;

    /** @param applied what the application has applied now */
    DurabilityThread(
            String nodeName, DurableApplication application, Supplier<Position> applied, DeliveryListener listener) {
        this.nodeName = nodeName;
        this.application = application;
        this.applied = applied;
        this.listener = listener;
    }

    /** The thread that the application calls {@code persist} on: one of those that its node cannot wait for. */
    private final class Worker extends Thread {
        Worker() {
            super(DurabilityThread.this::run, "dromon-" + nodeName + "-durability");
            setDaemon(true);
        }

        boolean isBeside(Thread thread) {
            return delivery == thread;
        }
    }

    /** The delivery thread of the same node. */
    void setDelivery(Thread thread) {
        delivery = thread;
    }

    /** Whether a thread syncs for the node with this delivery thread. Any thread. */
    static boolean isBeside(Thread thread, Thread delivery) {
        return thread instanceof Worker worker && worker.isBeside(delivery);
    }

    /** From now on, until it is taken back, all that is applied is to be synced. Any thread. */
    void ask(boolean on) {
        asked = on;
        if (on) {
            want();
        }
    }

    /** A batch was applied. Delivery thread. */
    void onBatch(boolean isAwaited) {
        if (isAwaited || asked) {
            want();
        }
    }

    /** All that is applied by now is to be synced. */
    private synchronized void want() {
        if (over) {
            return;
        }
        wanted = true;
        if (thread == null) {
            Thread started = new Worker();
            thread = started;
            started.start();
        } else {
            notifyAll();
        }
    }

    private synchronized boolean awaitWanted() {
        while (!wanted && !over) {
            try {
                wait();
            } catch (InterruptedException e) {
                LOG.debug("{}: an interrupt is not for this thread, whose end is told to it", nodeName);
            }
        }
        wanted = false;
        return !over;
    }

    private void run() {
        try {
            sync();
        } finally {
            Runnable after;
            synchronized (this) {
                over = true;
                ended = true;
                after = afterLast;
            }
            if (after != null) {
                after.run();
            }
        }
    }

    private void sync() {
        Position synced = Position.NONE;
        while (awaitWanted()) {
            Position upTo = applied.get();
            if (upTo.seqno() < 0 || upTo.equals(synced)) {
                continue;
            }
            try {
                application.persist();
            } catch (IOException | RuntimeException | Error e) {
                fail(e);
                return;
            }
            synced = upTo;
            listener.onSynced(upTo);
        }
    }

    private void fail(Throwable cause) {
        NodeException why = new NodeException(
                NodeException.Reason.APPLICATION,
                "the application cannot sync its state, so that nobody knows what of it would survive a loss of power, and"
                        + " the node must not go on: " + cause + ". Look at the disk before you start the node again",
                cause);
        failure = why;
        LOG.error("{}: {}", nodeName, why.getMessage(), cause);
        listener.onApplicationFailure(why);
    }

    /**
     * No sync begins any more. Waits for one that runs: {@link Deliverer#LAST_SYNC_NS} at most where the node ends, without a
     * limit where another run follows, since two syncs must not run at a time. Delivery thread.
     *
     * @return why the last sync has failed, null if it has not
     */
    @Nullable
    NodeException end() {
        Thread running;
        synchronized (this) {
            over = true;
            running = thread;
            notifyAll();
        }
        if (running != null && !awaitEnd(running)) {
            LOG.warn(
                    "{}: the application has not returned from persist(), and the node ends without it: the disk may hang. The"
                            + " data directory stays taken until it returns",
                    nodeName);
        }
        return failure;
    }

    private boolean awaitEnd(Thread running) {
        long sinceNs = System.nanoTime();
        while (running.isAlive() && (listener.restarts() || System.nanoTime() - sinceNs < Deliverer.LAST_SYNC_NS)) {
            try {
                running.join(LOOK_MS);
            } catch (InterruptedException e) {
                LOG.debug("{}: an interrupt is not for the delivery thread", nodeName);
            }
        }
        return !running.isAlive();
    }

    /** Whether a sync may still run. Any thread. */
    synchronized boolean isRunning() {
        return thread != null && !ended;
    }

    /** No sync begins any more; does something when none runs: now, or on the durability thread. Any thread. */
    void afterLast(Runnable action) {
        synchronized (this) {
            over = true;
            notifyAll();
            if (thread != null && !ended) {
                afterLast = action;
                return;
            }
        }
        action.run();
    }
}
