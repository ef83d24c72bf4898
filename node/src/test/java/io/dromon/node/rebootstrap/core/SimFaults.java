package io.dromon.node.rebootstrap.core;

import io.dromon.transport.sim.SimClock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** What goes wrong in a run, how often: drawn from its seed. All is well from the end of the faults on. */
final class SimFaults {
    private final SimGroup group;
    private final SimClock clock;
    private final Random random;
    private final long endNs;
    private final Set<SimNode> cut = new HashSet<>();
    private final int perMinute;
    private final int lossPercent;
    private final int latePercent;
    private final int killPerMille;

    SimFaults(SimGroup group, SimClock clock, Random random, long endNs) {
        this.group = group;
        this.clock = clock;
        this.random = random;
        this.endNs = endNs;
        this.perMinute = random.nextInt(3) == 0 ? 0 : random.nextInt(1, 20);
        this.lossPercent = random.nextInt(3) == 0 ? 0 : random.nextInt(1, 30);
        this.latePercent = random.nextInt(3) == 0 ? 0 : random.nextInt(1, 10);
        this.killPerMille = random.nextInt(3) == 0 ? 0 : random.nextInt(1, 25);
    }

    private boolean over() {
        return clock.nowNs() >= endNs;
    }

    boolean isCut(SimNode node) {
        return cut.contains(node);
    }

    boolean killsCoordinator() {
        return !over() && random.nextInt(1000) < killPerMille;
    }

    boolean killsCoordinatorBetween() {
        return !over() && random.nextInt(2000) < killPerMille;
    }

    /** Delays after which a message arrives: none if it is lost, two if it comes twice. */
    List<Long> deliveries() {
        List<Long> delays = new ArrayList<>();
        boolean lost = !over() && random.nextInt(100) < lossPercent;
        if (!lost) {
            delays.add(delayNs());
        }
        if (!over() && random.nextInt(100) < latePercent) {
            delays.add(random.nextInt(1, 90_000) * 1_000_000L); // once more, or late
        }
        return delays;
    }

    private long delayNs() {
        return random.nextInt(1, 60) * 1_000_000L;
    }

    void plan() {
        if (perMinute > 0) {
            clock.in(random.nextInt(1, 2 * 60_000 / perMinute) * 1_000_000L, () -> {
                if (!over()) {
                    strike();
                    plan();
                }
            });
        }
    }

    private void strike() {
        List<SimNode> all = new ArrayList<>(group.nodes.values());
        SimNode node = all.get(random.nextInt(all.size()));
        long lastsNs = random.nextInt(500, 30_000) * 1_000_000L;
        int kind = random.nextInt(100);
        if (kind < 40) {
            kill(Set.of(node), lastsNs);
        } else if (kind < 45) {
            kill(Set.copyOf(all), lastsNs);
        } else if (kind < 60) {
            cut.add(node);
            clock.in(lastsNs, () -> cut.remove(node));
        } else if (kind < 75) {
            isolate(node, lastsNs);
        } else if (kind < 82) {
            node.skewMs = random.nextInt(-100_000, 100_000);
            clock.in(lastsNs, () -> node.skewMs = 0);
        } else if (kind < 90) {
            node.badFiles = true;
            clock.in(lastsNs, () -> node.badFiles = false);
        } else if (kind < 96) {
            node.unreadable = true;
            clock.in(lastsNs, () -> node.unreadable = false);
        } else {
            node.skewMs = random.nextInt(-4_000, 4_000);
        }
    }

    void kill(Set<SimNode> nodes, long lastsNs) {
        Set<SimNode> alive = new HashSet<>(nodes);
        alive.removeIf(node -> !node.up);
        group.lose(alive);
        for (SimNode node : nodes) {
            if (alive.contains(node)) {
                node.die();
                clock.in(lastsNs, () -> bootIfDown(node));
            }
        }
    }

    private static void bootIfDown(SimNode node) {
        if (!node.up) {
            node.boot();
        }
    }

    private void isolate(SimNode node, long lastsNs) {
        if (node.up && !node.isolated) {
            group.say(node.name, "is cut off from the others");
            node.isolated = true;
            group.lose(Set.of(node));
            clock.in(lastsNs, () -> node.isolated = false);
        }
    }

    /** All is well again. */
    void mend() {
        cut.clear();
        for (SimNode node : group.nodes.values()) {
            node.isolated = false;
            node.skewMs = 0;
            node.badFiles = false;
            node.unreadable = false;
            bootIfDown(node);
        }
    }
}
