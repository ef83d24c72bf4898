package io.dromon.node.apply;

import io.dromon.node.Application;
import io.dromon.node.ClusterView;
import io.dromon.node.Committed;
import io.dromon.node.Delivery;
import io.dromon.node.NodeException;
import io.dromon.node.NodeState;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The applying stage: calls the application, and completes what callers wait for. The delivery thread's, but for {@link
 * #applied} and {@link #synced}.
 *
 * <p>An application that throws has failed for good: it is given no further write-set, since it must not go on with a
 * gap, but it hears of views and of the end.
 */
final class Applier implements DeliveryItem.Handler {
    private static final Logger LOG = LoggerFactory.getLogger(Applier.class);

    private final String nodeName;
    private final Application application;
    private final DeliveryListener listener;
    private final CompletableFuture<Void> synced = new CompletableFuture<>();

    private ClusterView view = ClusterView.NONE;
    private NodeState state = NodeState.OPEN;
    private @Nullable NodeException applicationFailure;
    private boolean over;
    private volatile long applied = -1;

    Applier(String nodeName, Application application, DeliveryListener listener) {
        this.nodeName = nodeName;
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

    /** Whether the last item was taken. */
    boolean isOver() {
        return over;
    }

    /** A batch was worked off. */
    void endBatch() {
        call("the end of a batch", application::onDrained);
    }

    @Override
    public void onWriteSet(DeliveryItem.OrderedWriteSet item) {
        PendingCommit own = item.own();
        if (applicationFailure != null) {
            if (own != null) {
                own.completeExceptionally(applicationFailure);
            }
            return;
        }
        Delivery delivery = new Delivery(
                item.seqno(),
                item.origin(),
                item.originName(),
                own != null,
                item.data().toByteBuffer());
        try {
            application.deliver(delivery);
        } catch (RuntimeException | Error e) {
            NodeException failure = fail("write-set " + item.seqno(), e);
            if (own != null) {
                own.completeExceptionally(failure);
            }
            return;
        }
        applied = item.seqno();
        if (own != null) {
            own.complete(new Committed(view.history(), item.seqno()));
        }
    }

    @Override
    public void onView(DeliveryItem.View item) {
        view = item.view();
        if (view.primary()) {
            applied = Math.max(applied, view.seqno());
        }
        call("a view", () -> application.onView(item.view()));
        enter(item.state());
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
        NodeException failure = applicationFailure != null ? applicationFailure : item.failure();
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
        } catch (RuntimeException | Error e) {
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
