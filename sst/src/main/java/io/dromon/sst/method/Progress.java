package io.dromon.sst.method;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/** Counters of one transfer at one end; safe for threads. */
public final class Progress {
    /** Where time goes; the sum over all connections. */
    public enum Stage {
        READ,
        COMPRESS,
        TLS,
        NETWORK,
        DECOMPRESS,
        WRITE
    }

    /**
     * A moment of a transfer.
     *
     * @param bytes of content that are done
     * @param totalBytes of content altogether, 0 if unknown
     * @param wireBytes sent or received, as frames
     * @param seconds since the donor was let in
     * @param stageSeconds per stage, summed over the connections
     * @param reconnects connections that had to be made again
     */
    public record Snapshot(
            long bytes,
            long totalBytes,
            long wireBytes,
            double seconds,
            Map<Stage, Double> stageSeconds,
            long reconnects) {
        /** Bytes of content per second since the start. */
        public double rate() {
            return seconds <= 0 ? 0 : bytes / seconds;
        }

        /** Seconds to go at the rate so far; nothing if the total is unknown. */
        public Optional<Double> remainingSeconds() {
            return totalBytes <= 0 || bytes <= 0
                    ? Optional.empty()
                    : Optional.of((totalBytes - bytes) / Math.max(rate(), 1));
        }
    }

    private final LongAdder bytes = new LongAdder();
    private final LongAdder wireBytes = new LongAdder();
    private final LongAdder reconnects = new LongAdder();
    private final Map<Stage, LongAdder> stages = new EnumMap<>(Stage.class);
    private volatile long totalBytes;
    private volatile long startNs;
    private volatile long movedNs = System.nanoTime();

    Progress() {
        for (Stage stage : Stage.values()) {
            stages.put(stage, new LongAdder());
        }
    }

    void start(long total) {
        totalBytes = total;
        if (startNs == 0) {
            startNs = System.nanoTime();
        }
        moved();
    }

    void moved() {
        movedNs = System.nanoTime();
    }

    long sinceMovedNs() {
        return System.nanoTime() - movedNs;
    }

    void done(long content) {
        bytes.add(content);
        moved();
    }

    void wire(long count) {
        wireBytes.add(count);
    }

    void reconnected() {
        reconnects.increment();
    }

    void spent(Stage stage, long ns) {
        LongAdder adder = stages.get(stage);
        if (adder != null) {
            adder.add(ns);
        }
    }

    /** As it is now. */
    public Snapshot snapshot() {
        Map<Stage, Double> seconds = new EnumMap<>(Stage.class);
        stages.forEach((stage, ns) -> seconds.put(stage, ns.sum() / 1e9));
        return new Snapshot(
                bytes.sum(),
                totalBytes,
                wireBytes.sum(),
                startNs == 0 ? 0 : (System.nanoTime() - startNs) / 1e9,
                seconds,
                reconnects.sum());
    }
}
