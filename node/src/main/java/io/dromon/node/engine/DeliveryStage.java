package io.dromon.node.engine;

import io.dromon.node.ApplicationCall;
import io.dromon.node.NodeStatus;
import io.dromon.node.NonBlockingApplication;
import io.dromon.node.apply.Deliverer;
import io.dromon.node.apply.DeliveryItem;
import io.dromon.node.apply.DeliveryListener;
import io.dromon.node.apply.DeliveryQueue;
import io.dromon.transport.link.ProtocolThread;
import io.dromon.transport.wire.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The way to the application: gathers what a turn has for it, and hands that to the delivery thread with one wake-up. An
 * application that does not block has no such thread: the protocol thread calls it, when the turn has sent what it had to.
 */
final class DeliveryStage {
    private final DeliveryQueue queue = new DeliveryQueue();
    private final Deliverer deliverer;
    private final ProtocolThread protocol;
    /** Null where the protocol thread calls the application. */
    private final @Nullable Thread own;

    private final NodeDurability durability;
    /** The protocol thread's. */
    private final List<DeliveryItem> batch = new ArrayList<>();

    /**
     * @param appliers how many there may be at most
     */
    DeliveryStage(
            String nodeName,
            ProtocolThread protocol,
            NodeApplication application,
            NodeDurability durability,
            int appliers,
            DeliveryListener listener) {
        this.protocol = protocol;
        this.durability = durability;
        this.deliverer = new Deliverer(
                nodeName,
                queue,
                application.application(),
                application.position(),
                application.given(),
                appliers,
                listener);
        this.own = application.application() instanceof NonBlockingApplication
                ? null
                : DaemonThreads.of("dromon-" + nodeName + "-delivery", deliverer);
    }

    void start() {
        if (own != null) {
            own.start();
        }
    }

    /** The thread that calls the application and completes the futures of calls: the delivery or the protocol thread. */
    Thread thread() {
        return own == null ? protocol.thread() : own;
    }

    /** Whether it is the thread that calls the application, or the durability thread that this one waits for. */
    boolean isOwn(Thread caller) {
        return caller == thread() || Deliverer.isDurabilityThread(caller, thread());
    }

    // The protocol thread.

    void add(DeliveryItem item) {
        batch.add(item);
    }

    /**
     * The core has answered a turn: hands over what that has led to, with what was added.
     *
     * @return whether {@link #workOff} is to be called, behind the turn
     */
    boolean endTurn(NodeCore core, long nowNs) {
        durability.afterTurn(core, this, nowNs);
        publish();
        return own == null && queue.length() > 0;
    }

    /**
     * Calls the application.
     *
     * @return whether some is left, for when the sockets had their turn
     */
    boolean workOff() {
        return own == null && deliverer.workOff();
    }

    /** No turn follows: hands over what was added, the last item with it, and sees to it that all is worked off. */
    void end() {
        publish();
        boolean isLeft = true;
        while (isLeft) {
            isLeft = workOff();
        }
    }

    private void publish() {
        if (!batch.isEmpty()) {
            queue.publish(batch);
            batch.clear();
        }
    }

    // Any thread.

    /** Whether the protocol thread calls the application, so that the node hangs where that does. */
    boolean isOnProtocolThread() {
        return own == null;
    }

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

    /** How long commits and applying took. */
    NodeStatus.Latency latency() {
        return deliverer.latency();
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
