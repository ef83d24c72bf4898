package io.dromon.node.engine;

import io.dromon.node.Application;
import io.dromon.node.ApplicationCall;
import io.dromon.node.apply.Deliverer;
import io.dromon.node.apply.DeliveryItem;
import io.dromon.node.apply.DeliveryListener;
import io.dromon.node.apply.DeliveryQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The way to the application: gathers what a turn has for it, and hands that to the delivery thread with one wake-up. */
final class DeliveryStage {
    private final DeliveryQueue queue = new DeliveryQueue();
    private final Deliverer deliverer;
    private final Thread thread;
    /** The protocol thread's. */
    private final List<DeliveryItem> batch = new ArrayList<>();

    DeliveryStage(String nodeName, Application application, DeliveryListener listener) {
        this.deliverer = new Deliverer(nodeName, queue, application, listener);
        this.thread = DaemonThreads.of("dromon-" + nodeName + "-delivery", deliverer);
    }

    void start() {
        thread.start();
    }

    /** The delivery thread, which completes the futures of calls. */
    Thread thread() {
        return thread;
    }

    // The protocol thread.

    void add(DeliveryItem item) {
        batch.add(item);
    }

    /** Hands over what was added. */
    void publish() {
        if (!batch.isEmpty()) {
            queue.publish(batch);
            batch.clear();
        }
    }

    // Any thread.

    /** Items that were handed over and not worked off. */
    int length() {
        return queue.length();
    }

    /** Bytes of memory that is kept by items that are not begun. */
    long bytes() {
        return queue.bytes();
    }

    /** Last number that the application was given, -1 before the first. */
    long applied() {
        return deliverer.applied();
    }

    /** Done when the node is SYNCED for the first time; fails when it ends before. */
    CompletableFuture<Void> synced() {
        return deliverer.synced();
    }

    /** What the application has not returned from. */
    Optional<ApplicationCall> call(long nowNs) {
        return deliverer.call(nowNs);
    }

    /** Waits until the application was told the end. */
    boolean awaitEnd(long limitNs) throws InterruptedException {
        return deliverer.ended().await(limitNs, TimeUnit.NANOSECONDS);
    }
}
