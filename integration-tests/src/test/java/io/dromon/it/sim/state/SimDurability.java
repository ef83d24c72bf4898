package io.dromon.it.sim.state;

import io.dromon.transport.wire.Position;
import java.util.ArrayDeque;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** The disk of a node as its writers wait for it: syncs last, one at a time, and what waits for a majority. */
final class SimDurability {
    /** An own write-set that is applied. */
    record Waiting(OwnWriteSet own, Position position) {}

    private final StateCluster cluster;
    private final StateProcess process;
    private final SplittableRandom random;
    private final ArrayDeque<Waiting> waits = new ArrayDeque<>();
    private boolean syncs;

    SimDurability(StateCluster cluster, StateProcess process) {
        this.cluster = cluster;
        this.process = process;
        this.random = cluster.syncRandom();
    }

    void add(OwnWriteSet own, Position position) {
        waits.add(new Waiting(own, position));
    }

    /** The end of a turn: begins a sync if members wait for it. */
    void endTurn(long nowNs) {
        StoredState state = process.disk().state;
        Position upTo = state.position();
        if (syncs || upTo.seqno() < 0 || !process.core().durability().isAsked(nowNs)) {
            return;
        }
        if (upTo.seqno() <= state.synced()) {
            process.core().durability().onSynced(new Position(upTo.history(), state.synced()));
            return;
        }
        syncs = true;
        if (!cluster.reportsBehindDisk()) {
            process.core().durability().onSynced(upTo);
        }
        long lasts = random.nextLong(cluster.longestSyncNs());
        cluster.clock().in(lasts, () -> process.inTurn(now -> end(upTo)));
    }

    private void end(Position upTo) {
        syncs = false;
        StoredState state = process.disk().state;
        if (state.history().equals(upTo.history())) {
            state.sync(upTo.seqno());
            process.core().durability().onSynced(upTo);
        }
    }

    /** The next one that a majority has synced, null if there is none. */
    @Nullable
    Waiting poll(Position upTo) {
        Waiting next = waits.peek();
        boolean reached = next != null
                && next.position().history().equals(upTo.history())
                && next.position().seqno() <= upTo.seqno();
        return reached ? waits.poll() : null;
    }

    /** The next one whatever is synced, null if there is none. */
    @Nullable
    Waiting pollAny() {
        return waits.poll();
    }
}
