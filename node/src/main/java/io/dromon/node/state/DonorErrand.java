package io.dromon.node.state;

import io.dromon.node.PendingSnapshot;
import io.dromon.node.apply.DeliveryItem;
import io.dromon.node.cache.CacheLease;
import io.dromon.node.group.GroupEvent;
import io.dromon.node.ist.IstDonor;
import io.dromon.node.ist.protocol.IstException;
import io.dromon.node.ist.protocol.IstRange;
import io.dromon.node.ist.protocol.IstRequest;
import io.dromon.node.state.core.HistoryTail;
import io.dromon.node.state.snapshot.SnapshotException;
import io.dromon.node.state.snapshot.SnapshotGiver;
import io.dromon.node.state.snapshot.SnapshotListener;
import io.dromon.node.state.snapshot.SnapshotRequest;
import io.dromon.node.state.snapshot.SnapshotSettings;
import io.dromon.node.state.snapshot.StateRequest;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.Position;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a donor does for one request. However it ends, the group is told once: until then the node is no donor for others,
 * and its joiner waits.
 */
final class DonorErrand {
    private static final Logger LOG = LoggerFactory.getLogger(DonorErrand.class);
    private static final int REPLICATION_VERSION = 11;

    private final String nodeName;
    private final GroupEvent.StateRequest request;
    private final TransferHost host;
    private final TransferParts parts;
    private final Runnable whenOver;
    private final AtomicBoolean over = new AtomicBoolean();
    private @Nullable IstDonor events;
    private @Nullable SnapshotGiver snapshot;
    private boolean cancelled;

    /** @param whenOver called once, on any thread */
    DonorErrand(
            String nodeName,
            GroupEvent.StateRequest request,
            TransferHost host,
            TransferParts parts,
            Runnable whenOver) {
        this.nodeName = nodeName;
        this.request = request;
        this.host = host;
        this.parts = parts;
        this.whenOver = whenOver;
    }

    /** Who gets it. */
    UUID requester() {
        return request.requester();
    }

    /**
     * Begins. The protocol thread, in the request's place of the order.
     *
     * @param threads where it may wait for the joiner
     */
    void begin(Executor threads) {
        try {
            StateRequest parsed = StateRequest.decode(request.request());
            if (parsed.wantsSnapshot()) {
                giveSnapshot(SnapshotRequest.decode(parsed.snapshot()));
            } else if (parsed.wantsEvents()) {
                giveEvents(IstRequest.decode(parsed.incremental()), HistoryTail.decode(parsed.tail()), threads);
            } else {
                end(DonorCode.SERVED, "nothing is wanted");
            }
        } catch (MalformedMessageException e) {
            end(DonorCode.NOT_GIVEN, "the request cannot be read: " + e.getMessage());
        } catch (SnapshotException e) {
            end(DonorCode.NOT_GIVEN, String.valueOf(e.getMessage()));
        }
    }

    // ---- events

    private void giveEvents(IstRequest wanted, HistoryTail tail, Executor threads) {
        Position end = request.position();
        long first = wanted.lastApplied() + 1;
        if (!wanted.history().equals(end.history()) || wanted.lastApplied() < 0) {
            end(DonorCode.NOT_CACHED, "the joiner's state is of " + wanted.history() + ":" + wanted.lastApplied());
            return;
        }
        Optional<CacheLease> lease =
                parts.cache().history().equals(end.history()) ? parts.cache().lease(first) : Optional.empty();
        if (lease.isEmpty()) {
            end(
                    DonorCode.NOT_CACHED,
                    "number " + first + " is not in the write-set cache, which begins at "
                            + parts.cache().first() + "; a larger gcache.size keeps more");
            return;
        }
        IstRange range = IstRange.incremental(wanted.lastApplied(), 0, end.seqno());
        threads.execute(() -> connect(wanted, tail, range, new CacheSource(lease.get())));
    }

    private void connect(IstRequest wanted, HistoryTail tail, IstRange range, CacheSource source) {
        Position from = new Position(wanted.history(), wanted.lastApplied());
        OptionalLong different = tail.firstDifference(CachedTail.like(tail, parts.cache(), from));
        if (different.isPresent()) {
            source.close();
            end(
                    DonorCode.OF_ANOTHER_BRANCH,
                    "the joiner's state, which ends at " + from
                            + ", is of another branch of the history: it differs at " + different.getAsLong());
            return;
        }
        IstDonor donor;
        try {
            donor = IstDonor.connect(wanted.joiner(), REPLICATION_VERSION, parts.ist(), parts.modes());
        } catch (IstException | RuntimeException e) {
            source.close();
            end(DonorCode.FAILED, String.valueOf(e.getMessage()));
            return;
        }
        synchronized (this) {
            events = donor;
            if (cancelled) {
                donor.close();
                source.close();
                end(DonorCode.FAILED, "cancelled");
                return;
            }
        }
        donor.send(range, source, new IstDonor.Listener() {
            @Override
            public void onSent(long lastSeqno) {
                end(DonorCode.SERVED, "numbers " + range.first() + " to " + range.last() + " were sent");
            }

            @Override
            public void onFailure(IstException failure) {
                end(DonorCode.FAILED, String.valueOf(failure.getMessage()));
            }
        });
    }

    // ---- a snapshot

    private void giveSnapshot(SnapshotRequest wanted) throws SnapshotException {
        SnapshotSettings settings = parts.snapshots().get();
        SnapshotGiver.check(settings, wanted);
        host.deliver(new DeliveryItem.TakeSnapshot(
                settings.outgoing(),
                (position, pending) -> give(settings, wanted, position, pending),
                why -> end(DonorCode.FAILED, "the application gave no snapshot: " + why)));
    }

    private synchronized void give(
            SnapshotSettings settings, SnapshotRequest wanted, Position position, PendingSnapshot pending) {
        LOG.info("{}: gives {} as of {}", nodeName, wanted, position);
        SnapshotGiver.Source source =
                new SnapshotGiver.Source(settings.outgoing(), position, goesOn -> make(pending, goesOn));
        snapshot = SnapshotGiver.give(settings, wanted, source, new SnapshotListener() {
            @Override
            public void onTransferred(Position sent) {
                end(DonorCode.SERVED, "a snapshot as of " + sent + " was sent");
            }

            @Override
            public void onFailure(SnapshotException why) {
                end(-why.errno(), String.valueOf(why.getMessage()));
            }
        });
        if (cancelled) {
            snapshot.cancel();
        }
    }

    private static void make(PendingSnapshot pending, boolean wanted) throws IOException {
        try (pending) {
            if (wanted) {
                pending.write();
            }
        }
    }

    // ---- the end

    private void end(long code, String how) {
        if (!over.compareAndSet(false, true)) {
            return;
        }
        if (code == DonorCode.SERVED) {
            LOG.info("{}: the state transfer given to member {} is over: {}", nodeName, request.requesterIndex(), how);
        } else {
            LOG.warn(
                    "{}: the state transfer given to member {} has failed ({}): {}",
                    nodeName,
                    request.requesterIndex(),
                    code,
                    how);
        }
        host.endDonation(request.position().seqno(), code);
        whenOver.run();
    }

    /** The joiner is gone, or the node ends. */
    synchronized void cancel() {
        cancelled = true;
        if (events != null) {
            events.close();
        }
        if (snapshot != null) {
            snapshot.cancel();
        }
    }
}
