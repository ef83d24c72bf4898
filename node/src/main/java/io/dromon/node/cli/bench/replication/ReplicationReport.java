package io.dromon.node.cli.bench.replication;

import io.dromon.node.cli.print.Table;
import java.io.PrintStream;
import java.util.Locale;

/** A run of the benchmark for people. */
final class ReplicationReport {
    private ReplicationReport() {}

    /** @param versus the options of the other run */
    static void print(PrintStream out, ReplicationSummary result, String versus) {
        table(out, "Dromon", result);
        if (result.versus() != null) {
            table(out, "Dromon with " + versus, result.versus());
            out.printf(Locale.ROOT, "ratio of write-sets, the first to the second: %.2f%n", result.versusRatio());
        }
        if (result.tlsCpuShare() != null) {
            out.printf(
                    Locale.ROOT,
                    "TLS takes %.1f %% of the CPU time of a write-set: the difference to plain text%n",
                    100 * result.tlsCpuShare());
        }
        if (result.beside() != null) {
            for (ReplicationSummary.Beside other : result.beside()) {
                table(out, title(other.peer()), other.result());
                out.printf(Locale.ROOT, "ratio Dromon / %s: %.2f%n", other.peer(), other.ratio());
            }
        }
    }

    private static String title(String peer) {
        return switch (peer) {
            case "jgroups" -> "JGroups (TCP, SEQUENCER: a total order without safe delivery)";
            case "jgroups-raft" -> "jgroups-raft (TCP, RAFT: a log in memory, written to by all nodes)";
            case "broadcast" -> "broadcast (Dromon's links, each payload answered by each peer: no order, the limit)";
            default -> peer;
        };
    }

    private static void table(PrintStream out, String title, ReplicationSummary result) {
        out.printf(
                Locale.ROOT,
                "%s: %d nodes, %d writers each, %d bytes, %s%n",
                title,
                result.nodeCount(),
                result.writersPerNode(),
                result.bytes(),
                result.nodes().get(0).transport());
        Table table = Table.indented(2)
                .numbers("node", "write-sets/s", "p50 ms", "p99 ms", "p99.9 ms")
                .numbers("CPU us/write-set", "garbage B/write-set", "sent B/write-set", "on the wire");
        for (BenchResult node : result.nodes()) {
            table.row(
                    "" + (node.node() + 1),
                    number("%.0f", node.deliveredPerSecond()),
                    number("%.3f", node.latencyP50Micros() / 1000),
                    number("%.3f", node.latencyP99Micros() / 1000),
                    number("%.3f", node.latencyP999Micros() / 1000),
                    number("%.1f", node.cpuMicrosPerDelivery()),
                    "" + node.allocatedBytesPerDelivery(),
                    known(node.messageBytesPerOwn()),
                    known(node.wireBytesPerOwn()));
        }
        out.print(table);
        out.printf(Locale.ROOT, "  lowest node: %,d write-sets/s%n", result.writeSetsPerSecond());
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }

    /** JGroups does not count its bytes. */
    private static String known(double bytes) {
        return bytes == 0 ? "-" : number("%.0f", bytes);
    }
}
