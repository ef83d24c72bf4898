package io.dromon.node.cache;

import static io.dromon.node.cache.TestRecords.HISTORY;
import static io.dromon.node.cache.TestRecords.SEGMENT_BYTES;
import static io.dromon.node.cache.TestRecords.append;
import static io.dromon.node.cache.TestRecords.checkAll;
import static io.dromon.node.cache.TestRecords.rest;
import static io.dromon.node.cache.TestRecords.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.dromon.node.cache.LeaseEndedException.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that is full, read-only, slow or in pieces costs records of the cache, and nothing else. */
@Tag("unit")
final class CacheShortageTest {
    @TempDir
    private Path parent;

    private FaultyFiles files;
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();

    @BeforeEach
    void makeDisk() throws IOException {
        files = new FaultyFiles(parent.resolve("cache"));
    }

    private WriteSetCache open() throws IOException {
        return WriteSetCache.open("n1", settings(parent.resolve("cache")), HISTORY, -1, Runnable::run, files);
    }

    @Test
    void isSmallerOnAFullDisk() throws IOException {
        files.diskBytes(6 * SEGMENT_BYTES);
        WriteSetCache cache = open();
        append(cache, 1, 200);

        assertThat(cache.last()).isEqualTo(200);
        assertThat(cache.first()).isBetween(120L, 199L);
        assertThat(cache.status().capacityBytes()).isBetween(2 * SEGMENT_BYTES, 6 * SEGMENT_BYTES);
        assertThat(cache.status().alarm().orElseThrow())
                .contains("No space left on device")
                .contains("make room on its disk");
        checkAll(cache);

        files.diskBytes(Long.MAX_VALUE);
        append(cache, 201, 1000);
        assertThat(cache.status().capacityBytes()).isEqualTo(16 * SEGMENT_BYTES);
        assertThat(cache.status().alarm()).isEmpty();
        assertThat(cache.status().bytes()).isGreaterThan(14 * SEGMENT_BYTES);
        checkAll(cache);
        cache.close();
        checkAll(open());
    }

    @Test
    void isEmptyOnADiskWithoutRoomForOneSegment() throws IOException {
        files.diskBytes(1000);
        WriteSetCache cache = open();
        append(cache, 1, 50);

        assertThat(cache.first()).isEqualTo(-1);
        assertThat(cache.last()).isEqualTo(50);
        assertThat(files.usedBytes()).isZero();
        assertThat(cache.status().alarm().orElseThrow()).contains("is empty").contains("tries again every 10 s");
        assertThat(cache.status().mayBeAwayFor().bytes()).isZero();

        files.diskBytes(Long.MAX_VALUE);
        cache.upkeep(0);
        append(cache, 51, 60);
        assertThat(cache.first()).isEqualTo(-1);
        cache.upkeep(TimeUnit.SECONDS.toNanos(11));
        append(cache, 61, 90);
        assertThat(cache.first()).isEqualTo(61);
        assertThat(cache.status().alarm()).isEmpty();
        checkAll(cache);
    }

    @Test
    void isEmptyOnAReadOnlyDisk() throws IOException {
        WriteSetCache cache = open();
        append(cache, 1, 50);
        files.diskBytes(0);
        files.refusesDeletion(true);
        append(cache, 51, 100);

        assertThat(cache.first()).isEqualTo(-1);
        assertThat(cache.last()).isEqualTo(100);
        assertThat(cache.status().alarm().orElseThrow()).contains("cannot write");
        cache.close();

        WriteSetCache again = open(); // what could not be deleted is whole
        assertThat(again.first()).isEqualTo(1);
        assertThat(again.last()).isBetween(40L, 60L);
        checkAll(again);
    }

    @Test
    void deletesWhatItCouldNotDeleteWhenTheDiskIsTriedAgain() throws IOException {
        WriteSetCache cache = open();
        append(cache, 1, 50);
        files.diskBytes(0);
        files.refusesDeletion(true);
        append(cache, 51, 100);
        assertThat(files.usedBytes()).isGreaterThan(3 * SEGMENT_BYTES);

        files.diskBytes(Long.MAX_VALUE);
        files.refusesDeletion(false);
        cache.upkeep(0);
        cache.upkeep(TimeUnit.SECONDS.toNanos(11));
        append(cache, 101, 110);

        assertThat(files.usedBytes()).isEqualTo(cache.status().bytes());
        assertThat(cache.first()).isEqualTo(101);
        checkAll(cache);
    }

    @Test
    void endsALeaseRatherThanStopping() throws IOException {
        WriteSetCache cache = open();
        append(cache, 1, 50);
        CacheLease lease = cache.lease(1).orElseThrow();
        files.diskBytes(files.usedBytes() + 100);
        append(cache, 51, 60);

        assertThat(cache.first()).isGreaterThan(1);
        assertThatExceptionOfType(LeaseEndedException.class)
                .isThrownBy(() -> rest(lease, 1))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.OUTRUN));
        checkAll(cache);
    }

    @Test
    void isEmptyIfTheDiskIsTooSlow() throws IOException {
        CacheSettings little = new CacheSettings(parent.resolve("cache"), 1 << 20, 1 << 16, 1 << 17, true);
        WriteSetCache cache = WriteSetCache.open("n1", little, HISTORY, -1, tasks::add, files);
        append(cache, 1, 2000);

        assertThat(cache.first()).isEqualTo(-1);
        assertThat(cache.last()).isEqualTo(2000);
        assertThat(cache.status().alarm().orElseThrow()).contains("too slow");
        assertThat(tasks).hasSize(1);

        cache.upkeep(0);
        cache.upkeep(TimeUnit.SECONDS.toNanos(11));
        tasks.remove().run();
        append(cache, 2001, 2100);
        tasks.remove().run();
        assertThat(cache.first()).isEqualTo(2001);
        assertThat(cache.status().alarm()).isEmpty();
        checkAll(cache);
    }

    @Test
    void goesOnIfItsExecutorHasEnded() throws IOException {
        WriteSetCache cache = WriteSetCache.open(
                "n1",
                settings(parent.resolve("cache")),
                HISTORY,
                -1,
                task -> {
                    throw new RejectedExecutionException("ended");
                },
                files);
        append(cache, 1, 50);

        assertThat(cache.first()).isEqualTo(-1);
        assertThat(cache.last()).isEqualTo(50);
        assertThat(cache.status().alarm().orElseThrow()).contains("has ended");
    }
}
