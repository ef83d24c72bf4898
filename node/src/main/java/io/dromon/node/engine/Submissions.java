package io.dromon.node.engine;

import io.dromon.node.Committed;
import io.dromon.node.Durability;
import io.dromon.node.NodeException;
import io.dromon.node.WriteSet;
import io.dromon.node.apply.CallFailures;
import io.dromon.node.apply.DeliveryItem;
import io.dromon.node.apply.PendingCall;
import io.dromon.node.apply.PendingCommit;
import io.dromon.node.apply.PendingRead;
import io.dromon.node.writeset.Key;
import io.dromon.node.writeset.KeyType;
import io.dromon.node.writeset.UnsentWriteSet;
import io.dromon.node.writeset.WriteSetBuilder;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Calls of any thread on their way to the protocol thread: write-sets, causal reads, and calls that wait for room. Every call
 * ends, also one that comes while the node ends.
 */
final class Submissions {
    private final long limitBytes;
    private final RunState state;
    private final Runnable requestTurn;

    private final Queue<PendingCommit> commits = new ConcurrentLinkedQueue<>();
    private final Queue<PendingRead> reads = new ConcurrentLinkedQueue<>();
    private final Queue<PendingCall<Void>> roomWaiters = new ConcurrentLinkedQueue<>();
    private final AtomicLong commitBytes = new AtomicLong();
    /** What the core had not sent after the last turn. */
    private volatile long unsentBytes;

    /**
     * @param limitBytes most bytes that may wait to be sent
     * @param requestTurn has the protocol thread come for what is here
     */
    Submissions(long limitBytes, RunState state, Runnable requestTurn) {
        this.limitBytes = limitBytes;
        this.state = state;
        this.requestTurn = requestTurn;
    }

    // Any thread.

    /**
     * @param durability what the writer waits for
     * @param applied the position of the application now
     * @param delivery completes what is returned, and must not wait for it
     */
    CompletableFuture<Committed> replicate(WriteSet writeSet, Durability durability, long applied, Thread delivery) {
        UnsentWriteSet change = unsent(writeSet);
        PendingCommit commit = new PendingCommit(delivery, change, applied, durability);
        if (hasFailed(commit)) {
            return commit;
        }
        // Refused here and not on the delivery thread, which an application may hold: refusals must not pile up there.
        long before = unsentBytes + commitBytes.getAndAdd(change.length());
        if (before > 0 && before + change.length() > limitBytes) {
            commitBytes.addAndGet(-change.length());
            commit.completeExceptionally(CallFailures.busy(limitBytes));
            return commit;
        }
        commits.add(commit);
        submitted();
        return commit;
    }

    /** Laid out on the caller's thread: keys are hashed and data are summed up where nobody else waits for it. */
    private static UnsentWriteSet unsent(WriteSet writeSet) {
        WriteSetBuilder builder = new WriteSetBuilder().data(writeSet.data());
        for (WriteSet.Key key : writeSet.keys()) {
            builder.key(new Key(KeyType.of(key.type().ordinal()), key.path()));
        }
        return writeSet.basedOn() == WriteSet.NO_SNAPSHOT
                ? builder.build()
                : builder.basedOn(writeSet.basedOn()).build();
    }

    /** Done when there is room to replicate again. */
    CompletableFuture<Void> room(Thread delivery) {
        PendingCall<Void> waiter = new PendingCall<>(delivery);
        if (!hasFailed(waiter)) {
            roomWaiters.add(waiter);
            submitted();
        }
        return waiter;
    }

    /** A causal read. */
    CompletableFuture<Long> sync(Thread delivery, Duration limit) {
        PendingRead read = new PendingRead(delivery);
        if (hasFailed(read)) {
            return read;
        }
        reads.add(read);
        submitted();
        return read.within(limit);
    }

    /** After a failure a call must not wait for the end that follows it. */
    private boolean hasFailed(PendingCall<?> call) {
        NodeException why = state.failure();
        return why != null && call.completeExceptionally(CallFailures.ended(why));
    }

    private void submitted() {
        if (state.isOver()) {
            failAll();
        } else {
            requestTurn.run();
        }
    }

    /** Ends what came too late for a turn. The delivery thread may have ended. */
    void failAll() {
        endAll(call -> call.completeExceptionally(CallFailures.ended(state.failure())));
    }

    // The protocol thread.

    /** Gives the core what is here; what it does not take is told by it, or to {@code out}. */
    void hand(NodeCore core, Consumer<DeliveryItem> out) {
        PendingCommit commit;
        while ((commit = commits.poll()) != null) {
            commitBytes.addAndGet(-commit.change().length());
            core.replicate(commit.change(), commit.snapshot(), commit);
        }
        PendingRead read;
        while ((read = reads.poll()) != null) {
            if (!core.sync(read)) {
                out.accept(new DeliveryItem.CallFailed(read, CallFailures::tooManyReads));
            }
        }
    }

    /**
     * Ends the calls that wait for room, if there is some after a turn.
     *
     * @param unsent bytes that the core has not sent
     * @param roomForKeys whether the core would take write-sets with keys
     */
    void afterTurn(long unsent, boolean roomForKeys, Consumer<DeliveryItem> out) {
        unsentBytes = unsent;
        if (unsent <= limitBytes / 2 && roomForKeys) {
            PendingCall<Void> waiter;
            while ((waiter = roomWaiters.poll()) != null) {
                out.accept(new DeliveryItem.Room(waiter));
            }
        }
    }

    /** Takes all that is here away and ends it. */
    void endAll(Consumer<PendingCall<?>> how) {
        PendingCommit commit;
        while ((commit = commits.poll()) != null) {
            how.accept(commit);
        }
        PendingRead read;
        while ((read = reads.poll()) != null) {
            how.accept(read);
        }
        PendingCall<Void> waiter;
        while ((waiter = roomWaiters.poll()) != null) {
            how.accept(waiter);
        }
    }
}
