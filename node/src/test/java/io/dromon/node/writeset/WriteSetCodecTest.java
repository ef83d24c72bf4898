package io.dromon.node.writeset;

import static io.dromon.node.writeset.WriteSetVectors.decoded;
import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Chapter 05, sections 2 to 6, statement by statement, against the captured bytes of section 12. */
@Tag("unit")
final class WriteSetCodecTest {
    private static final UUID SOURCE = UUID.fromString("44af9fc5-e52e-11f1-8919-124b092245ad");

    /** Section 12: decoding and encoding gives back every captured byte. */
    @Test
    void everyVectorComesBackByteForByte() throws MalformedMessageException {
        for (Bytes vector : WriteSetVectors.all()) {
            ReceivedWriteSet writeSet = ReceivedWriteSet.decode(vector);

            assertThat(HexFormat.of().formatHex(encodedAgain(writeSet).toArray()))
                    .isEqualTo(HexFormat.of().formatHex(vector.toArray()));
        }
    }

    /** Lays out the content anew, and writes every field of the header. */
    private static Bytes encodedAgain(ReceivedWriteSet writeSet) {
        KeyParts keys = copied(writeSet.keys());
        List<Bytes> content = List.of(writeSet.data(), writeSet.unordered(), writeSet.annotation());
        WriteSetFrame frame = WriteSetFrame.of(writeSet.version(), writeSet.flags(), keys, content);
        Originator originator = new Originator(writeSet.source(), writeSet.connection(), writeSet.transaction());
        return frame.seal(originator, writeSet.lastSeen(), writeSet.paRange(), writeSet.timestampNs());
    }

    /** The parts of a received set, as if they had been written here. */
    private static KeyParts copied(KeySet keys) {
        KeyCursor cursor = new KeyCursor().over(keys);
        KeyFormat format = cursor.next() ? cursor.format() : KeyFormat.FLAT8;
        return new KeyParts(format, new Bytes(keys.array, keys.from, keys.to - keys.from), keys.count());
    }

    @Test
    void readsTheHeaderOfTheFirstVectorAsSection12Says() throws MalformedMessageException {
        ReceivedWriteSet writeSet = decoded(1);

        assertThat(writeSet.version()).isEqualTo(6);
        assertThat(writeSet.flags()).isEqualTo(WriteSetFlags.BEGIN | WriteSetFlags.COMMIT);
        assertThat(writeSet.paRange()).isEqualTo(65535);
        assertThat(writeSet.lastSeen()).isEqualTo(8);
        assertThat(writeSet.timestampNs()).isEqualTo(1_620_339_129_846L);
        assertThat(writeSet.source()).isEqualTo(SOURCE);
        assertThat(writeSet.connection()).isEqualTo(11);
        assertThat(writeSet.transaction()).isEqualTo(34);
        assertThat(writeSet.data().length()).isEqualTo(130);
        assertThat(new String(writeSet.data().toArray(), StandardCharsets.ISO_8859_1))
                .contains("INSERT INTO t1 VALUES (1,'one')");
        assertThat(writeSet.unordered().length() + writeSet.annotation().length())
                .isZero();
    }

    /** Sections 6.2, 6.6 and 12.2: the key parts in the order in which they were sent; the low 5 bits are no hash. */
    @ParameterizedTest
    @CsvSource({
        "1,1:20d3b4116c5802ac 1:a078a40ed8fa470f 3:a0e799fcdeb0cd72 1:80c0f35861597431",
        "2,1:20d3b4116c5802ac 1:a078a40ed8fa470f 2:609981ed2796a7ee 2:6090166056818bba 2:0054ec73eb506569 1:80c0f35861597431",
        "3,1:20d3b4116c5802ac 1:a078a40ed8fa470f 3:e05f3614568e8742 3:a0e799fcdeb0cd72 1:80c0f35861597431",
        "5,3:20d3b4116c5802ac 1:80c0f35861597431",
        "6,1:20d3b4116c5802ac 3:a078a40ed8fa470f 1:80c0f35861597431",
        "20,1:20d3b4116c5802ac 0:a078a40ed8fa470f 1:80c0f35861597431",
        "23,1:20d3b4116c5802ac 1:a078a40ed8fa470f 3:a0e799fcdeb0cd72",
    })
    void readsKeyPartsInTheirOrder(int vector, String parts) throws MalformedMessageException {
        assertThat(String.join(" ", WriteSetVectors.parts(decoded(vector)))).isEqualTo(parts);
    }

    @Test
    void takesBothTypesOfBranchKeysFromTheWire() throws MalformedMessageException {
        assertThat(WriteSetVectors.paths(decoded(16)))
                .containsExactly(
                        "1:ws",
                        "0:ws/c2",
                        "0:ws/c",
                        "1:ws/c2",
                        "3:ws/c2/0x0001000000",
                        "3:ws/c2/0x0002000000",
                        "1:ws/p",
                        "3:ws/p/0x0065000000",
                        "1:0x00");
    }

    /** Sections 6.1 and 3.2: version 4 has other prefixes; COMMIT implies BEGIN. */
    @Test
    void readsVersion4WithItsOwnPrefixes() throws MalformedMessageException {
        ReceivedWriteSet writeSet = decoded(24);

        assertThat(writeSet.version()).isEqualTo(4);
        assertThat(WriteSetVectors.parts(writeSet)).containsExactly("3:20d3b4116c5802ac");
        assertThat(KeyType.read(4, 1)).isEqualTo(KeyType.REFERENCE);
        assertThat(writeSet.has(WriteSetFlags.TOI | WriteSetFlags.BEGIN | WriteSetFlags.COMMIT))
                .isTrue();
    }

    /** Section 3.2: fragments of a streaming transaction, and one without any set. */
    @Test
    void readsFragments() throws MalformedMessageException {
        assertThat(decoded(18).flags()).isEqualTo(WriteSetFlags.BEGIN);
        assertThat(decoded(19).flags()).isZero();
        assertThat(decoded(19).paRange()).isZero();
        assertThat(decoded(20).flags()).isEqualTo(WriteSetFlags.COMMIT | WriteSetFlags.PA_UNSAFE);
        assertThat(decoded(20).data().length()).isZero();
        ReceivedWriteSet rollback = decoded(21);
        assertThat(rollback.flags()).isEqualTo(WriteSetFlags.ROLLBACK | WriteSetFlags.PA_UNSAFE);
        assertThat(rollback.keys().count()).isZero();
        assertThat(rollback.connection()).isEqualTo(-1);
        assertThat(rollback.paRange()).isEqualTo(0x42);
    }

    /** Section 3.3: the header after certification is rewritten, and nothing else. */
    @Test
    void rewritesTheHeaderAfterCertification() throws MalformedMessageException {
        Bytes sent = WriteSetVectors.bytes("01-insert-pk.bin");
        byte[] before = sent.toArray();

        Bytes header = ReceivedWriteSet.decode(sent).certifiedHeader(9, 1);

        byte[] cached = sent.toArray();
        System.arraycopy(header.toArray(), 0, cached, 0, 64);
        assertThat(new Bytes(cached)).isEqualTo(WriteSetVectors.bytes("25-insert-pk.after-certification.bin"));
        assertThat(sent.toArray()).isEqualTo(before);
        assertThat(ReceivedWriteSet.decode(new Bytes(cached)).has(WriteSetFlags.CERTIFIED))
                .isTrue();
    }

    /** Section 4.4: the short form up to 1024 records and 16384 bytes. */
    @Test
    void choosesTheFormOfARecordSetAsGalera() throws MalformedMessageException {
        assertThat(RecordSet.prefixLength(8 * 1024, 1024)).isEqualTo(24);
        assertThat(RecordSet.prefixLength(8 * 1025, 1025)).isEqualTo(32);
        assertThat(RecordSet.prefixLength(16360, 1)).isEqualTo(24);
        assertThat(RecordSet.prefixLength(16361, 1)).isEqualTo(32);
        assertThat(decoded(22).keys().count()).isEqualTo(1025);
        assertThat(ReceivedWriteSet.decode(WriteSetVectors.blob()).data().length())
                .isEqualTo(1_048_724);
    }

    /** Section 4.4: a decoder takes the long form for any size. */
    @Test
    void readsALongHeaderOfASmallSet() throws MalformedMessageException {
        byte[] array = HexFormat.of().parseHex("23190100" + "00000000" + "00".repeat(16) + "aa" + "00".repeat(7));
        LittleEndian.put32(array, 4, Murmur32.hash(array, 0, 4));

        assertThat(RecordSet.read(array, 0, array.length, null)).isEqualTo(new RecordSet(24, 25, 32, 1));
    }

    @ParameterizedTest
    @CsvSource({
        "'',ab3e7c0b",
        "a,80ffd795",
        "abc,8e686885",
        "0123456789abcdef,2dda8659",
        "The quick brown fox jumps over the lazy dog,197b9835",
    })
    void hashesTheTextsOfSection5(String text, String hash) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);

        assertThat(HexFormat.of().toHexDigits(Murmur32.hash(bytes, 0, bytes.length)))
                .isEqualTo(hash);
    }

    /** Section 6.2: the hash of a path and of each of its prefixes. */
    @ParameterizedTest
    @CsvSource({
        "00,88c0f358615974319dfc10ed4d6933e6",
        "7773,31d3b4116c5802ac324d2f10f5431e66",
        "7773 7431,ac78a40ed8fa470fb4bb02838200b941",
        "7773 7431 0001000000,b0e799fcdeb0cd72240a80b57f6ea835",
        "7773 70 0064000000,86b7601a193e94176afa5a13ac17713e",
        "7773 7571 0100574f524c44,b532f8b6a582e92948f7e463a397a09b",
        "6d7973716c,ec624f3f2f1b18b34a5000339803a0f1",
    })
    void hashesPaths(String path, String digest) {
        KeySetWriter writer = new KeySetWriter(KeyFormat.FLAT16);
        List<Bytes> parts = new ArrayList<>();
        for (String part : path.split(" ", -1)) {
            parts.add(new Bytes(HexFormat.of().parseHex(part)));
        }
        writer.add(new Key(KeyType.SHARED, parts));

        Bytes written = writer.parts().bytes();
        byte[] last = written.skip(written.length() - 16).toArray();
        byte[] expected = HexFormat.of().parseHex(digest);
        assertThat(last[0] & 0xe0).isEqualTo(expected[0] & 0xe0);
        assertThat(last[0] & 0x1f).isEqualTo(KeyFormat.FLAT16.code() << 2);
        assertThat(Arrays.copyOfRange(last, 1, 16)).isEqualTo(Arrays.copyOfRange(expected, 1, 16));
        Key key = new Key(KeyType.SHARED, parts);
        assertThat(key.depthOf(LittleEndian.i64(expected, 0) & ~0x1fL)).hasValue(parts.size());
    }

    /** Sections 6.3, 6.5 and 12.3: built from their paths, the keys of the annotated vectors are the captured bytes. */
    @ParameterizedTest
    @CsvSource({"12", "13", "14", "15", "16", "17"})
    void buildsTheKeySetsOfTheAnnotatedVectors(int vector) throws MalformedMessageException {
        KeySet captured = decoded(vector).keys();
        KeyCursor cursor = new KeyCursor().over(captured);
        KeySetWriter writer = new KeySetWriter(vector == 12 ? KeyFormat.FLAT8A : KeyFormat.FLAT16A);
        while (cursor.next()) {
            if (cursor.type() != KeyType.REFERENCE) { // branches come by themselves
                writer.add(new Key(cursor.type(), cursor.path()));
            }
        }
        writer.addZeroLevel();

        assertThat(writer.parts().count()).isEqualTo(captured.count());
        assertThat(writer.parts().bytes())
                .isEqualTo(new Bytes(captured.array, captured.from, captured.to - captured.from));
    }

    /** Section 6.5: an EXCLUSIVE branch covers what is under it. */
    @Test
    void leavesOutWhatAnExclusiveBranchCovers() {
        KeySetWriter writer = new KeySetWriter(KeyFormat.FLAT8);
        writer.add(Key.of(KeyType.EXCLUSIVE, "ws", "t1"));
        writer.add(Key.of(KeyType.UPDATE, "ws", "t1", "row"));

        assertThat(writer.parts().count()).isEqualTo(2);
    }

    /** Section 6.5: a part comes again with a stronger type only. */
    @Test
    void writesAPartAgainIfItsTypeIsStronger() {
        KeySetWriter writer = new KeySetWriter(KeyFormat.FLAT8);
        writer.add(Key.of(KeyType.SHARED, "t"));
        writer.add(Key.of(KeyType.SHARED, "t"));
        writer.add(Key.of(KeyType.UPDATE, "t"));
        writer.add(Key.of(KeyType.REFERENCE, "t"));
        writer.add(Key.of(KeyType.EXCLUSIVE, "t"));

        assertThat(writer.parts().bytes().toArray()).hasSize(24);
        assertThat(List.of(0, 8, 16))
                .extracting(at -> KeyType.of(writer.parts().bytes().array()[at] & 3))
                .containsExactly(KeyType.SHARED, KeyType.UPDATE, KeyType.EXCLUSIVE);
    }

    /** Section 6.3: a part of a path is cut to 255 bytes, a key part to 4096. */
    @ParameterizedTest
    @CsvSource({"FLAT8A,4096", "FLAT16A,4096"})
    void cutsLongPaths(KeyFormat format, int length) throws MalformedMessageException {
        String name = "x".repeat(300);
        String[] path = new String[40];
        Arrays.fill(path, name);
        KeySetWriter writer = new KeySetWriter(format);
        writer.add(Key.of(KeyType.UPDATE, path));

        WriteSetFrame frame = WriteSetFrame.of(
                6, WriteSetFlags.TRANSACTION, writer.parts(), List.of(Bytes.EMPTY, Bytes.EMPTY, Bytes.EMPTY));
        KeySet keys = ReceivedWriteSet.decode(frame.seal(new Originator(SOURCE, 1, 1), 0, 0, 0))
                .keys();

        assertThat(keys.count()).isEqualTo(40);
        KeyCursor cursor = new KeyCursor().over(keys);
        int last = 0;
        for (int i = 0; i < 40; i++) {
            assertThat(cursor.next()).isTrue();
            assertThat(cursor.path().get(0).length()).isEqualTo(255);
            last = cursor.path().size();
        }
        assertThat(last).isEqualTo(16);
        int parts = writer.parts().bytes().length();
        KeySetWriter shorter = new KeySetWriter(format);
        shorter.add(Key.of(KeyType.UPDATE, Arrays.copyOf(path, 39)));
        // The last key part of 39 is as long as the one before: both are cut.
        assertThat(parts - shorter.parts().bytes().length()).isEqualTo(length);
    }
}
