package io.dromon.node.cli.bench.state;

import io.dromon.node.store.CheckpointTimes;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * What {@code dromon bench state} measured, as {@code --json} prints it.
 *
 * @param engine of the stores
 * @param stateBytes of values that the state has, without keys
 * @param live the load on two nodes
 * @param ist what a node took that had been away while half of the state was written; null for stores that forget theirs
 * @param istToLive events a second of IST to those of the live load; 0 without IST
 * @param sst what a node took that had nothing
 * @param streamSeconds of method {@code stream} alone for the same files, between processes; 0 if it was not measured
 * @param sstToStream seconds of the join to these
 * @param commitsBefore latencies of commits on the donor, shortly before it gives a snapshot
 * @param commitsMeanwhile the same from the start of the joiner until it is SYNCED
 * @param checkpoint what the donor's store was asked for in that time; null if no state was given
 * @param recovery opening the write-set cache
 */
record StateResult(
        String engine,
        long stateBytes,
        Rate live,
        @Nullable Join ist,
        double istToLive,
        Join sst,
        double streamSeconds,
        double sstToStream,
        Latency commitsBefore,
        Latency commitsMeanwhile,
        @Nullable Checkpoint checkpoint,
        Recovery recovery) {
    /** Events, and the bytes of their values, in a time. */
    record Rate(long events, double seconds, double eventsPerSecond, double megabytesPerSecond) {
        static Rate of(long events, int valueBytes, double seconds) {
            return new Rate(events, seconds, events / seconds, events * valueBytes / seconds / 1e6);
        }
    }

    /**
     * A join.
     *
     * @param secondsToSynced from the start of the node
     * @param transfer from the first event, or the start, to the last one
     */
    record Join(double secondsToSynced, Rate transfer) {}

    /** Milliseconds. */
    record Latency(long count, double p50, double p99, double max) {
        static Latency of(List<StateLoad.Commit> commits) {
            Histogram nanoseconds = StateLoad.Commit.histogram(commits);
            return new Latency(
                    nanoseconds.getTotalCount(),
                    nanoseconds.getValueAtPercentile(50) / 1e6,
                    nanoseconds.getValueAtPercentile(99) / 1e6,
                    nanoseconds.getMaxValue() / 1e6);
        }
    }

    /**
     * A checkpoint of the donor's store.
     *
     * @param heldMs commits waited
     * @param writtenMs its files took, while commits went on
     * @param commits that were under way in either time, from its begin on: the view of the node that joins is before
     *     it, the transfer behind it
     */
    record Checkpoint(double heldMs, double writtenMs, Latency commits) {
        static Checkpoint of(CheckpointTimes times, List<StateLoad.Commit> all) {
            return new Checkpoint(
                    times.held().toNanos() / 1e6,
                    times.written().toNanos() / 1e6,
                    Latency.of(all.stream()
                            .filter(each -> each.overlaps(times.begunNs(), times.madeNs()))
                            .map(each -> each.since(times.begunNs()))
                            .toList()));
        }
    }

    /**
     * A cache that was opened.
     *
     * @param bytes in it afterwards
     */
    record Recovery(long bytes, double seconds) {}
}
