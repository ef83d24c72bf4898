package io.dromon.it.sim.state;

import io.dromon.node.state.DonorCode;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A connection from a donor to a joiner: parts go over it one after the other, as slowly as the seed says, and it breaks
 * where the seed says, or where an end is gone or the path is.
 */
final class Transfer {
    private static final long MS = 1_000_000L;
    private static final long LOOK_NS = 250 * MS;
    private static final long STALL_NS = 8_000 * MS;

    /** @param bring called in a turn of the joiner */
    record Part(Runnable bring) {}

    private final StateCluster cluster;
    private final StateProcess donor;
    private final DonorEnd donorEnd;
    private final StateProcess joiner;
    private final JoinerEnd joinerEnd;
    private final List<Part> parts;
    private final SplittableRandom random;
    private final long paceNs;
    /** The part before which it breaks; the number of parts: after all of them, before the donor knows; -1: not. */
    private final int breaksAt;

    private int next;
    private long lastProgressNs;
    private long lastArrivalNs;
    private boolean over;

    Transfer(
            StateCluster cluster,
            StateProcess donor,
            DonorEnd donorEnd,
            StateProcess joiner,
            JoinerEnd joinerEnd,
            List<Part> parts) {
        this.cluster = cluster;
        this.donor = donor;
        this.donorEnd = donorEnd;
        this.joiner = joiner;
        this.joinerEnd = joinerEnd;
        this.parts = parts;
        this.random = cluster.transferRandom();
        this.paceNs = random.nextInt(4) == 0 ? random.nextLong(500 * MS) : random.nextLong(10 * MS);
        this.breaksAt = cluster.calm() || random.nextInt(4) != 0 ? -1 : random.nextInt(parts.size() + 1);
        this.lastProgressNs = cluster.clock().nowNs();
    }

    void begin() {
        joinerEnd.connected = true;
        cluster.onTransfer(donor.host, joiner.host, random);
        look();
        send();
    }

    /** Whether both ends live, and something moves. */
    private void look() {
        if (over) {
            return;
        }
        if (!cluster.lives(donor)) {
            over = true;
            cluster.clock().in(random.nextLong(1000 * MS), () -> failJoiner("the donor is gone"));
        } else if (!cluster.lives(joiner) || !joinerEnd.open) {
            close("the joiner has closed the connection");
        } else if (cluster.clock().nowNs() - lastProgressNs > STALL_NS) {
            close("nothing moves");
        } else {
            cluster.clock().in(LOOK_NS, this::look);
        }
    }

    /** In a turn of the donor. */
    private void send() {
        if (over) {
            return;
        }
        if (!cluster.isPathOpen(donor.host, joiner.host)) {
            again(100 * MS);
        } else if (!joinerEnd.open) {
            close("the joiner has closed the connection");
        } else if (next == breaksAt) {
            close("the connection is cut at part " + next + " of " + parts.size());
        } else if (next == parts.size()) {
            over = true;
            cluster.clock()
                    .in(
                            random.nextLong(200 * MS),
                            () -> donor.inTurn(now -> donorEnd.end(DonorCode.SERVED, "all was sent")));
        } else {
            arrive(parts.get(next++));
            again(paceNs);
        }
    }

    private void arrive(Part part) {
        lastProgressNs = cluster.clock().nowNs();
        lastArrivalNs = Math.max(lastArrivalNs, lastProgressNs + random.nextLong(20 * MS));
        cluster.clock().at(lastArrivalNs, () -> joiner.inTurn(now -> joinerEnd.take(part.bring())));
    }

    private void again(long delayNs) {
        cluster.clock().in(delayNs, () -> donor.inTurn(now -> send()));
    }

    /** Both ends learn of it, in any order. */
    void close(String why) {
        if (over) {
            return;
        }
        over = true;
        long joinerAt = Math.max(lastArrivalNs, cluster.clock().nowNs() + random.nextLong(500 * MS));
        cluster.clock().at(joinerAt, () -> failJoiner(why));
        cluster.clock().in(random.nextLong(500 * MS), () -> donor.inTurn(now -> donorEnd.end(DonorCode.FAILED, why)));
    }

    private void failJoiner(String why) {
        joiner.inTurn(now -> joinerEnd.take(
                () -> joiner.core().gate().failed(joinerEnd.attempt.number(), why, false, joiner.nowNs())));
    }
}
