package io.dromon.node.cli.bench.replication;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A run of the benchmark, and those that it is compared with, as {@code --json} prints it.
 *
 * @param bytes of a write-set
 * @param writeSetsPerSecond of the slowest node
 * @param nodes what each measured
 * @param versus the same with other options
 * @param versusRatio write-sets of this to those of that
 * @param tlsCpuShare how much of the CPU time of a write-set TLS takes, from 0 to 1
 * @param beside the same load on other systems
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ReplicationSummary(
        int nodeCount,
        int writersPerNode,
        int bytes,
        long writeSetsPerSecond,
        List<BenchResult> nodes,
        @Nullable ReplicationSummary versus,
        @Nullable Double versusRatio,
        @Nullable Double tlsCpuShare,
        @Nullable List<Beside> beside) {
    /**
     * The same load on another system.
     *
     * @param peer as {@code --peer} names it
     * @param ratio write-sets of Dromon to those of it
     */
    record Beside(String peer, double ratio, ReplicationSummary result) {}

    static ReplicationSummary of(int writers, int bytes, List<BenchResult> nodes) {
        return new ReplicationSummary(
                nodes.size(),
                writers,
                bytes,
                Math.round(BenchResult.writeSetsPerSecond(nodes)),
                nodes,
                null,
                null,
                null,
                null);
    }

    /** @param plain whether the other run is the same in plain text: the difference is what TLS takes */
    ReplicationSummary versus(ReplicationSummary other, boolean plain) {
        Double share = plain ? Math.round(1000 * (1 - other.meanCpu() / meanCpu())) / 1000.0 : null;
        return new ReplicationSummary(
                nodeCount, writersPerNode, bytes, writeSetsPerSecond, nodes, other, ratioTo(other), share, beside);
    }

    ReplicationSummary beside(String peer, ReplicationSummary other) {
        List<Beside> all = beside == null ? new ArrayList<>() : new ArrayList<>(beside);
        all.add(new Beside(peer, ratioTo(other), other));
        return new ReplicationSummary(
                nodeCount, writersPerNode, bytes, writeSetsPerSecond, nodes, versus, versusRatio, tlsCpuShare, all);
    }

    private double ratioTo(ReplicationSummary other) {
        return Math.round(100.0 * writeSetsPerSecond / other.writeSetsPerSecond) / 100.0;
    }

    private double meanCpu() {
        return nodes.stream()
                .mapToDouble(BenchResult::cpuMicrosPerDelivery)
                .average()
                .orElse(Double.NaN);
    }
}
