package io.dromon.node.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.node.group.TestGroup.Peer;
import io.dromon.transport.testpeer.Fuzz;
import io.dromon.transport.wire.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Garbage of every kind: only the declared exception from decoders, and nothing at all from a living core. */
@Tag("unit")
final class GroupFuzzTest {
    private static final List<Bytes> SAMPLES = List.of(
            Vectors.STATE_OF_GARBD,
            Vectors.STATE_OF_DONOR,
            Vectors.VOTE,
            Vectors.CCHANGE,
            Vectors.resource("cchange-720.bin"),
            Vectors.resource("str-02-rsync-ist.bin"),
            Vectors.resource("str-09-self-desync.bin"),
            Vectors.hex("0500000000000001" + "0a000000" + "00000000" + "02" + "000000" + "007472697669616c0000"),
            Vectors.hex("0500000000000002" + "27000000" + "00000000" + "02" + "000000"
                    + Vectors.hex(Vectors.resource("str-09-self-desync.bin"))),
            Vectors.hex("0500000000000001" + "04000000" + "00000000" + "00" + "000000" + "01020304"),
            Vectors.hex("0500000000000001" + "08000000" + "00000000" + "00" + "000000" + "01020304"),
            Vectors.hex("0500000000000001" + "08000000" + "01000000" + "00" + "000000" + "01020304"),
            Vectors.hex("0300000001000000"),
            Vectors.hex("50f15ce6e52e11f1a9805f09880377f7" + "4107000000000000" + "feffffffffffffff"));

    @Test
    void decodersThrowTheirDeclaredExceptionOnly() {
        Fuzz.run(GroupFuzzTest.class, SAMPLES, input -> {
            int first = input.length() == 0 ? 0 : input.array()[input.offset()] & 0xff;
            switch (first % 7) {
                case 0 -> CChange.decode(input);
                case 1 -> FragmentHeader.decode(input);
                case 2 -> CodeMessage.decode(input, (first & 8) != 0);
                case 3 -> StateUuidMessage.decode(input);
                case 4 -> FlowMessage.decode(input);
                case 5 -> StateRequestPayload.decode(input);
                default -> StateMessage.decode(input);
            }
        });
    }

    @Test
    void stateMessagesComeBackAsTheyWere() {
        Fuzz.run(GroupFuzzTest.class, List.of(Vectors.STATE_OF_DONOR, Vectors.STATE_OF_GARBD), input -> {
            StateMessage message = StateMessage.decode(input);
            if (message.version() >= StateMessage.VERSION && message.gcs() >= 2) {
                Bytes written = Bytes.of(message);
                assertThat(StateMessage.decode(written)).isEqualTo(message);
            }
        });
    }

    /** A liar among the members: what it sends reaches all honest ones alike, and they stay equal. */
    @Test
    void aGroupLivesOnAndAgreesWhateverAMemberSends() {
        int inputs = Fuzz.inputs();
        for (int done = 0; done < inputs; done += 200) {
            long seed = Fuzz.seed() + done;
            RandomGenerator random = Fuzz.random(seed);
            TestGroup group = new TestGroup(seed);
            Peer a = group.member("a");
            Peer b = group.member("b");
            Peer liar = group.member("liar");
            group.primary(a);
            group.settle(a);
            group.primary(a, b, liar);
            group.settle(a, b, liar);
            for (int i = 0; i < Math.min(200, inputs); i++) {
                Bytes garbage = Fuzz.next(random, SAMPLES);
                int type = random.nextInt(12);
                if (random.nextBoolean()) {
                    garbage = withGroup(garbage, a, type);
                }
                liar.send(type, garbage);
                if (i % 50 == 49) {
                    group.settle(a, b);
                    a.replicate(new Bytes(new byte[10]));
                    group.settle(a, b);
                    if (random.nextInt(4) == 0) {
                        group.primary(a, b, liar);
                    }
                }
            }
            group.primary(a, b);
            group.settle(a, b);
            group.advance(3_000 * TestGroup.MS, a, b);
            assertThat(a.inconsistent || b.inconsistent)
                    .as(() -> a.anomalies + "; " + Fuzz.replay(GroupFuzzTest.class, seed))
                    .isFalse();
            assertThat(a.core.status().members()).isEqualTo(b.core.status().members());
            assertThat(a.seqno()).isEqualTo(b.seqno());
        }
    }

    /** Puts the right group into it, that it gets past the first check. */
    private static Bytes withGroup(Bytes garbage, Peer peer, int type) {
        byte[] bytes = garbage.toArray();
        if (type >= MessageType.LAST && type != MessageType.FLOW && bytes.length >= 16) {
            ByteBuf out = Unpooled.wrappedBuffer(bytes).writerIndex(0);
            out.writeLong(peer.core.status().groupUuid().getMostSignificantBits());
            out.writeLong(peer.core.status().groupUuid().getLeastSignificantBits());
        }
        return new Bytes(bytes);
    }
}
