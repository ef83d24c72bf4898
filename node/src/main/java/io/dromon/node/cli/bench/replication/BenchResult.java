package io.dromon.node.cli.bench.replication;

import java.util.List;
import java.util.Locale;

/**
 * The measurements of one process between {@code measure} and {@code stop}.
 *
 * @param node the number of the process
 * @param seconds how long it measured
 * @param deliveredPerSecond payloads of all members delivered on this one
 * @param ownPerSecond payloads of this member's writers that came back
 * @param latencyP50Micros from the call until the own ordered delivery, median
 * @param latencyP99Micros the same, 99th percentile
 * @param latencyP999Micros the same, 99.9th percentile
 * @param latencyMaxMicros the same, the worst
 * @param cpuMicrosPerDelivery CPU time of the whole process for each payload delivered here
 * @param cpuSeconds CPU time of the whole process
 * @param allocatedBytesPerDelivery heap allocated for each payload delivered here, by threads that still live
 * @param gcMillis time in garbage collection
 * @param messageBytesPerOwn bytes of the group's protocol sent to all peers together for each own payload; 0 is unknown
 * @param wireBytesPerOwn what these became, where links are compressed; without the framing of TLS and TCP
 * @param transport protocol and cipher of the links
 */
public record BenchResult(
        int node,
        double seconds,
        double deliveredPerSecond,
        double ownPerSecond,
        double latencyP50Micros,
        double latencyP99Micros,
        double latencyP999Micros,
        double latencyMaxMicros,
        double cpuMicrosPerDelivery,
        double cpuSeconds,
        long allocatedBytesPerDelivery,
        long gcMillis,
        double messageBytesPerOwn,
        double wireBytesPerOwn,
        String transport) {
    /** One line of JSON, made by hand: the processes of JGroups have no library for it. */
    public String toJson() {
        return String.format(
                Locale.ROOT,
                "{\"node\":%d,\"seconds\":%.3f,\"deliveredPerSecond\":%.1f,\"ownPerSecond\":%.1f,"
                        + "\"latencyP50Micros\":%.1f,\"latencyP99Micros\":%.1f,\"latencyP999Micros\":%.1f,"
                        + "\"latencyMaxMicros\":%.1f,\"cpuMicrosPerDelivery\":%.2f,\"cpuSeconds\":%.2f,"
                        + "\"allocatedBytesPerDelivery\":%d,\"gcMillis\":%d,"
                        + "\"messageBytesPerOwn\":%.1f,\"wireBytesPerOwn\":%.1f,\"transport\":\"%s\"}",
                node,
                seconds,
                deliveredPerSecond,
                ownPerSecond,
                latencyP50Micros,
                latencyP99Micros,
                latencyP999Micros,
                latencyMaxMicros,
                cpuMicrosPerDelivery,
                cpuSeconds,
                allocatedBytesPerDelivery,
                gcMillis,
                messageBytesPerOwn,
                wireBytesPerOwn,
                transport.replace("\\", "").replace("\"", ""));
    }

    /** The figure that is compared: the deliveries per second of the slowest node. */
    public static double writeSetsPerSecond(List<BenchResult> results) {
        return results.stream()
                .mapToDouble(BenchResult::deliveredPerSecond)
                .min()
                .orElse(0);
    }
}
