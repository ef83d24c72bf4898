package io.dromon.node.engine;

import io.dromon.node.NodeException;
import io.dromon.node.apply.DeliveryItem;
import io.dromon.transport.StackFailure;
import io.dromon.transport.link.ProtocolThread;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a node, however it comes: asked for, told by the protocol, by a bug, by the death of the protocol thread. It
 * ends every call, tells the application, and closes what is open; once. On the protocol
 * thread, but for {@link #awaitReleased}.
 */
final class NodeEnd {
    private static final Logger LOG = LoggerFactory.getLogger(NodeEnd.class);

    private final String nodeName;
    private final RunState state;
    private final DeliveryStage delivery;
    private final ProtocolThread thread;
    private final UpkeepThread upkeep;
    private final Relinking relinking;
    private final FailureVote failureVote;
    /** Null unless this node only asks for a snapshot. */
    private final @Nullable SnapshotErrand snapshot;

    private final Runnable closeRest;
    private final AtomicBoolean releasing = new AtomicBoolean();
    /** Nothing of this node is open any more. */
    private final CountDownLatch released = new CountDownLatch(1);

    /** @param closeRest closes, on the upkeep thread, what others have opened for this node, when its links are closed */
    NodeEnd(
            String nodeName,
            RunState state,
            DeliveryStage delivery,
            ProtocolThread thread,
            UpkeepThread upkeep,
            Relinking relinking,
            FailureVote failureVote,
            @Nullable SnapshotErrand snapshot,
            Runnable closeRest) {
        this.nodeName = nodeName;
        this.state = state;
        this.delivery = delivery;
        this.thread = thread;
        this.upkeep = upkeep;
        this.relinking = relinking;
        this.failureVote = failureVote;
        this.snapshot = snapshot;
        this.closeRest = closeRest;
    }

    /** The protocol has ended; with a reason if it was not asked to. */
    void onClosed(@Nullable StackFailure why, ProtocolLoop loop) {
        if (!state.isOver()) {
            end("left the group", why, loop.submissions());
            release(loop.links().stop());
        }
    }

    /** The node stops as a killed process does: without a goodbye to its group, and all that was delivered is applied. */
    void onHalt(ProtocolLoop loop) {
        if (!state.isOver()) {
            loop.core().halt();
            end("stopped, without leaving the group", null, loop.submissions());
            release(loop.links().stop());
        }
    }

    /** Something unchecked on the protocol thread: the state can no longer be trusted, the node must not go on. */
    void onBug(Throwable bug, ProtocolLoop loop) {
        if (!state.isOver()) {
            boolean memory = bug instanceof OutOfMemoryError;
            anyway(() -> LOG.error(
                    memory
                            ? "{}: the protocol thread is out of memory, and the node must not go on; give the JVM a"
                                    + " larger heap (-Xmx)"
                            : "{}: stopped by a bug on the protocol thread; please report it",
                    nodeName,
                    bug));
            anyway(loop.core()::abandon);
            onClosed(
                    new StackFailure(
                            StackFailure.Kind.PROTOCOL,
                            (memory ? "the protocol thread is out of memory: " : "a bug stopped the node: ") + bug),
                    loop);
        }
    }

    /** The protocol thread is dead, and this is its last act: no other thread can close its sockets or end its node. */
    void onThreadDeath(ProtocolLoop loop) {
        anyway(loop.links()::closeByForce);
        if (!state.isOver()) {
            anyway(loop.core()::abandon);
            end(
                    "",
                    new StackFailure(
                            StackFailure.Kind.PROTOCOL,
                            "the protocol thread has died, and the node with it; the log says of what, above"),
                    loop.submissions());
        }
        release(CompletableFuture.completedFuture(null));
    }

    /**
     * The node is over, whatever still works: memory may have run out, so each step is taken though the one before it
     * failed.
     *
     * @param inOrder how it has ended, where it was asked to
     */
    private void end(String inOrder, @Nullable StackFailure why, Submissions submissions) {
        state.end();
        anyway(failureVote::abandon);
        if (why == null) {
            LOG.info("{}: {}", nodeName, inOrder);
            if (state.failure() == null && snapshot != null) {
                state.failBecauseOf(snapshot.failure());
            }
        } else {
            anyway(() -> LOG.error("{}: stopped: {}", nodeName, why.message()));
            if (state.failure() == null) {
                anyway(() -> state.failBecauseOf(failure(why)));
            }
        }
        anyway(() -> submissions.endAll(call -> delivery.add(new DeliveryItem.CallEnded(call))));
        anyway(() -> delivery.add(new DeliveryItem.End(state.failure())));
        anyway(delivery::end);
    }

    private static NodeException failure(StackFailure failure) {
        return new NodeException(
                switch (failure.kind()) {
                    case NO_PRIMARY -> NodeException.Reason.NO_PRIMARY_COMPONENT;
                    case REFUSED -> NodeException.Reason.REFUSED;
                    case INCOMPATIBLE -> NodeException.Reason.INCOMPATIBLE_GROUP;
                    case PROTOCOL -> NodeException.Reason.PROTOCOL;
                },
                failure.message());
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the last step; its own exceptions have nowhere to go
    private void release(CompletableFuture<Void> linksClosed) {
        linksClosed.whenComplete((done, ignored) -> {
            if (releasing.compareAndSet(false, true)) {
                Runnable tellWhoRelinks = relinking.abandon();
                upkeep.end(() -> {
                            tellWhoRelinks.run();
                            closeRest.run();
                        })
                        .whenComplete((closedToo, failed) -> released.countDown());
                thread.end();
            }
        });
    }

    private void anyway(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            LOG.debug("{}: a step of the end failed", nodeName, e);
        }
    }

    /** Waits until the port is free and all is closed. Any thread. */
    boolean awaitReleased(long limit, TimeUnit unit) throws InterruptedException {
        return released.await(limit, unit);
    }
}
