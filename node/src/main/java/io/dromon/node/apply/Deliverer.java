package io.dromon.node.apply;

import io.dromon.node.Application;
import io.dromon.node.ApplicationCall;
import io.dromon.node.NodeStatus;
import io.dromon.node.ParallelApplication;
import io.dromon.transport.wire.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * The work of a node's delivery thread: it takes what was ordered, batch by batch, and has it applied, so that neither
 * an application nor a writer's continuation runs on the protocol thread. For an application that does not block there is
 * no such thread: the protocol thread works off, by {@link #workOff}, what it has handed over.
 */
public final class Deliverer implements Runnable {
    /** What a sync that runs at the end of the node has to return, nanoseconds. */
    public static final long LAST_SYNC_NS = 5_000_000_000L;

    /** How long the protocol thread works off before it looks at its sockets again, nanoseconds. */
    private static final long MOST_IN_TURN_NS = 5_000_000L;

    /** How long what appliers have made may be committed before the end of a batch is told, nanoseconds. */
    private static final long MOST_UNFLUSHED_NS = 1_000_000L;

    private final DeliveryQueue queue;
    private final DeliveryListener listener;
    private final Applier applier;
    /** Null if write-sets are applied one at a time, on this thread. */
    private final @Nullable ParallelApplying parallel;

    private final CountDownLatch ended = new CountDownLatch(1);

    /** What is being worked off, null if the queue is waited for. */
    private volatile @Nullable DeliveryItem current;

    private volatile long currentSinceNs;

    /** What the protocol thread has taken, and how much of it is worked off. */
    private List<DeliveryItem> taken = new ArrayList<>();

    private int workedOff;
    private boolean flushed = true;

    /**
     * @param position where the state of the application ends
     * @param given last number that an earlier run of the node has given to it, or {@link Position#NONE}
     * @param most how many appliers there may be, if the application bears them: at least 1
     */
    public Deliverer(
            String nodeName,
            DeliveryQueue queue,
            Application application,
            Position position,
            Position given,
            int most,
            DeliveryListener listener) {
        this.queue = queue;
        this.listener = listener;
        this.applier = new Applier(nodeName, application, listener, position, given);
        int count = application instanceof ParallelApplication parallel ? Math.min(most, parallel.appliers()) : 1;
        this.parallel = count > 1
                ? new ParallelApplying(nodeName, count, (ParallelApplication) application, applier, queue)
                : null;
    }

    /** Last number that the application was given, -1 before the first. Any thread. */
    public long applied() {
        return applier.applied();
    }

    /** How long commits and applying took. Any thread. */
    public NodeStatus.Latency latency() {
        return applier.latency();
    }

    /** Whether members wait for what the application syncs. Any thread. */
    public void askToSync(boolean on) {
        applier.askToSync(on);
    }

    /** Done when the node is SYNCED for the first time; fails when it ends before. */
    public CompletableFuture<Void> synced() {
        return applier.synced();
    }

    /** What the application, or the continuation of a future, has not returned from. Any thread. */
    public Optional<ApplicationCall> call(long nowNs) {
        DeliveryItem item = current;
        long sinceNs = currentSinceNs; // of this item or a later one: never too long a time
        return item == null
                ? Optional.empty()
                : Optional.of(new ApplicationCall(item.what(), Duration.ofNanos(Math.max(0, nowNs - sinceNs))));
    }

    /** Last number that the application was given, by this run or an earlier one. When {@link #ended}. */
    public Position given() {
        return applier.given();
    }

    /** Whether the application was told the end. When {@link #ended}. */
    public boolean hasStopped() {
        return applier.hasStopped();
    }

    /** Whether a thread is the durability thread of the node with this delivery thread. */
    public static boolean isDurabilityThread(Thread thread, Thread delivery) {
        return DurabilityThread.isBeside(thread, delivery);
    }

    /** Whether the application may still sync, though the node has {@link #ended}. Any thread. */
    public boolean isSyncing() {
        return applier.isSyncing();
    }

    /** The application syncs no more; does something when no sync runs: now, or on the durability thread. Any thread. */
    public void afterLastSync(Runnable action) {
        applier.afterLastSync(action);
    }

    /** Zero when the last item was worked off. */
    public CountDownLatch ended() {
        return ended;
    }

    @Override
    public void run() {
        applier.begin();
        try {
            if (parallel == null) {
                deliver();
            } else {
                deliver(parallel);
                parallel.end();
            }
        } finally {
            current = null;
            ended.countDown();
        }
    }

    /**
     * Works off what was handed over, in the place of a delivery thread: at the end of a turn of the protocol thread, for a
     * limited time.
     *
     * @return whether some is left that can be worked off at once
     */
    public boolean workOff() {
        long beginNs = System.nanoTime();
        try {
            while (!applier.isOver() && applier.mayGoOn() && hasTaken()) {
                long nowNs = System.nanoTime();
                if (nowNs - beginNs > MOST_IN_TURN_NS) {
                    return true;
                }
                DeliveryItem item = taken.get(workedOff++); // counted first: it is not given again, whatever it throws
                if (item instanceof DeliveryItem.End && !flushed) {
                    endBatch(); // nothing follows the end
                }
                flushed = item instanceof DeliveryItem.End;
                currentSinceNs = nowNs;
                current = item;
                queue.begin(item);
                applier.turnBegan(nowNs);
                item.accept(applier);
                queue.done();
            }
            if (!flushed && workedOff == taken.size()) {
                flushed = true;
                endBatch();
            }
            return false;
        } finally {
            current = null;
            if (applier.isOver()) {
                ended.countDown();
            }
        }
    }

    private boolean hasTaken() {
        if (workedOff == taken.size()) {
            taken.clear();
            workedOff = 0;
            taken = queue.poll(taken);
        }
        return !taken.isEmpty();
    }

    private void deliver() {
        List<DeliveryItem> batch = new ArrayList<>();
        while (!applier.isOver()) {
            batch.clear();
            batch = queue.take(batch);
            boolean flushed = true;
            for (DeliveryItem item : batch) {
                if (item instanceof DeliveryItem.End && !flushed) {
                    endBatch(); // nothing follows the end
                }
                flushed = item instanceof DeliveryItem.End;
                currentSinceNs = System.nanoTime();
                current = item;
                queue.begin(item);
                applier.turnBegan(currentSinceNs);
                item.accept(applier);
                queue.done();
            }
            if (!flushed) {
                endBatch();
            }
        }
    }

    private void deliver(ParallelApplying appliers) {
        List<DeliveryItem> batch = new ArrayList<>();
        int taken = 0;
        boolean committed = false;
        long committedNs = 0;
        while (!applier.isOver()) {
            if (taken == batch.size()) {
                batch.clear();
                taken = 0;
                batch = queue.poll(batch);
            }
            while (taken < batch.size() && appliers.hasRoom()) {
                appliers.add(batch.get(taken++));
            }
            appliers.begin();
            boolean ends = appliers.isNextDone() && appliers.next() instanceof DeliveryItem.End;
            if (committed && (ends || System.nanoTime() - committedNs > MOST_UNFLUSHED_NS)) {
                endBatch();
                committed = false;
            } else if (appliers.isNextDone()) {
                show(appliers);
                committedNs = committed ? committedNs : System.nanoTime();
                committed = !ends;
                applier.turnBegan(currentSinceNs);
                appliers.commitNext();
            } else if (!apply(appliers)) {
                if (committed) {
                    endBatch();
                    committed = false;
                } else {
                    queue.await(appliers.hasRoom(), appliers::isNextDone);
                }
            }
        }
    }

    private boolean apply(ParallelApplying appliers) {
        show(appliers);
        return appliers.applyNext();
    }

    private void show(ParallelApplying appliers) {
        currentSinceNs = appliers.nextSinceNs();
        current = appliers.next();
    }

    private void endBatch() {
        applier.endBatch();
        current = null;
        listener.onDrained();
    }
}
