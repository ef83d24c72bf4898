package io.dromon.node.cli.bench.state;

import io.dromon.node.NodeException;
import io.dromon.node.store.ReplicatedStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;

/** Writers of a store: each puts a value under a key of its own, one after the other. */
final class StateLoad {
    private static final long HIGHEST_LATENCY_NS = 600_000_000_000L;

    private final ExecutorService clients;
    private final int valueBytes;
    private final AtomicLong next = new AtomicLong();

    StateLoad(ExecutorService clients, int valueBytes) {
        this.clients = clients;
        this.valueBytes = valueBytes;
    }

    private static byte[] key(long number) {
        return String.format(Locale.ROOT, "k/%012d", number).getBytes(StandardCharsets.US_ASCII);
    }

    /** Half of it cannot be compressed. */
    private byte[] value(long number) {
        byte[] value = new byte[valueBytes];
        SplittableRandom random = new SplittableRandom(number);
        for (int i = 0; i < valueBytes / 2; i++) {
            value[i] = (byte) random.nextInt();
        }
        return value;
    }

    /** Writes so many values by writers on each store; returns the seconds. */
    double write(long count, int writers, ReplicatedStore... stores) throws InterruptedException, ExecutionException {
        long end = next.get() + count;
        long begin = System.nanoTime();
        List<Future<?>> all = new ArrayList<>();
        for (ReplicatedStore store : stores) {
            for (int i = 0; i < writers; i++) {
                all.add(clients.submit(() -> {
                    long number;
                    while ((number = next.getAndIncrement()) < end) {
                        store.put(key(number), value(number));
                    }
                }));
            }
        }
        for (Future<?> each : all) {
            each.get();
        }
        next.set(end);
        return (System.nanoTime() - begin) / 1e9;
    }

    /** Begins to write over what is there, by so many writers, one value after the other each. */
    Ticker ticker(ReplicatedStore store, int writers) {
        return new Ticker(store, writers);
    }

    /** Writers that keep when each of their commits began, and how long it took. */
    final class Ticker implements AutoCloseable {
        private final AtomicBoolean over = new AtomicBoolean();
        private final AtomicLong keys = new AtomicLong();
        private List<Commit> commits = new ArrayList<>();

        Ticker(ReplicatedStore store, int writers) {
            long count = Math.max(1, next.get());
            for (int i = 0; i < writers; i++) {
                clients.execute(() -> {
                    while (!over.get()) {
                        long number = keys.getAndIncrement() % count;
                        long begin = System.nanoTime();
                        try {
                            store.put(key(number), value(number));
                        } catch (NodeException e) {
                            return;
                        }
                        record(new Commit(begin, System.nanoTime()));
                    }
                });
            }
        }

        private synchronized void record(Commit commit) {
            commits.add(commit);
        }

        /** Those that have ended since the last call. */
        synchronized List<Commit> sinceThen() {
            List<Commit> all = commits;
            commits = new ArrayList<>();
            return all;
        }

        /** Those that end from now on for some time. */
        List<Commit> measure(long millis) throws InterruptedException {
            sinceThen();
            TimeUnit.MILLISECONDS.sleep(millis);
            return sinceThen();
        }

        /** Each ends with its present commit. */
        @Override
        public void close() {
            over.set(true);
        }
    }

    /** One commit, by {@link System#nanoTime}. */
    record Commit(long beginNs, long endNs) {
        boolean overlaps(long fromNs, long toNs) {
            return beginNs <= toNs && endNs >= fromNs;
        }

        /** Without what it had waited for before that. */
        Commit since(long ns) {
            return new Commit(Math.max(beginNs, ns), endNs);
        }

        /** Latencies. */
        static Histogram histogram(List<Commit> commits) {
            Histogram latency = new Histogram(HIGHEST_LATENCY_NS, 3);
            commits.forEach(each -> latency.recordValue(Math.min(each.endNs - each.beginNs, HIGHEST_LATENCY_NS)));
            return latency;
        }
    }
}
