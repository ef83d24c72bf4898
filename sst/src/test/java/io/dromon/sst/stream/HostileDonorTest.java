package io.dromon.sst.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.dromon.sst.SnapshotTarget;
import io.dromon.sst.TransferException;
import io.dromon.sst.TransferException.Reason;
import io.dromon.sst.archive.ArchiveException;
import io.dromon.sst.archive.ArchiveException.Problem;
import io.dromon.sst.archive.Limits;
import io.dromon.sst.channel.Frame;
import io.dromon.sst.channel.ProgressCounters;
import io.dromon.transport.wire.Position;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Segments as a donor of bad will makes them: each is refused, nothing is written outside the staging folder. */
@Tag("sockets")
class HostileDonorTest {
    private static final int DIRECTORY = 0;
    private static final int FILE = 1;
    private static final int LINK = 2;
    private static final Position POSITION = new Position(new UUID(1, 2), 3);

    @TempDir
    Path folder;

    @SuppressWarnings("NullAway.Init") // made before each
    private SegmentApplier intake;

    private final SegmentApplier.Buffers tools = new SegmentApplier.Buffers();
    private final ByteBuffer content = ByteBuffer.allocate(Frame.MOST_DATA);

    @BeforeEach
    void begin() throws IOException {
        Files.writeString(Files.createDirectory(folder.resolve("target")).resolve("old"), "old");
        intake = new SegmentApplier(
                new SnapshotTarget.Directory(folder.resolve("target"), Limits.NONE), new ProgressCounters());
        intake.begin("files 10 1000 " + POSITION);
    }

    @AfterEach
    void leavesNothingOutside() throws IOException {
        intake.close();
        tools.close();
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("target", ".target.sst-lock");
        assertThat(folder.resolve("target/old")).hasContent("old");
    }

    /** An entry as it travels, with nothing checked. */
    private HostileDonorTest put(int kind, String name, long size, String link, String data) {
        byte[] nameBytes = name.getBytes(StandardCharsets.ISO_8859_1);
        byte[] linkBytes = link.getBytes(StandardCharsets.ISO_8859_1);
        content.put((byte) kind)
                .putShort((short) 0644)
                .putLong(size)
                .putLong(0)
                .putShort((short) nameBytes.length)
                .putShort((short) linkBytes.length)
                .put(nameBytes)
                .put(linkBytes)
                .put(data.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    private HostileDonorTest file(String name) {
        return put(FILE, name, 1, "", "x");
    }

    /** What was put, as one batch. */
    private void send(long unit) throws IOException, InterruptedException {
        byte[] bytes = java.util.Arrays.copyOf(content.array(), content.position());
        content.clear();
        apply(Frame.Type.BATCH, 0, unit, new byte[0], bytes, bytes.length, crc(bytes));
    }

    private static int crc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    private void apply(Frame.Type type, int flags, long unit, byte[] meta, byte[] data, int rawLength, int crc)
            throws IOException, InterruptedException {
        int length = Frame.HEADER + meta.length + data.length;
        ByteBuffer frame = ByteBuffer.allocateDirect(length);
        frame.position(Frame.HEADER);
        frame.put(meta).put(data);
        Frame.seal(frame, length, type, flags, meta.length, unit, rawLength, crc);
        intake.apply(Frame.header(frame), frame, tools);
    }

    private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, Problem problem) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ArchiveException.class, e -> assertThat(e.problem()).isEqualTo(problem));
    }

    private static void assertBreaksProtocol(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        TransferException.class, e -> assertThat(e.reason()).isEqualTo(Reason.PROTOCOL));
    }

    @ParameterizedTest
    @ValueSource(strings = {"../x", "/x", "a/../../x", "a//x", ".", "..", "a/.", "", "a\0b", "/"})
    void refusesNamesThatLeave(String name) {
        assertRefused(() -> file(name).send(0), Problem.UNSAFE_NAME);
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", "/etc", "../x", "sub/../../x", "", "a\0b"})
    void refusesLinksThatLeave(String to) {
        assertRefused(() -> put(LINK, "link", 0, to, "").send(0), Problem.UNSAFE_LINK);
    }

    @Test
    void refusesToWriteThroughALink() throws Exception {
        put(DIRECTORY, "real", 0, "", "").put(LINK, "link", 0, "real", "").send(0);

        assertRefused(() -> file("link/x").send(1), Problem.THROUGH_LINK);
        assertRefused(() -> put(DIRECTORY, "link", 0, "", "").send(2), Problem.THROUGH_LINK);
        assertRefused(() -> file("link").send(3), Problem.DUPLICATE);
        assertRefused(() -> put(LINK, "link", 0, "real", "").send(4), Problem.DUPLICATE);
        assertThat(folder.resolve(".target.sst-staging/real")).isEmptyDirectory();
    }

    @Test
    void refusesDuplicates() throws Exception {
        file("a").put(DIRECTORY, "d", 0, "", "").send(0);

        assertRefused(() -> file("a").send(1), Problem.DUPLICATE);
        assertRefused(() -> put(DIRECTORY, "d", 0, "", "").send(2), Problem.DUPLICATE);
        assertRefused(() -> file("d").send(3), Problem.DUPLICATE);
        assertRefused(() -> file("a/b").send(4), Problem.THROUGH_LINK);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 3, 6, 127})
    void refusesKindsThatNoSnapshotHas(int kind) {
        assertBreaksProtocol(() -> put(kind, "device", 0, "", "").send(0));
    }

    @Test
    void refusesMoreThanAnnounced() throws Exception {
        assertRefused(() -> put(FILE, "big", 1001, "", "x".repeat(1001)).send(0), Problem.TOO_MANY_BYTES);
        byte[] meta = chunkMeta("huge", Long.MAX_VALUE, 0);
        assertRefused(
                () -> apply(Frame.Type.CHUNK, 0, 1, meta, new byte[] {1}, 1, crc(new byte[] {1})),
                Problem.TOO_MANY_BYTES);
        for (int i = 0; i < 9; i++) {
            file("f" + i);
        }
        assertRefused(() -> file("g").file("h").send(2), Problem.TOO_MANY_ENTRIES);
    }

    private byte[] chunkMeta(String name, long size, long offset) {
        content.clear();
        put(FILE, name, size, "", "");
        content.putLong(offset);
        byte[] meta = java.util.Arrays.copyOf(content.array(), content.position());
        content.clear();
        return meta;
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 100, 99, Long.MAX_VALUE, Long.MIN_VALUE})
    void refusesChunksOutsideOfTheirFile(long offset) {
        byte[] data = {1, 2};

        assertBreaksProtocol(
                () -> apply(Frame.Type.CHUNK, 0, 0, chunkMeta("f", 100, offset), data, data.length, crc(data)));
    }

    /** A gigabyte of zeros in some kilobytes. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1000, Frame.MOST_DATA})
    void unpacksNoMoreThanAUnitHolds(int told) {
        byte[] bomb = Zstd.compress(new byte[64 << 20]);

        assertBreaksProtocol(() -> apply(Frame.Type.BATCH, Frame.ZSTD, 0, new byte[0], bomb, told, 0));
    }

    @ParameterizedTest
    @ValueSource(ints = {Frame.MOST_DATA + 1, Integer.MAX_VALUE, -1})
    void refusesUnitsThatSayTheyAreLarger(int told) {
        assertBreaksProtocol(() -> apply(Frame.Type.HOLE, 0, 0, new byte[0], new byte[0], told, 0));
    }

    @Test
    void refusesWhatDoesNotFitItsChecksum() {
        byte[] data = {1};

        assertBreaksProtocol(() -> apply(Frame.Type.CHUNK, 0, 0, chunkMeta("f", 100, 0), data, 1, crc(data) + 1));
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1_000_000})
    void remembersNoUnitFarAhead(long unit) {
        assertBreaksProtocol(() -> file("f").send(unit));
    }

    @Test
    void refusesACutEntry() {
        content.put((byte) FILE).putShort((short) 0);

        assertBreaksProtocol(() -> send(0));
        assertBreaksProtocol(() -> put(FILE, "f", 5, "", "x").send(1));
    }

    @Test
    void refusesAManifestOfSomethingElse() throws Exception {
        file("f").send(0);
        byte[] text = ("dromon snapshot 1\nentries 2\nbytes 1\nchecksum " + "0".repeat(32) + "\nposition " + POSITION
                        + "\n")
                .getBytes(StandardCharsets.US_ASCII);

        assertRefused(() -> intake.commit(text), Problem.WRONG_MANIFEST);
        assertRefused(() -> intake.commit(new byte[0]), Problem.MALFORMED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"files", "files -1 0 x", "live 0 0 x", "files 1 1 1 1", "files 99999999999999999999 1 1"})
    void refusesABeginThatIsNone(String text) {
        assertBreaksProtocol(() -> intake.begin(text));
    }
}
