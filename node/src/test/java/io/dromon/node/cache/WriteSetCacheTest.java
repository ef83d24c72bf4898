package io.dromon.node.cache;

import static io.dromon.node.cache.TestRecords.HISTORY;
import static io.dromon.node.cache.TestRecords.OTHER_HISTORY;
import static io.dromon.node.cache.TestRecords.SEGMENT_BYTES;
import static io.dromon.node.cache.TestRecords.append;
import static io.dromon.node.cache.TestRecords.checkAll;
import static io.dromon.node.cache.TestRecords.read;
import static io.dromon.node.cache.TestRecords.rest;
import static io.dromon.node.cache.TestRecords.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.dromon.node.cache.LeaseEndedException.Reason;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Uuids;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("unit")
final class WriteSetCacheTest {
    private static final Bytes ONE_KIB = new Bytes(new byte[1024]);

    @TempDir
    private Path directory;

    /** What the disk would do, if it were its turn. */
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();

    private WriteSetCache open() throws IOException {
        return open(settings(directory.resolve("cache")));
    }

    private static WriteSetCache open(CacheSettings settings) throws IOException {
        return WriteSetCache.open("n1", settings, HISTORY, -1, Runnable::run);
    }

    private long filesBytes() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("cache"))) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }

    @Test
    void readsWhatWasAppended() throws IOException {
        try (WriteSetCache cache = open()) {
            append(cache, 5, 40);

            assertThat(cache.first()).isEqualTo(5);
            assertThat(cache.last()).isEqualTo(40);
            assertThat(read(cache, 5)).hasSize(36);
            assertThat(read(cache, 17)).hasSize(24).startsWith(17L);
            assertThat(read(cache, 40)).containsExactly(40L);
            assertThat(cache.lease(4)).isEmpty();
            assertThat(cache.lease(41)).isEmpty();
        }
    }

    @Test
    void readsWhatIsNotOnTheDiskYet() throws IOException {
        try (WriteSetCache cache =
                WriteSetCache.open("n1", settings(directory.resolve("cache")), HISTORY, -1, tasks::add)) {
            append(cache, 1, 100);
            assertThat(filesBytes()).isZero();
            checkAll(cache);

            tasks.remove().run();
            assertThat(filesBytes()).isEqualTo(cache.status().bytes());
            append(cache, 101, 105);
            checkAll(cache);
            tasks.remove().run();
            checkAll(cache);
            assertThat(tasks).isEmpty();
        }
    }

    @Test
    void aLeaseFollowsWhatIsAppended() throws IOException {
        try (WriteSetCache cache = open()) {
            append(cache, 1);
            CacheLease lease = cache.lease(1).orElseThrow();

            for (long seqno = 1; seqno < 200; seqno++) {
                assertThat(rest(lease, seqno)).containsExactly(seqno);
                append(cache, seqno + 1);
                if (seqno % 3 == 0) {
                    cache.flush();
                }
            }
            lease.close();
        }
    }

    @Test
    void deletesTheOldestSegments() throws IOException {
        try (WriteSetCache cache = open()) {
            append(cache, 1, 2000);

            assertThat(cache.first()).isGreaterThan(1500);
            assertThat(filesBytes())
                    .isEqualTo(cache.status().bytes())
                    .isBetween(14 * SEGMENT_BYTES, 16 * SEGMENT_BYTES);
            checkAll(cache);
        }
    }

    @Test
    void keepsWhatALeaseHasYetToRead() throws IOException {
        try (WriteSetCache cache = open()) {
            append(cache, 1, 100);
            CacheLease lease = cache.lease(1).orElseThrow();
            append(cache, 101, 300);

            assertThat(cache.first()).isEqualTo(1);
            assertThat(cache.status().bytes()).isGreaterThan(16 * SEGMENT_BYTES);
            assertThat(rest(lease, 1)).hasSize(300);
            append(cache, 301, 400);
            assertThat(cache.first()).isGreaterThan(1);
            assertThat(cache.status().bytes()).isLessThan(16 * SEGMENT_BYTES);
            lease.close();
        }
    }

    @Test
    void endsALeaseThatWouldFillTheDisk() throws IOException {
        try (WriteSetCache cache = open()) {
            append(cache, 1, 100);
            CacheLease idle = cache.lease(1).orElseThrow();
            CacheLease active = cache.lease(1).orElseThrow();
            long read = 0;
            for (long seqno = 101; seqno <= 3000; seqno++) {
                append(cache, seqno);
                cache.flush();
                read += rest(active, read + 1).size();
            }

            assertThat(read).isEqualTo(3000);
            assertThat(filesBytes()).isLessThan(32 * SEGMENT_BYTES);
            assertThatExceptionOfType(LeaseEndedException.class)
                    .isThrownBy(idle::next)
                    .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.OUTRUN))
                    .withMessageContaining("larger gcache.size");
            idle.close();
            active.close();
        }
    }

    @Test
    void beginsAnewBehindAGap() throws IOException {
        try (WriteSetCache cache = open()) {
            append(cache, 1, 20);
            CacheLease lease = cache.lease(1).orElseThrow();
            append(cache, 22, 30);

            assertThat(cache.first()).isEqualTo(22);
            assertThat(read(cache, 22)).hasSize(9);
            assertThatExceptionOfType(LeaseEndedException.class)
                    .isThrownBy(lease::next)
                    .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.RESET));
            append(cache, 30);
            assertThat(cache.first()).isEqualTo(30);
        }
    }

    @Test
    void beginsAnewWithAnotherHistory() throws IOException {
        try (WriteSetCache cache = open()) {
            append(cache, 1, 20);
            cache.reset(OTHER_HISTORY, 20);
            assertThat(cache.first()).isEqualTo(-1);
            assertThat(cache.last()).isEqualTo(20);
            assertThat(filesBytes()).isZero();

            append(cache, 21, 30);
            assertThat(cache.history()).isEqualTo(OTHER_HISTORY);
            assertThat(cache.first()).isEqualTo(21);
            checkAll(cache);
        }
    }

    @Test
    void givesALargeRecordASegmentOfItsOwn() throws IOException {
        try (WriteSetCache cache = open()) {
            append(cache, 1, 10);
            Bytes large = new Bytes(new byte[9 * 4096]);
            cache.append(11, RecordKind.WRITE_SET, large.skip(9 * 4096 - 3), large);
            append(cache, 12, 13);

            assertThat(cache.first()).isEqualTo(1);
            try (CacheLease lease = cache.lease(11).orElseThrow()) {
                assertThat(lease.next().orElseThrow().content().length()).isEqualTo(9 * 4096 + 3);
                assertThat(rest(lease, 12)).hasSize(2);
            }
        }
    }

    @Test
    void isEmptyBehindARecordThatIsLargerThanAll() throws IOException {
        try (WriteSetCache cache = open()) {
            append(cache, 1, 10);
            cache.append(11, RecordKind.WRITE_SET, Bytes.EMPTY, new Bytes(new byte[(int) (16 * SEGMENT_BYTES)]));
            assertThat(cache.first()).isEqualTo(-1);
            assertThat(cache.last()).isEqualTo(11);

            append(cache, 12, 15);
            assertThat(cache.first()).isEqualTo(12);
            checkAll(cache);
        }
    }

    @Test
    void keepsNothingWithoutCapacity() throws IOException {
        try (WriteSetCache cache = open(new CacheSettings(directory.resolve("cache"), 0, 4096, 4096, true))) {
            append(cache, 1, 10);

            assertThat(cache.first()).isEqualTo(-1);
            assertThat(cache.last()).isEqualTo(10);
            assertThat(filesBytes()).isZero();
        }
    }

    @Test
    void takesAnotherSize() throws IOException {
        try (WriteSetCache cache = open()) {
            append(cache, 1, 500);
            cache.change(new CacheSettings(directory.resolve("cache"), 4 * SEGMENT_BYTES, 2048, 4096, true));
            append(cache, 501, 520);

            assertThat(cache.status().bytes()).isLessThan(4 * SEGMENT_BYTES);
            assertThat(cache.status().capacityBytes()).isEqualTo(4 * SEGMENT_BYTES);
            assertThat(cache.status().alarm()).isEmpty();
            assertThat(cache.first()).isBetween(460L, 515L);
            checkAll(cache);
            CacheSettings elsewhere = settings(directory.resolve("other"));
            assertThatIllegalArgumentException().isThrownBy(() -> cache.change(elsewhere));
        }
    }

    @Test
    void tellsHowLongAMemberMayBeAway() throws IOException {
        try (WriteSetCache cache =
                open(new CacheSettings(directory.resolve("cache"), 1 << 20, 1 << 16, 1 << 20, true))) {
            assertThat(cache.status().mayBeAwayFor()).isEqualTo(new CacheStatus.Reach(15 << 16, 0, Optional.empty()));
            long now = TimeUnit.DAYS.toNanos(3);
            cache.upkeep(now);
            for (int i = 1; i <= 60; i++) {
                cache.append(i, RecordKind.WRITE_SET, Bytes.EMPTY, ONE_KIB);
            }
            cache.upkeep(now + TimeUnit.SECONDS.toNanos(1)); // too early for a sample
            assertThat(cache.status().mayBeAwayFor().atPresentRate()).isEmpty();
            cache.upkeep(now + TimeUnit.SECONDS.toNanos(60));

            CacheStatus.Reach reach = cache.status().mayBeAwayFor();
            assertThat(reach.bytes()).isEqualTo(15 << 16);
            assertThat(reach.seqnos()).isBetween(930L, 938L);
            assertThat(reach.atPresentRate()).contains(Duration.ofSeconds((15 << 16) / 1048));
            cache.upkeep(now + TimeUnit.MINUTES.toNanos(10));
            cache.upkeep(now + TimeUnit.MINUTES.toNanos(11));
            assertThat(cache.status().mayBeAwayFor().atPresentRate()).isEmpty(); // nothing comes
        }
    }

    @Test
    void endsLeasesWhenItIsClosed() throws IOException {
        WriteSetCache cache = open();
        append(cache, 1, 10);
        CacheLease lease = cache.lease(3).orElseThrow();
        cache.close();
        cache.close();

        assertThatExceptionOfType(LeaseEndedException.class)
                .isThrownBy(lease::next)
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.CLOSED));
        assertThat(cache.lease(3)).isEmpty();
        append(cache, 11);
        assertThat(cache.last()).isEqualTo(10);
    }

    @Test
    void anInterruptEndsTheLeaseOfItsThreadAlone() throws IOException {
        try (WriteSetCache cache = open()) {
            append(cache, 1, 100);
            CacheLease interrupted = cache.lease(1).orElseThrow();
            CacheLease other = cache.lease(1).orElseThrow();
            other.next();
            Thread.currentThread().interrupt();

            assertThatExceptionOfType(LeaseEndedException.class)
                    .isThrownBy(interrupted::next)
                    .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.INTERRUPTED));

            assertThat(Thread.interrupted()).isTrue();
            assertThat(rest(other, 2)).hasSize(99);
            append(cache, 101, 150);
            assertThat(cache.first()).isEqualTo(1);
            assertThat(other.history()).isEqualTo(HISTORY);
            other.close();
        }
    }

    @Test
    void refusesWhatCannotBeARecord() throws IOException {
        try (WriteSetCache cache = open()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> cache.append(1, RecordKind.WRITE_SET, Bytes.EMPTY, Bytes.EMPTY));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> cache.append(1, RecordKind.SKIPPED, Bytes.EMPTY, ONE_KIB));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> cache.append(-1, RecordKind.WRITE_SET, Bytes.EMPTY, ONE_KIB));
            cache.reset(Uuids.NIL, -1);
            assertThatIllegalStateException()
                    .isThrownBy(() -> cache.append(1, RecordKind.WRITE_SET, Bytes.EMPTY, ONE_KIB));
        }
    }

    @Test
    void takesItsSizesFromGalerasOptions() {
        Path path = directory;
        CacheSettings byDefault = CacheSettings.of(path, 128 << 20, 128 << 20, 0, 0, true, 1L << 30);
        assertThat(byDefault).isEqualTo(new CacheSettings(path, 128 << 20, 8 << 20, 64 << 20, true));
        CacheSettings large = CacheSettings.of(path, 100L << 30, 0, 10L << 30, 256 << 20, false, 1L << 30);
        assertThat(large).isEqualTo(new CacheSettings(path, 110L << 30, 64 << 20, 256 << 20, false));
        CacheSettings smallPages = CacheSettings.of(path, 1L << 30, 1 << 20, 0, 0, true, 1L << 30);
        assertThat(smallPages.segmentBytes()).isEqualTo(1 << 20);
        CacheSettings none = CacheSettings.of(path, 0, 128 << 20, 0, 0, true, 1L << 30);
        assertThat(List.of(none.capacityBytes(), none.segmentBytes())).containsExactly(0L, 64L << 10);
        CacheSettings endless = CacheSettings.of(path, Long.MAX_VALUE, 0, Long.MAX_VALUE, 0, true, 1L << 30);
        assertThat(endless.capacityBytes()).isEqualTo(1L << 61);
    }
}
