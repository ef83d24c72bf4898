package io.dromon.sst.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.luben.zstd.ZstdOutputStream;
import io.dromon.sst.archive.ArchiveException.Problem;
import io.dromon.transport.wire.Position;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("unit")
@Timeout(60)
class ArchiveTest {
    private static final Position POSITION = new Position(new UUID(1, 2), 3125);

    @TempDir
    Path folder;

    private Path source;
    private Path target;

    @BeforeEach
    void makePlaces() throws IOException {
        source = folder.resolve("source");
        target = folder.resolve("target");
        Files.createDirectory(target);
        Files.writeString(target.resolve("old"), "old state");
    }

    private byte[] write(OptionalInt level) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Manifest unused = ArchiveWriter.write(SourceTree.of(source), POSITION, out, level, line -> {});
        return out.toByteArray();
    }

    private Manifest read(byte[] archive) throws IOException {
        try (Staging staging = Staging.open(target, Limits.NONE)) {
            Manifest manifest = ArchiveReader.unpack(new ByteArrayInputStream(archive), staging);
            staging.commit();
            return manifest;
        }
    }

    private void assertRefused(byte[] archive, Problem problem) {
        assertThatThrownBy(() -> read(archive))
                .isInstanceOfSatisfying(
                        ArchiveException.class,
                        e -> assertThat(e.problem()).as(e.getMessage()).isEqualTo(problem));
        assertThat(target.resolve("old")).hasContent("old state");
        assertThat(folder.toFile().list())
                .containsExactlyInAnyOrder(
                        Files.exists(source)
                                ? new String[] {"source", "target", ".target.sst-lock"}
                                : new String[] {"target", ".target.sst-lock"});
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3})
    void carriesEverythingThatDiffCanSee(int level) throws IOException {
        Trees.mixed(source, 1);

        Manifest manifest = read(write(level == 0 ? OptionalInt.empty() : OptionalInt.of(level)));

        assertThat(manifest.position()).isEqualTo(POSITION);
        assertThat(Trees.difference(source, target)).isEmpty();
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("source", "target", ".target.sst-lock");
    }

    @Test
    void leavesHolesWhereZerosWere() throws IOException {
        Trees.mixed(source, 2);

        byte[] archive = write(OptionalInt.empty());
        read(archive);

        assertThat(archive.length).isLessThan(3_500_001 + 5_000_003 - 3_600_000 + 3_000_000);
        String kilobytes = Trees.run("du -k \"$1\" | cut -f1", target.resolve("all zero"));
        assertThat(Integer.parseInt(kilobytes.strip())).isLessThanOrEqualTo(64);
    }

    @Test
    void isUnpackedByRealTar() throws IOException {
        Trees.mixed(source, 3);
        Files.delete(RawPaths.resolve(source.toRealPath(), new byte[] {'b', 'a', 'd', (byte) 0xff, (byte) 0xc3}));
        Path archive = Files.write(folder.resolve("a.tar"), write(OptionalInt.empty()));

        String output = Trees.run(
                "mkdir \"$2\" && tar -C \"$2\" -xpf \"$1\" 2>&1 | grep -v 'Ignoring unknown' ; rm \"$2/.dromon-manifest\"",
                archive,
                folder.resolve("by-tar"));

        assertThat(output).isEmpty();
        assertThat(Trees.difference(source, folder.resolve("by-tar"))).isEmpty();
    }

    @Test
    void passesOverFifosAndSaysSo() throws IOException {
        Files.createDirectory(source);
        Trees.run("mkfifo \"$1/pipe\"", source);
        List<String> said = new ArrayList<>();

        Manifest manifest = ArchiveWriter.write(
                SourceTree.of(source), POSITION, OutputStream.nullOutputStream(), OptionalInt.empty(), said::add);

        assertThat(manifest.entries()).isZero();
        assertThat(said).singleElement().asString().contains("pipe", "fifo");
    }

    @Test
    void saysThatAFileChangedWhileItWasRead() throws IOException {
        Files.createDirectory(source);
        Path file = Files.write(source.resolve("grows"), new byte[2_000_000]);
        OutputStream meddler = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                Files.write(file, new byte[] {1}, StandardOpenOption.APPEND);
            }
        };

        assertThatThrownBy(() ->
                        ArchiveWriter.write(SourceTree.of(source), POSITION, meddler, OptionalInt.empty(), line -> {}))
                .isInstanceOfSatisfying(
                        ArchiveException.class, e -> assertThat(e.problem()).isEqualTo(Problem.SOURCE_CHANGED))
                .hasMessageContaining("grows");
    }

    @Test
    void saysThatAFileVanished() throws IOException {
        Files.createDirectory(source);
        Files.write(source.resolve("gone"), new byte[10]);
        SourceTree.Walk walk = SourceTree.of(source).walk(line -> {});
        SourceTree.SourceEntry entry = java.util.Objects.requireNonNull(walk.next());
        Files.delete(source.resolve("gone"));

        assertThatThrownBy(entry::open).hasMessageContaining("\"gone\" vanished");
        assertThatThrownBy(entry::verify).hasMessageContaining("\"gone\" vanished");
        walk.close();
    }

    @Test
    void refusesToWriteALinkThatLeavesTheSource() throws IOException {
        Files.createDirectory(source);
        Files.createSymbolicLink(source.resolve("out"), Path.of("/etc/passwd"));

        assertThatThrownBy(() -> write(OptionalInt.empty())).hasMessageContaining("not surely inside");
        Files.delete(source.resolve("out"));
    }

    @Test
    void keepsTheOldTargetWhenTheArchiveIsCutAnywhere() throws IOException {
        Trees.mixed(source, 4);
        byte[] archive = write(OptionalInt.of(1));
        Random random = new Random(4);

        for (int i = 0; i < 40; i++) {
            byte[] cut = Arrays.copyOf(archive, random.nextInt(archive.length - 1));
            assertThatThrownBy(() -> read(cut)).isInstanceOf(ArchiveException.class);
            assertThat(target.resolve("old")).hasContent("old state");
        }
    }

    @Test
    void findsAFlippedBitOrYieldsTheSame() throws IOException {
        Files.createDirectory(source);
        Files.writeString(source.resolve("a"), "some content");
        Files.writeString(source.resolve("b"), "another");
        byte[] archive = write(OptionalInt.empty());
        Random random = new Random(5);

        for (int i = 0; i < 200; i++) {
            byte[] flipped = archive.clone();
            int at = random.nextInt(flipped.length);
            flipped[at] ^= (byte) (1 << random.nextInt(8));
            Path other = folder.resolve("other" + i);
            try (Staging staging = Staging.open(other, Limits.NONE)) {
                Manifest unused = ArchiveReader.unpack(new ByteArrayInputStream(flipped), staging);
                staging.commit();
                assertThat(Trees.difference(source, other)).as("bit at %d", at).isEmpty();
            } catch (ArchiveException e) {
                assertThat(Files.exists(other)).isFalse();
            }
        }
    }

    // ---- archives made by an attacker

    private static byte[] attack(long entries, long bytes, Consumer<Attacker> content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TarArchiveOutputStream tar = new TarArchiveOutputStream(out, "UTF-8");
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        announce(tar, entries, bytes);
        content.accept(entry -> {
            try {
                put(tar, entry, entry.getSize() > 0 ? "x".repeat((int) entry.getSize()) : "");
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        tar.finish();
        return out.toByteArray();
    }

    private interface Attacker {
        void put(TarArchiveEntry entry);
    }

    private static void announce(TarArchiveOutputStream tar, long entries, long bytes) throws IOException {
        TarArchiveEntry global = new TarArchiveEntry("g", TarConstants.LF_PAX_GLOBAL_EXTENDED_HEADER);
        global.addPaxHeader("DROMON.entries", Long.toString(entries));
        global.addPaxHeader("DROMON.bytes", Long.toString(bytes));
        global.addPaxHeader("DROMON.position", POSITION.toString());
        tar.putArchiveEntry(global);
    }

    private static void put(TarArchiveOutputStream tar, TarArchiveEntry entry, String content) throws IOException {
        byte[] bytes = content.getBytes(StandardCharsets.US_ASCII);
        if (!entry.isDirectory() && bytes.length > 0) {
            entry.setSize(bytes.length);
        }
        tar.putArchiveEntry(entry);
        tar.write(bytes);
        tar.closeArchiveEntry();
    }

    private static TarArchiveEntry file(String name, int size) {
        TarArchiveEntry entry = new TarArchiveEntry(name, true);
        entry.setSize(size);
        java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
        crc.update("x".repeat(size).getBytes(StandardCharsets.US_ASCII));
        entry.addPaxHeader("DROMON.crc32c", java.util.HexFormat.of().toHexDigits((int) crc.getValue()));
        return entry;
    }

    private static TarArchiveEntry link(String name, byte type, String to) {
        TarArchiveEntry entry = new TarArchiveEntry(name, type);
        entry.setLinkName(to);
        return entry;
    }

    @ParameterizedTest
    @ValueSource(strings = {"/etc/x", "../x", "a/../../x", "a//b", "./x", "..", "a/.."})
    void refusesNamesThatLeave(String name) throws IOException {
        assertRefused(attack(10, 1000, tar -> tar.put(file(name, 5))), Problem.UNSAFE_NAME);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/etc", "..", "../x", "a/../../x", "a/..", "d/../../.."})
    void refusesLinksThatLeave(String to) throws IOException {
        assertRefused(attack(10, 1000, tar -> tar.put(link("l", TarConstants.LF_SYMLINK, to))), Problem.UNSAFE_LINK);
    }

    @Test
    void refusesToWriteThroughALink() throws IOException {
        assertRefused(
                attack(10, 1000, tar -> {
                    tar.put(link("l", TarConstants.LF_SYMLINK, "d"));
                    tar.put(file("l/x", 5));
                }),
                Problem.THROUGH_LINK);
    }

    @Test
    void refusesDevicesFifosAndHardLinks() throws IOException {
        for (byte type :
                new byte[] {TarConstants.LF_BLK, TarConstants.LF_CHR, TarConstants.LF_FIFO, TarConstants.LF_LINK}) {
            assertRefused(attack(10, 1000, tar -> tar.put(link("dev", type, "x"))), Problem.FORBIDDEN_KIND);
        }
    }

    @Test
    void refusesDuplicates() throws IOException {
        assertRefused(
                attack(10, 1000, tar -> {
                    tar.put(file("a", 5));
                    tar.put(file("a", 5));
                }),
                Problem.DUPLICATE);
    }

    @Test
    void refusesMoreThanAnnounced() throws IOException {
        assertRefused(attack(10, 10, tar -> tar.put(file("a", 11))), Problem.TOO_MANY_BYTES);
        assertRefused(
                attack(1, 10, tar -> {
                    tar.put(file("a", 1));
                    tar.put(file("b", 1));
                }),
                Problem.TOO_MANY_ENTRIES);
    }

    @Test
    void refusesAMissingOrWrongManifest() throws IOException {
        assertRefused(attack(10, 10, tar -> tar.put(file("a", 5))), Problem.NO_MANIFEST);
        assertRefused(new byte[0], Problem.NO_MANIFEST);
        String wrong = new Manifest(1, 5, "00".repeat(16), POSITION).print();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TarArchiveOutputStream tar = new TarArchiveOutputStream(out, "UTF-8");
        announce(tar, 10, 10);
        put(tar, file("a", 5), "xxxxx");
        put(tar, new TarArchiveEntry(".dromon-manifest"), wrong);
        tar.finish();
        assertRefused(out.toByteArray(), Problem.WRONG_MANIFEST);
    }

    @Test
    void refusesAWrongChecksum() throws IOException {
        assertRefused(
                attack(10, 10, tar -> {
                    TarArchiveEntry entry = file("a", 5);
                    entry.addPaxHeader("DROMON.crc32c", "00000000");
                    tar.put(entry);
                }),
                Problem.CHECKSUM);
    }

    /** A pax header of the given length, and zeros for it, compressed: some kilobytes on the wire. */
    private static byte[] headerBomb(byte type, long length) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZstdOutputStream zstd = new ZstdOutputStream(out)) {
            TarArchiveOutputStream tar = new TarArchiveOutputStream(zstd);
            tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_STAR);
            announce(tar, 10, 1000);
            TarArchiveEntry header = new TarArchiveEntry("h", type);
            header.setSize(length);
            tar.putArchiveEntry(header);
            tar.write((length + " k=").getBytes(StandardCharsets.US_ASCII));
            byte[] zeros = new byte[1 << 20];
            for (long left = length; left > 0; left -= zeros.length) {
                zstd.write(zeros);
            }
        }
        return out.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(bytes = {TarConstants.LF_PAX_EXTENDED_HEADER_LC, TarConstants.LF_GNUTYPE_LONGNAME})
    void readsNoHeaderOfMoreThanSomeMegabytes(byte type) throws IOException {
        byte[] bomb = headerBomb(type, 3L << 30);

        assertThat(bomb.length).isLessThan(1_000_000);
        assertRefused(bomb, Problem.MALFORMED);
    }

    @Test
    void refusesASecondGlobalHeader() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TarArchiveOutputStream tar = new TarArchiveOutputStream(out);
        announce(tar, 10, 1000);
        announce(tar, 10, 1000);
        put(tar, file("a", 1), "x");
        tar.finish();

        assertRefused(out.toByteArray(), Problem.MALFORMED);
    }

    /** Commons Compress could not read the size of such a file back where it was written as a sparse one. */
    @Test
    void carriesASparseFileOfMoreThanTwoGibibytes() throws IOException {
        Files.createDirectory(source);
        try (FileChannel file =
                FileChannel.open(source.resolve("holes"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            int unused = file.write(ByteBuffer.wrap(new byte[] {1}), Integer.MAX_VALUE + 1L);
        }

        byte[] archive = write(OptionalInt.of(1));
        Manifest manifest = read(archive);

        assertThat(manifest.bytes()).isEqualTo(Integer.MAX_VALUE + 2L);
        assertThat(target.resolve("holes")).hasSize(Integer.MAX_VALUE + 2L);
        try (FileChannel file = FileChannel.open(target.resolve("holes"))) {
            ByteBuffer last = ByteBuffer.allocate(1);
            int unused = file.read(last, Integer.MAX_VALUE + 1L);
            assertThat(last.get(0)).isEqualTo((byte) 1);
        }
    }

    @Test
    void saysAtOnceThatATargetIsAMountPoint() {
        Path mount = Path.of("/proc");
        assumeTrue(Files.isDirectory(mount), "no /proc here");

        assertThatThrownBy(() -> Staging.open(mount, Limits.NONE))
                .isInstanceOfSatisfying(
                        ArchiveException.class, e -> assertThat(e.problem()).isEqualTo(Problem.TARGET_UNUSABLE))
                .hasMessageContaining("mount point")
                .hasMessageContaining("name a directory in it");
    }

    @Test
    void letsOneReceiverInOnly() throws IOException {
        try (Staging first = Staging.open(target, Limits.NONE)) {
            assertThat(first.isCommitted()).isFalse();
            assertThatThrownBy(() -> Staging.open(target, Limits.NONE)).hasMessageContaining("another transfer");
        }
    }

    @Test
    void finishesOrUndoesWhatACrashLeft() throws IOException {
        Files.move(target, folder.resolve(".target.sst-previous"));
        Staging.open(target, Limits.NONE).close();
        assertThat(target.resolve("old")).hasContent("old state");

        Files.move(target, folder.resolve(".target.sst-previous"));
        Files.createDirectory(folder.resolve(".target.sst-complete"));
        Files.writeString(folder.resolve(".target.sst-complete/new"), "new state");
        Staging.open(target, Limits.NONE).close();
        assertThat(target.resolve("new")).hasContent("new state");
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("target", ".target.sst-lock");
    }

    private void assertUnusable(String text) {
        assertThatThrownBy(() -> Staging.open(target, Limits.NONE).close())
                .isInstanceOfSatisfying(
                        ArchiveException.class, e -> assertThat(e.problem()).isEqualTo(Problem.TARGET_UNUSABLE))
                .hasMessageContaining(text);
        assertThat(target.resolve("old")).hasContent("old state");
    }

    /** To another user, which root alone can. */
    private static void giveAway(Path path) throws IOException {
        assumeTrue((int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0, "only root can give files away");
        Files.setAttribute(path, "unix:uid", 65534, LinkOption.NOFOLLOW_LINKS);
    }

    private void mode(String octal) throws Exception {
        assertThat(new ProcessBuilder("chmod", octal, folder.toString()).start().waitFor())
                .isZero();
    }

    @Test
    void refusesAPlaceWhereOthersCouldExchangeWhatGrows() throws Exception {
        mode("0777");
        assertUnusable("every user can replace what is in " + folder);

        mode("0755");
        giveAway(folder);
        assertUnusable("belongs to the user");
        assertThat(folder.toFile().list()).doesNotContain(".target.sst-staging");
    }

    @Test
    void warnsOfAGroupThatCouldExchangeWhatGrows() throws Exception {
        mode("0770");
        try (Staging staging = Staging.open(target, Limits.NONE)) {
            assertThat(staging.warning())
                    .hasValueSatisfying(text -> assertThat(text).contains("can replace what is in " + folder));
        }
        mode("0700");
        try (Staging staging = Staging.open(target, Limits.NONE)) {
            assertThat(staging.warning()).isEmpty();
        }
    }

    @Test
    void followsNoLinkForItsLock() throws IOException {
        Path victim = folder.resolve("victim");
        Files.createSymbolicLink(folder.resolve(".target.sst-lock"), victim);

        assertUnusable("cannot be written");
        assertThat(victim).doesNotExist();
    }

    @Test
    void takesNoLinkForWhatACrashLeft() throws IOException {
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        Files.writeString(elsewhere.resolve("new"), "of somebody else");
        Files.delete(target.resolve("old"));
        Files.delete(target);
        Files.createSymbolicLink(folder.resolve(".target.sst-complete"), elsewhere);

        Staging.open(target, Limits.NONE).close();

        assertThat(target).doesNotExist();
        assertThat(elsewhere.resolve("new")).hasContent("of somebody else");
    }

    /** As anybody can put it into a directory like /tmp. */
    @ParameterizedTest
    @ValueSource(strings = {"staging", "complete", "previous"})
    void takesNothingOfAnotherUserForWhatACrashLeft(String what) throws Exception {
        mode("1777");
        Path planted = Files.createDirectory(folder.resolve(".target.sst-" + what));
        Files.writeString(planted.resolve("new"), "of somebody else");
        giveAway(planted);

        assertUnusable(".target.sst-" + what + " belongs to the user");
        assertThat(planted.resolve("new")).exists();
    }

    @Test
    void refusesToFollowALinkOfAnotherUser() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), target);
        Staging.open(link, Limits.NONE).close();
        giveAway(link);

        assertThatThrownBy(() -> Staging.open(link, Limits.NONE).close())
                .hasMessageContaining("it is a link of the user");
    }

    @Test
    void seesThatWhatGrewWasExchanged() throws IOException {
        try (Staging staging = Staging.open(target, Limits.NONE)) {
            Files.move(staging.root(), folder.resolve("away"));
            Files.createDirectory(staging.root());

            assertThatThrownBy(staging::commit).hasMessageContaining("was exchanged while the snapshot came");
        }
        assertThat(target.resolve("old")).hasContent("old state");
    }
}
