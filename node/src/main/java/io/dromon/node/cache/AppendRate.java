package io.dromon.node.cache;

import java.util.ArrayDeque;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;

/** How fast a cache grows, over the last five minutes. Written by the upkeep thread, read by all. */
final class AppendRate {
    private static final long WINDOW_NS = TimeUnit.MINUTES.toNanos(5);
    private static final long STEP_NS = TimeUnit.SECONDS.toNanos(5);
    private static final double SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    private record Sample(long timeNs, long totalBytes) {}

    private final ArrayDeque<Sample> samples = new ArrayDeque<>();
    private volatile OptionalDouble bytesPerSecond = OptionalDouble.empty();

    /** Takes a sample, if the last one is old enough. */
    void sample(long nowNs, long totalBytes) {
        Sample last = samples.peekLast();
        if (last != null && nowNs - last.timeNs < STEP_NS) {
            return;
        }
        samples.add(new Sample(nowNs, totalBytes));
        while (nowNs - samples.element().timeNs > WINDOW_NS) {
            samples.remove();
        }
        Sample oldest = samples.element();
        if (nowNs > oldest.timeNs) {
            bytesPerSecond = OptionalDouble.of((totalBytes - oldest.totalBytes) * SECOND_NS / (nowNs - oldest.timeNs));
        }
    }

    /** Empty until there are two samples. */
    OptionalDouble bytesPerSecond() {
        return bytesPerSecond;
    }
}
