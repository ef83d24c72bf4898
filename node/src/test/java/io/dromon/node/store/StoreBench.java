package io.dromon.node.store;

import io.dromon.config.NodeConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Transactions a second of a store on one node, and how long a snapshot of its state holds commits up. No test:
 * {@code main} takes the engine ({@code MEMORY} or {@code ROCKSDB}), writers, seconds, bytes of a value, keys, and a
 * directory.
 */
final class StoreBench {
    private static final int MOST_SAMPLES = 2_000_000;

    private StoreBench() {}

    public static void main(String[] arguments) throws Exception {
        StoreOptions.Engine engine = StoreOptions.Engine.valueOf(arguments[0]);
        int writers = Integer.parseInt(arguments[1]);
        int seconds = Integer.parseInt(arguments[2]);
        int bytes = Integer.parseInt(arguments[3]);
        int keys = Integer.parseInt(arguments[4]);
        Path directory = Files.createTempDirectory(Path.of(arguments[5]), "store-bench");
        NodeConfig config = NodeConfig.builder()
                .group("bench")
                .name("a")
                .address("gcomm://")
                .listen("tcp://127.0.0.1:0")
                .dataDir(directory.resolve("a"))
                .options("")
                .build();
        StoreOptions options = engine == StoreOptions.Engine.MEMORY ? StoreOptions.memory() : StoreOptions.rocksDb();
        try (ReplicatedStore store = ReplicatedStore.join(config, options.withMaxAttempts(10_000))) {
            fill(store, keys, bytes);
            run(store, writers, 3, bytes, keys, "warm-up");
            run(store, writers, seconds, bytes, keys, "transactions");
            reads(store, seconds, keys);
            snapshotPause(store, writers, bytes, keys, directory.resolve("snapshot"));
        }
    }

    private static byte[] key(int number) {
        return String.format("k/%08d", number).getBytes(StandardCharsets.US_ASCII);
    }

    private static void fill(ReplicatedStore store, int keys, int bytes) {
        long begin = System.nanoTime();
        for (int first = 0; first < keys; first += 500) {
            int from = first;
            store.update(tx -> {
                for (int i = from; i < Math.min(keys, from + 500); i++) {
                    tx.put(key(i), value(i, bytes));
                }
            });
        }
        System.out.printf("filled with %d keys in %d ms%n", keys, (System.nanoTime() - begin) / 1_000_000);
    }

    /** Half of it cannot be compressed. */
    private static byte[] value(long seed, int bytes) {
        byte[] value = new byte[bytes];
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < bytes / 2; i++) {
            value[i] = (byte) random.nextInt();
        }
        return value;
    }

    /** Each transaction reads a value and writes it back with one byte changed. */
    private static void run(ReplicatedStore store, int writers, int seconds, int bytes, int keys, String name)
            throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        long[][] samples = new long[writers][];
        Thread[] threads = new Thread[writers];
        long[] attempts = new long[writers];
        for (int writer = 0; writer < writers; writer++) {
            int number = writer;
            threads[writer] = new Thread(() -> {
                SplittableRandom random = new SplittableRandom(number);
                long[] own = new long[MOST_SAMPLES / writers];
                int count = 0;
                while (!over.get() && count < own.length) {
                    byte[] key = key(random.nextInt(keys));
                    long begin = System.nanoTime();
                    attempts[number] += store.transact(Isolation.SNAPSHOT, Consistency.EVENTUAL, tx -> {
                                byte[] value = tx.get(key).orElseGet(() -> new byte[bytes]);
                                value[0]++;
                                tx.put(key, value);
                                return "";
                            })
                            .attempts();
                    own[count++] = System.nanoTime() - begin;
                }
                samples[number] = Arrays.copyOf(own, count);
            });
        }
        long begin = System.nanoTime();
        for (Thread thread : threads) {
            thread.start();
        }
        TimeUnit.SECONDS.sleep(seconds);
        over.set(true);
        for (Thread thread : threads) {
            thread.join();
        }
        double elapsed = (System.nanoTime() - begin) / 1e9;
        long[] all =
                Arrays.stream(samples).flatMapToLong(Arrays::stream).sorted().toArray();
        System.out.printf(
                "%s: %d writers, %d bytes: %.0f/s, p50 %.0f us, p99 %.0f us, most %.1f ms, %.3f attempts each%n",
                name,
                writers,
                bytes,
                all.length / elapsed,
                all[all.length / 2] / 1e3,
                all[(int) (all.length * 0.99)] / 1e3,
                all[all.length - 1] / 1e6,
                (double) Arrays.stream(attempts).sum() / all.length);
    }

    private static void reads(ReplicatedStore store, int seconds, int keys) {
        SplittableRandom random = new SplittableRandom(1);
        long begin = System.nanoTime();
        long count = 0;
        while (System.nanoTime() - begin < seconds * 1_000_000_000L / 2) {
            byte[] key = key(random.nextInt(keys));
            count += store.get(key).isPresent() ? 1 : 0;
        }
        System.out.printf("single reads by one thread: %.0f/s%n", count * 1e9 / (System.nanoTime() - begin));
    }

    private static void snapshotPause(ReplicatedStore store, int writers, int bytes, int keys, Path target)
            throws Exception {
        for (int i = 0; i < 5; i++) {
            run(store, writers, 2, bytes, keys, "between snapshots");
            long begin = System.nanoTime();
            store.storage().snapshot(target.resolveSibling("snapshot" + i));
            System.out.printf(
                    "a snapshot of the state, made while nothing commits: %.1f ms%n",
                    (System.nanoTime() - begin) / 1e6);
        }
    }
}
