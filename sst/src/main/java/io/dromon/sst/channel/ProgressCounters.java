package io.dromon.sst.channel;

import io.dromon.sst.Progress;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** The counters of one transfer, written by the threads of its connections. */
public final class ProgressCounters implements Progress {
    private final LongAdder bytes = new LongAdder();
    private final LongAdder wireBytes = new LongAdder();
    private final LongAdder reconnects = new LongAdder();
    private final Map<Stage, LongAdder> stages = new EnumMap<>(Stage.class);
    private volatile long totalBytes;
    private volatile long startNs;
    private volatile long movedNs = System.nanoTime();

    public ProgressCounters() {
        for (Stage stage : Stage.values()) {
            stages.put(stage, new LongAdder());
        }
    }

    /** The donor is let in, and this many bytes of content are to come; 0 if unknown. */
    public void start(long total) {
        totalBytes = total;
        if (startNs == 0) {
            startNs = System.nanoTime();
        }
        moved();
    }

    /** Something moved: the idle time begins again. */
    public void moved() {
        movedNs = System.nanoTime();
    }

    /** Time since something moved. */
    public long sinceMovedNs() {
        return System.nanoTime() - movedNs;
    }

    /** Bytes of content are safe. */
    public void done(long content) {
        bytes.add(content);
        moved();
    }

    /** Bytes of frames were sent or received. */
    public void wire(long count) {
        wireBytes.add(count);
    }

    /** A connection broke and is made again. */
    public void reconnected() {
        reconnects.increment();
    }

    /** A connection spent time in a stage. */
    public void spent(Stage stage, long ns) {
        LongAdder adder = stages.get(stage);
        if (adder != null) {
            adder.add(ns);
        }
    }

    @Override
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
