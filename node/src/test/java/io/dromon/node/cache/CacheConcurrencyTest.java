package io.dromon.node.cache;

import static io.dromon.node.cache.TestRecords.HISTORY;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One thread appends, one writes, one does the upkeep, three read. */
@Tag("unit")
@Timeout(120)
final class CacheConcurrencyTest {
    private static final int RECORDS = 60_000;

    @TempDir
    private Path parent;

    private final ExecutorService disk = Executors.newSingleThreadExecutor();
    private final ExecutorService readers = Executors.newFixedThreadPool(4);
    private final AtomicBoolean done = new AtomicBoolean();

    @AfterEach
    void endThreads() {
        disk.shutdownNow();
        readers.shutdownNow();
    }

    @Test
    void readersSeeEveryRecordInOrderWhileOthersAreAppended() throws Exception {
        CacheSettings settings = new CacheSettings(parent.resolve("cache"), 1 << 20, 1 << 16, 4 << 20, true);
        WriteSetCache cache = WriteSetCache.open("n1", settings, HISTORY, -1, disk);

        run(cache, RECORDS, System::nanoTime);

        TestRecords.checkAll(cache);
        cache.close();
        disk.shutdown();
        WriteSetCache again = WriteSetCache.open("n1", settings, HISTORY, RECORDS, Runnable::run);
        assertThat(again.last()).isEqualTo(RECORDS);
        TestRecords.checkAll(again);
    }

    @Test
    void readersSeeNoGapWhileTheDiskFailsNowAndThen() throws Exception {
        CacheSettings settings = new CacheSettings(parent.resolve("cache"), 1 << 18, 1 << 12, 4 << 20, true);
        FaultyFiles files = new FaultyFiles(parent.resolve("cache"));
        WriteSetCache cache = WriteSetCache.open("n1", settings, HISTORY, -1, disk, files);
        AtomicLong calls = new AtomicLong();

        run(cache, RECORDS / 6, () -> {
            long call = calls.incrementAndGet();
            files.diskBytes(call % 20 == 0 ? 0 : Long.MAX_VALUE);
            return call * 4_000_000_000L; // so that it is tried again soon
        });

        cache.close();
        assertThat(calls).hasPositiveValue();
        TestRecords.checkAll(WriteSetCache.open("n1", settings, HISTORY, RECORDS / 6, Runnable::run));
    }

    /** @param clock asked by the upkeep */
    private void run(WriteSetCache cache, int records, LongSupplier clock) throws Exception {
        TestRecords.append(cache, 1);
        List<Future<Long>> read = new ArrayList<>();
        for (int seed = 1; seed <= 3; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            read.add(readers.submit(() -> readUntilDone(cache, random)));
        }
        Future<Long> upkeep = readers.submit(() -> {
            long rounds = 0;
            while (!done.get()) {
                cache.upkeep(clock.getAsLong());
                assertThat(cache.status().bytes()).isLessThan(3 << 20);
                rounds++;
            }
            return rounds;
        });

        SplittableRandom random = new SplittableRandom(0);
        for (long seqno = 2; seqno <= records; seqno++) {
            TestRecords.append(cache, seqno);
            if (random.nextInt(10) == 0) {
                cache.flush();
            }
        }
        cache.flush();
        done.set(true);

        for (Future<Long> each : read) {
            assertThat(each.get(60, TimeUnit.SECONDS)).isPositive();
        }
        assertThat(upkeep.get(60, TimeUnit.SECONDS)).isPositive();
    }

    /** Reads on and on, sometimes from elsewhere; a lease that was outrun is replaced. */
    private Long readUntilDone(WriteSetCache cache, SplittableRandom random) throws IOException {
        long read = 0;
        while (!done.get()) {
            long first = cache.first();
            long from = first + (long) (random.nextDouble() * (cache.last() - first + 1));
            var lease = first < 0 ? Optional.<CacheLease>empty() : cache.lease(from);
            if (lease.isPresent()) {
                read += readSome(lease.get(), from, random.nextInt(20_000));
            }
        }
        return read;
    }

    private long readSome(CacheLease lease, long from, int most) throws IOException {
        long next = from;
        try (lease) {
            while (next < from + most && !done.get()) {
                var record = lease.next();
                if (record.isPresent()) {
                    TestRecords.check(record.get(), next++);
                }
            }
        } catch (LeaseEndedException e) {
            assertThat(e.reason()).isEqualTo(LeaseEndedException.Reason.OUTRUN);
        }
        return next - from;
    }
}
