package io.dromon.transport.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.dromon.transport.mesh.GmcastMessage.Fail;
import io.dromon.transport.mesh.GmcastMessage.Handshake;
import io.dromon.transport.mesh.GmcastMessage.HandshakeResponse;
import io.dromon.transport.mesh.GmcastMessage.KeepAlive;
import io.dromon.transport.mesh.GmcastMessage.Ok;
import io.dromon.transport.mesh.GmcastMessage.TopologyChange;
import io.dromon.transport.mesh.GmcastMessage.TopologyChange.Entry;
import io.dromon.transport.mesh.GmcastMessage.User;
import io.dromon.transport.testpeer.Fuzz;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.Uuids;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The messages of the mesh, against captured bytes (chapter 01 sections 5 and 12). */
@Tag("unit")
class GmcastMessageTest {
    private static final UUID ACCEPTOR = UUID.fromString("63a84654-e52e-11f1-a7a5-db70ba1274b9");
    private static final UUID CONNECTOR = UUID.fromString("6e27208e-e52e-11f1-817d-bb2d674da280");
    private static final UUID HANDSHAKE = UUID.fromString("6e2756e7-e52e-11f1-930d-6fae0003ce8a");
    private static final UUID OTHER = UUID.fromString("30db98d1-e532-11f1-b14f-f3253b5101e9");

    private static final String ACCEPTOR_HEX = "63a84654e52e11f1a7a5db70ba1274b9";
    private static final String CONNECTOR_HEX = "6e27208ee52e11f1817dbb2d674da280";
    private static final String HANDSHAKE_HEX = "6e2756e7e52e11f1930d6fae0003ce8a";
    private static final String OTHER_HEX = "30db98d1e53211f1b14ff3253b5101e9";
    private static final String ADDRESS_HEX = "7463703a2f2f3132372e302e302e313a3231303032" + "00".repeat(43);
    private static final String GROUP_HEX = "6d7967726f7570" + "00".repeat(25);

    /** A captured body, and what it says. */
    record Vector(String hex, GmcastMessage message) {
        @Override
        public String toString() {
            return message.getClass().getSimpleName();
        }
    }

    static Stream<Vector> captures() {
        return Stream.of(
                new Vector("00011000" + ACCEPTOR_HEX + HANDSHAKE_HEX, new Handshake(0, ACCEPTOR, HANDSHAKE)),
                new Vector(
                        "00021500" + CONNECTOR_HEX + HANDSHAKE_HEX + ADDRESS_HEX + GROUP_HEX,
                        new HandshakeResponse(0, CONNECTOR, HANDSHAKE, "tcp://127.0.0.1:21002", "mygroup")),
                new Vector("00030000" + ACCEPTOR_HEX, new Ok(0, ACCEPTOR)),
                new Vector(
                        "00040400" + OTHER_HEX + "696e76616c69642067726f7570" + "00".repeat(51),
                        new Fail(0, OTHER, "invalid group")),
                new Vector(
                        "00050900" + ACCEPTOR_HEX + GROUP_HEX + "01000000" + CONNECTOR_HEX + "00000000" + ADDRESS_HEX
                                + "00".repeat(64),
                        new TopologyChange(
                                ACCEPTOR, "mygroup", List.of(new Entry(CONNECTOR, "tcp://127.0.0.1:21002")))),
                new Vector("00060000" + OTHER_HEX, new KeepAlive(0, OTHER)),
                new Vector(
                        "00080000" + ACCEPTOR_HEX + "050001001b000000",
                        new User(0, 0, ACCEPTOR, hex("050001001b000000"))),
                new Vector("00082001" + ACCEPTOR_HEX + "05", new User(0x20, 1, ACCEPTOR, hex("05"))),
                new Vector("000840ff" + ACCEPTOR_HEX + "05", new User(0x40, 255, ACCEPTOR, hex("05"))),
                new Vector("00040003" + OTHER_HEX, new Fail(3, OTHER, "")),
                new Vector(
                        "00050900" + ACCEPTOR_HEX + GROUP_HEX + "00000000",
                        new TopologyChange(ACCEPTOR, "mygroup", List.of())));
    }

    @ParameterizedTest
    @MethodSource("captures")
    void decodesAndEncodesCaptures(Vector vector) throws Exception {
        assertThat(GmcastDecoder.decode(hex(vector.hex))).isEqualTo(vector.message);
        assertThat(Bytes.of(vector.message)).isEqualTo(hex(vector.hex));
    }

    @Test
    void readsTextUpToTheFirstZeroByteAndIgnoresWhatFollows() throws Exception {
        String text = "6162630064" + "00".repeat(59);

        assertThat(GmcastDecoder.decode(hex("00040400" + OTHER_HEX + text))).isEqualTo(new Fail(0, OTHER, "abc"));
    }

    @Test
    void readsTextOfTheFullWidth() throws Exception {
        String name = "x".repeat(32);
        HandshakeResponse response = new HandshakeResponse(0, CONNECTOR, HANDSHAKE, "tcp://1.2.3.4:5", name);

        assertThat(GmcastDecoder.decode(Bytes.of(response))).isEqualTo(response);
    }

    @Test
    void ignoresBytesBehindTheFieldsOfAControlMessage() throws Exception {
        assertThat(GmcastDecoder.decode(hex("00030000" + ACCEPTOR_HEX + "ffff")))
                .isEqualTo(new Ok(0, ACCEPTOR));
    }

    @Test
    void parsesByFlagsWhateverTheType() throws Exception {
        assertThat(GmcastDecoder.decode(hex("00031100" + ACCEPTOR_HEX + HANDSHAKE_HEX + GROUP_HEX)))
                .isEqualTo(new Ok(0, ACCEPTOR));
        assertThat(GmcastDecoder.decode(hex("00081000" + ACCEPTOR_HEX + HANDSHAKE_HEX + "0501")))
                .isEqualTo(new User(0, 0, ACCEPTOR, hex("0501")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"00", "07", "09", "ff"})
    void refusesInvalidTypes(String type) {
        refused("00" + type + "0000" + ACCEPTOR_HEX, "invalid type");
    }

    @Test
    void refusesOtherVersionsNilSourcesAndShortMessages() {
        refused("01030000" + ACCEPTOR_HEX, "version 1");
        refused("00030000" + "00".repeat(16), "nil source");
        refused("00031000" + ACCEPTOR_HEX, "too short");
        refused("00030000" + ACCEPTOR_HEX.substring(2), "too short");
        refused("00010000" + ACCEPTOR_HEX, "without a handshake UUID");
    }

    @Test
    void refusesNodeListsThatDoNotFit() {
        String start = "00050900" + ACCEPTOR_HEX + GROUP_HEX;
        String entry = CONNECTOR_HEX + "00000000" + ADDRESS_HEX + "00".repeat(64);

        refused(start + "02000000" + entry, "2 entries");
        refused(start + "ffffffff" + entry, "4294967295 entries");
        refused(start + "ffffff7f" + entry, "2147483647 entries");
        refused(start + "02000000" + entry + entry, "twice");
        refused(start + "01000000" + entry.replace(CONNECTOR_HEX, "00".repeat(16)), "nil UUID");
        refused(start + "01000000" + entry.replace(ADDRESS_HEX, "00".repeat(64)), "empty address");
    }

    @Test
    void fitsTheLargestTopologyIntoOneFrame() {
        List<Entry> entries = Stream.iterate(1, i -> i + 1)
                .limit(TopologyChange.MAX_ENTRIES)
                .map(i -> new Entry(new UUID(i, i), "tcp://127.0.0.1:" + i))
                .toList();

        assertThat(new TopologyChange(ACCEPTOR, "g", entries).encodedLength()).isLessThanOrEqualTo(32768);
        assertThat(TopologyChange.MAX_ENTRIES).isEqualTo(221);
    }

    @Test
    void throwsNothingElseOnAnyInput() {
        List<Bytes> samples = captures().map(vector -> hex(vector.hex)).toList();

        Fuzz.run(GmcastMessageTest.class, samples, input -> {
            GmcastMessage message = GmcastDecoder.decode(input);
            assertThat(message.source()).isNotEqualTo(Uuids.NIL);
            assertThat(message.segment()).isBetween(0, 255);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp://127.0.0.1:4567", "ssl://[::1]:1", "tcp://0.0.0.0:65535", "tcp://host-1.example:80"})
    void parsesAddresses(String text) {
        assertThat(PeerAddress.parse(text))
                .hasValueSatisfying(address -> assertThat(address).hasToString(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "tcp://",
                "tcp://127.0.0.1",
                "tcp://127.0.0.1:",
                "tcp://:4567",
                "udp://1.2.3.4:5",
                "1.2.3.4:5",
                "tcp://1.2.3.4:65536",
                "tcp://1.2.3.4:0",
                "tcp://1.2.3.4:5/",
                "tcp://1.2.3.4: 5",
                "tcp://a b:5",
                "tcp://::1:5",
                "tcp://[::1:5",
                "tcp://a\n:5",
                "tcp://1.2.3.4:-5",
                "tcp://1.2.3.4:4567x"
            })
    void refusesOtherTextAsAddress(String text) {
        assertThat(PeerAddress.parse(text)).isEmpty();
    }

    private static void refused(String body, String why) {
        assertThatExceptionOfType(MalformedMessageException.class)
                .isThrownBy(() -> GmcastDecoder.decode(hex(body)))
                .withMessageContaining(why);
    }

    private static Bytes hex(String text) {
        return new Bytes(HexFormat.of().parseHex(text));
    }

    @Test
    void neverShowsBytesInItsTexts() {
        String secret = HexFormat.of().formatHex("secret".getBytes(StandardCharsets.US_ASCII));

        assertThatExceptionOfType(MalformedMessageException.class)
                .isThrownBy(() -> GmcastDecoder.decode(hex("00070000" + ACCEPTOR_HEX + secret)))
                .withMessageNotContaining("secret")
                .withMessageNotContaining(secret);
    }
}
