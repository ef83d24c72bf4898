package io.dromon.transport.evs;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.evs.EvsNetwork.Peer;
import io.dromon.transport.sim.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The group-level scenarios of chapter 02 section 12, each over many seeds, with the checks of section 11. */
@Tag("simulation")
@Timeout(300)
class EvsGroupTest {

    @Test
    void joinsOneByOne() {
        overSeeds(10, seed -> {
            EvsNetwork network = new EvsNetwork(seed);
            joinAll(network, 4, 0);
            EvsChecks.check(network, true);
        });
    }

    @Test
    void joinsOneByOneWithMessagesAndLoss() {
        overSeeds(1, seed -> {
            EvsNetwork network = new EvsNetwork(seed);
            network.loss = seed % 2 == 0 ? 0.1 : 0;
            joinAll(network, 4, 8);
            chatter(network, network.peers, 200);
            settleAndCompare(network, network.peers);
            EvsChecks.check(network, false);
        });
    }

    @Test
    void leavesOneByOneWithMessagesAndLoss() {
        overSeeds(1, seed -> {
            EvsNetwork network = new EvsNetwork(seed);
            network.loss = seed % 2 == 0 ? 0.1 : 0;
            joinAll(network, 4, 4);
            List<Peer> rest = new ArrayList<>(network.peers);
            while (!rest.isEmpty()) {
                chatter(network, rest, 20);
                Peer leaver = rest.remove(network.random.nextInt(rest.size()));
                leaver.call(evs -> evs.close(network.nowNs()));
                network.await("leaver is out", 60, () -> leaver.evs.state() == EvsState.CLOSED);
                assertThat(leaver.view().isEmpty()).isTrue();
                Peer[] members = rest.toArray(Peer[]::new);
                network.await("the others go on", 60, () -> allIn(members));
            }
            EvsChecks.check(network, false);
        });
    }

    @Test
    void splitsAndMerges() {
        overSeeds(1, seed -> {
            EvsNetwork network = new EvsNetwork(seed);
            joinAll(network, 4, 4);
            for (int position = 1; position <= 3; position++) {
                network.loss = seed % 3 == 0 ? 0.05 : 0;
                chatter(network, network.peers, 10);
                network.split(position, false);
                chatter(network, network.peers, 300);
                Peer[] one = network.peers.subList(0, position).toArray(Peer[]::new);
                Peer[] two = network.peers.subList(position, 4).toArray(Peer[]::new);
                network.await("two views", 60, () -> allIn(one) && allIn(two));
                chatter(network, network.peers, 50);
                network.split(position, true);
                chatter(network, network.peers, 50);
                network.await("one view", 60, () -> allIn(network.peers.toArray(Peer[]::new)));
            }
            chatter(network, network.peers, 50);
            network.loss = 0;
            settleAndCompare(network, network.peers);
            EvsChecks.check(network, seed % 3 != 0);
        });
    }

    @Test
    void goesOnWithoutCrashedNodes() {
        overSeeds(1, seed -> {
            EvsNetwork network = new EvsNetwork(seed);
            joinAll(network, 5, 2);
            chatter(network, network.peers, 20);
            List<Peer> rest = new ArrayList<>(network.peers);
            for (int i = 0; i < 2; i++) {
                Peer victim = rest.remove(network.random.nextInt(rest.size()));
                // Its last messages reach only some.
                for (Peer other : rest) {
                    if (network.random.nextBoolean()) {
                        network.connect(victim, other, false);
                    }
                }
                victim.sendNext();
                chatter(network, network.peers, 3);
                network.crash(victim);
                chatter(network, rest, 30);
                Peer[] members = rest.toArray(Peer[]::new);
                network.await("the others go on", 60, () -> allIn(members));
            }
            settleAndCompare(network, rest);
            EvsChecks.check(network, true);
        });
    }

    @Test
    void bringsBackWhoWasCutOff() {
        overSeeds(5, seed -> {
            EvsNetwork network = new EvsNetwork(seed);
            joinAll(network, 4, 2);
            for (Peer victim : List.copyOf(network.peers)) {
                List<Peer> rest = new ArrayList<>(network.peers);
                rest.remove(victim);
                for (Peer other : rest) {
                    network.connect(victim, other, false);
                }
                Peer[] members = rest.toArray(Peer[]::new);
                network.await("exclusion", 60, () -> allIn(members));
                for (Peer other : rest) {
                    network.connect(victim, other, true);
                }
                network.await("return", 60, () -> allIn(network.peers.toArray(Peer[]::new)));
            }
            EvsChecks.check(network, false);
        });
    }

    @Test
    void arbitratesBetweenTwoThatCannotSeeEachOther() {
        overSeeds(5, seed -> {
            EvsNetwork network = new EvsNetwork(seed);
            joinAll(network, 3, 2);
            Peer a = network.peers.get(0);
            Peer b = network.peers.get(1);
            Peer c = network.peers.get(2);
            network.connect(a, b, false);
            network.connect(b, a, false);
            chatter(network, network.peers, 100);
            network.await("two of three", 60, () -> allIn(a, c) || allIn(b, c));
            network.connect(a, b, true);
            network.connect(b, a, true);
            network.await("all three again", 60, () -> allIn(a, b, c));
            settleAndCompare(network, network.peers);
            EvsChecks.check(network, false);
        });
    }

    @Test
    void survivesTheLossOfAMemberWhileAnotherJoins() {
        overSeeds(5, seed -> {
            EvsNetwork network = new EvsNetwork(seed);
            joinAll(network, 4, 2);
            Peer lost = network.peers.get(3);
            Peer joiner = network.add(network.random.nextInt(2) == 0 ? 9 : 20);
            network.start(joiner);
            network.run(network.random.nextInt(1200));
            network.isolate(lost, false);
            Peer[] rest = {network.peers.get(0), network.peers.get(1), network.peers.get(2), joiner};
            network.await("four and one", 60, () -> allIn(rest) && allIn(lost));
            EvsChecks.check(network, false);
        });
    }

    @Test
    void twoOfThreeLeaveAtOnce() {
        overSeeds(1, seed -> {
            EvsNetwork network = new EvsNetwork(seed);
            network.loss = seed % 2 == 0 ? 0.1 : 0;
            joinAll(network, 3, 4);
            chatter(network, network.peers, 10);
            Peer first = network.peers.get(network.random.nextInt(3));
            Peer second = network.peers.get((network.peers.indexOf(first) + 1) % 3);
            Peer last = network.peers.get((network.peers.indexOf(first) + 2) % 3);
            first.call(evs -> evs.close(network.nowNs()));
            network.run(network.random.nextInt(5));
            second.call(evs -> evs.close(network.nowNs()));
            network.await("both are out", 90, () -> isClosed(first) && isClosed(second) && allIn(last));
            EvsChecks.check(network, false);
        });
    }

    @Test
    void finishesWithoutALeaverThatHearsNothing() {
        overSeeds(5, seed -> {
            EvsNetwork network = new EvsNetwork(seed);
            joinAll(network, 3, 4);
            Peer leaver = network.peers.get(network.random.nextInt(3));
            List<Peer> rest = new ArrayList<>(network.peers);
            rest.remove(leaver);
            for (Peer other : rest) {
                network.connect(other, leaver, false);
            }
            chatter(network, rest, 5);
            leaver.call(evs -> evs.close(network.nowNs()));
            network.await("the others go on", 60, () -> allIn(rest.toArray(Peer[]::new)));
            network.await("the leaver ends", 60, () -> isClosed(leaver));
            EvsChecks.check(network, false);
        });
    }

    @Test
    void convergesAfterRandomFaults() {
        overSeeds(1, seed -> {
            EvsNetwork network = new EvsNetwork(seed);
            int size = 3 + network.random.nextInt(3);
            joinAll(network, size, 2);
            for (int round = 0; round < 6; round++) {
                fault(network);
                chatter(network, network.peers, 5 + network.random.nextInt(400));
                network.run(network.random.nextInt(12000));
            }
            network.loss = 0;
            for (Peer peer : network.peers) {
                network.isolate(peer, !peer.crashed);
            }
            List<Peer> alive = network.peers.stream()
                    .filter(p -> !p.crashed && p.evs.state() != EvsState.CLOSED)
                    .filter(p -> p.evs.state() != EvsState.LEAVING)
                    .toList();
            network.run(20_000); // until then somebody may still be given up for what was lost before
            network.await("one view", 120, () -> allIn(alive.toArray(Peer[]::new)));
            settleAndCompare(network, alive);
            EvsChecks.check(network, false);
        });
    }

    private static void fault(EvsNetwork network) {
        Random random = network.random;
        Peer one = network.peers.get(random.nextInt(network.peers.size()));
        Peer two = network.peers.get(random.nextInt(network.peers.size()));
        switch (random.nextInt(7)) {
            case 0 -> network.loss = random.nextDouble() * 0.15;
            case 1 -> network.split(1 + random.nextInt(network.peers.size() - 1), false);
            case 2 -> network.split(1 + random.nextInt(network.peers.size() - 1), true);
            case 3 -> network.connect(one, two, random.nextBoolean());
            case 4 -> network.isolate(one, !one.crashed && random.nextBoolean());
            case 5 -> {
                if (network.peers.stream().filter(p -> !p.crashed).count() > 2) {
                    network.crash(one);
                }
            }
            default -> {
                for (Peer peer : network.peers) {
                    network.isolate(peer, !peer.crashed);
                }
                network.loss = 0;
            }
        }
    }

    // Steps

    private static void overSeeds(int divisor, LongConsumer scenario) {
        Seeds.each(EvsGroupTest.class, Seeds.count() / divisor, scenario);
    }

    private static void joinAll(EvsNetwork network, int count, int messages) {
        List<Integer> numbers = new ArrayList<>(List.of(0, 1, 2, 3, 4, 5, 6).subList(0, count));
        java.util.Collections.shuffle(numbers, network.random);
        for (int number : numbers) {
            network.start(network.add(number));
            network.await("joined", 60, () -> allIn(network.peers.toArray(Peer[]::new)));
            chatter(network, network.peers, messages);
        }
        network.peers.sort((a, b) -> io.dromon.transport.wire.Uuids.ORDER.compare(a.uuid, b.uuid));
    }

    /** Random messages of random nodes. */
    private static void chatter(EvsNetwork network, List<Peer> peers, int count) {
        for (int i = 0; i < count; i++) {
            Peer peer = peers.get(network.random.nextInt(peers.size()));
            if (!peer.crashed) {
                peer.sendNext();
            }
            if (network.random.nextInt(3) == 0) {
                network.run(network.random.nextInt(4));
            }
        }
    }

    /** One last message of each, delivered to all: nobody hangs. */
    private static void settleAndCompare(EvsNetwork network, List<Peer> peers) {
        List<String> marks = new ArrayList<>();
        Peer[] members = peers.toArray(Peer[]::new);
        network.await("steady", 60, () -> allIn(members));
        for (Peer peer : peers) {
            String mark = "mark " + peer.uuid + peer.counter++;
            assertThat(peer.send(mark)).isEqualTo(SendResult.ACCEPTED);
            marks.add(mark);
        }
        network.await("everything is delivered", 60, () -> {
            for (Peer peer : peers) {
                for (String mark : marks) {
                    if (peer.delivered.stream().noneMatch(m -> m.body().equals(mark))) {
                        return false;
                    }
                }
            }
            return true;
        });
    }

    private static boolean isClosed(Peer peer) {
        return peer.evs.state() == EvsState.CLOSED;
    }

    private static boolean allIn(Peer... members) {
        for (Peer member : members) {
            if (!member.isIn(members)) {
                return false;
            }
        }
        return true;
    }
}
