package io.dromon.node.ist.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.node.ist.protocol.IstVectors.Recorded;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The recorded transfers, read by the joiner's end and written by the donor's (chapter 06 sections 7 and 15). */
@Tag("unit")
final class IstCodecTest {
    static final List<Recorded> RECORDED = IstVectors.ALL;

    private static String hex(Bytes bytes) {
        return HexFormat.of().formatHex(bytes.toArray());
    }

    @Test
    void writesTheConstantMessagesOfVersion11() {
        assertThat(hex(MessageHeader.of(11, MessageType.HANDSHAKE, 0).encode()))
                .isEqualTo("0b01000000000000" + "ffffffffffffffff" + "a839807fdad500d3");
        assertThat(hex(MessageHeader.of(11, MessageType.HANDSHAKE_RESPONSE, 0).encode()))
                .isEqualTo("0b02000000000000" + "ffffffffffffffff" + "77c223b512e0b626");
        assertThat(hex(MessageHeader.of(11, MessageType.CTRL, 0).encode()))
                .isEqualTo("0b03000000000000" + "ffffffffffffffff" + "9280caa5698dc07f");
        assertThat(hex(MessageHeader.of(11, MessageType.CTRL, 1).encode()))
                .isEqualTo("0b03000100000000" + "ffffffffffffffff" + "ecd1f7e09f869fb3");
        assertThat(hex(new MessageHeader(11, MessageType.SKIP, true, 0, 0, 2918).encode()))
                .isEqualTo("0b06010000000000" + "660b000000000000" + "034a18587693cf92");
    }

    @ParameterizedTest
    @FieldSource("RECORDED")
    void readsARecordedTransfer(Recorded recorded) throws Exception {
        for (int piece : new int[] {1, 7, 1000, 1 << 20}) {
            IncomingStream stream = new IncomingStream(recorded.expected());
            List<IstEvent> events = Streams.readAll(stream, recorded.position() + 1, recorded.donor(), piece);

            assertThat(stream.isEnded()).isTrue();
            assertThat(stream.last()).isEqualTo(recorded.range().last());
            assertThat(events).extracting(IstEvent::seqno).containsExactlyElementsOf(seqnos(recorded.range()));
            assertThat(events)
                    .allMatch(event -> event.isPreload()
                            == (event.seqno() >= recorded.range().preloadFrom()));
        }
    }

    private static List<Long> seqnos(IstRange range) {
        return java.util.stream.LongStream.rangeClosed(range.first(), range.last())
                .boxed()
                .toList();
    }

    @Test
    void readsEveryKindOfEvent() throws Exception {
        Recorded recorded = RECORDED.get(2);

        List<IstEvent> events = Streams.readAll(
                new IncomingStream(recorded.expected()), recorded.position() + 1, recorded.donor(), 4096);

        assertThat(events).filteredOn(IstEvent.WriteSet.class::isInstance).hasSize(109);
        assertThat(events).filteredOn(IstEvent.Skipped.class::isInstance).hasSize(25);
        assertThat(events).filteredOn(IstEvent.Change.class::isInstance).hasSize(3);
        assertThat(events.get(1)).isEqualTo(new IstEvent.Skipped(2918, true));
        assertThat(events)
                .filteredOn(IstEvent.WriteSet.class::isInstance)
                .allSatisfy(event -> assertThat(
                                ((IstEvent.WriteSet) event).content().lastSeen())
                        .isEqualTo(event.seqno()));
    }

    @ParameterizedTest
    @FieldSource("RECORDED")
    void writesARecordedTransferWithTheSameBytes(Recorded recorded) throws Exception {
        List<byte[]> donor = new ArrayList<>();
        IncomingStream joiner = new IncomingStream(recorded.expected());
        OutgoingStream stream = new OutgoingStream(11);
        ByteBuffer said = recorded.joiner().toByteBuffer();
        while (!stream.isOpen()) {
            donor.add(stream.answer(said).toArray());
        }
        stream.begin(recorded.range());
        for (StoredEvent event : recorded.events()) {
            donor.add(stream.header(event).toArray());
            donor.add(event.bytes().toArray());
        }
        donor.add(stream.end().toArray());

        assertThat(said.hasRemaining()).isFalse();
        assertThat(hex(IstVectors.joined(donor))).isEqualTo(hex(recorded.donor()));
        assertThat(hex(joiner.opening())).isEqualTo(hex(recorded.joiner()).substring(0, 48));
        assertThat(joiner.isAnswered(recorded.donor().toByteBuffer())).isTrue();
        assertThat(hex(joiner.ok())).isEqualTo(hex(recorded.joiner()).substring(48));
    }

    @Test
    void whatAJoinerReadsIsWhatACacheKeeps() throws Exception {
        for (Recorded recorded : RECORDED) {
            List<IstEvent> events = Streams.readAll(
                    new IncomingStream(recorded.expected()), recorded.position() + 1, recorded.donor(), 500);

            assertThat(events.stream().map(Streams::stored).toList()).isEqualTo(recorded.events());
        }
    }

    @Test
    void refusesHeadersThatDoNotFit() {
        assertThatThrownBy(() -> decode(new MessageHeader(10, MessageType.SKIP, false, 0, 0, 5)))
                .hasMessage("protocol version 10 where the group uses 11");
        assertThatThrownBy(() -> decode(new MessageHeader(11, MessageType.NONE, false, 0, 0, 5)))
                .hasMessage("a message of the unknown type 0");
        assertThatThrownBy(() -> decode(new MessageHeader(11, MessageType.SKIP, false, 0, 8, 5)))
                .hasMessage("a SKIP message with 8 bytes");
        assertThatThrownBy(() -> decode(new MessageHeader(11, MessageType.TRX, false, 0, 0, 5)))
                .hasMessage("a TRX message with 0 bytes");
        assertThatThrownBy(() -> decode(new MessageHeader(11, MessageType.CCHANGE, false, 0, -1, 5)))
                .hasMessage("a CCHANGE message with 4294967295 bytes");
        assertThatThrownBy(() -> decode(new MessageHeader(11, MessageType.SKIP, false, 0, 0, 0)))
                .hasMessage("a SKIP message with seqno 0");
        assertThatThrownBy(() -> decode(new MessageHeader(11, MessageType.CTRL, false, 0, 1, -1)))
                .hasMessage("a CTRL message with 1 bytes");
    }

    private static MessageHeader decode(MessageHeader header) throws MalformedMessageException {
        return MessageHeader.decode(header.encode().toArray(), 11);
    }

    @Test
    void ignoresUnknownFlagsAndTheCtrlOfEvents() throws Exception {
        byte[] header =
                new MessageHeader(11, MessageType.SKIP, true, 77, 0, 5).encode().toArray();
        header[2] = (byte) 0xff;
        Streams.repair(header);

        assertThat(MessageHeader.decode(header, 11)).isEqualTo(new MessageHeader(11, MessageType.SKIP, true, 0, 0, 5));
    }
}
