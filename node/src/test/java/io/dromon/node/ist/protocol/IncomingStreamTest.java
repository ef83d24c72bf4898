package io.dromon.node.ist.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.dromon.node.ist.protocol.IncomingStream.Expected;
import io.dromon.node.ist.protocol.IstException.Reason;
import io.dromon.node.ist.protocol.IstVectors.Recorded;
import io.dromon.transport.wire.Bytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a joiner refuses, by which reason, and how far it got (chapter 06 section 7.8). */
@Tag("unit")
final class IncomingStreamTest {
    /** Events 2 to 10; the joiner has 5 and asked for 10. */
    private static final Recorded RECORDED = IstVectors.ALL.get(1);

    private static final int SEQNO_2 = 1;
    private static final int SEQNO_6 = 5;

    private final List<byte[]> messages = new ArrayList<>(RECORDED.messages());
    private IncomingStream stream = new IncomingStream(RECORDED.expected());

    private IstException refusal() {
        return refusal(RECORDED.position() + 1);
    }

    private IstException refusal(long firstNeeded) {
        return catchThrowableOfType(
                IstException.class, () -> Streams.readAll(stream, firstNeeded, IstVectors.joined(messages), 100));
    }

    private void assertRefused(Reason reason, long last, String text) {
        IstException refusal = refusal();
        assertThat(refusal).hasMessageContaining(text);
        assertThat(refusal.reason()).isEqualTo(reason);
        assertThat(stream.last()).isEqualTo(last);
        assertThat(stream.isEnded()).isFalse();
    }

    private static byte[] control(int code) {
        return MessageHeader.of(11, MessageType.CTRL, code).encode().toArray();
    }

    @Test
    void refusesAFlippedBitInAHeader() {
        messages.get(SEQNO_6)[9] ^= 1;

        assertRefused(Reason.MALFORMED, 5, "what follows event 5: wrong checksum of a message's header");
    }

    @Test
    void refusesAnotherVersionBeforeItReadsOn() {
        byte[] header = messages.get(SEQNO_6);
        header[0] = 10;
        Streams.repair(header);

        assertRefused(Reason.MALFORMED, 5, "protocol version 10 where the group uses 11");
    }

    @Test
    void refusesAGapAndADuplicateAndAnEventOutOfOrder() {
        byte[] six = messages.remove(SEQNO_6);
        assertRefused(Reason.GAP, 5, "event 7 came where 6 was expected");

        stream = new IncomingStream(RECORDED.expected());
        messages.add(SEQNO_6, six);
        messages.add(SEQNO_6, six);
        assertRefused(Reason.GAP, 6, "event 6 came where 7 was expected");
    }

    @Test
    void refusesAStreamThatBeginsAboveWhatIsNeeded() {
        messages.subList(SEQNO_2, SEQNO_6 + 1).clear();

        assertRefused(Reason.WRONG_RANGE, IncomingStream.NONE, "begins with event 7, needed are all from 6");
    }

    @Test
    void takesAStreamThatBeginsAnywhereUpToWhatIsNeeded() throws Exception {
        messages.subList(SEQNO_2, SEQNO_6 - 1).clear();

        List<IstEvent> events = Streams.readAll(stream, 6, IstVectors.joined(messages), 64);

        assertThat(events.get(0).seqno()).isEqualTo(5);
        assertThat(stream.isEnded()).isTrue();
    }

    @Test
    void refusesAnEndBelowWhatWasAskedFor() {
        messages.remove(messages.size() - 2);

        assertRefused(Reason.WRONG_RANGE, 9, "ended the stream at event 9, needed are all up to 10");
    }

    @Test
    void refusesAStreamWithoutEvents() {
        messages.subList(SEQNO_2, messages.size() - 1).clear();

        assertRefused(Reason.WRONG_RANGE, IncomingStream.NONE, "at no event");
    }

    @Test
    void takesEventsBeyondWhatWasAskedForAndReadsNothingBehindTheEnd() throws Exception {
        stream = new IncomingStream(new Expected(11, IstVectors.HISTORY, 8, 1 << 20));
        messages.add(new byte[100]);

        assertThat(Streams.readAll(stream, 6, IstVectors.joined(messages), 1 << 20))
                .hasSize(9);
        assertThat(stream.last()).isEqualTo(10);
        assertThat(stream.isEnded()).isTrue();
    }

    @Test
    void isNotEndedWithoutTheMessageOfTheEnd() throws Exception {
        messages.remove(messages.size() - 1);

        assertThat(Streams.readAll(stream, 6, IstVectors.joined(messages), 100)).hasSize(9);
        assertThat(stream.isEnded()).isFalse();
    }

    @Test
    void refusesAChangedPayloadOfEachKind() {
        byte[] six = messages.get(SEQNO_6);
        six[six.length - 1] ^= 1;
        assertRefused(Reason.MALFORMED, 5, "CCHANGE 6: wrong checksum");

        byte[] two = messages.get(SEQNO_2);
        two[two.length - 1] ^= 1;
        stream = new IncomingStream(RECORDED.expected());
        assertRefused(Reason.MALFORMED, IncomingStream.NONE, "TRX 2: wrong checksum");
    }

    @Test
    void refusesAWriteSetInThePlaceOfAnother() {
        byte[] seven = messages.get(SEQNO_6 + 1).clone();
        ByteBuffer.wrap(seven).order(ByteOrder.LITTLE_ENDIAN).putLong(8, 8);
        Streams.repair(seven);
        messages.set(SEQNO_6 + 2, seven);

        assertRefused(Reason.MALFORMED, 7, "TRX 8: it was not certified, or as 7");
    }

    @Test
    void refusesAChangeOfAnotherHistory() {
        stream = new IncomingStream(new Expected(11, new UUID(1, 2), 10, 1 << 20));

        assertRefused(
                Reason.MALFORMED, 4, "CCHANGE 5: configuration change " + IstVectors.HISTORY + ":5 in the history");
    }

    @Test
    void refusesAnEventThatIsTooLargeBeforeItComes() {
        stream = new IncomingStream(new Expected(11, IstVectors.HISTORY, 10, 300));

        assertRefused(Reason.MALFORMED, IncomingStream.NONE, "TRX 2: 464 bytes, this node takes 300");
    }

    @Test
    void refusesAGapInWhatBelongsIntoTheIndex() {
        byte[] skip =
                new MessageHeader(11, MessageType.SKIP, false, 0, 0, 7).encode().toArray();
        messages.set(SEQNO_6 + 1, skip);

        assertRefused(Reason.MALFORMED, 6, "not flagged for the certification index");
    }

    @Test
    void takesADonorsErrorForTheEnd() {
        messages.set(SEQNO_6, control(-5));
        assertRefused(Reason.PEER_FAILED, 5, "the donor reports error -5 after event 5");

        stream = new IncomingStream(RECORDED.expected());
        messages.set(SEQNO_6, control(0));
        assertRefused(Reason.MALFORMED, 5, "CTRL 0 within the stream");

        stream = new IncomingStream(RECORDED.expected());
        messages.set(SEQNO_6, messages.get(0));
        assertRefused(Reason.MALFORMED, 5, "type HANDSHAKE_RESPONSE within the stream");
    }

    @Test
    void refusesWhatIsNoAnswerToTheHandshake() {
        messages.set(0, control(1));
        assertThat(refusal()).hasMessage("the donor gives up before it begins");

        stream = new IncomingStream(RECORDED.expected());
        messages.set(0, control(-71));
        assertThat(refusal()).hasMessage("the donor reports error -71");

        stream = new IncomingStream(RECORDED.expected());
        messages.set(0, messages.get(SEQNO_2));
        assertThat(refusal()).hasMessage("the donor's first message is TRX, expected HANDSHAKE_RESPONSE");

        stream = new IncomingStream(RECORDED.expected());
        messages.set(0, "GET / HTTP/1.1\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        assertThat(refusal()).hasMessageContaining("protocol version 71 where the group uses 11");
    }

    /** A length that was only announced takes no memory. */
    @Test
    void aPayloadGrowsWithWhatHasCome() throws Exception {
        stream = new IncomingStream(new Expected(11, IstVectors.HISTORY, 10, MessageHeader.MAX_LENGTH));
        Bytes huge = new MessageHeader(11, MessageType.TRX, true, 0, MessageHeader.MAX_LENGTH, 2).encode();
        assertThat(stream.isAnswered(ByteBuffer.wrap(messages.get(0)))).isTrue();
        stream.begin(6);

        assertThat(stream.next(huge.toByteBuffer())).isNull();
        for (int i = 0; i < 100; i++) {
            assertThat(stream.next(ByteBuffer.allocate(1000))).isNull();
        }
        assertThat(stream.isEnded()).isFalse();
    }

    @Test
    void isUsedInItsOrder() {
        assertThatThrownBy(() -> stream.begin(1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> stream.ok()).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> stream.next(ByteBuffer.allocate(24))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> new Expected(9, IstVectors.HISTORY, 1, 1))
                .hasMessageContaining("replication protocol 9");
    }
}
