package io.dromon.node.cli.member.lines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dromon.transport.wire.Position;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lines in files: what a crash leaves, snapshots, restores. */
@Tag("unit")
final class LineStoreTest {
    private static final UUID HISTORY = new UUID(7, 8);

    @TempDir
    Path folder;

    private Path directory;

    @BeforeEach
    void choosePlace() {
        directory = folder.resolve("lines");
    }

    static LineRecord record(long seqno) {
        return LineRecord.of(
                seqno,
                "n\u00e9" + seqno % 3,
                ByteBuffer.wrap(("the oars rise " + seqno + "\n").getBytes(StandardCharsets.UTF_8)));
    }

    private LineStore filled(long first, long last) throws IOException {
        LineStore store = LineStore.open(directory);
        if (store.isEmpty()) {
            store.begin(HISTORY, 1);
        }
        fill(store, first, last);
        return store;
    }

    private static void fill(LineStore store, long first, long last) throws IOException {
        for (long seqno = first; seqno <= last; seqno++) {
            store.append(record(seqno));
        }
        store.flush();
    }

    private static List<Long> seqnos(LineStore store) throws IOException {
        List<Long> seqnos = new ArrayList<>();
        store.forEachBehind(-1, each -> {
            assertThat(each.text()).isEqualTo(record(each.seqno()).text());
            seqnos.add(each.seqno());
        });
        return seqnos;
    }

    private static Long[] range(long first, long last) {
        return LongStream.rangeClosed(first, last).boxed().toArray(Long[]::new);
    }

    private static List<Path> files(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return files.sorted().toList();
        }
    }

    @Test
    void isEmptyBeforeTheFirstStart() throws IOException {
        LineStore store = LineStore.open(directory);

        assertThat(store.position()).isEqualTo(Position.NONE);
        assertThat(store.isEmpty()).isTrue();
        assertThat(directory).doesNotExist();
    }

    @Test
    void findsItsLinesAgain() throws IOException {
        filled(2, 500).close();

        LineStore again = LineStore.open(directory);

        assertThat(again.position()).isEqualTo(new Position(HISTORY, 500));
        assertThat(seqnos(again)).containsExactly(range(2, 500));
        fill(again, 501, 510);
        assertThat(seqnos(LineStore.open(directory))).containsExactly(range(2, 510));
    }

    @Test
    void knowsAStateWithoutLines() throws IOException {
        LineStore.open(directory).begin(HISTORY, 1);

        LineStore again = LineStore.open(directory);

        assertThat(again.position()).isEqualTo(new Position(HISTORY, 1));
        assertThat(again.isEmpty()).isFalse();
        fill(again, 2, 3);
        assertThat(seqnos(LineStore.open(directory))).containsExactly(2L, 3L);
    }

    @Test
    void keepsGapsOfTheOrderAndLinesOfAnySize() throws IOException {
        byte[] large = new byte[300_000];
        try (LineStore store = filled(2, 3)) {
            store.append(LineRecord.of(9, "", ByteBuffer.wrap(large)));
            store.append(LineRecord.of(20, "x", ByteBuffer.allocate(0)));
        }

        List<LineRecord> read = new ArrayList<>();
        LineStore.open(directory).forEachBehind(3, read::add);

        assertThat(read).extracting(LineRecord::seqno).containsExactly(9L, 20L);
        assertThat(read.get(0).line()).isEqualTo(large);
        assertThat(new String(read.get(1).text(), StandardCharsets.UTF_8)).isEqualTo("20\tx\t\n");
    }

    @Test
    void refusesALineThatDoesNotFollow() throws IOException {
        try (LineStore store = filled(2, 5)) {
            assertThatThrownBy(() -> store.append(record(5))).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void endsAtTheLastWholeRecordWhereverTheFileIsCut() throws IOException {
        filled(2, 4).close();
        Path file = files(directory).get(0);
        byte[] three = Files.readAllBytes(file);
        int second = three.length - LineRecord.HEAD - record(4).bodyLength();

        for (int cut = second; cut < three.length; cut++) {
            Files.write(file, java.util.Arrays.copyOf(three, cut));
            try (LineStore store = LineStore.open(directory)) {
                assertThat(store.position().seqno()).as("cut at %d", cut).isEqualTo(3);
                assertThat(file.toFile()).as("nothing is written by looking").hasSize(cut);
                store.append(record(4));
            }
            assertThat(Files.readAllBytes(file)).as("cut at %d", cut).isEqualTo(three);
        }
    }

    @Test
    void endsAtARecordWithAnyByteChanged() throws IOException {
        filled(2, 4).close();
        Path file = files(directory).get(0);
        byte[] three = Files.readAllBytes(file);
        int second = three.length - LineRecord.HEAD - record(4).bodyLength();

        for (int at = second; at < three.length; at++) {
            byte[] changed = three.clone();
            changed[at] ^= 0x41;
            Files.write(file, changed);
            assertThat(LineStore.open(directory).position().seqno())
                    .as("byte %d", at)
                    .isEqualTo(3);
        }
    }

    @Test
    void takesNoHeaderThatIsTorn() throws IOException {
        LineStore.open(directory).begin(HISTORY, 1);
        Path file = files(directory).get(0);
        byte[] header = Files.readAllBytes(file);

        for (int cut = 0; cut < header.length; cut++) {
            Files.write(file, java.util.Arrays.copyOf(header, cut));
            assertThat(LineStore.open(directory).isEmpty()).as("cut at %d", cut).isTrue();
        }
        filled(2, 3).close();
        assertThat(seqnos(LineStore.open(directory))).containsExactly(2L, 3L);
    }

    @Test
    void namesAnotherVersion() throws IOException {
        LineStore.open(directory).begin(HISTORY, 1);
        Path file = files(directory).get(0);
        ByteBuffer header = ByteBuffer.wrap(Files.readAllBytes(file)).putInt(8, 2);
        java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
        crc.update(header.array(), 0, 36);
        Files.write(file, header.putInt(36, (int) crc.getValue()).array());

        assertThatThrownBy(() -> LineStore.open(directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("version 2");
    }

    @Test
    void goesOnInAnotherSegmentAndReadsOverAll() throws IOException {
        try (LineStore store = LineStore.open(directory, 1000)) {
            store.begin(HISTORY, 1);
            for (long seqno = 2; seqno <= 300; seqno++) {
                store.append(record(seqno));
                store.flush();
            }
        }

        LineStore again = LineStore.open(directory);

        assertThat(files(directory)).hasSizeGreaterThan(8);
        assertThat(seqnos(again)).containsExactly(range(2, 300));
        List<Long> behind = new ArrayList<>();
        again.forEachBehind(250, each -> behind.add(each.seqno()));
        assertThat(behind).containsExactly(range(251, 300));
    }

    @Test
    void endsBeforeASegmentThatIsMissingAndRemovesWhatFollows() throws IOException {
        try (LineStore store = LineStore.open(directory, 1000)) {
            store.begin(HISTORY, 1);
            for (long seqno = 2; seqno <= 300; seqno++) {
                store.append(record(seqno));
                store.flush();
            }
        }
        Files.delete(files(directory).get(2));

        try (LineStore store = LineStore.open(directory)) {
            long last = store.position().seqno();
            assertThat(last).isBetween(3L, 100L);
            assertThat(seqnos(store)).containsExactly(range(2, last));
            store.append(record(last + 1));
            store.flush();
            assertThat(files(directory)).hasSize(2);
            assertThat(seqnos(LineStore.open(directory))).containsExactly(range(2, last + 1));
        }
    }

    @Test
    void makesSnapshotsThatStandStillWhileItGoesOn() throws IOException {
        Path snapshot = folder.resolve("snapshot");
        Path second = folder.resolve("second");
        try (LineStore store = filled(2, 100)) {
            store.append(record(101));
            store.linkTo(snapshot);
            fill(store, 102, 200);
            store.linkTo(second);
            fill(store, 201, 300);
        }

        assertThat(seqnos(LineStore.open(snapshot))).containsExactly(range(2, 101));
        assertThat(seqnos(LineStore.open(second))).containsExactly(range(2, 200));
        assertThat(seqnos(LineStore.open(directory))).containsExactly(range(2, 300));
        assertThat(Files.getAttribute(files(snapshot).get(0), "unix:nlink")).isEqualTo(3);
    }

    @Test
    void makesASnapshotOfAStateWithoutLines() throws IOException {
        try (LineStore store = LineStore.open(directory)) {
            store.begin(HISTORY, 1);
            store.linkTo(folder.resolve("snapshot"));
        }

        assertThat(LineStore.open(folder.resolve("snapshot")).position()).isEqualTo(new Position(HISTORY, 1));
    }

    @Test
    void goesOnBehindARestoredSnapshot() throws IOException {
        Path donor = folder.resolve("donor");
        Path snapshot = folder.resolve("snapshot");
        try (LineStore giving = LineStore.open(donor)) {
            giving.begin(HISTORY, 1);
            fill(giving, 2, 50);
            giving.linkTo(snapshot);
        }
        try (LineStore store = LineStore.open(directory)) {
            store.begin(new UUID(1, 1), 1);
            fill(store, 2, 9);

            store.replaceBy(snapshot);

            assertThat(store.position()).isEqualTo(new Position(HISTORY, 50));
            fill(store, 51, 60);
        }

        assertThat(seqnos(LineStore.open(directory))).containsExactly(range(2, 60));
        assertThat(seqnos(LineStore.open(donor))).containsExactly(range(2, 50));
        assertThat(files(folder))
                .extracting(path -> path.getFileName().toString())
                .containsExactly("donor", "lines");
    }

    @Test
    void keepsWhatItHasWhenASnapshotIsDamaged() throws IOException {
        Path snapshot = folder.resolve("snapshot");
        try (LineStore store = filled(2, 100)) {
            store.linkTo(snapshot);
            Path first = files(snapshot).get(0);
            byte[] damaged = Files.readAllBytes(first);
            damaged[damaged.length - 1] ^= 1;
            Files.delete(first);
            Files.write(first, damaged);
            fill(store, 101, 110);

            assertThatThrownBy(() -> store.replaceBy(snapshot))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("damaged");

            assertThat(store.position().seqno()).isEqualTo(110);
            fill(store, 111, 120);
        }
        assertThat(seqnos(LineStore.open(directory))).containsExactly(range(2, 120));
    }

    @Test
    void comesBackWithTheOldStateBetweenTheRenamesOfARestore() throws IOException {
        filled(2, 100).close();
        Files.move(directory, folder.resolve("lines.previous"));
        Files.createDirectory(folder.resolve("lines.next"));

        try (LineStore store = LineStore.open(directory)) {
            assertThat(seqnos(store)).containsExactly(range(2, 100));
            assertThat(directory).doesNotExist();
            fill(store, 101, 102);
        }

        assertThat(seqnos(LineStore.open(directory))).containsExactly(range(2, 102));
        assertThat(files(folder)).containsExactly(directory);
    }

    @Test
    void comesBackWithTheNewStateBehindTheRenamesOfARestore() throws IOException {
        filled(2, 100).close();
        Files.createDirectory(folder.resolve("lines.previous"));
        Files.writeString(folder.resolve("lines.previous/0.lines"), "old");

        try (LineStore store = LineStore.open(directory)) {
            assertThat(seqnos(store)).containsExactly(range(2, 100));
            fill(store, 101, 101);
        }

        assertThat(files(folder)).containsExactly(directory);
    }

    @Test
    void aSyncWritesWhatWasAddedBefore() throws IOException {
        LineStore store = LineStore.open(directory, 200);
        store.begin(HISTORY, 1);
        for (long seqno = 2; seqno <= 30; seqno++) {
            store.append(record(seqno));
        }
        assertThat(LineStore.open(directory).hasLines()).isFalse();

        store.sync();

        assertThat(seqnos(LineStore.open(directory))).containsExactly(range(2, 30));
        store.sync(); // with nothing new
        store.append(record(31));
        store.sync();
        assertThat(seqnos(LineStore.open(directory))).containsExactly(range(2, 31));
    }

    /** Another thread syncs while lines are added, segments are begun, and a snapshot takes the place of all. */
    @Test
    void isSyncedWhileItGrowsAndIsReplaced() throws Exception {
        LineStore store = LineStore.open(directory, 500);
        store.begin(HISTORY, 1);
        AtomicBoolean over = new AtomicBoolean();
        AtomicLong syncs = new AtomicLong();
        CompletableFuture<Void> syncing = CompletableFuture.runAsync(() -> {
            try {
                while (!over.get()) {
                    store.sync();
                    syncs.incrementAndGet();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        try {
            for (int round = 0; round < 20; round++) {
                long first = store.position().seqno() + 1;
                fill(store, first, first + 50);
                Path snapshot = folder.resolve("snapshot");
                store.linkTo(snapshot);
                fill(store, first + 51, first + 60);
                if (round % 2 == 0) {
                    store.replaceBy(snapshot);
                } else {
                    LineFiles.remove(snapshot);
                }
                long before = syncs.get();
                await().until(() -> syncs.get() > before + 1 || syncing.isDone());
            }
        } finally {
            over.set(true);
        }
        syncing.get(30, TimeUnit.SECONDS);

        assertThat(seqnos(LineStore.open(directory)))
                .containsExactly(range(2, store.position().seqno()));
    }
}
