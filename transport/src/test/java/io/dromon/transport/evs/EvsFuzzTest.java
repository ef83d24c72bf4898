package io.dromon.transport.evs;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.evs.EvsNetwork.Peer;
import io.dromon.transport.testpeer.Fuzz;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Mutated and random messages: for the decoder, and for a member of a live group. */
@Tag("unit")
@Timeout(300)
class EvsFuzzTest {
    private static final int STEPS = 100;

    @Test
    void decoderThrowsOnlyItsDeclaredException() {
        Fuzz.run(EvsFuzzTest.class, samples(), input -> {
            EvsMessage message = EvsDecoder.decode(EvsNetwork.uuid(1), input);
            if (message != null) {
                assertThat(Bytes.of(message).length()).isEqualTo(message.encodedLength());
            }
        });
    }

    @Test
    void aMemberSurvivesAnySequenceOfMessages() {
        List<Bytes> samples = samples();
        for (int i = 0; i < Math.max(1, Fuzz.inputs() / STEPS); i++) {
            long seed = Fuzz.seed() + i;
            try {
                sequence(Fuzz.random(seed), samples);
            } catch (Throwable wrong) {
                throw new AssertionError(Fuzz.replay(EvsFuzzTest.class, seed), wrong);
            }
        }
    }

    private static void sequence(RandomGenerator random, List<Bytes> samples) {
        EvsNetwork network = group(random.nextLong());
        Peer victim = network.peers.get(random.nextInt(3));
        for (int i = 0; i < STEPS; i++) {
            UUID source = EvsNetwork.uuid(random.nextInt(5));
            try {
                victim.receive(source, Fuzz.next(random, samples));
            } catch (MalformedMessageException expected) {
                assertThat(expected).hasMessageNotContaining("null");
            }
            if (random.nextInt(3) == 0) {
                network.peers.get(random.nextInt(3)).sendNext();
            }
            network.run(random.nextInt(10) == 0 ? random.nextInt(3000) : random.nextInt(3));
        }
        network.run(1000);
        for (Peer peer : network.peers) {
            network.await("a view again", 120, () -> peer.evs.state() == EvsState.OPERATIONAL);
        }
    }

    /** Real messages of every kind, of the group that the test attacks. */
    private static List<Bytes> samples() {
        EvsNetwork network = group(1);
        for (Peer peer : network.peers) {
            peer.recordOutbox = true;
        }
        for (int i = 0; i < 20; i++) {
            network.peers.get(i % 3).sendNext();
            network.peers.get(i % 3).sendNext();
            network.run(1);
        }
        network.loss = 0.2;
        network.run(2000);
        network.connect(network.peers.get(0), network.peers.get(1), false);
        network.run(8000);
        network.connect(network.peers.get(0), network.peers.get(1), true);
        network.loss = 0;
        network.run(20_000);
        network.peers.get(2).call(evs -> evs.close(network.nowNs()));
        network.run(3000);
        List<Bytes> samples = new ArrayList<>();
        for (Peer peer : network.peers) {
            for (EvsMessage message : peer.takeOutbox()) {
                samples.add(Bytes.of(message));
                if (message instanceof EvsMessage.User user && samples.size() % 3 == 0) {
                    samples.add(Bytes.of(new EvsMessage.Delegate(
                            peer.uuid, 1, 0, user.fifoSeq() + 7, user.view(), user.recovered())));
                }
                if (message instanceof EvsMessage.Leave leave) {
                    samples.add(Bytes.of(new EvsMessage.Delegate(
                            EvsNetwork.uuid(0), 1, 0, leave.fifoSeq() + 7, leave.view(), leave.recovered())));
                }
            }
        }
        samples.add(Bytes.of(new EvsMessage.DelayedList(
                EvsNetwork.uuid(1),
                1,
                0,
                9000,
                network.peers.get(0).view().id(),
                List.of(new EvsMessage.DelayedList.Entry(EvsNetwork.uuid(2), 3)))));
        return samples;
    }

    private static EvsNetwork group(long seed) {
        EvsNetwork network = new EvsNetwork(seed);
        for (int i = 0; i < 3; i++) {
            network.start(network.add(i));
            network.await(
                    "joined",
                    60,
                    () -> network.peers.stream().allMatch(p -> p.isIn(network.peers.toArray(Peer[]::new))));
        }
        return network;
    }
}
