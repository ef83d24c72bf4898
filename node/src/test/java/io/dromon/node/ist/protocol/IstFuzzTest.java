package io.dromon.node.ist.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.node.ist.protocol.IncomingStream.Expected;
import io.dromon.transport.testpeer.Fuzz;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Garbage of every kind, with checksums as they came and with repaired ones: only the declared exceptions. */
@Tag("unit")
final class IstFuzzTest {
    private static final int MOST = 1 << 16;
    /** All but the long one. */
    private static final List<Bytes> DONORS = IstVectors.ALL.stream()
            .filter(recorded -> recorded.donor().length() < 4096)
            .map(IstVectors.Recorded::donor)
            .toList();

    private static final List<Bytes> REQUESTS =
            List.of(new IstRequest(IstVectors.HISTORY, 5, 10, io.dromon.config.Address.parse("tcp://127.0.0.1:23511"))
                    .encode());

    @Test
    void aJoinerThrowsItsDeclaredExceptionOnly() {
        Fuzz.run(IstFuzzTest.class, DONORS, IstFuzzTest::read);
    }

    /** Checksums would hide what is behind them: here those of headers are right wherever the lengths allow it. */
    @Test
    void aJoinerThrowsItsDeclaredExceptionOnlyBehindRightChecksums() {
        Fuzz.run(IstFuzzTest.class, DONORS, input -> read(repaired(input)));
    }

    @Test
    void aDonorThrowsItsDeclaredExceptionOnly() {
        List<Bytes> joiners = List.of(IstVectors.ALL.get(0).joiner());
        Fuzz.run(IstFuzzTest.class, joiners, input -> {
            OutgoingStream stream = new OutgoingStream(11);
            ByteBuffer in = input.toByteBuffer();
            try {
                while (in.hasRemaining() && !stream.isOpen()) {
                    assertThat(stream.answer(in).length()).isIn(0, MessageHeader.LENGTH);
                }
            } catch (IstException e) {
                assertThat(e.getMessage()).isNotEmpty();
            }
        });
    }

    @Test
    void requestsThrowTheirDeclaredExceptionOnly() {
        Fuzz.run(IstFuzzTest.class, REQUESTS, input -> {
            IstRequest request = IstRequest.decode(input);
            assertThat(IstRequest.decode(request.encode())).isEqualTo(request);
        });
    }

    private static void read(Bytes donor) throws MalformedMessageException {
        IncomingStream stream = new IncomingStream(new Expected(11, IstVectors.HISTORY, 5, MOST));
        List<IstEvent> events = new ArrayList<>();
        try {
            events.addAll(Streams.readAll(stream, 6, donor, 97));
        } catch (IstException e) {
            assertThat(stream.isEnded()).isFalse();
            throw new MalformedMessageException(String.valueOf(e.getMessage()));
        }
        if (stream.isEnded()) {
            assertThat(stream.last()).isGreaterThanOrEqualTo(5);
        }
        for (int i = 1; i < events.size(); i++) {
            assertThat(events.get(i).seqno()).isEqualTo(events.get(i - 1).seqno() + 1);
        }
    }

    private static Bytes repaired(Bytes input) {
        byte[] all = input.toArray();
        int at = 0;
        while (at + MessageHeader.LENGTH <= all.length) {
            byte[] header = Arrays.copyOfRange(all, at, at + MessageHeader.LENGTH);
            header[0] = 11;
            Streams.repair(header);
            System.arraycopy(header, 0, all, at, header.length);
            int length = ByteBuffer.wrap(header)
                    .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                    .getInt(4);
            if (length < 0 || length > all.length) {
                break;
            }
            at += MessageHeader.LENGTH + length;
        }
        return new Bytes(all);
    }
}
