package io.dromon.node.engine;

import io.dromon.node.Application;
import io.dromon.node.ApplicationCall;
import io.dromon.node.apply.Deliverer;
import io.dromon.node.apply.DeliveryItem;
import io.dromon.node.apply.DeliveryListener;
import io.dromon.node.apply.DeliveryQueue;
import io.dromon.transport.wire.Position;
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
    private final NodeDurability durability;
    /** The protocol thread's. */
    private final List<DeliveryItem> batch = new ArrayList<>();

    /**
     * @param position where the state of the application ends
     * @param given last number that an earlier run of the node has given to it, or {@link Position#NONE}
     * @param appliers how many there may be at most
     */
    DeliveryStage(
            String nodeName,
            Application application,
            NodeDurability durability,
            Position position,
            Position given,
            int appliers,
            DeliveryListener listener) {
        this.durability = durability;
        this.deliverer = new Deliverer(nodeName, queue, application, position, given, appliers, listener);
        this.thread = DaemonThreads.of("dromon-" + nodeName + "-delivery", deliverer);
    }

    void start() {
        thread.start();
    }

    /** The delivery thread, which completes the futures of calls. */
    Thread thread() {
        return thread;
    }

    /** Whether it is the delivery thread, or the durability thread that this one waits for. */
    boolean isOwn(Thread caller) {
        return caller == thread || Deliverer.isDurabilityThread(caller, thread);
    }

    // The protocol thread.

    void add(DeliveryItem item) {
        batch.add(item);
    }

    /** The core has answered a turn: hands over what that has led to, with what was added. */
    void endTurn(NodeCore core, long nowNs) {
        durability.afterTurn(core, this, nowNs);
        publish();
    }

    /** Hands over what was added. */
    void publish() {
        if (!batch.isEmpty()) {
            queue.publish(batch);
            batch.clear();
        }
    }

    // Any thread.

    /** Whether members wait for what the application syncs. */
    void askToSync(boolean on) {
        deliverer.askToSync(on);
    }

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

    /** Last number that the application was given, by this run or an earlier one. After {@link #awaitEnd}. */
    Position given() {
        return deliverer.given();
    }

    /** Whether the application was told the end. After {@link #awaitEnd}. */
    boolean hasStopped() {
        return deliverer.hasStopped();
    }

    /** Whether the application may still sync, after {@link #awaitEnd}. */
    boolean isSyncing() {
        return deliverer.isSyncing();
    }

    /** The application syncs no more; does something when no sync runs: now, or on the durability thread. */
    void afterLastSync(Runnable action) {
        deliverer.afterLastSync(action);
    }

    /** Waits until the application was told the end. */
    boolean awaitEnd(long limitNs) throws InterruptedException {
        return deliverer.ended().await(limitNs, TimeUnit.NANOSECONDS);
    }
}
