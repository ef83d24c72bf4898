package io.dromon.node.apply;

import io.dromon.node.NodeStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;

/** Counts durations in fixed buckets. One thread records, any thread reads; neither waits, and nothing is allocated. */
public final class LatencyHistogram {
    private static final int BUCKETS = NodeStatus.Histogram.BOUNDS_NS.size() + 1;
    private static final int SUM = BUCKETS;

    private final long[] bounds =
            NodeStatus.Histogram.BOUNDS_NS.stream().mapToLong(Long::longValue).toArray();
    private final AtomicLongArray counts = new AtomicLongArray(BUCKETS + 1);

    /** Counts a duration. On one thread alone. */
    void record(long durationNs) {
        int bucket = 0;
        while (bucket < bounds.length && durationNs > bounds[bucket]) {
            bucket++;
        }
        add(bucket, 1);
        add(SUM, durationNs);
    }

    /** With one writer a plain read and an ordered write are enough. */
    private void add(int index, long more) {
        counts.setRelease(index, counts.getPlain(index) + more);
    }

    /** What was counted until now. */
    public NodeStatus.Histogram read() {
        List<Long> buckets = new ArrayList<>(BUCKETS);
        for (int i = 0; i < BUCKETS; i++) {
            buckets.add(counts.getAcquire(i));
        }
        return new NodeStatus.Histogram(buckets, counts.getAcquire(SUM));
    }
}
