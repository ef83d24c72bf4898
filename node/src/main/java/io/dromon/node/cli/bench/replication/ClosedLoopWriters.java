package io.dromon.node.cli.bench.replication;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** The writers of one process: each sends, waits for its own ordered delivery, and sends the next. */
final class ClosedLoopWriters {
    private static final long HIGHEST_LATENCY_NS = 120_000_000_000L;
    private static final long PATIENCE_NS = 10_000_000_000L;
    private static final int WARM_UP = 0;
    private static final int MEASURE = 1;
    private static final int STOP = 2;

    private final Replicator replicator;
    private final List<Writer> writers = new ArrayList<>();
    private volatile int phase = WARM_UP;

    ClosedLoopWriters(Replicator replicator, int count, int sizeBytes, Payloads payloads, long seed) {
        if (sizeBytes < Integer.BYTES) {
            throw new IllegalArgumentException("a payload has at least " + Integer.BYTES + " bytes, not " + sizeBytes);
        }
        this.replicator = replicator;
        for (int i = 0; i < count; i++) {
            writers.add(new Writer(i, payloads.of(i, sizeBytes, seed + i)));
        }
    }

    void start() {
        writers.forEach(Thread::start);
    }

    void measure() {
        phase = MEASURE;
    }

    /** Ends the writers and returns their latencies in nanoseconds; throws what any of them threw. */
    Histogram stop() throws Exception {
        phase = STOP;
        Histogram all = new Histogram(HIGHEST_LATENCY_NS, 3);
        long deadlineNs = System.nanoTime() + PATIENCE_NS;
        for (Writer writer : writers) {
            writer.join(Math.max(1, (deadlineNs - System.nanoTime()) / 1_000_000));
        }
        List<Writer> stuck = writers.stream().filter(Thread::isAlive).toList();
        if (!stuck.isEmpty()) {
            throw new IllegalStateException(stuck.size() + " of " + writers.size()
                    + " writers wait for their own delivery "
                    + PATIENCE_NS / 1_000_000_000L + " s after the end; the first in "
                    + Arrays.stream(stuck.get(0).getStackTrace()).limit(6).toList() + "; member: "
                    + replicator.describe());
        }
        for (Writer writer : writers) {
            if (writer.failure != null) {
                throw new IllegalStateException(
                        "writer " + writer.number + " failed: " + writer.failure, writer.failure);
            }
            all.add(writer.latency);
        }
        return all;
    }

    private final class Writer extends Thread {
        private final int number;
        private final byte[][] payloads;
        private final Histogram latency = new Histogram(HIGHEST_LATENCY_NS, 3);

        @Nullable
        private volatile Throwable failure;

        Writer(int number, byte[][] payloads) {
            super("writer-" + number);
            this.number = number;
            this.payloads = payloads;
            setDaemon(true);
        }

        @Override
        public void run() {
            try {
                for (int next = 0; ; next = (next + 1) % payloads.length) {
                    int before = phase;
                    if (before == STOP) {
                        return;
                    }
                    long startNs = System.nanoTime();
                    replicator.replicate(number, payloads[next]);
                    if (before == MEASURE) {
                        latency.recordValue(Math.min(System.nanoTime() - startNs, HIGHEST_LATENCY_NS));
                    }
                }
            } catch (Exception | Error e) {
                if (phase != STOP) {
                    failure = e;
                }
            }
        }
    }
}
