package io.dromon.node.state;

import io.dromon.node.NodeStatus;
import io.dromon.node.apply.DeliveryItem;
import io.dromon.node.ist.IstJoiner;
import io.dromon.node.ist.protocol.IncomingStream.Expected;
import io.dromon.node.ist.protocol.IstRequest;
import io.dromon.node.state.core.Attempt;
import io.dromon.node.state.snapshot.SnapshotException;
import io.dromon.node.state.snapshot.SnapshotListener;
import io.dromon.node.state.snapshot.SnapshotProgress;
import io.dromon.node.state.snapshot.SnapshotTaker;
import io.dromon.node.state.snapshot.StateRequest;
import io.dromon.sst.TransferException;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Position;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a joiner does for one {@link Attempt}: listens, takes what comes, cleans up. Any thread. */
final class JoinerErrand {
    private static final int REPLICATION_VERSION = 11;

    final Attempt attempt;
    private final TransferHost host;
    private final TransferParts parts;
    private final Consumer<String> ownReason;
    private @Nullable IstJoiner events;
    private @Nullable SnapshotTaker snapshot;
    private Position arrived = Position.NONE;
    private boolean closed;

    /**
     * @param ownReason told why a snapshot failed at this end, which may be after its donor has told the group that it
     *     failed; the protocol thread
     */
    JoinerErrand(Attempt attempt, TransferHost host, TransferParts parts, Consumer<String> ownReason) {
        this.attempt = attempt;
        this.host = host;
        this.parts = parts;
        this.ownReason = ownReason;
    }

    /** Begins to listen; may wait for the disk and for a name server. */
    void prepare() {
        try {
            Bytes request = attempt.way() == Attempt.Way.INCREMENTAL ? listenForEvents() : listenForSnapshot();
            host.onProtocolThread(core -> core.prepared(attempt.number(), request));
        } catch (IOException | SnapshotException | RuntimeException e) {
            fail(String.valueOf(e.getMessage()));
        }
    }

    private Bytes listenForEvents() throws IOException {
        Expected expected =
                new Expected(REPLICATION_VERSION, attempt.history(), attempt.needed(), parts.largestEventBytes());
        IstJoiner joiner = parts.addresses().listen(expected, parts.ist(), parts.modes());
        if (!keep(joiner, null)) {
            joiner.close();
        }
        Bytes part = new IstRequest(
                        attempt.have().history(),
                        attempt.have().seqno(),
                        attempt.needed(),
                        joiner.address(parts.addresses().host()))
                .encode();
        Bytes tail = CachedTail.of(parts.cache(), attempt.have()).encode();
        return new StateRequest(Bytes.EMPTY, part, tail).encode();
    }

    private Bytes listenForSnapshot() throws SnapshotException {
        SnapshotTaker taker = SnapshotTaker.listen(parts.snapshots().get());
        if (!keep(null, taker)) {
            taker.close();
        }
        return new StateRequest(taker.request().encode(), Bytes.EMPTY).encode();
    }

    private synchronized boolean keep(@Nullable IstJoiner joiner, @Nullable SnapshotTaker taker) {
        events = joiner;
        snapshot = taker;
        return !closed;
    }

    /** There is a donor. */
    synchronized void receive() {
        if (events != null) {
            events.receive(attempt.have().seqno() + 1, new EventFeed(attempt.number(), host));
        } else if (snapshot != null) {
            snapshot.take(new FromTaker());
        }
    }

    private final class FromTaker implements SnapshotListener {
        @Override
        public void onTransferred(Position position) {
            synchronized (JoinerErrand.this) {
                arrived = position;
            }
            host.onProtocolThread(core -> core.snapshotArrived(attempt.number()));
        }

        @Override
        public void onFailure(SnapshotException why) {
            String reason = String.valueOf(why.getMessage());
            if (why.reason() != TransferException.Reason.CANCELLED) {
                host.onProtocolThread(core -> ownReason.accept(reason));
            }
            fail(reason);
        }
    }

    /** Has the application take the snapshot. The protocol thread. */
    synchronized void restore() {
        SnapshotTaker taker = snapshot;
        if (taker == null) {
            throw new IllegalStateException("no snapshot has arrived");
        }
        Position position = arrived;
        host.deliver(new DeliveryItem.Restore(
                taker.directory(),
                position,
                () -> {
                    host.onProtocolThread(core -> {
                        parts.cache().reset(position.history(), position.seqno());
                        core.restored(attempt.number(), position, System.nanoTime());
                    });
                    close();
                },
                why -> {
                    fail("the application did not take the snapshot, and has kept its state: " + why);
                    close();
                }));
    }

    private void fail(String reason) {
        host.onProtocolThread(core -> core.failed(attempt.number(), reason, false, System.nanoTime()));
    }

    /** What it is about, and how far it is. Any thread. */
    synchronized NodeStatus.Transfer status() {
        String range = attempt.have().equals(Position.NONE)
                ? "all up to " + attempt.needed()
                : attempt.have() + " to " + attempt.needed();
        if (attempt.way() == Attempt.Way.INCREMENTAL) {
            return new NodeStatus.Transfer("IST, " + range, 0, 0, 0);
        }
        SnapshotProgress progress = snapshot == null ? SnapshotProgress.NOTHING : snapshot.progress();
        return new NodeStatus.Transfer(
                "SST, " + range, progress.bytes(), progress.totalBytes(), progress.bytesPerSecond());
    }

    /** Ends what runs; returns at once. Again is fine. */
    synchronized void close() {
        closed = true;
        if (events != null) {
            events.close();
        }
        if (snapshot != null) {
            snapshot.close();
        }
    }
}
