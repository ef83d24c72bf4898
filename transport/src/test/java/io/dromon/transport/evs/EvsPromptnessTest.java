package io.dromon.transport.evs;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.evs.EvsMessage.Join;
import io.dromon.transport.evs.EvsNetwork.Peer;
import io.dromon.transport.wire.Uuids;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * How long writes stand still: with the default timers, nothing that all know already may wait for the second of the
 * retransmission timer.
 */
@Tag("simulation")
@Timeout(120)
class EvsPromptnessTest {
    private static final int SEEDS = 100;

    @Test
    void aDeadNodeIsOutRightAfterItIsSuspected() {
        List<Long> times = timesMs(seed -> {
            EvsNetwork network = joined(seed, 4);
            network.run(network.random.nextInt(2000));
            List<Peer> rest = new ArrayList<>(network.peers);
            network.crash(rest.remove(network.random.nextInt(4)));
            return await(network, rest);
        });

        // 5 s of silence, then a check of each node, every half a second
        assertThat(times.get(SEEDS / 2)).isLessThan(5_300);
        assertThat(times.get(SEEDS - 1)).isLessThan(6_200);
    }

    @Test
    void whatOthersPassOnOfADeadNodeIsNoSignOfItsLife() {
        List<Long> times = timesMs(seed -> {
            EvsNetwork network = joined(seed, 5);
            network.run(network.random.nextInt(2000));
            List<Peer> rest = new ArrayList<>(network.peers);
            Peer victim = rest.remove(network.random.nextInt(5));
            network.connect(victim, rest.get(0), false);
            network.connect(victim, rest.get(1), false);
            victim.sendNext();
            network.run(5);
            network.crash(victim);
            return await(network, rest);
        });

        assertThat(times.get(SEEDS - 1)).isLessThan(6_200);
    }

    @Test
    void twoPartsAreOneRightAfterTheyHearOfEachOther() {
        List<Long> times = timesMs(seed -> {
            EvsNetwork network = joined(seed, 4);
            network.split(1, false);
            network.run(12_000 + network.random.nextInt(1000));
            network.split(1, true);
            return await(network, network.peers);
        });

        // a keepalive of either part, within a second
        assertThat(times.get(SEEDS / 2)).isLessThan(800);
        assertThat(times.get(SEEDS - 1)).isLessThan(1_500);
    }

    @Test
    void aNodeThatIsStartedAgainIsBackOnceItsOldSelfIsOut() {
        List<Long> times = timesMs(seed -> {
            EvsNetwork network = joined(seed, 4);
            Peer victim = network.peers.get(network.random.nextInt(4));
            network.crash(victim);
            network.run(3_000 + network.random.nextInt(4_000));
            Peer again = network.add(Uuids.nextIncarnation(victim.uuid), s -> s, Optional.empty());
            again.recordOutbox = true;
            network.start(again);
            List<Peer> alive = new ArrayList<>(network.peers);
            alive.remove(victim);
            long timeMs = await(network, alive);
            assertThat(again.takeOutbox())
                    .noneMatch(message -> message instanceof Join join && join.record(victim.uuid) != null);
            return timeMs;
        });

        assertThat(times.get(SEEDS / 2)).isLessThan(1_500);
        assertThat(times.get(SEEDS - 1)).isLessThan(4_500);
    }

    private static EvsNetwork joined(long seed, int count) {
        EvsNetwork network = new EvsNetwork(seed);
        for (int number = 0; number < count; number++) {
            network.start(network.add(number));
            await(network, network.peers);
        }
        return network;
    }

    /** Until these are in one view, in milliseconds. */
    private static long await(EvsNetwork network, List<Peer> members) {
        long beganNs = network.nowNs();
        Peer[] all = members.toArray(Peer[]::new);
        network.await("one view", 60, () -> members.stream().allMatch(member -> member.isIn(all)));
        return (network.nowNs() - beganNs) / EvsNetwork.MILLI;
    }

    private static List<Long> timesMs(LongUnaryOperator scenario) {
        List<Long> times = new ArrayList<>();
        for (long seed = 1; seed <= SEEDS; seed++) {
            times.add(scenario.applyAsLong(seed));
        }
        Collections.sort(times);
        return times;
    }
}
