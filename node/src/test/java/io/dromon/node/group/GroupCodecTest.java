package io.dromon.node.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.Uuids;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Messages of the group layer, against captured bytes (chapter 04 sections 3, 4.2, 7.3, 8 and 14). */
@Tag("unit")
final class GroupCodecTest {
    @Test
    void readsAndWritesTheStateOfANewGarbd() throws MalformedMessageException {
        StateMessage m = StateMessage.decode(Vectors.STATE_OF_GARBD);

        assertThat(Vectors.STATE_OF_GARBD.length()).isEqualTo(120);
        assertThat(Bytes.of(m)).isEqualTo(Vectors.STATE_OF_GARBD);
        assertThat(m.flags()).isEqualTo(StateMessage.FLAG_ARBITRATOR);
        assertThat(m.gcs()).isEqualTo(5);
        assertThat(m.repl()).isEqualTo(127);
        assertThat(m.appl()).isEqualTo(127);
        assertThat(m.name()).isEqualTo("garb1");
        assertThat(m.address()).isEmpty();
        assertThat(m.groupUuid()).isEqualTo(Uuids.NIL);
        assertThat(m.received()).isEqualTo(-1);
        assertThat(m.lastApplied()).isEqualTo(-1);
    }

    @Test
    void readsAndWritesTheStateOfADonor() throws MalformedMessageException {
        StateMessage m = StateMessage.decode(Vectors.STATE_OF_DONOR);

        assertThat(Vectors.STATE_OF_DONOR.length()).isEqualTo(135);
        assertThat(Bytes.of(m)).isEqualTo(Vectors.STATE_OF_DONOR);
        assertThat(m.primState()).isEqualTo(MemberStatus.DONOR);
        assertThat(m.currentState()).isEqualTo(MemberStatus.DONOR);
        assertThat(m.primJoined()).isEqualTo(5);
        assertThat(m.groupUuid()).isEqualTo(Vectors.GROUP);
        assertThat(m.received()).isEqualTo(1857);
        assertThat(m.primSeqno()).isEqualTo(11);
        assertThat(m.address()).isEqualTo("127.0.0.1:22511");
        assertThat(m.cached()).isEqualTo(1);
        assertThat(m.desyncCount()).isEqualTo(1);
        assertThat(m.lastApplied()).isEqualTo(1796);
        assertThat(m.voteSeqno()).isEqualTo(1289);
        assertThat(List.of(m.primGcs(), m.primRepl(), m.primAppl())).containsExactly(5, 11, 4);
    }

    @Test
    void refusesStateMessagesThatRealNodesMisread() {
        byte[] tooNew = Vectors.STATE_OF_GARBD.toArray();
        tooNew[3] = (byte) 255;
        byte[] unknownState = Vectors.STATE_OF_GARBD.toArray();
        unknownState[4] = 6;
        Bytes unterminated = new Bytes(Vectors.STATE_OF_GARBD.array(), 0, 77);

        for (Bytes bad : List.of(new Bytes(tooNew), new Bytes(unknownState), unterminated, Bytes.EMPTY)) {
            assertThatThrownBy(() -> StateMessage.decode(bad)).isInstanceOf(MalformedMessageException.class);
        }
    }

    @Test
    void readsAndWritesFragmentHeaders() throws MalformedMessageException {
        Bytes first = Vectors.hex("0500000000000003" + "d8870100" + "01000000" + "00" + "000000");
        FragmentHeader header = FragmentHeader.decode(first);

        assertThat(header).isEqualTo(new FragmentHeader(5, 3, 100_312, 1, ActionType.WRITESET));
        assertThat(encode(header)).isEqualTo(Vectors.hex(first));
        assertThat(encode(new FragmentHeader(5, 396, 1, 0, 0))).startsWith("050000000000018c");
    }

    @Test
    void refusesActionsAboveTwoGibibytes() {
        Bytes header = Vectors.hex("0500000000000003" + "00000080" + "00000000" + "00" + "000000");

        assertThatThrownBy(() -> FragmentHeader.decode(header)).isInstanceOf(MalformedMessageException.class);
    }

    private static String encode(FragmentHeader header) {
        ByteBuf out = Unpooled.buffer();
        header.encode(out);
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return Vectors.hex(new Bytes(bytes));
    }

    @Test
    void writesCodeMessagesAsCaptured() throws MalformedMessageException {
        String uuid = "50f15ce6e52e11f1a9805f09880377f7";
        Bytes failed = Bytes.of(new CodeMessage(Vectors.GROUP, 1857, -2));

        assertThat(Vectors.hex(failed)).isEqualTo(uuid + "4107000000000000" + "feffffffffffffff");
        assertThat(Vectors.hex(Bytes.of(new CodeMessage(Vectors.GROUP, 508, 0))))
                .isEqualTo(uuid + "fc01000000000000" + "00".repeat(8));
        assertThat(CodeMessage.decode(failed, false)).isEqualTo(new CodeMessage(Vectors.GROUP, 1857, -2));
    }

    @Test
    void takesABareSeqnoAsOldCodeMessageAndNoOtherShortOne() throws MalformedMessageException {
        CodeMessage legacy = CodeMessage.decode(Vectors.hex("0500000000000000"), false);

        assertThat(legacy.seqno()).isEqualTo(5);
        assertThat(legacy.code()).isZero();
        assertThat(legacy.isOf(Vectors.GROUP)).isTrue();
        assertThatThrownBy(() -> CodeMessage.decode(Vectors.hex("00".repeat(31)), false))
                .isInstanceOf(MalformedMessageException.class);
    }

    @Test
    void writesFlowAsCaptured() throws MalformedMessageException {
        assertThat(Vectors.hex(Bytes.of(new FlowMessage(3, true)))).isEqualTo("0300000001000000");
        assertThat(Vectors.hex(Bytes.of(new FlowMessage(3, false)))).isEqualTo("0300000000000000");
        assertThat(FlowMessage.decode(Vectors.hex("0300000007000000")).stop()).isTrue();
    }

    @Test
    void hashesAndWritesTheCapturedVote() throws MalformedMessageException {
        Bytes text = new Bytes(" Can't find record in 'v', Error_code: 1032;\0".getBytes(StandardCharsets.US_ASCII));
        long value = Votes.value(Vectors.GROUP, 1289, text);

        assertThat(value).isEqualTo(0xfe5e8c02a4b5c20fL);
        assertThat(Bytes.of(CodeMessage.vote(Vectors.GROUP, 1289, value, text))).isEqualTo(Vectors.VOTE);
        assertThat(CodeMessage.decode(Vectors.VOTE, true).code()).isEqualTo(value);
        assertThat(Bytes.of(CodeMessage.vote(Vectors.GROUP, 1289, 0, Bytes.EMPTY))
                        .length())
                .isEqualTo(33);
        assertThat(Bytes.of(CodeMessage.vote(Vectors.GROUP, 1, 1, new Bytes(new byte[5000])))
                        .length())
                .isEqualTo(1024);
    }

    @Test
    void readsAndWritesTheCapturedConfigurationChange() throws MalformedMessageException {
        CChange change = CChange.decode(Vectors.CCHANGE);

        assertThat(Vectors.CCHANGE.length()).isEqualTo(256);
        assertThat(change.encode()).isEqualTo(Vectors.CCHANGE);
        assertThat(change.seqno()).isEqualTo(306);
        assertThat(change.confId()).isEqualTo(3);
        assertThat(change.repl()).isEqualTo(11);
        assertThat(change.members()).extracting(CChange.Member::name).containsExactly("node1", "garb1", "node2");
        assertThat(change.members())
                .extracting(CChange.Member::status)
                .containsExactly(MemberStatus.SYNCED, MemberStatus.SYNCED, MemberStatus.PRIM);
    }

    @Test
    void readsAndWritesALongConfigurationChange() throws MalformedMessageException {
        Bytes captured = Vectors.resource("cchange-720.bin");

        CChange change = CChange.decode(captured);

        assertThat(change.encode()).isEqualTo(captured);
        assertThat(change.seqno()).isEqualTo(3106);
        assertThat(change.members()).hasSize(7);
    }

    @Test
    void refusesAConfigurationChangeWithAnyBitFlipped() {
        byte[] change = Vectors.CCHANGE.toArray();
        for (int i = 0; i < change.length; i++) {
            byte[] flipped = change.clone();
            flipped[i] ^= 1;
            assertThatThrownBy(() -> CChange.decode(new Bytes(flipped))).isInstanceOf(MalformedMessageException.class);
        }
    }

    @Test
    void writesGarbdsStateRequest() throws MalformedMessageException {
        Bytes captured = Vectors.resource("str-07-garbd-trivial.bin");

        assertThat(StateRequestPayload.trivial("").encode()).isEqualTo(captured);
        StateRequestPayload request = StateRequestPayload.decode(captured);
        assertThat(request.isTrivial()).isTrue();
        assertThat(request.donors()).isEmpty();
        assertThat(request.version()).isEqualTo(1);
    }

    @Test
    void readsTheOtherStateRequests() throws MalformedMessageException {
        StateRequestPayload custom = StateRequestPayload.decode(Vectors.resource("str-08-garbd-custom-sst.bin"));
        StateRequestPayload desync = StateRequestPayload.decode(Vectors.resource("str-09-self-desync.bin"));
        StateRequestPayload list = StateRequestPayload.decode(Vectors.resource("str-04-donor-list.bin"));
        Bytes istBytes = Vectors.resource("str-02-rsync-ist.bin");
        StateRequestPayload ist = StateRequestPayload.decode(istBytes);

        assertThat(custom.isTrivial()).isFalse();
        assertThat(custom.donors()).isEqualTo("node_a");
        assertThat(desync.isDesync()).isTrue();
        assertThat(StateRequestPayload.desync().encode()).isEqualTo(Vectors.resource("str-09-self-desync.bin"));
        assertThat(list.donors()).isEqualTo("node_a,");
        assertThat(ist.version()).isEqualTo(3);
        assertThat(ist.wantedUuid()).isEqualTo(UUID.fromString("6c85ca8e-e52e-11f1-8519-369fc54b9e1c"));
        assertThat(ist.wantedSeqno()).isEqualTo(5);
        assertThat(ist.encode()).isEqualTo(istBytes);
    }

    @Test
    void refusesAStateRequestWithoutItsWantedPosition() {
        assertThatThrownBy(() -> StateRequestPayload.decode(Vectors.hex("00" + "5603" + "00".repeat(23))))
                .isInstanceOf(MalformedMessageException.class);
        assertThatThrownBy(() -> StateRequestPayload.decode(Vectors.hex("6162")))
                .isInstanceOf(MalformedMessageException.class);
    }

    @Test
    void splitsActionsAsCaptured() {
        assertThat(SendQueue.fragmentBytes(64500, 32636)).isEqualTo(32616);
        assertThat(SendQueue.fragmentBytes(2000, 32636)).isEqualTo(1980);
        assertThat(SendQueue.fragmentBytes(0, 32636)).isEqualTo(1);
    }

    @Test
    void asksForASnapshotAsGarbdDoes() {
        Bytes captured = Vectors.resource("str-08-garbd-custom-sst.bin");

        assertThat(StateRequestPayload.snapshot("node_a", "foo:10.0.0.1:99/x").encode())
                .isEqualTo(captured);
        assertThat(StateRequestPayload.snapshot("", "backup").encode())
                .isEqualTo(new Bytes("\0backup\0\0".getBytes(StandardCharsets.US_ASCII)));
    }
}
