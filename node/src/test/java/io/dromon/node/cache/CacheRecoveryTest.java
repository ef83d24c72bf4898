package io.dromon.node.cache;

import static io.dromon.node.cache.TestRecords.HISTORY;
import static io.dromon.node.cache.TestRecords.OTHER_HISTORY;
import static io.dromon.node.cache.TestRecords.append;
import static io.dromon.node.cache.TestRecords.checkAll;
import static io.dromon.node.cache.TestRecords.read;
import static io.dromon.node.cache.TestRecords.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.node.cache.LeaseEndedException.Reason;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("unit")
final class CacheRecoveryTest {
    @TempDir
    private Path parent;

    private long segmentBytes = TestRecords.SEGMENT_BYTES;

    private WriteSetCache open() throws IOException {
        return open(HISTORY, -1);
    }

    private WriteSetCache open(UUID history, long position) throws IOException {
        CacheSettings settings = new CacheSettings(directory(), 16 * segmentBytes, segmentBytes, 1 << 20, true);
        return WriteSetCache.open("n1", settings, history, position, Runnable::run);
    }

    private Path directory() {
        return parent.resolve("cache");
    }

    /** Files of segments, oldest first. */
    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(directory())) {
            return files.sorted().toList();
        }
    }

    private Path newest() throws IOException {
        List<Path> files = files();
        return files.get(files.size() - 1);
    }

    private Path oldest() throws IOException {
        return files().get(0);
    }

    /** Appends and leaves the cache as a kill would: nothing is sealed but what upkeep has. */
    private void appendAndDie(long from, long to) throws IOException {
        WriteSetCache cache = open();
        append(cache, from, to);
        cache.upkeep(0);
    }

    @Test
    void keepsEverythingAfterAnOrderlyEnd() throws IOException {
        try (WriteSetCache cache = open()) {
            append(cache, 1, 100);
        }
        for (long seqno = 101; seqno <= 140; seqno += 10) {
            try (WriteSetCache cache = open()) {
                assertThat(cache.first()).isEqualTo(1);
                assertThat(cache.last()).isEqualTo(seqno - 1);
                append(cache, seqno, seqno + 9);
                checkAll(cache);
            }
        }
    }

    @Test
    void readsOnlyTheSegmentThatGrew() throws IOException {
        appendAndDie(1, 100);
        CountingFiles files = new CountingFiles(directory());

        WriteSetCache cache = WriteSetCache.open("n1", settings(directory()), HISTORY, -1, Runnable::run, files);

        assertThat(cache.last()).isEqualTo(100);
        assertThat(files.readBytes())
                .isEqualTo(files().size() * (long) SegmentFormat.RECORDS_AT
                        + Files.size(newest())
                        - SegmentFormat.RECORDS_AT);
        checkAll(cache);
    }

    @Test
    void readsNothingAfterAnOrderlyEnd() throws IOException {
        try (WriteSetCache cache = open()) {
            append(cache, 1, 100);
        }
        CountingFiles files = new CountingFiles(directory());

        WriteSetCache cache = WriteSetCache.open("n1", settings(directory()), HISTORY, -1, Runnable::run, files);

        assertThat(cache.last()).isEqualTo(100);
        assertThat(files.readBytes()).isEqualTo(files().size() * (long) SegmentFormat.RECORDS_AT);
    }

    @Test
    void keepsWhatIsWholeWhereverTheTailIsCutOff() throws IOException {
        segmentBytes = 1024;
        appendAndDie(1, 20);
        byte[] whole = Files.readAllBytes(newest());
        long first = Long.parseLong(String.valueOf(newest().getFileName()).replaceFirst(".*-0*(\\d+)\\.segment", "$1"));
        assertThat(first).isBetween(11L, 19L);

        long before = 20;
        for (int length = whole.length; length >= 0; length--) {
            putBack(whole, length);
            WriteSetCache cache = open();
            long last = cache.last();
            assertThat(last).isBetween(length == whole.length ? 20 : first - 1, before);
            assertThat(cache.first()).isEqualTo(1);
            before = last;
            if (length % 16 == 0) {
                checkAll(cache);
                append(cache, last + 1, last + 2);
                assertThat(cache.first()).isEqualTo(1);
                checkAll(cache);
            }
            deleteFrom(first);
        }
        assertThat(before).isEqualTo(first - 1);
    }

    /** Puts the file of the newest segment there again, in this length. */
    private void putBack(byte[] whole, int length) throws IOException {
        SegmentFormat.Header header = header(whole);
        Files.write(directory().resolve(header.fileName()), Arrays.copyOf(whole, length));
    }

    private void deleteFrom(long first) throws IOException {
        for (Path file : files()) {
            String name = String.valueOf(file.getFileName());
            if (Long.parseLong(name.replaceFirst(".*-(\\d+)\\.segment", "$1")) >= first) {
                Files.delete(file);
            }
        }
    }

    private static SegmentFormat.Header header(byte[] file) {
        try {
            return SegmentFormat.header(new Bytes(file));
        } catch (MalformedMessageException e) {
            throw new AssertionError(e);
        }
    }

    /** Whatever is damaged, and however often: all that is given out is right, and there is no gap in it. */
    @Test
    void neverGivesOutWhatIsDamaged() throws IOException {
        int ended = 0;
        int seeds = Integer.getInteger("sim.seeds", 200) / 4;
        for (int seed = 0; seed < seeds; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            appendAndDie(1, 60 + random.nextInt(60));
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                List<Path> files = files();
                flip(files.get(random.nextInt(files.size())), random);
            }
            WriteSetCache cache = open();
            long last = cache.last();
            assertThat(last).as("seed " + seed).isBetween(-1L, 120L);
            for (int i = 0; i < 5 && cache.first() >= 0; i++) {
                long first = cache.first();
                try {
                    assertThat(read(cache, first)).as("seed " + seed).hasSize((int) (last - first + 1));
                    break;
                } catch (LeaseEndedException e) {
                    assertThat(e.reason()).isEqualTo(Reason.DAMAGED);
                    assertThat(cache.first() > first || cache.first() == -1).isTrue();
                    ended++;
                }
            }
            append(cache, last + 1, last + 3);
            checkAll(cache);
            cache.reset(HISTORY, -1);
        }
        assertThat(ended).isPositive();
    }

    private static void flip(Path file, SplittableRandom random) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        Files.write(file, bytes);
    }

    @Test
    void dropsADamagedSegmentAndAllBeforeItWhenItIsRead() throws IOException {
        appendAndDie(1, 100);
        Path second = files().get(1);
        byte[] bytes = Files.readAllBytes(second);
        bytes[bytes.length - 1] ^= 1;
        Files.write(second, bytes);

        WriteSetCache cache = open();
        assertThat(cache.first()).isEqualTo(1);
        assertThatExceptionOfType(LeaseEndedException.class)
                .isThrownBy(() -> read(cache, 1))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.DAMAGED));

        assertThat(cache.first()).isGreaterThan(10);
        checkAll(cache);
        cache.flush();
        assertThat(files()).doesNotContain(second);
    }

    @Test
    void dropsAFileThatIsGone() throws IOException {
        WriteSetCache cache = open();
        append(cache, 1, 100);
        Files.delete(files().get(2));

        assertThatExceptionOfType(LeaseEndedException.class)
                .isThrownBy(() -> read(cache, 1))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.DAMAGED));
        assertThat(cache.first()).isGreaterThan(20);
        checkAll(cache);
    }

    @Test
    void keepsAFileThatCannotBeOpenedNow() throws IOException {
        WriteSetCache cache = open();
        append(cache, 1, 100);
        Files.setPosixFilePermissions(oldest(), PosixFilePermissions.fromString("rw-rw----"));

        assertThatExceptionOfType(LeaseEndedException.class)
                .isThrownBy(() -> read(cache, 1))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.UNREADABLE))
                .withMessageContaining("can be written by other users");
        Files.setPosixFilePermissions(oldest(), PosixFilePermissions.fromString("rw-------"));
        assertThat(cache.first()).isEqualTo(1);
        checkAll(cache);
    }

    @Test
    void dropsWhatLiesBeforeAMissingSegment() throws IOException {
        appendAndDie(1, 100);
        List<Path> files = files();
        Files.delete(files.get(2));

        WriteSetCache cache = open();

        assertThat(cache.last()).isEqualTo(100);
        assertThat(cache.first()).isGreaterThan(20);
        checkAll(cache);
        assertThat(files()).isEqualTo(files.subList(3, files.size()));
    }

    @Test
    void dropsRecordsBehindThePositionOfTheNode() throws IOException {
        for (long position : List.of(100L, 99L, 95L, 50L, 49L, 48L, 2L, 1L)) {
            appendAndDie(1, 100);
            WriteSetCache cache = open(HISTORY, position);
            assertThat(cache.last()).isEqualTo(position);
            assertThat(cache.first()).isEqualTo(1);
            append(cache, position + 1, position + 30);
            checkAll(cache);

            WriteSetCache again = open();
            assertThat(again.first()).isEqualTo(1);
            assertThat(again.last()).isEqualTo(position + 30);
            checkAll(again);
            again.reset(HISTORY, -1);
        }
    }

    @Test
    void dropsAnotherHistory() throws IOException {
        appendAndDie(1, 100);

        WriteSetCache cache = open(OTHER_HISTORY, -1);

        assertThat(cache.first()).isEqualTo(-1);
        assertThat(cache.last()).isEqualTo(-1);
        assertThat(files()).isEmpty();
    }

    @Test
    void dropsEverythingIfItIsNotToRecover() throws IOException {
        appendAndDie(1, 100);
        CacheSettings wanted = settings(directory());

        WriteSetCache cache = WriteSetCache.open(
                "n1",
                new CacheSettings(
                        directory(), wanted.capacityBytes(), wanted.segmentBytes(), wanted.memoryBytes(), false),
                HISTORY,
                100,
                Runnable::run);

        assertThat(cache.first()).isEqualTo(-1);
        assertThat(files()).isEmpty();
    }

    /** The same history may have gone on differently: what could not be deleted is of an older chain. */
    @Test
    void neverJoinsWhatWasBeforeAReset() throws IOException {
        appendAndDie(1, 100);
        Path kept = newest();
        byte[] before = Files.readAllBytes(kept);
        long first = header(before).firstSeqno();
        WriteSetCache cache = open();
        cache.reset(HISTORY, 50);
        append(cache, 51, first - 1);
        Files.write(kept, before);

        WriteSetCache again = open();

        assertThat(again.first()).isEqualTo(51);
        assertThat(again.last()).isEqualTo(first - 1);
        checkAll(again);
    }

    @Test
    void neverJoinsWhatWasBeforeAResetThoughItFits() throws IOException {
        appendAndDie(1, 100);
        Path kept = newest();
        byte[] before = Files.readAllBytes(kept);
        WriteSetCache cache = open();
        cache.reset(HISTORY, 100);
        append(cache, 101, 120);
        Files.write(kept, before);

        WriteSetCache again = open();

        assertThat(again.first()).isEqualTo(101);
        assertThat(again.last()).isEqualTo(120);
        assertThat(kept).doesNotExist();
    }

    @Test
    void readsNothingThatOthersMayHaveWritten() throws IOException {
        appendAndDie(1, 100);
        Files.setPosixFilePermissions(oldest(), PosixFilePermissions.fromString("rw-rw----"));
        Path newest = newest();
        Path elsewhere = Files.move(newest, parent.resolve("elsewhere"));
        Files.createSymbolicLink(newest, elsewhere);

        WriteSetCache cache = open();

        assertThat(cache.first()).isGreaterThan(1);
        assertThat(cache.last()).isBetween(80L, 99L);
        checkAll(cache);
        assertThat(newest).doesNotExist();
        assertThat(elsewhere).exists();
    }

    @Test
    void refusesADirectoryThatIsNotItsOwn() throws IOException {
        Path file = Files.createFile(parent.resolve("galera.cache"));
        assertThatThrownBy(() -> WriteSetCache.open("n1", settings(file), HISTORY, -1, Runnable::run))
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining("remove it, or change gcache.dir or gcache.name");
        Path link = Files.createSymbolicLink(parent.resolve("link"), Files.createDirectory(parent.resolve("target")));
        assertThatThrownBy(() -> WriteSetCache.open("n1", settings(link), HISTORY, -1, Runnable::run))
                .hasMessageContaining("is a link");
        Path loose = Files.createDirectory(parent.resolve("loose"));
        Files.setPosixFilePermissions(loose, PosixFilePermissions.fromString("rwxrwx---"));
        assertThatThrownBy(() -> WriteSetCache.open("n1", settings(loose), HISTORY, -1, Runnable::run))
                .hasMessageContaining("chmod go-w");
    }

    @Test
    void itsFilesAreItsOwn() throws IOException {
        appendAndDie(1, 10);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory())))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(newest())))
                .isEqualTo("rw-------");
    }

    @Test
    void leavesOtherFilesAlone() throws IOException {
        appendAndDie(1, 10);
        Path lock = Files.createFile(directory().resolve("dromon.lock"));
        Path garbage = Files.writeString(directory().resolve("garbage.segment"), "garbage");

        WriteSetCache cache = open();

        assertThat(cache.last()).isEqualTo(10);
        assertThat(lock).exists();
        assertThat(garbage).doesNotExist();
    }
}
