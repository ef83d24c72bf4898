package io.dromon.node;

import io.dromon.node.group.GroupEvent;
import io.dromon.node.group.ReplicationFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The delivery thread of a node: gives the application what the group layer ordered, and completes the futures of
 * writers, so that neither an application nor a writer's continuation ever runs on the protocol thread.
 */
final class Deliverer implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Deliverer.class);

    /** In the queue: an own write-set that will get no number, or a causal read without an answer. */
    record Failed(CompletableFuture<?> ticket, ReplicationFailure reason) {}

    /** In the queue: an own write-set or a causal read that was not taken, too much is waiting already. */
    record Rejected(CompletableFuture<?> ticket, long sendQueueBytes) {}

    /** In the queue: there is room again for what a writer waits to replicate. */
    record Room(CompletableFuture<Void> waiter) {}

    /** In the queue: the last item. */
    record Closed(@Nullable NodeException failure) {}

    /** What the delivery thread reports to the protocol thread. */
    interface Listener {
        /** The queue was worked off. */
        void onDrained();

        /** The application threw: the node must stop. */
        void onApplicationFailure(NodeException failure);
    }

    private final String nodeName;
    private final DeliveryQueue queue;
    private final Application application;
    private final Listener listener;
    private final CompletableFuture<Void> synced = new CompletableFuture<>();
    private final CountDownLatch ended = new CountDownLatch(1);

    private ClusterView view = new ClusterView(new UUID(0, 0), -1, -1, false, List.of(), -1);
    private NodeState state = NodeState.OPEN;
    private @Nullable NodeException applicationFailure;
    private volatile long applied = -1;
    /** What is being worked off, null if the queue is waited for. */
    private volatile @Nullable Object current;

    private volatile long currentSinceNs;

    Deliverer(String nodeName, DeliveryQueue queue, Application application, Listener listener) {
        this.nodeName = nodeName;
        this.queue = queue;
        this.application = application;
        this.listener = listener;
    }

    /** Last number that the application was given, -1 before the first. Any thread. */
    long applied() {
        return applied;
    }

    /** Done when the node is SYNCED for the first time; fails when it ends before. */
    CompletableFuture<Void> synced() {
        return synced;
    }

    /** What the application, or the continuation of a future, has not returned from. Any thread. */
    Optional<ApplicationCall> call(long nowNs) {
        Object item = current;
        long sinceNs = currentSinceNs; // of this item or a later one: never too long a time
        return item == null
                ? Optional.empty()
                : Optional.of(new ApplicationCall(describe(item), Duration.ofNanos(Math.max(0, nowNs - sinceNs))));
    }

    private static String describe(Object item) {
        if (item instanceof GroupEvent.WriteSet writeSet) {
            return "write-set " + writeSet.seqno();
        } else if (item instanceof GroupEvent.ConfigurationChange) {
            return "a view";
        } else if (item instanceof GroupEvent.CausalPoint || item instanceof Failed || item instanceof Rejected) {
            return "the continuation of a future";
        } else if (item instanceof Closed) {
            return "onStopped";
        }
        return "an event";
    }

    CountDownLatch ended() {
        return ended;
    }

    @Override
    public void run() {
        List<Object> batch = new ArrayList<>();
        try {
            boolean open = true;
            while (open) {
                batch.clear();
                batch = queue.take(batch);
                for (Object item : batch) {
                    currentSinceNs = System.nanoTime();
                    current = item;
                    queue.begin(item);
                    open = handle(item);
                    queue.done();
                }
                notify("the end of a batch", application::onDrained);
                current = null;
                listener.onDrained();
            }
        } finally {
            current = null;
            ended.countDown();
        }
    }

    private boolean handle(Object item) {
        if (item instanceof GroupEvent.WriteSet writeSet) {
            deliver(writeSet);
        } else if (item instanceof GroupEvent event) {
            onEvent(event);
        } else if (item instanceof Failed failed) {
            failed.ticket.completeExceptionally(failure(failed));
        } else if (item instanceof Rejected rejected) {
            rejected.ticket.completeExceptionally(
                    rejected.ticket instanceof CausalRead
                            ? NodeExceptions.tooManyReads()
                            : NodeExceptions.busy(rejected.sendQueueBytes));
        } else if (item instanceof Room room) {
            room.waiter.complete(null);
        } else if (item instanceof Closed closed) {
            onClosed(closed);
            return false;
        }
        return true;
    }

    private NodeException failure(Failed failed) {
        if (failed.reason == ReplicationFailure.CLOSED && applicationFailure != null) {
            return NodeExceptions.after(applicationFailure);
        }
        return failed.ticket instanceof CausalRead
                ? NodeExceptions.ofRead(failed.reason)
                : NodeExceptions.of(failed.reason);
    }

    private void deliver(GroupEvent.WriteSet writeSet) {
        if (applicationFailure != null) {
            if (writeSet.ticket() instanceof Ticket ticket) {
                ticket.completeExceptionally(applicationFailure);
            }
            return;
        }
        int origin = writeSet.originIndex();
        Delivery delivery = new Delivery(
                writeSet.seqno(),
                writeSet.origin(),
                origin >= 0 && origin < view.members().size()
                        ? view.members().get(origin).name()
                        : "",
                writeSet.ticket() != null,
                writeSet.data().toByteBuffer());
        try {
            application.deliver(delivery);
        } catch (RuntimeException | Error e) {
            failApplication("write-set " + writeSet.seqno(), e);
            if (writeSet.ticket() instanceof Ticket ticket && applicationFailure != null) {
                ticket.completeExceptionally(applicationFailure);
            }
            return;
        }
        applied = writeSet.seqno();
        if (writeSet.ticket() instanceof Ticket ticket) {
            ticket.complete(new Committed(view.history(), writeSet.seqno()));
        }
    }

    private void onEvent(GroupEvent event) {
        if (event instanceof GroupEvent.CausalPoint point) {
            onCausalPoint((CausalRead) point.ticket(), point.seqno());
        } else if (event instanceof GroupEvent.ConfigurationChange change) {
            view = ClusterView.of(change);
            if (change.isPrimary()) {
                applied = Math.max(applied, change.seqno());
            }
            ClusterView current = view;
            notify("a view", () -> application.onView(current));
            enter(change.members().isEmpty() ? NodeState.CLOSED : NodeState.of(change.ownStatus()));
        } else if (event instanceof GroupEvent.StateRequestResult result && result.donorIndex() >= 0) {
            enter(result.donorIndex() == view.ownIndex() ? NodeState.DONOR : NodeState.JOINER);
        } else if (event instanceof GroupEvent.Joined joined) {
            enter(NodeState.of(joined.status()));
        } else if (event instanceof GroupEvent.Synced) {
            enter(NodeState.SYNCED);
        }
    }

    private void onCausalPoint(CausalRead read, long seqno) {
        if (applicationFailure != null) {
            read.completeExceptionally(applicationFailure);
        } else {
            read.complete(seqno);
        }
    }

    private void enter(NodeState next) {
        if (next != state) {
            state = next;
            LOG.info("{}: state {}", nodeName, next);
            notify("a state", () -> application.onState(next));
        }
        if (next == NodeState.SYNCED) {
            synced.complete(null);
        }
    }

    private void onClosed(Closed closed) {
        NodeException failure = applicationFailure != null ? applicationFailure : closed.failure();
        enter(NodeState.CLOSED);
        synced.completeExceptionally(
                failure != null
                        ? failure
                        : new NodeException(NodeException.Reason.CLOSED, "the node left before it was synced"));
        try {
            application.onStopped(failure);
        } catch (RuntimeException | Error e) {
            LOG.warn("{}: the application failed in onStopped", nodeName, e);
        }
    }

    private void notify(String what, Runnable call) {
        try {
            call.run();
        } catch (RuntimeException | Error e) {
            failApplication(what, e);
        }
    }

    private void failApplication(String what, Throwable cause) {
        if (applicationFailure == null) {
            applicationFailure = new NodeException(
                    NodeException.Reason.APPLICATION,
                    "the application failed at " + what + " and the node must not go on with a gap: " + cause,
                    cause);
            LOG.error("{}: {}", nodeName, applicationFailure.getMessage(), cause);
            listener.onApplicationFailure(applicationFailure);
        }
    }
}
