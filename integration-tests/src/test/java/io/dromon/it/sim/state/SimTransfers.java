package io.dromon.it.sim.state;

import io.dromon.it.sim.state.Task.Snapshot;
import io.dromon.node.group.GroupEvent;
import io.dromon.node.group.GroupMember;
import io.dromon.node.state.core.Attempt;
import io.dromon.node.state.core.HistoryTail;
import io.dromon.node.state.core.TransferStep;
import io.dromon.transport.wire.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Does for the core of a simulated node what {@code node.state.StateTransfers} does with sockets, files and threads. */
final class SimTransfers implements TransferStep.Handler {
    private static final long MS = 1_000_000L;
    /** How long a joiner waits for the connection of its donor. */
    private static final long ARRIVAL_NS = 8_000 * MS;

    private final StateCluster cluster;
    private final StateProcess process;
    private final SplittableRandom random;
    private final List<DonorEnd> given = new ArrayList<>();
    private @Nullable JoinerEnd taken;

    SimTransfers(StateCluster cluster, StateProcess process) {
        this.cluster = cluster;
        this.process = process;
        this.random = cluster.transferRandom();
    }

    // ---- this node takes

    @Override
    public void onPrepare(Attempt attempt) {
        JoinerEnd end = new JoinerEnd(attempt);
        taken = end;
        process.note("prepares " + attempt);
        cluster.clock()
                .in(
                        random.nextLong(100 * MS),
                        () -> process.inTurn(now -> {
                            if (!cluster.calm() && random.nextInt(40) == 0) {
                                process.core().gate().failed(attempt.number(), "no port to listen at", false, now);
                            } else {
                                process.core()
                                        .gate()
                                        .prepared(
                                                attempt.number(),
                                                TransferRequest.of(
                                                                process.host,
                                                                process.uuid(),
                                                                attempt,
                                                                tail(attempt.have()))
                                                        .encode());
                            }
                        }));
    }

    private HistoryTail tail(Position end) {
        SimCache cache = process.disk().cache;
        return cache.history().equals(end.history())
                ? HistoryTail.of(cache.read(Math.max(cache.first(), end.seqno() - HistoryTail.MOST + 1), end.seqno()))
                : HistoryTail.NONE;
    }

    private @Nullable JoinerEnd end(Attempt attempt) {
        return listening(attempt.number());
    }

    /** The end that waits for this attempt's donor; null if that is over. */
    @Nullable
    JoinerEnd listening(int attempt) {
        JoinerEnd end = taken;
        return end != null && end.open && end.attempt.number() == attempt ? end : null;
    }

    @Override
    public void onReceive(Attempt attempt) {
        JoinerEnd end = end(attempt);
        if (end == null) {
            return;
        }
        SimCache cache = process.disk().cache;
        if (attempt.way() == Attempt.Way.INCREMENTAL && !cache.history().equals(attempt.history())) {
            cache.reset(attempt.history(), attempt.have().seqno());
        }
        cluster.clock()
                .in(
                        ARRIVAL_NS,
                        () -> process.inTurn(now -> {
                            if (!end.connected && end.open) {
                                process.core().gate().failed(attempt.number(), "the donor does not come", false, now);
                            }
                        }));
        // What has come already is not handed on from inside of the core's own call.
        process.inTurn(now -> end.receive());
    }

    @Override
    public void onCancel(Attempt attempt) {
        JoinerEnd end = end(attempt);
        if (end != null) {
            end.open = false;
        }
    }

    @Override
    public void onRestore(Attempt attempt) {
        JoinerEnd end = end(attempt);
        Snapshot snapshot = end == null ? null : end.arrived;
        if (end == null || snapshot == null) {
            throw new IllegalStateException("no snapshot has arrived");
        }
        long lasts = random.nextLong(random.nextInt(4) == 0 ? 3000 * MS : 20 * MS);
        boolean works = cluster.calm() || random.nextInt(10) != 0;
        Runnable began = () -> cluster.clock().in(lasts, () -> process.inTurn(now -> process.endRestore(works)));
        process.enqueue(new Task.Restore(
                snapshot,
                began,
                taken -> process.inTurn(now -> {
                    if (taken) {
                        process.disk()
                                .cache
                                .reset(
                                        snapshot.position().history(),
                                        snapshot.position().seqno());
                        process.core().gate().restored(attempt.number(), snapshot.position(), now);
                    } else {
                        process.core()
                                .gate()
                                .failed(attempt.number(), "the application did not take the snapshot", false, now);
                    }
                    end.open = false;
                })));
    }

    @Override
    public void onCompleted(Attempt attempt) {
        cluster.count(attempt.way() == Attempt.Way.INCREMENTAL ? "by IST" : "by SST", 1);
        process.note("has the state up to " + attempt.needed());
        if (attempt.way() == Attempt.Way.INCREMENTAL) {
            onCancel(attempt);
        }
    }

    @Override
    public void onFailed(TransferStep.Failed failed) {
        cluster.count("failed attempts", 1);
        process.note(failed.toString());
    }

    // ---- this node gives

    void onStateRequest(GroupEvent.StateRequest request) {
        given.removeIf(DonorEnd::isOver);
        DonorEnd end = new DonorEnd(cluster, process, request);
        given.add(end);
        end.begin();
    }

    void onConfigurationChange(GroupEvent.ConfigurationChange change) {
        Set<UUID> members = change.members().stream().map(GroupMember::uuid).collect(Collectors.toSet());
        for (DonorEnd end : List.copyOf(given)) {
            if (change.isPrimary() && !members.contains(end.requester())) {
                end.cancel();
            }
        }
    }
}
