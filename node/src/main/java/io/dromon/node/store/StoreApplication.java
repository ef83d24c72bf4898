package io.dromon.node.store;

import io.dromon.node.ClusterView;
import io.dromon.node.Delivery;
import io.dromon.node.DurableApplication;
import io.dromon.node.NodeException;
import io.dromon.node.NodeState;
import io.dromon.node.ParallelApplication;
import io.dromon.node.PendingSnapshot;
import io.dromon.node.StatefulApplication;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.Position;
import io.dromon.transport.wire.Uuids;
import java.io.IOError;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The store as the application of its node: takes the changes of the order, gives and takes whole states. What cannot
 * be decoded cannot be on any member, and is an exception on which the members vote; what fails on this node alone, a
 * full disk say, is an {@link IOError}, which stops it without a vote.
 */
class StoreApplication implements ParallelApplication, StatefulApplication {
    private final Storage storage;
    private final int appliers;
    private final AppliedWaits waits = new AppliedWaits();

    /** Of the last primary view. */
    private volatile UUID history = Uuids.NIL;

    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private volatile @Nullable StoreException failure;
    private volatile long lastView;
    private volatile boolean complete;
    /** It was complete when the node ended. */
    private volatile boolean endedComplete;
    /**
     * A view up to which the node has everything: the last one when its state became complete. A transaction must not
     * be older than that; that later views made nothing old, the node knows itself.
     */
    private volatile long completeSince;

    /** The application of a storage, which can sync if that is on disk. */
    static StoreApplication of(Storage storage, int appliers) {
        return storage.isOnDisk() ? new DurableStore(storage, appliers) : new StoreApplication(storage, appliers);
    }

    StoreApplication(Storage storage, int appliers) {
        this.storage = storage;
        this.appliers = appliers;
    }

    /** Up to which number the store has everything; 0 at the beginning. Any thread. */
    long applied() {
        return Math.max(completeSince, storage.position().seqno());
    }

    /**
     * The entries as of now.
     *
     * @param seqno up to which number at least they hold everything
     * @param restores {@link Storage#restores} before it was taken: what was read means nothing in a state that was
     *     restored since
     */
    record At(StorageEngine.View view, long seqno, int restores) {}

    /** The caller closes the view. Any thread. */
    At view() {
        int restores = storage.restores();
        long since = completeSince; // read first: the view has what was before it
        StorageEngine.View view = storage.view();
        return new At(view, Math.max(since, view.position().seqno()), restores);
    }

    /** Makes durable what is applied. */
    final void sync() {
        try {
            storage.sync();
        } catch (StoreException e) {
            failure = e;
            throw e;
        }
    }

    AppliedWaits waits() {
        return waits;
    }

    /** Why the storage has failed; null as long as it has not. Any thread. */
    @Nullable
    StoreException failure() {
        return failure;
    }

    /** Done when the node has ended; see {@link ReplicatedStore#ended}. */
    CompletableFuture<Void> ended() {
        return ended;
    }

    @Override
    public int appliers() {
        return appliers;
    }

    @Override
    public Commit apply(Delivery delivery) {
        List<Change> changes;
        try {
            changes = ChangeCodec.decode(delivery.data());
        } catch (MalformedMessageException e) {
            throw new StoreException(
                    StoreException.Reason.MALFORMED_CHANGE,
                    "write-set " + delivery.seqno() + " of " + delivery.originName() + " is no change of a store: "
                            + e.getMessage() + ". All data nodes of a cluster run the same application",
                    e);
        }
        try {
            return commit(changes, delivery.history(), delivery.seqno(), delivery.own());
        } catch (StoreException e) {
            throw failed(e);
        }
    }

    /** An own one is with the system before its writer is told; the others are at the end of a batch. */
    private Commit commit(List<Change> changes, UUID history, long seqno, boolean own) {
        StorageEngine engine = storage.engine();
        Position before = engine.position();
        checkHistory(before, history);
        Position next = new Position(history, seqno);
        if (before.seqno() >= next.seqno()) {
            return () -> {}; // is in the state that was restored
        }
        StorageEngine.Prepared prepared = engine.prepare(changes, next);
        return () -> {
            try {
                prepared.commit();
                if (own) {
                    engine.flush();
                }
            } catch (StoreException e) {
                throw failed(e);
            }
            waits.onApplied(next.seqno());
        };
    }

    private static void checkHistory(Position own, UUID history) {
        if (history.equals(Uuids.NIL)) {
            throw new StoreException(
                    StoreException.Reason.OTHER_CLUSTER,
                    "the cluster's order has no history that a position could name");
        }
        if (!own.equals(Position.NONE) && !own.history().equals(history)) {
            throw new StoreException(
                    StoreException.Reason.OTHER_CLUSTER,
                    "the store holds the state " + own + ", the cluster's history is " + history
                            + ", and no state of it was transferred. Is it another cluster's data directory? Remove its"
                            + " store to take the state of this cluster");
        }
    }

    /** The first reason counts: what fails behind it does so for another one, and says less. */
    private IOError failed(StoreException why) {
        if (failure == null) {
            failure = why;
        }
        return new IOError(why);
    }

    @Override
    public void onDrained() {
        try {
            storage.engine().flush();
        } catch (StoreException e) {
            throw failed(e);
        }
    }

    @Override
    public void onMissed(long from, long to) {
        throw failed(new StoreException(
                StoreException.Reason.GAP,
                "the cluster has ordered the numbers " + from + " to " + to
                        + " without this store, which has everything up to " + storage.position()
                        + ": it must not go on with a gap. Start the node again, so that it takes them, or the state"));
    }

    @Override
    public void onView(ClusterView view) {
        if (view.primary()) {
            history = view.history();
            lastView = view.seqno();
        }
    }

    @Override
    public void onState(NodeState state) {
        boolean now = state == NodeState.JOINED || state == NodeState.SYNCED || state == NodeState.DONOR;
        if (now && !complete) {
            completeSince = lastView;
            waits.onApplied(lastView);
        }
        endedComplete = state == NodeState.CLOSED ? complete || endedComplete : now;
        complete = now;
    }

    @Override
    public void onStopped(@Nullable NodeException why) {
        RuntimeException reason = failure != null ? failure : why;
        waits.end(reason != null ? reason : new NodeException(NodeException.Reason.CLOSED, "the node has left"));
        if (reason == null) {
            ended.complete(null);
        } else {
            ended.completeExceptionally(reason);
        }
    }

    @Override
    public Position position() {
        return storage.position();
    }

    /**
     * Where the state ends, views included, which have numbers and no changes: a component that begins behind it gives none of
     * them again.
     *
     * @param ended whether nothing is delivered any more: it is kept then
     */
    Position provenPosition(boolean ended) {
        Position own = storage.position();
        boolean whole = ended ? endedComplete : complete;
        boolean same = own.equals(Position.NONE) || own.history().equals(history);
        if (!whole || !same || history.equals(Uuids.NIL) || lastView <= own.seqno()) {
            return own;
        }
        Position view = new Position(history, lastView);
        if (ended) {
            storage.moveTo(view);
        }
        return view;
    }

    @Override
    public void snapshot(Path directory) throws IOException {
        try (PendingSnapshot pending = beginSnapshot(directory)) {
            pending.write();
        }
    }

    @Override
    public PendingSnapshot beginSnapshot(Path directory) throws IOException {
        try {
            Position own = storage.position();
            if (!history.equals(Uuids.NIL) && own.equals(Position.NONE)) {
                storage.moveTo(new Position(history, completeSince)); // no change yet is a state too
            }
            return storage.beginSnapshot(directory);
        } catch (StoreException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    @Override
    public void restore(Path directory) throws IOException {
        try {
            storage.restore(directory);
        } catch (StoreException e) {
            throw new IOException(e.getMessage(), e);
        }
        waits.onApplied(storage.position().seqno());
    }

    /** Of a store on disk. */
    private static final class DurableStore extends StoreApplication implements DurableApplication {
        DurableStore(Storage storage, int appliers) {
            super(storage, appliers);
        }

        @Override
        public void persist() throws IOException {
            try {
                sync();
            } catch (StoreException e) {
                throw new IOException(e.getMessage(), e);
            }
        }
    }
}
