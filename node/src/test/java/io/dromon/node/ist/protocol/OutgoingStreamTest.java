package io.dromon.node.ist.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.node.ist.protocol.IstException.Reason;
import io.dromon.node.ist.protocol.StoredEvent.Kind;
import io.dromon.transport.wire.Bytes;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a donor refuses to send, and what it says to a joiner (chapter 06 sections 5.3 and 7.7). */
@Tag("unit")
final class OutgoingStreamTest {
    /** Events 2 to 10. */
    private static final List<StoredEvent> EVENTS = IstVectors.ALL.get(1).events();

    private final OutgoingStream stream = new OutgoingStream(11);

    private static ByteBuffer message(MessageType type, int control) {
        return MessageHeader.of(11, type, control).encode().toByteBuffer();
    }

    private void open(IstRange range) throws IstException {
        assertThat(stream.answer(message(MessageType.HANDSHAKE, 0)).length()).isEqualTo(MessageHeader.LENGTH);
        assertThat(stream.answer(message(MessageType.CTRL, 0)).length()).isZero();
        stream.begin(range);
    }

    @Test
    void sendsNoEventOutOfItsOrder() throws Exception {
        open(new IstRange(2, 10, 2));
        assertThat(stream.header(EVENTS.get(0)).length()).isEqualTo(MessageHeader.LENGTH);

        assertThatThrownBy(() -> stream.header(EVENTS.get(2)))
                .isInstanceOfSatisfying(
                        IstException.class, e -> assertThat(e.reason()).isEqualTo(Reason.SOURCE_FAILED))
                .hasMessage("the cache gave event 4 where 3 of 2 to 10 was to be sent");
        assertThatThrownBy(stream::end).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void sendsNoEventBehindTheRange() throws Exception {
        open(new IstRange(2, 2, 0));
        stream.header(EVENTS.get(0));

        assertThat(stream.hasNext()).isFalse();
        assertThatThrownBy(() -> stream.header(EVENTS.get(1))).isInstanceOf(IstException.class);
        assertThat(stream.end().length()).isEqualTo(MessageHeader.LENGTH);
    }

    @Test
    void sendsNoWriteSetAsItWasBeforeCertification() throws Exception {
        open(new IstRange(2, 10, 2));
        byte[] asInTheGroup = EVENTS.get(0).bytes().toArray();
        asInTheGroup[5] &= ~0x40;

        for (Bytes bytes : List.of(
                new Bytes(asInTheGroup), EVENTS.get(1).bytes(), new Bytes(new byte[3]), new Bytes(new byte[64]))) {
            assertThatThrownBy(() -> stream.header(new StoredEvent(Kind.WRITE_SET, 2, bytes)))
                    .hasMessage("the cache gave write-set 2 without its header after certification");
        }
    }

    @Test
    void sendsTheEndAtOnceOfAnEmptyRange() throws Exception {
        open(new IstRange(11, 10, 0));

        assertThat(stream.hasNext()).isFalse();
        assertThat(new Bytes(stream.end().toArray()))
                .isEqualTo(new Bytes(
                        MessageHeader.of(11, MessageType.CTRL, 1).encode().toArray()));
    }

    @Test
    void hearsThatTheJoinerNeedsNothing() {
        assertThatThrownBy(() -> stream.answer(message(MessageType.CTRL, 1)))
                .isInstanceOfSatisfying(
                        IstException.class, e -> assertThat(e.reason()).isEqualTo(Reason.PEER_FAILED))
                .hasMessage("the joiner needs no transfer any more");
    }

    @Test
    void refusesAJoinerThatSaysSomethingElse() throws Exception {
        assertThatThrownBy(() -> new OutgoingStream(11).answer(message(MessageType.HANDSHAKE_RESPONSE, 0)))
                .hasMessage("the joiner's first message is HANDSHAKE_RESPONSE, expected HANDSHAKE");
        assertThatThrownBy(() -> new OutgoingStream(10).answer(message(MessageType.HANDSHAKE, 0)))
                .hasMessage("the joiner's handshake: protocol version 11 where the group uses 10");

        stream.answer(message(MessageType.HANDSHAKE, 0));
        assertThatThrownBy(() -> stream.answer(message(MessageType.CTRL, -71)))
                .hasMessage("the joiner reports error -71");
    }

    @Test
    void takesAHandshakeByteByByte() throws Exception {
        ByteBuffer said = IstVectors.ALL.get(0).joiner().toByteBuffer();
        int answers = 0;
        while (said.hasRemaining()) {
            answers += stream.answer(said.slice(said.position(), 1)).length() > 0 ? 1 : 0;
            said.get();
        }

        assertThat(answers).isEqualTo(1);
        assertThat(stream.isOpen()).isTrue();
    }

    /** A range begins where the state of the joiner ends or the index of the donor begins, the lower of both (section 5.3). */
    @Test
    void sendsWhatTheJoinerAndItsIndexNeed() {
        assertThat(IstRange.incremental(5, 2, 10)).isEqualTo(new IstRange(2, 10, 2));
        assertThat(IstRange.incremental(3106, 3108, 3111)).isEqualTo(new IstRange(3107, 3111, 3108));
        assertThat(IstRange.incremental(5, 0, 10)).isEqualTo(new IstRange(6, 10, 0));
        assertThat(IstRange.besideSnapshot(2, 5)).isEqualTo(new IstRange(2, 5, 2));
        assertThat(IstRange.besideSnapshot(0, 5)).isEqualTo(new IstRange(5, 5, 5));
        assertThat(IstRange.incremental(10, 0, 10).isEmpty()).isTrue();
        assertThatThrownBy(() -> new IstRange(0, 5, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
