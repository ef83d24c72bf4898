package io.dromon.node.cache;

import static io.dromon.node.cache.TestRecords.HISTORY;
import static io.dromon.node.cache.TestRecords.SEGMENT_BYTES;
import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.node.cache.LeaseEndedException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Lives of a cache, drawn from a seed: it is appended to and read, the disk is late, full or has room again, the process
 * is killed, the machine loses what was not synced. Whatever is read is right and in order; what was appended and can be
 * there is there.
 */
@Tag("unit")
final class CachePropertyTest {
    private static final int STEPS = 150;
    private static final Set<Reason> FOR_WANT_OF_ROOM = EnumSet.of(Reason.OUTRUN, Reason.RESET);

    /** A lease, and what it gives next. */
    private static final class Reader {
        private final CacheLease lease;
        private long next;

        private Reader(CacheLease lease, long next) {
            this.lease = lease;
            this.next = next;
        }
    }

    @TempDir
    private Path parent;

    @Test
    void givesOutWhatWasAppended() throws IOException {
        int seeds = Integer.getInteger("sim.seeds", 200) / 8;
        for (int seed = 0; seed < seeds; seed++) {
            try {
                new Life(seed, parent.resolve("cache-" + seed)).live();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private static final class Life {
        private final SplittableRandom random;
        private final CacheSettings settings;
        private final FaultyFiles files;
        private final ArrayDeque<Runnable> disk = new ArrayDeque<>();
        private final List<Reader> readers = new ArrayList<>();
        private WriteSetCache cache;
        private long nowNs;
        private boolean diskIsPrompt;

        private Life(int seed, Path directory) throws IOException {
            random = new SplittableRandom(seed);
            settings = TestRecords.settings(directory);
            files = new FaultyFiles(directory);
            cache = open(-1);
            cache.reset(HISTORY, 100);
        }

        private void live() throws IOException {
            for (int step = 0; step < STEPS; step++) {
                step();
                assertThat(cache.first()).isLessThanOrEqualTo(cache.last());
                assertThat(cache.status().bytes()).isLessThanOrEqualTo(2 * 16 * SEGMENT_BYTES + SEGMENT_BYTES);
            }
            diskIsPrompt = true;
            files.diskBytes(Long.MAX_VALUE);
            runDisk();
            long last = cache.last();
            long first = cache.first();
            cache.close();
            cache = open(last);
            assertThat(cache.first()).isEqualTo(first);
            assertThat(cache.last()).isEqualTo(first < 0 ? -1 : last);
            TestRecords.checkAll(cache);
        }

        private void step() throws IOException {
            switch (random.nextInt(20)) {
                case 0 -> kill(false);
                case 1 -> kill(true);
                case 2 -> resizeDisk();
                case 3 -> cache.upkeep(nowNs += 4_000_000_000L);
                case 4 -> lease();
                case 5 -> TestRecords.append(cache, cache.last() + 2 + random.nextInt(3)); // a gap
                case 6, 7, 8 -> read();
                case 9, 10, 11, 12 -> runDisk();
                default -> append(random.nextInt(40));
            }
        }

        private void append(int records) {
            for (int i = 0; i < records; i++) {
                TestRecords.append(cache, cache.last() + 1);
                if (random.nextInt(8) == 0) {
                    cache.flush();
                }
            }
        }

        private void runDisk() {
            while (!disk.isEmpty()) {
                disk.remove().run();
            }
        }

        private void resizeDisk() {
            files.diskBytes(random.nextInt(3) > 0 ? Long.MAX_VALUE : random.nextInt(20) * SEGMENT_BYTES);
        }

        private void lease() throws LeaseEndedException {
            long first = cache.first();
            if (first < 0) {
                assertThat(cache.lease(cache.last())).isEmpty();
                return;
            }
            long from = first + random.nextLong(cache.last() - first + 1);
            readers.add(new Reader(cache.lease(from).orElseThrow(), from));
            if (random.nextInt(4) == 0) {
                TestRecords.checkAll(cache);
            }
        }

        /** A lease gives every record that was appended, or ends for want of room or behind a gap. */
        private void read() {
            for (Reader reader : List.copyOf(readers)) {
                try {
                    for (int most = random.nextInt(60); most > 0; most--) {
                        var record = reader.lease.next();
                        if (record.isEmpty()) {
                            assertThat(reader.next).isEqualTo(cache.last() + 1);
                            break;
                        }
                        TestRecords.check(record.get(), reader.next++);
                    }
                } catch (LeaseEndedException e) {
                    assertThat(e.reason()).isIn(FOR_WANT_OF_ROOM);
                    readers.remove(reader);
                }
            }
        }

        /** @param ofMachine whether files lose what was not synced */
        private void kill(boolean ofMachine) throws IOException {
            long last = cache.last();
            for (Reader reader : readers) {
                reader.lease.close();
            }
            readers.clear();
            disk.clear(); // with the process
            files.endProcess();
            if (ofMachine) {
                loseUnsynced();
            }
            long position = random.nextBoolean() ? -1 : Math.max(0, last - random.nextInt(20));
            cache = open(position);
            assertThat(cache.last()).isLessThanOrEqualTo(position < 0 ? last : position);
            TestRecords.checkAll(cache);
            if (cache.last() < 0) {
                cache.reset(HISTORY, last + 5); // a snapshot
            }
        }

        /** Each file without a seal becomes shorter, or has zeros or garbage at a place. */
        private void loseUnsynced() throws IOException {
            for (String name : files.names()) {
                try (CacheFiles.OpenFile file = files.open(name, true)) {
                    ByteBuffer seal = ByteBuffer.allocate(8);
                    if (file.size() >= SegmentFormat.RECORDS_AT) {
                        CacheFiles.readFully(file, seal, SegmentFormat.SEAL_AT);
                    }
                    if (seal.getLong(0) == 0 && file.size() > 0) {
                        lose(file);
                    }
                }
            }
        }

        private void lose(CacheFiles.OpenFile file) throws IOException {
            long at = random.nextLong(file.size());
            if (random.nextBoolean()) {
                file.truncate(at);
            } else {
                byte[] garbage = new byte[1 + random.nextInt(100)];
                if (random.nextBoolean()) {
                    random.nextBytes(garbage);
                }
                long length = Math.min(garbage.length, file.size() - at);
                CacheFiles.writeFully(file, ByteBuffer.wrap(garbage, 0, (int) length), at);
            }
        }

        private WriteSetCache open(long position) throws IOException {
            return WriteSetCache.open("n1", settings, HISTORY, position, this::execute, files);
        }

        /** Sooner or later. */
        private void execute(Runnable task) {
            if (diskIsPrompt || (random.nextInt(3) == 0 && disk.isEmpty())) {
                task.run();
            } else {
                disk.add(task);
            }
        }
    }
}
