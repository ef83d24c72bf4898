package io.dromon.transport.evs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.transport.evs.EvsMessage.DelayedList;
import io.dromon.transport.evs.EvsMessage.Delegate;
import io.dromon.transport.evs.EvsMessage.Gap;
import io.dromon.transport.evs.EvsMessage.Install;
import io.dromon.transport.evs.EvsMessage.Join;
import io.dromon.transport.evs.EvsMessage.Leave;
import io.dromon.transport.evs.EvsMessage.User;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.Uuids;
import io.dromon.transport.wire.ViewId;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The layouts of chapter 02 section 2, against the captured bytes of section 13.B, in both directions. */
@Tag("unit")
class EvsMessageTest {
    static final UUID A = UUID.fromString("6a5fe19f-e52e-11f1-b9d1-efd60c2458ab");
    static final UUID G = UUID.fromString("73386757-e52e-11f1-ac16-5a17dd511ba4");
    private static final UUID R = UUID.fromString("0e4ab397-e530-11f1-8346-ba551e45b228");
    private static final UUID DEAD = UUID.fromString("ff9897be-e530-11f1-a5d5-e8803e4fd490");

    private static final String A_HEX = "6a5fe19fe52e11f1b9d1efd60c2458ab";
    private static final String G_HEX = "73386757e52e11f1ac165a17dd511ba4";
    private static final String R_HEX = "0e4ab397e53011f18346ba551e45b228";
    private static final String NONE = "ffffffffffffffff";

    @Test
    void joinOfFreshNode() throws MalformedMessageException {
        String hex = "30 00 01 00 0100000000000000" + G_HEX + "00000040" + NONE + NONE + "01000000" + G_HEX + "01 00"
                + NONE + G_HEX + "00000040" + NONE + "0000000000000000" + NONE;

        Join join = (Join) roundTrip(G, hex);

        ViewId view = new ViewId(ViewId.Type.TRANS, G, 0);
        assertThat(join)
                .isEqualTo(new Join(G, 1, 0, 1, view, -1, -1, List.of(new NodeRecord(G, 1, 0, -1, view, -1, 0, -1))));
        assertThat(join.record(G)).isEqualTo(join.records().get(0));
        assertThat(join.record(A)).isNull();
    }

    @Test
    void install() throws MalformedMessageException {
        String hex = "34 04 01 00 1a00000000000000" + A_HEX + A_HEX + "01000000" + "1300000000000000 1300000000000000"
                + A_HEX + "02000000" + "02000000" + A_HEX + "01 00" + NONE + A_HEX + "01000000"
                + "1300000000000000 1400000000000000 1300000000000000" + G_HEX + "01 00" + NONE + G_HEX + "00000040"
                + NONE + "0000000000000000" + NONE;

        Install install = (Install) roundTrip(G, hex);

        assertThat(hexBytes(hex).length()).isEqualTo(228);
        assertThat(install.source()).isEqualTo(A);
        assertThat(install.fifoSeq()).isEqualTo(26);
        assertThat(install.installView()).isEqualTo(new ViewId(ViewId.Type.REG, A, 2));
        assertThat(install.records()).hasSize(2);
        String repeated = HexFormat.of().formatHex(Bytes.of(install.repeated()).toArray());
        assertThat(repeated).startsWith("340601001a00000000000000").hasSize(2 * 228);
    }

    @Test
    void gapsOfTheInstallPhaseAndAcknowledgement() throws MalformedMessageException {
        String view = A_HEX + "02000000";
        String noRange = "00000000000000000000000000000000" + NONE + NONE;

        Gap commit = (Gap) roundTrip(G, "2d 10 01 00 0300000000000000" + view + "1a00000000000000" + NONE + noRange);
        Gap installed = (Gap) roundTrip(G, "2d 00 01 00 0400000000000000" + view + NONE + NONE + noRange);
        Gap acknowledgement = (Gap)
                roundTrip(G, "2d 00 01 00 0700000000000000" + view + "0000000000000000 0000000000000000" + noRange);

        assertThat(commit.isCommit()).isTrue();
        assertThat(commit.seq()).isEqualTo(26);
        assertThat(installed.isCommit()).isFalse();
        assertThat(installed.seq()).isEqualTo(-1);
        assertThat(acknowledgement.aruSeq()).isZero();
        assertThat(acknowledgement.rangeUuid()).isSameAs(Uuids.NIL);
    }

    @Test
    void userAndKeepalive() throws MalformedMessageException {
        User user = (User) roundTrip(
                G,
                "85 00 01 00 0500000000000000" + A_HEX + "02000000" + "ff 00 0000 0000000000000000" + NONE
                        + "0101000000000000 01000000 73386757");
        User keepalive = (User) roundTrip(
                A, "05 00 01 00 1800000000000000" + A_HEX + "01000000 ff 00 0000 1300000000000000 1300000000000000");

        assertThat(user.order()).isEqualTo(Order.SAFE);
        assertThat(user.payload().encodedLength()).isEqualTo(16);
        assertThat(keepalive.order()).isEqualTo(Order.DROP);
        assertThat(keepalive.payload()).isSameAs(Bytes.EMPTY);
        assertThat(keepalive.encodedLength()).isEqualTo(52);
    }

    @Test
    void completionMoreAndAggregate() throws MalformedMessageException {
        User completion = (User) roundTrip(
                G, "05 00 01 00 cf03000000000000" + A_HEX + "09000000 ff 01 0000 e301000000000000 e101000000000000");
        User more = (User) roundTrip(
                A, "85 01 01 00 7f05000000000000" + A_HEX + "09000000 01 00 0000 e301000000000000 e101000000000000 2a");
        User aggregate = (User) roundTrip(
                A,
                "85 08 01 00 4002000000000000" + A_HEX
                        + "09000000 ff 00 0000 3c00000000000000 3900000000000000 00 01 0200 abcd 00 05 0100 ef");

        assertThat(completion.seqRange()).isEqualTo(1);
        assertThat(completion.seq()).isEqualTo(483);
        assertThat(more.hasMore()).isTrue();
        assertThat(aggregate.isAggregate()).isTrue();
    }

    @Test
    void ownAggregateIsWrittenFromItsParts() {
        Aggregate aggregate = new Aggregate(
                new byte[] {1, 5}, new io.dromon.transport.wire.Encodable[] {hexBytes("abcd"), hexBytes("ef")}, 11);

        assertThat(HexFormat.of().formatHex(Bytes.of(aggregate).toArray())).isEqualTo("00010200abcd00050100ef");
    }

    @Test
    void leaveAndTheAnsweringJoin() throws MalformedMessageException {
        String view = A_HEX + "02000000";
        Leave leave = (Leave) roundTrip(G, "39 00 01 00 5900000000000000" + view + "3a00000000000000 3900000000000000");
        Join join = (Join) roundTrip(
                A,
                "30 00 01 00 7c00000000000000" + view + "3900000000000000 3a00000000000000 02000000" + A_HEX + "01 00"
                        + NONE + view + "3a00000000000000 3b00000000000000 3a00000000000000" + G_HEX
                        + "00 00 3a00000000000000" + view + "3900000000000000 3b00000000000000 3a00000000000000");

        assertThat(leave.seq()).isEqualTo(58);
        assertThat(leave.aruSeq()).isEqualTo(57);
        NodeRecord leaver = join.records().get(1);
        assertThat(leaver.isLeaving()).isTrue();
        assertThat(leaver.leaveSeq()).isEqualTo(58);
    }

    @Test
    void requestAndDelegate() throws MalformedMessageException {
        String view = R_HEX + "03000000";
        Gap request = (Gap) roundTrip(
                A,
                "2d 02 01 00 4900000000000000" + view + "1300000000000000 0c00000000000000"
                        + "ff9897bee53011f1a5d5e8803e4fd490 0d00000000000000 1300000000000000");
        Delegate delegate = (Delegate) roundTrip(
                R,
                "29 00 01 00 4c00000000000000" + view + "05 06 01 00 1b00000000000000"
                        + "ff9897bee53011f1a5d5e8803e4fd490" + view
                        + "ff 00 0000 0b00000000000000 0900000000000000");

        assertThat(request.isRetransmitted()).isTrue();
        assertThat(request.rangeUuid()).isEqualTo(DEAD);
        assertThat(request.rangeHs()).isEqualTo(19);
        User inner = (User) delegate.inner();
        assertThat(inner.source()).isEqualTo(DEAD);
        assertThat(inner.fifoSeq()).isEqualTo(27);
        assertThat(inner.aruSeq()).isEqualTo(9);
        assertThat(inner.recovered()).isEqualTo(inner);
        assertThat(delegate.view()).isEqualTo(new ViewId(ViewId.Type.REG, R, 3));
    }

    @Test
    void resentUserKeepsEverythingButTheAcknowledgement() throws MalformedMessageException {
        User sent = (User) roundTrip(
                A, "85 01 01 00 2600000000000000" + A_HEX + "05000000 ff 00 0000 0000000000000000 " + NONE + "2a");

        String resent = HexFormat.of().formatHex(Bytes.of(sent.resent(1)).toArray());

        assertThat(resent)
                .isEqualTo(
                        "850201002600000000000000" + A_HEX + "05000000ff00000000000000000000000100000000000000" + "2a");
    }

    @Test
    void delayedList() throws MalformedMessageException {
        DelayedList list = (DelayedList) roundTrip(
                G, "1d 00 01 00 3300000000000000 352454fae52f11f1a0f2ffe0e53582e1 13000000 01" + A_HEX + "01");

        assertThat(list.entries()).containsExactly(new DelayedList.Entry(A, 1));
        assertThat(list.encodedLength()).isEqualTo(50);
    }

    @Test
    void versionZeroKeepalive() throws MalformedMessageException {
        User user = (User) roundTrip(
                A, "04 00 00 00 1500000000000000" + A_HEX + "10000000 ff 00 0000 0700000000000000 0700000000000000");

        assertThat(user.version()).isZero();
    }

    @Test
    void sharesTheExpectedViewId() throws MalformedMessageException {
        ViewId current = new ViewId(ViewId.Type.REG, A, 2);
        Bytes message = hexBytes(
                "05 00 01 00 1800000000000000" + A_HEX + "02000000 ff 00 0000 1300000000000000 1300000000000000");

        EvsMessage decoded = Objects.requireNonNull(EvsDecoder.decode(G, message, current));

        assertThat(decoded.view()).isSameAs(current);
    }

    @Test
    void otherVersionsAreNoMessage() throws MalformedMessageException {
        byte[] join =
                hexBytes("30 00 02 00 0100000000000000" + G_HEX + "00000040").toArray();

        assertThat(EvsDecoder.decode(G, new Bytes(join))).isNull();
    }

    @Test
    void refusesWhatIsCutShortOrContradictory() {
        String header = " 00 01 00 0500000000000000" + A_HEX + "02000000";
        String user = "ff 00 0000 0000000000000000" + NONE;
        for (String hex : List.of(
                "",
                "85 00 01 00",
                "81" + header,
                "a5" + header + user,
                "85" + header + "ff 00 0000 0000000000000000",
                "85" + header + "ff 00 0000 ffffffffffffffff" + NONE,
                "85 08 01 00 0500000000000000" + A_HEX + "02000000" + user,
                "85 08 01 00 0500000000000000" + A_HEX + "02000000" + user + "00 01 0500 abcd",
                "2d" + header + "00",
                "30" + header + NONE + NONE + "02000000",
                "30" + header + NONE + NONE + "ffffffff",
                "39" + header + NONE,
                "1d" + header + "01",
                "29" + header + "05 02 01 00 1b00000000000000" + A_HEX + "02000000" + user,
                "29" + header + "30 04 01 00 1b00000000000000" + A_HEX + A_HEX + "02000000" + NONE + NONE + "00000000",
                "29" + header + "29 04 01 00 1b00000000000000" + A_HEX + A_HEX + "02000000")) {
            assertThatThrownBy(() -> EvsDecoder.decode(G, hexBytes(hex)))
                    .as(hex)
                    .isInstanceOf(MalformedMessageException.class)
                    .hasMessageNotContaining("null");
        }
    }

    @Test
    void refusesTwoRecordsOfOneNode() {
        String record = G_HEX + "01 00" + NONE + G_HEX + "00000040" + NONE + "0000000000000000" + NONE;
        String join = "30 00 01 00 0100000000000000" + G_HEX + "00000040" + NONE + NONE + "02000000" + record + record;

        assertThatThrownBy(() -> EvsDecoder.decode(G, hexBytes(join))).hasMessageContaining("two records");
    }

    private static EvsMessage roundTrip(UUID source, String hex) throws MalformedMessageException {
        byte[] bytes = hexBytes(hex).toArray();
        byte[] around = new byte[bytes.length + 9];
        Arrays.fill(around, (byte) 0x5a);
        System.arraycopy(bytes, 0, around, 4, bytes.length);
        EvsMessage decoded = Objects.requireNonNull(EvsDecoder.decode(source, new Bytes(around, 4, bytes.length)));
        assertThat(decoded.encodedLength()).isEqualTo(bytes.length);
        assertThat(HexFormat.of().formatHex(Bytes.of(decoded).toArray()))
                .isEqualTo(HexFormat.of().formatHex(bytes));
        return decoded;
    }

    static Bytes hexBytes(String hex) {
        return new Bytes(HexFormat.of().parseHex(hex.replace(" ", "")));
    }
}
