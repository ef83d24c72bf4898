package io.dromon.it.sim.state;

import io.dromon.it.sim.state.Task.Snapshot;
import io.dromon.node.group.GroupEvent;
import io.dromon.node.ist.protocol.IstEvent;
import io.dromon.node.state.DonorCode;
import io.dromon.node.state.core.HistoryTail;
import io.dromon.transport.wire.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The giving end for one request. However it ends, the group is told once. */
final class DonorEnd {
    private static final long MS = 1_000_000L;
    private static final long DIAL_NS = 5_000 * MS;

    private final StateCluster cluster;
    private final StateProcess donor;
    private final GroupEvent.StateRequest request;
    private final TransferRequest wanted;
    private final SplittableRandom random;
    private @Nullable Transfer transfer;
    private boolean cancelled;
    private boolean over;

    DonorEnd(StateCluster cluster, StateProcess donor, GroupEvent.StateRequest request) {
        this.cluster = cluster;
        this.donor = donor;
        this.request = request;
        this.wanted = TransferRequest.decode(request.request());
        this.random = cluster.transferRandom();
    }

    UUID requester() {
        return request.requester();
    }

    boolean isOver() {
        return over;
    }

    /** In the request's place of the order. */
    void begin() {
        if (wanted.snapshot()) {
            donor.enqueue(new Task.TakeSnapshot(this::give));
        } else {
            giveEvents();
        }
    }

    private void giveEvents() {
        Position end = request.position();
        long first = wanted.have().seqno() + 1;
        if (!wanted.have().history().equals(end.history()) || first < 1) {
            end(DonorCode.NOT_CACHED, "the joiner's state is of " + wanted.have());
            return;
        }
        List<IstEvent> events = donor.disk().cache.history().equals(end.history())
                ? donor.disk().cache.read(first, end.seqno())
                : List.of();
        HistoryTail tail = wanted.tail();
        OptionalLong different = tail.firstDifference(HistoryTail.of(donor.disk()
                .cache
                .read(Math.max(tail.first(), donor.disk().cache.first()), Math.min(first - 1, tail.last()))));
        if (!events.isEmpty() && different.isPresent()) {
            cluster.count("states of another branch found", 1);
            end(DonorCode.OF_ANOTHER_BRANCH, "it differs at " + different.getAsLong());
            return;
        }
        if (events.isEmpty()) {
            end(
                    DonorCode.NOT_CACHED,
                    "number " + first + " is not cached, first is "
                            + donor.disk().cache.first());
            return;
        }
        List<IstEvent> sent = cluster.sent(events);
        cluster.count("events given", sent.size());
        connect(0, joinerEnd -> eventParts(joinerEnd, sent));
    }

    private List<Transfer.Part> eventParts(JoinerTarget target, List<IstEvent> events) {
        List<Transfer.Part> parts = new ArrayList<>();
        int number = wanted.attempt();
        StateProcess joiner = target.process();
        for (int from = 0; from < events.size(); ) {
            int to = Math.min(events.size(), from + 1 + random.nextInt(16));
            List<IstEvent> batch = events.subList(from, to);
            parts.add(new Transfer.Part(
                    () -> batch.forEach(event -> joiner.core().gate().received(number, event, joiner.nowNs()))));
            from = to;
        }
        long last = events.get(events.size() - 1).seqno();
        parts.add(new Transfer.Part(() -> {
            if (last < request.position().seqno()) {
                joiner.core().gate().failed(number, "the cache ends before it", false, joiner.nowNs());
            } else {
                joiner.core().gate().ended(number, joiner.nowNs());
            }
        }));
        return parts;
    }

    private void give(Snapshot snapshot) {
        if (!cluster.calm() && random.nextInt(20) == 0) {
            end(DonorCode.FAILED, "the application gave no snapshot");
            return;
        }
        cluster.count("snapshots given", 1);
        Snapshot sent = new Snapshot(snapshot.state(), cluster.said(snapshot.position()));
        connect(0, target -> snapshotParts(target, sent));
    }

    private List<Transfer.Part> snapshotParts(JoinerTarget target, Snapshot snapshot) {
        List<Transfer.Part> parts = new ArrayList<>();
        for (int left = random.nextInt(8); left > 0; left--) {
            parts.add(new Transfer.Part(() -> {}));
        }
        parts.add(new Transfer.Part(() -> {
            target.end().arrived = snapshot;
            target.process().core().gate().snapshotArrived(wanted.attempt());
        }));
        return parts;
    }

    /** Whom the connection reaches. */
    private record JoinerTarget(StateProcess process, JoinerEnd end) {}

    private interface PartsMaker {
        List<Transfer.Part> parts(JoinerTarget target);
    }

    private void connect(long waitedNs, PartsMaker maker) {
        long delay = random.nextLong(waitedNs == 0 ? 50 * MS : 500 * MS);
        cluster.clock()
                .in(
                        delay,
                        () -> donor.inTurn(now -> {
                            StateProcess joiner = cluster.running(wanted.host());
                            if (cancelled) {
                                end(DonorCode.FAILED, "cancelled");
                            } else if (!cluster.isPathOpen(donor.host, wanted.host())) {
                                if (waitedNs + delay > DIAL_NS) {
                                    end(DonorCode.FAILED, "no way to the joiner");
                                } else {
                                    connect(waitedNs + delay, maker);
                                }
                            } else if (joiner == null || !joiner.uuid().equals(wanted.process())) {
                                end(DonorCode.FAILED, "connection refused");
                            } else {
                                JoinerEnd target = joiner.transfers().listening(wanted.attempt());
                                if (target == null) {
                                    end(DonorCode.FAILED, "nobody listens any more");
                                } else {
                                    transfer = new Transfer(
                                            cluster,
                                            donor,
                                            this,
                                            joiner,
                                            target,
                                            maker.parts(new JoinerTarget(joiner, target)));
                                    transfer.begin();
                                }
                            }
                        }));
    }

    /** In a turn of the donor. */
    void end(long code, String how) {
        if (over) {
            return;
        }
        over = true;
        donor.note("gives no more to " + wanted.host() + ": " + code + " " + how);
        if (cluster.tellsEnd(code)) {
            donor.inTurn(now ->
                    donor.core().controls().endStateTransfer(request.position().seqno(), code));
        }
    }

    /** The joiner has left. */
    void cancel() {
        cancelled = true;
        if (transfer != null) {
            transfer.close("cancelled");
        }
    }
}
