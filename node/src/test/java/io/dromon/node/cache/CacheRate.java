package io.dromon.node.cache;

import io.dromon.transport.wire.Bytes;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures the cache with 1 GiB of records of 1 KiB: what appending costs its thread, unpaced and at 100,000 a second;
 * reading by a lease; recovery after an orderly end, after a kill, and with no segment sealed. Run the class; its arguments
 * are a directory of the disk to be measured (a new one is made in it and removed) and the number of rounds, of which
 * each is printed.
 */
final class CacheRate {
    private static final UUID HISTORY = UUID.fromString("6c85ca8e-e52e-11f1-8519-369fc54b9e1c");
    private static final int RECORDS = 1_000_000;
    private static final int BLOCK = 10_000;
    private static final int TURN = 48;
    private static final int PACED_PER_SECOND = 100_000;
    private static final int PACED_SECONDS = 10;

    private final CacheSettings settings;
    private final ExecutorService disk = Executors.newSingleThreadExecutor(CacheRate::daemon);
    private final ExecutorService upkeep = Executors.newSingleThreadExecutor(CacheRate::daemon);
    private final Bytes header = new Bytes(new byte[64]);
    private final Bytes rest = new Bytes(new byte[960]);

    private CacheRate(Path directory) {
        settings = CacheSettings.of(
                directory, 1L << 30, 128 << 20, 0, 0, true, Runtime.getRuntime().maxMemory());
    }

    public static void main(String[] args) throws Exception {
        Path parent = Files.createTempDirectory(Path.of(args.length > 0 ? args[0] : "."), "cache-rate");
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 3;
        for (int round = 0; round < rounds; round++) {
            CacheRate rate = new CacheRate(parent.resolve("cache"));
            rate.append();
            rate.paced();
            rate.recover();
            rate.end();
        }
        for (String name : CacheDirectory.open(parent.resolve("cache")).names()) {
            Files.delete(parent.resolve("cache").resolve(name));
        }
        Files.delete(parent.resolve("cache"));
        Files.delete(parent);
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        return thread;
    }

    private WriteSetCache open() throws IOException {
        return WriteSetCache.open("bench", settings, HISTORY, -1, disk);
    }

    private void append() throws Exception {
        WriteSetCache cache = open();
        cache.reset(HISTORY, 0);
        long wall = 0;
        long cpu = 0;
        for (int i = 1; i <= RECORDS; i += BLOCK) {
            long wallBegan = System.nanoTime();
            long cpuBegan = cpuNs();
            for (int j = i; j < i + BLOCK; j++) {
                cache.append(j, RecordKind.WRITE_SET, header, rest);
                if (j % TURN == 0) {
                    cache.flush();
                }
            }
            cpu += cpuNs() - cpuBegan;
            wall += System.nanoTime() - wallBegan;
            disk.submit(() -> {}).get(); // has written
        }
        print(
                "append %,d records/s, %d ns of CPU each, %s",
                1_000_000_000L * RECORDS / wall, cpu / RECORDS, held(cache));
        long read = System.nanoTime();
        long records = 0;
        try (CacheLease lease = cache.lease(cache.first()).orElseThrow()) {
            while (lease.next().isPresent()) {
                records++;
            }
        }
        read = System.nanoTime() - read;
        print("read %,d records/s, %,d MB/s", 1_000_000_000L * records / read, 1048 * 1000 * records / read);
        long close = System.nanoTime();
        cache.close();
        print("close %d ms", ms(close));
    }

    private static String held(WriteSetCache cache) {
        CacheStatus status = cache.status();
        return "holds " + (status.last() - status.first() + 1) + " records"
                + status.alarm().orElse("");
    }

    /** As a node does: some records a turn, and an eye on the longest turn. */
    private void paced() throws IOException {
        WriteSetCache cache = open();
        cache.reset(HISTORY, 0);
        int turns = PACED_PER_SECOND * PACED_SECONDS / TURN;
        long[] turnNs = new long[turns];
        long start = System.nanoTime();
        long cpu = 0;
        long seqno = 0;
        for (int turn = 0; turn < turns; turn++) {
            long due = start + 1_000_000_000L * turn * TURN / PACED_PER_SECOND;
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            if (turn % (5 * PACED_PER_SECOND / TURN) == 0) {
                upkeep.execute(() -> cache.upkeep(System.nanoTime()));
            }
            long began = System.nanoTime();
            long cpuBegan = cpuNs();
            for (int i = 0; i < TURN; i++) {
                cache.append(++seqno, RecordKind.WRITE_SET, header, rest);
            }
            cache.flush();
            cpu += cpuNs() - cpuBegan;
            turnNs[turn] = System.nanoTime() - began;
        }
        long took = System.nanoTime() - start;
        Arrays.sort(turnNs);
        print(
                "paced %,d records/s take %.1f %% of a core; a turn of %d: median %d us, 99 %% %d us, 99.9 %% %d us, longest %d us; %s",
                1_000_000_000L * seqno / took,
                100.0 * cpu / took,
                TURN,
                turnNs[turns / 2] / 1000,
                turnNs[(int) (turns * 0.99)] / 1000,
                turnNs[(int) (turns * 0.999)] / 1000,
                turnNs[turns - 1] / 1000,
                held(cache));
        cache.close();
    }

    private void recover() throws IOException, InterruptedException {
        long start = System.nanoTime();
        WriteSetCache cache = open();
        print("recover after an orderly end %d ms, %s", ms(start), held(cache));
        long next = cache.last() + 1;
        for (int i = 0; i < 5000; i++) {
            cache.append(next++, RecordKind.WRITE_SET, header, rest);
        }
        cache.flush();
        TimeUnit.MILLISECONDS.sleep(500);
        start = System.nanoTime();
        cache = open();
        print("recover after a kill %d ms, %s", ms(start), held(cache));
        unseal();
        start = System.nanoTime();
        cache = open();
        print("recover without a seal %d ms, %s", ms(start), held(cache));
    }

    private void unseal() throws IOException {
        CacheFiles files = CacheDirectory.open(settings.directory());
        for (String name : files.names()) {
            try (CacheFiles.OpenFile file = files.open(name, true)) {
                CacheFiles.writeFully(file, ByteBuffer.allocate(28), SegmentFormat.SEAL_AT);
            }
        }
    }

    private void end() {
        disk.shutdown();
        upkeep.shutdown();
    }

    private static long ms(long startNs) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
    }

    private static long cpuNs() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static void print(String format, Object... arguments) {
        System.out.println(String.format(Locale.ROOT, format, arguments));
    }
}
