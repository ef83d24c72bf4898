package io.dromon.node.apply;

import io.dromon.node.Application;
import io.dromon.node.ApplicationCall;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * The work of a node's delivery thread: it takes what was ordered, batch by batch, and has it applied, so that neither
 * an application nor a writer's continuation ever runs on the protocol thread.
 */
public final class Deliverer implements Runnable {
    private final DeliveryQueue queue;
    private final DeliveryListener listener;
    private final Applier applier;
    private final CountDownLatch ended = new CountDownLatch(1);

    /** What is being worked off, null if the queue is waited for. */
    private volatile @Nullable DeliveryItem current;

    private volatile long currentSinceNs;

    public Deliverer(String nodeName, DeliveryQueue queue, Application application, DeliveryListener listener) {
        this.queue = queue;
        this.listener = listener;
        this.applier = new Applier(nodeName, application, listener);
    }

    /** Last number that the application was given, -1 before the first. Any thread. */
    public long applied() {
        return applier.applied();
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

    /** Zero when the last item was worked off. */
    public CountDownLatch ended() {
        return ended;
    }

    @Override
    public void run() {
        List<DeliveryItem> batch = new ArrayList<>();
        try {
            while (!applier.isOver()) {
                batch.clear();
                batch = queue.take(batch);
                for (DeliveryItem item : batch) {
                    currentSinceNs = System.nanoTime();
                    current = item;
                    queue.begin(item);
                    item.accept(applier);
                    queue.done();
                }
                applier.endBatch();
                current = null;
                listener.onDrained();
            }
        } finally {
            current = null;
            ended.countDown();
        }
    }
}
