package io.dromon.transport.primary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.transport.testpeer.Fuzz;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.Uuids;
import io.dromon.transport.wire.ViewId;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The messages of the primary component, against captured bytes (chapter 03 sections 2 and 12). */
@Tag("unit")
class PcMessageTest {
    private static final UUID MARIADBD = UUID.fromString("d96df135-e52e-11f1-b1fc-a2eb830c6078");
    private static final UUID GARBD = UUID.fromString("eff0a58b-e52e-11f1-ae10-06364d5c0298");
    private static final NodeEntry MARIADBD_ENTRY =
            new NodeEntry(MARIADBD, true, false, false, 0, 1, 3, new ViewId(ViewId.Type.PRIM, MARIADBD, 1), 2);
    private static final NodeEntry GARBD_ENTRY = new NodeEntry(
            GARBD, false, false, false, 1, 2, NodeEntry.NEVER, new ViewId(ViewId.Type.NON_PRIM, Uuids.NIL, 0), -1);

    static List<Bytes> captured() {
        return PcVectors.ALL;
    }

    @ParameterizedTest
    @MethodSource("captured")
    void encodesWhatItDecoded(Bytes message) throws MalformedMessageException {
        PcMessage decoded = PcMessage.decode(message);

        assertThat(Bytes.of(decoded)).isEqualTo(message);
    }

    @Test
    void decodesTheStateOfAJoiner() throws MalformedMessageException {
        assertThat(PcMessage.decode(PcVectors.STATE_OF_JOINER)).isEqualTo(new PcMessage.State(1, List.of(GARBD_ENTRY)));
    }

    @Test
    void decodesTheStateOfAPrimary() throws MalformedMessageException {
        assertThat(PcMessage.decode(PcVectors.STATE_OF_PRIMARY))
                .isEqualTo(new PcMessage.State(1, List.of(MARIADBD_ENTRY)));
    }

    @Test
    void decodesInstall() throws MalformedMessageException {
        assertThat(PcMessage.decode(PcVectors.INSTALL))
                .isEqualTo(new PcMessage.Install(1, PcMessage.Purpose.PLAIN, List.of(MARIADBD_ENTRY, GARBD_ENTRY)));
    }

    @Test
    void decodesWeightChange() throws MalformedMessageException {
        assertThat(PcMessage.decode(PcVectors.WEIGHT_CHANGE))
                .isEqualTo(new PcMessage.Install(
                        1, PcMessage.Purpose.WEIGHT_CHANGE, List.of(MARIADBD_ENTRY.withWeight(3), GARBD_ENTRY)));
    }

    @Test
    void decodesFlagsOfEntries() throws MalformedMessageException {
        NodeEntry unknown = only(PcVectors.UNKNOWN);
        NodeEntry evicted = only(PcVectors.EVICTED);

        assertThat(unknown.un()).isTrue();
        assertThat(unknown.prim()).isFalse();
        assertThat(unknown.lastPrim().type()).isEqualTo(ViewId.Type.NON_PRIM);
        assertThat(evicted.evicted()).isTrue();
        assertThat(evicted.prim()).isTrue();
        assertThat(evicted.un()).isFalse();
    }

    @Test
    void decodesBootstrap() throws MalformedMessageException {
        assertThat(PcMessage.decode(PcVectors.BOOTSTRAP)).isInstanceOfSatisfying(PcMessage.Install.class, install -> {
            assertThat(install.purpose()).isEqualTo(PcMessage.Purpose.BOOTSTRAP);
            assertThat(install.nodes()).extracting(NodeEntry::toSeq).containsExactly(40L, 40L);
        });
    }

    @Test
    void computesTheChecksumOfACapture() {
        assertThat(PcMessage.checksumMatches(PcVectors.USER_WITH_CHECKSUM)).isTrue();
        assertThat(PcMessage.checksumMatches(changed(PcVectors.USER_WITH_CHECKSUM, 20, 1)))
                .isFalse();
        assertThat(Crc16.of("123456789".getBytes(StandardCharsets.US_ASCII), 0, 9))
                .isEqualTo(0xBB3D);
    }

    @Test
    void ignoresReservedBitsUnknownFlagsSeqAndTrailingBytes() throws MalformedMessageException {
        byte[] bytes = java.util.Arrays.copyOf(PcVectors.STATE_OF_JOINER.toArray(), 70);
        bytes[0] |= (byte) 0x80;
        bytes[4] = 77;
        bytes[28] |= (byte) 0xf0;
        bytes[29] = 0x55;

        assertThat(PcMessage.decode(new Bytes(bytes))).isEqualTo(PcMessage.decode(PcVectors.STATE_OF_JOINER));
    }

    @Test
    void sortsEntries() throws MalformedMessageException {
        PcMessage reversed = new PcMessage.Install(1, PcMessage.Purpose.PLAIN, List.of(GARBD_ENTRY, MARIADBD_ENTRY));

        assertThat(PcMessage.decode(Bytes.of(reversed))).isEqualTo(PcMessage.decode(PcVectors.INSTALL));
    }

    @Test
    void rejectsTheSameNodeTwice() {
        Bytes twice = Bytes.of(new PcMessage.State(1, List.of(GARBD_ENTRY, GARBD_ENTRY)));

        assertThatThrownBy(() -> PcMessage.decode(twice))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("two entries for node eff0a58b-ae10");
    }

    @Test
    void rejectsTruncatedMessages() {
        for (Bytes message : List.of(PcVectors.INSTALL, PcVectors.STATE_AFTER_LOSS)) {
            for (int length = 0; length < message.length(); length++) {
                Bytes cut = new Bytes(message.array(), message.offset(), length);

                assertThatThrownBy(() -> PcMessage.decode(cut)).isInstanceOf(MalformedMessageException.class);
            }
        }
    }

    @Test
    void rejectsCountsThatDoNotFit() {
        for (int octet : new int[] {3, 4, 0x7f, 0xff}) {
            assertThatThrownBy(() -> PcMessage.decode(changed(PcVectors.INSTALL, 11, octet)))
                    .isInstanceOf(MalformedMessageException.class)
                    .hasMessageContaining("entries");
        }
    }

    @Test
    void rejectsUnknownTypesAndVersions() {
        for (int type : new int[] {0, 4, 255}) {
            assertThatThrownBy(() -> PcMessage.decode(changed(PcVectors.USER, 1, type)))
                    .isInstanceOf(MalformedMessageException.class)
                    .hasMessageContaining("unknown PC message type " + type);
        }
        assertThatThrownBy(() -> PcMessage.decode(changed(PcVectors.USER, 0, 2)))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("version 2");
    }

    @Test
    void decoderThrowsOnlyItsDeclaredException() {
        Fuzz.run(PcMessageTest.class, PcVectors.ALL, input -> {
            PcMessage decoded = PcMessage.decode(input);
            assertThat(PcMessage.decode(Bytes.of(decoded)).encodedLength()).isEqualTo(decoded.encodedLength());
            PcMessage.checksumMatches(input);
        });
    }

    private static NodeEntry only(Bytes message) throws MalformedMessageException {
        return ((PcMessage.State) PcMessage.decode(message)).nodes().get(0);
    }

    private static Bytes changed(Bytes message, int at, int octet) {
        byte[] bytes = message.toArray();
        bytes[at] = (byte) octet;
        return new Bytes(bytes);
    }
}
