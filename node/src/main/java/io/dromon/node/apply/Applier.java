package io.dromon.node.apply;

import io.dromon.node.Application;
import io.dromon.node.ClusterView;
import io.dromon.node.Committed;
import io.dromon.node.Delivery;
import io.dromon.node.Durability;
import io.dromon.node.DurableApplication;
import io.dromon.node.NodeException;
import io.dromon.node.NodeState;
import io.dromon.node.NodeStatus;
import io.dromon.node.NonBlockingApplication;
import io.dromon.node.PendingSnapshot;
import io.dromon.node.StatefulApplication;
import io.dromon.transport.wire.Position;
import io.dromon.transport.wire.Uuids;
import java.io.IOException;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The applying stage: calls the application, and completes what callers wait for. The delivery thread's, but for {@link
 * #applied}, {@link #position} and {@link #synced}. For a {@link NonBlockingApplication} that is the protocol thread, on which
 * nothing waits for the end of a vote.
 *
 * <p>An application that throws has failed for good: it is given no further write-set, since it must not go on with a
 * gap, but it hears of views and of the end.
 */
final class Applier implements DeliveryItem.Handler {
    private static final Logger LOG = LoggerFactory.getLogger(Applier.class);

    /** A write-set at which the application threw, while the members compare that; nobody waits for them. */
    private record ComparedFailure(
            DeliveryItem.OrderedWriteSet item, RuntimeException cause, CompletableFuture<Boolean> everywhere) {}

    private final String nodeName;
    private final Application application;
    private final DeliveryListener listener;
    private final CompletableFuture<Void> synced = new CompletableFuture<>();

    private ClusterView view = ClusterView.NONE;
    /** Of the last primary view; null before the first. */
    private volatile @Nullable UUID history;

    private NodeState state = NodeState.OPEN;
    private @Nullable NodeException applicationFailure;
    private boolean over;
    private volatile long applied = -1;
    private volatile boolean stopped;
    private final boolean keepsState;
    private final boolean mayWait;
    /** What is behind it waits for the members. */
    private @Nullable ComparedFailure compared;

    private final DurabilityWaits waits = new DurabilityWaits();
    /** Null if the application cannot sync. */
    private final @Nullable DurabilityThread durability;
    /** What an application without state was given by an earlier run of the node. */
    private final Position given;

    private final LatencyHistogram commitLatency = new LatencyHistogram();
    private final LatencyHistogram applyTime = new LatencyHistogram();
    private long beganNs;

    /**
     * @param position where the state of the application ends
     * @param given last number that an earlier run of the node has given to the application, or {@link Position#NONE}
     */
    Applier(String nodeName, Application application, DeliveryListener listener, Position position, Position given) {
        this.nodeName = nodeName;
        this.application = application;
        this.given = given;
        this.listener = listener;
        this.keepsState = application instanceof StatefulApplication;
        this.mayWait = !(application instanceof NonBlockingApplication);
        this.durability = application instanceof DurableApplication durable
                ? new DurabilityThread(nodeName, durable, this::position, listener)
                : null;
        if (position.seqno() >= 0) {
            this.history = position.history();
            this.applied = position.seqno();
        }
    }

    /** On the delivery thread, first. */
    void begin() {
        if (durability != null) {
            durability.setDelivery(Thread.currentThread());
        }
    }

    /** The turn of an item begins, or with several appliers has begun. */
    void turnBegan(long nowNs) {
        beganNs = nowNs;
    }

    /** How long commits and applying took. Any thread. */
    NodeStatus.Latency latency() {
        return new NodeStatus.Latency(commitLatency.read(), applyTime.read());
    }

    /** Last number that the application was given, -1 before the first. Any thread. */
    long applied() {
        return applied;
    }

    /** The same with its history, {@link Position#NONE} without one. Any thread. */
    Position position() {
        while (true) {
            UUID before = history;
            long seqno = applied;
            UUID now = history;
            if (before == null || seqno < 0) {
                return Position.NONE;
            } else if (before.equals(now)) {
                return new Position(before, seqno);
            }
        }
    }

    /** Whoever reads both sees no number of another history. */
    private void moveTo(UUID newHistory, long seqno) {
        if (!newHistory.equals(history)) {
            applied = -1;
            history = newHistory;
            waits.onAnotherHistory();
        }
        applied = seqno;
    }

    /** Whether members wait for what the application syncs. Any thread. */
    void askToSync(boolean on) {
        if (durability != null) {
            durability.ask(on);
        }
    }

    /** Done when the node is SYNCED for the first time; fails when it ends before. */
    CompletableFuture<Void> synced() {
        return synced;
    }

    /** Last number that the application was given, by this run or an earlier one. When the last item was taken. */
    Position given() {
        return history == null ? given : new Position(history, applied);
    }

    /** Whether the application was told the end: no other run may follow. Any thread, when the last item was taken. */
    boolean hasStopped() {
        return stopped;
    }

    /** Whether the application may still sync. Any thread. */
    boolean isSyncing() {
        return durability != null && durability.isRunning();
    }

    /** The application syncs no more; does something when no sync runs: now, or on the durability thread. Any thread. */
    void afterLastSync(Runnable action) {
        if (durability == null) {
            action.run();
        } else {
            durability.afterLast(action);
        }
    }

    /** Whether the last item was taken. */
    boolean isOver() {
        return over;
    }

    /** A batch was worked off. */
    void endBatch() {
        call("the end of a batch", application::onDrained);
        if (durability != null) {
            durability.onBatch(waits.takeNews());
        }
    }

    @Override
    public void onWriteSet(DeliveryItem.OrderedWriteSet item) {
        commit(item, () -> application.deliver(delivery(item)));
    }

    /** A write-set as the application is given it. Also on the threads that are begun by the delivery thread. */
    Delivery delivery(DeliveryItem.OrderedWriteSet item) {
        UUID now = history;
        return new Delivery(
                now == null ? Uuids.NIL : now,
                item.seqno(),
                item.origin(),
                item.originName(),
                item.own() != null,
                item.data().toByteBuffer());
    }

    /** Whether the application has failed, so that nothing more is committed. */
    boolean hasFailed() {
        return applicationFailure != null;
    }

    /**
     * The turn of a write-set.
     *
     * @param work what makes it visible
     */
    void commit(DeliveryItem.OrderedWriteSet item, Runnable work) {
        PendingCommit own = item.own();
        if (applicationFailure != null) {
            if (own != null) {
                own.completeExceptionally(applicationFailure);
            }
            return;
        }
        try {
            work.run();
        } catch (RuntimeException e) {
            compare(new ComparedFailure(item, e, listener.failsEverywhere(item.seqno(), e)));
            return;
        } catch (Throwable e) { // a checked one too, of other languages: it must not go on with a gap
            decide(item, e, false);
            return;
        }
        applied = item.seqno();
        if (own != null) {
            complete(own, new Committed(view.history(), item.seqno()));
        }
        long nowNs = System.nanoTime();
        applyTime.record(nowNs - beganNs);
        if (own != null && own.durability() == Durability.ORDERED) {
            commitLatency.record(nowNs - own.submittedNs());
        }
    }

    private void complete(PendingCommit own, Committed committed) {
        if (own.durability() == Durability.ORDERED) {
            own.complete(committed);
        } else {
            waits.add(own, committed);
        }
    }

    private void compare(ComparedFailure failure) {
        if (mayWait || failure.everywhere().isDone()) {
            decide(failure.item(), failure.cause(), failure.everywhere().join());
            return;
        }
        compared = failure;
        CompletableFuture<Boolean> unused =
                failure.everywhere().whenComplete((everywhere, never) -> listener.onFailureCompared());
    }

    /** Goes on behind a failure that the members compare, if they have; otherwise nothing may be worked off. */
    boolean mayGoOn() {
        ComparedFailure failure = compared;
        if (failure == null) {
            return true;
        } else if (!failure.everywhere().isDone()) {
            return false;
        }
        compared = null;
        decide(failure.item(), failure.cause(), failure.everywhere().join());
        return true;
    }

    private void decide(DeliveryItem.OrderedWriteSet item, Throwable cause, boolean everywhere) {
        NodeException failure =
                everywhere ? failedEverywhere(item.seqno(), cause) : fail("write-set " + item.seqno(), cause);
        PendingCommit own = item.own();
        if (own != null) {
            own.completeExceptionally(failure);
        }
    }

    private NodeException failedEverywhere(long seqno, Throwable cause) {
        LOG.error("{}: write-set {} failed on all members alike, and was applied by none", nodeName, seqno, cause);
        applied = seqno;
        return new NodeException(
                NodeException.Reason.APPLICATION,
                "the application failed at write-set " + seqno
                        + " on all members alike; none has applied it, and all go on: " + cause,
                cause);
    }

    /** Counts as applied, unless there is a gap before it already. */
    @Override
    public void onFailedWriteSet(DeliveryItem.FailedWriteSet item) {
        PendingCommit own = item.own();
        if (applicationFailure == null) {
            applied = item.seqno();
        }
        if (own != null) {
            own.completeExceptionally(
                    applicationFailure != null ? applicationFailure : item.why().get());
        }
    }

    @Override
    public void onHistory(DeliveryItem.History item) {
        moveTo(item.now().history(), 0);
        call("a view", () -> application.onView(item.now()));
    }

    @Override
    public void onEmptyNumber(DeliveryItem.EmptyNumber item) {
        if (applicationFailure == null) {
            applied = item.seqno();
        }
    }

    @Override
    public void onSnapshot(DeliveryItem.TakeSnapshot item) {
        PendingSnapshot pending;
        try {
            if (applicationFailure != null || position().equals(Position.NONE)) {
                throw new IOException("the application has no state that another node could use");
            }
            pending = stateful().beginSnapshot(item.directory());
        } catch (IOException | RuntimeException | Error e) {
            item.failed().accept(e);
            return;
        }
        item.done().accept(position(), pending);
    }

    private StatefulApplication stateful() throws IOException {
        if (application instanceof StatefulApplication stateful) {
            return stateful;
        }
        throw new IOException("the application keeps no state");
    }

    /** Whole or not at all: a failure is the transfer's, and the node goes on with what it has. */
    @Override
    public void onRestore(DeliveryItem.Restore item) {
        Position now;
        try {
            if (applicationFailure != null) {
                throw new IOException("the application has failed before");
            }
            stateful().restore(item.directory());
            now = stateful().position();
        } catch (IOException | RuntimeException | Error e) {
            item.failed().accept(e);
            return;
        }
        boolean another = !now.history().equals(item.position().history())
                || now.seqno() > item.position().seqno();
        if (another && now.seqno() >= 0) { // without a number it is the state before the first write-set
            item.failed()
                    .accept(fail(
                            "the state of another node",
                            new IllegalStateException(
                                    "it was given a state of " + item.position() + ", and stands at " + now)));
            return;
        }
        moveTo(item.position().history(), item.position().seqno());
        item.done().run();
    }

    @Override
    public void onView(DeliveryItem.View item) {
        view = item.view();
        if (view.primary()) {
            enterHistory();
        } else {
            waits.onComponentLost();
        }
        call("a view", () -> application.onView(item.view()));
        enter(item.state());
    }

    /** What was ordered without this node is lost to an application without state; one with state was given it before. */
    private void enterHistory() {
        boolean sameHistory = view.history().equals(history);
        boolean back = history == null && given.seqno() >= 0 && given.history().equals(view.history());
        long next = back ? given.seqno() + 1 : sameHistory ? applied + 1 : 1;
        if (view.seqno() > next && keepsState && applicationFailure == null) {
            fail(
                    "a view",
                    new IllegalStateException("it is number " + view.seqno() + " of " + view.history()
                            + ", and the state ends at " + history + ":" + applied));
        } else if (view.seqno() > next && applicationFailure == null) {
            long last = view.seqno() - 1;
            if (history == null && !back) {
                LOG.info(
                        "{}: comes in at number {}, its application is not given what was before",
                        nodeName,
                        view.seqno());
            } else {
                LOG.warn(
                        "{}: MISSED numbers {} to {}: they were ordered without this node, and its application is not given"
                                + " them",
                        nodeName,
                        next,
                        last);
            }
            call("the numbers that it missed", () -> application.onMissed(next, last));
        }
        if (applicationFailure == null) {
            moveTo(view.history(), sameHistory ? Math.max(applied, view.seqno()) : view.seqno());
        }
    }

    @Override
    public void onState(DeliveryItem.State item) {
        enter(item.state());
    }

    @Override
    public void onReadPoint(DeliveryItem.ReadPoint item) {
        if (applicationFailure != null) {
            item.read().completeExceptionally(applicationFailure);
        } else {
            item.read().complete(item.seqno());
        }
    }

    @Override
    public void onSynced(DeliveryItem.Synced item) {
        waits.release(item.level(), item.upTo());
    }

    @Override
    public void onMajorityPossible(DeliveryItem.MajorityPossible item) {
        waits.setMajorityPossible(item.possible());
    }

    @Override
    public void onCallFailed(DeliveryItem.CallFailed item) {
        item.call().completeExceptionally(item.why().get());
    }

    @Override
    public void onCallEnded(DeliveryItem.CallEnded item) {
        item.call().completeExceptionally(CallFailures.ended(applicationFailure));
    }

    @Override
    public void onRoom(DeliveryItem.Room item) {
        item.waiter().complete(null);
    }

    @Override
    public void onEnd(DeliveryItem.End item) {
        over = true;
        NodeException known = applicationFailure != null ? applicationFailure : item.failure();
        waits.failAll(known == null ? "the node has left its group" : "the node has ended: " + known.getMessage());
        NodeException unsynced = durability == null ? null : durability.end();
        NodeException failure = known == null ? unsynced : known;
        enter(NodeState.CLOSED);
        synced.completeExceptionally(
                failure != null
                        ? failure
                        : new NodeException(NodeException.Reason.CLOSED, "the node left before it was synced"));
        boolean own = applicationFailure != null || unsynced != null;
        if (listener.restarts() && (failure == null || (listener.isHeld() && !own))) {
            return;
        }
        stopped = true;
        try {
            application.onStopped(failure);
        } catch (Throwable e) { // as in commit()
            LOG.warn("{}: the application failed in onStopped", nodeName, e);
        }
    }

    private void enter(NodeState next) {
        if (next != state) {
            state = next;
            LOG.info("{}: state {}", nodeName, next);
            call("a state", () -> application.onState(next));
        }
        if (next == NodeState.SYNCED) {
            synced.complete(null);
        }
    }

    private void call(String what, Runnable call) {
        try {
            call.run();
        } catch (Throwable e) { // as in commit()
            fail(what, e);
        }
    }

    /** Returns the first failure of the application. */
    private NodeException fail(String what, Throwable cause) {
        NodeException failure = applicationFailure;
        if (failure == null) {
            failure = new NodeException(
                    NodeException.Reason.APPLICATION,
                    "the application failed at " + what + " and the node must not go on with a gap: " + cause,
                    cause);
            applicationFailure = failure;
            LOG.error("{}: {}", nodeName, failure.getMessage(), cause);
            listener.onApplicationFailure(failure);
        }
        return failure;
    }
}
