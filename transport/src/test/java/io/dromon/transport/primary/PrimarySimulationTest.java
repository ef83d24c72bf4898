package io.dromon.transport.primary;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.evs.SendResult;
import io.dromon.transport.primary.SimulatedEvs.Node;
import io.dromon.transport.sim.Seeds;
import io.dromon.transport.wire.Uuids;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Random partitions, merges, joins, leaves and crashes over a perfect EVS; the fixture checks the invariants of chapter
 * 03 section 10.
 */
@Tag("simulation")
class PrimarySimulationTest {
    private static final int RUNS_PER_SEED = 10;

    @Test
    void partitionsAndMergesKeepOnePrimaryAndComeBackToIt() {
        forEachSeed(seed -> new Simulation(seed, false).run());
    }

    @Test
    void crashesAndRestartsKeepOnePrimary() {
        forEachSeed(seed -> new Simulation(seed, true).run());
    }

    private static void forEachSeed(LongConsumer run) {
        Seeds.each(PrimarySimulationTest.class, Seeds.count() * RUNS_PER_SEED, run);
    }

    private static final class Simulation {
        private final SimulatedEvs evs = new SimulatedEvs();
        private final Random random;
        private final boolean crashes;
        private final List<Node> nodes;
        private int nextId;
        /** A member of the last primary component may be gone for ever. */
        private boolean stuck;

        Simulation(long seed, boolean crashes) {
            this.random = new Random(seed);
            this.crashes = crashes;
            int[] weights = new int[2 + random.nextInt(4)];
            for (int i = 0; i < weights.length; i++) {
                weights[i] = random.nextInt(4) == 0 ? random.nextInt(4) : 1;
            }
            weights[0] = Math.max(1, weights[0]);
            nodes = new ArrayList<>(evs.primaryOf(weights));
            nextId = weights.length + 1;
        }

        void run() {
            for (int i = 0; i < 60; i++) {
                act();
                evs.checkQuiet();
                for (Node node : nodes) {
                    assertThat(node.fatals).isEmpty();
                    assertThat(node.violations).isEmpty();
                }
            }
            if (!nodes.isEmpty()) {
                evs.regroup(nodes.toArray(Node[]::new));
                evs.checkQuiet();
                if (!stuck) {
                    assertThat(nodes).allMatch(node -> node.primary.state() == PrimaryState.PRIM);
                }
            }
        }

        private void act() {
            if (nodes.isEmpty()) {
                return;
            }
            Node node = nodes.get(random.nextInt(nodes.size()));
            switch (random.nextInt(16)) {
                case 0, 1, 2, 3 -> node.send("m" + random.nextInt());
                case 4, 5, 6, 7, 8 -> step(node);
                case 9 -> evs.run();
                case 10, 11, 12, 13 -> reconfigure();
                case 14 -> changeWeight(node);
                default -> comeOrGo(node);
            }
        }

        private void step(Node node) {
            for (int i = random.nextInt(6); i >= 0 && node.step(); i--) {
                evs.checkQuiet();
            }
        }

        /** Some nodes that may or may not be together form the next view; some messages of the others are lost. */
        private void reconfigure() {
            List<Node> group = new ArrayList<>(nodes);
            Collections.shuffle(group, random);
            List<Node> chosen = group.subList(0, 1 + random.nextInt(group.size()));
            evs.transition(chosen, Set.of(), random.nextBoolean());
            evs.install(chosen.toArray(Node[]::new));
            if (random.nextBoolean()) {
                evs.run();
            }
        }

        private void changeWeight(Node node) {
            if (node.primary.state() == PrimaryState.PRIM
                    && node.primary.changeWeight(1 + random.nextInt(3)) == SendResult.AGAIN) {
                assertThat(node.gathering).isTrue();
            }
        }

        private void comeOrGo(Node node) {
            int kind = random.nextInt(crashes ? 4 : 2);
            if (kind == 0 && nodes.size() < 7) {
                nodes.add(evs.add(nextId++));
            } else if (kind == 1) {
                leave(node);
            } else if (kind >= 2) {
                crash(node, kind == 2);
            }
        }

        /** Those who share its view learn of it in their next one. */
        private void leave(Node node) {
            SimulatedEvs.Component component = node.component;
            if (component == null || component.frozen || nodes.size() == 1) {
                return;
            }
            List<Node> others = nodes.stream()
                    .filter(other -> other != node && other.component == component)
                    .toList();
            nodes.remove(node);
            evs.leave(node);
            if (!others.isEmpty()) {
                evs.transition(others, Set.of(node), random.nextBoolean());
                evs.install(others.toArray(Node[]::new));
                evs.run();
            }
            stuck = true;
        }

        private void crash(Node node, boolean keepsState) {
            stuck = true;
            nodes.remove(node);
            evs.crash(node);
            UUID next = Uuids.nextIncarnation(node.uuid);
            Optional<SavedView> saved =
                    keepsState ? node.disk.map(view -> new SavedView(next, view.view())) : Optional.empty();
            nodes.add(evs.add(keepsState ? next : SimulatedEvs.uuid(nextId++), PrimarySettings.defaults(), saved));
        }
    }
}
