package io.dromon.node.cli.bench.replication;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import org.HdrHistogram.Histogram;

/** The side of a measured process in the protocol of this package. */
public final class BenchProcess {
    private final int node;
    private final int writers;
    private final int sizeBytes;
    private final Payloads payloads;
    private final BufferedReader in;
    private final PrintStream out;

    /**
     * @param node the number of this process, from 0
     * @param writers closed-loop writers here
     * @param sizeBytes length of each payload, at least 4: the first four bytes are the writer's number, big-endian
     * @param payloads what they hold
     */
    public BenchProcess(int node, int writers, int sizeBytes, Payloads payloads) {
        this.node = node;
        this.writers = writers;
        this.sizeBytes = sizeBytes;
        this.payloads = payloads;
        this.in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        this.out = System.out;
    }

    /**
     * Runs the whole protocol on standard input and output, from {@code ready} to the end of input. The member must be
     * in a cluster of the full size already; the caller closes it afterwards.
     */
    public void serve(Replicator replicator) throws IOException {
        try {
            ClosedLoopWriters load = new ClosedLoopWriters(replicator, writers, sizeBytes, payloads, node * 1000L);
            say("ready");
            expect("start");
            load.start();
            expect("measure");
            Usage before = Usage.now(replicator);
            load.measure();
            expect("stop");
            Usage after = Usage.now(replicator);
            say("result "
                    + result(before, after, load.stop(), replicator.transport()).toJson());
        } catch (Exception e) {
            say("failed " + e);
        }
        String line = in.readLine();
        while (line != null) {
            line = in.readLine();
        }
    }

    private BenchResult result(Usage before, Usage after, Histogram latency, String transport) {
        double seconds = (after.timeNs - before.timeNs) / 1e9;
        double cpuSeconds = (after.cpuNs - before.cpuNs) / 1e9;
        long delivered = after.delivered - before.delivered;
        long own = Math.max(1, latency.getTotalCount());
        return new BenchResult(
                node,
                seconds,
                delivered / seconds,
                latency.getTotalCount() / seconds,
                latency.getValueAtPercentile(50) / 1e3,
                latency.getValueAtPercentile(99) / 1e3,
                latency.getValueAtPercentile(99.9) / 1e3,
                latency.getMaxValue() / 1e3,
                cpuSeconds * 1e6 / Math.max(1, delivered),
                cpuSeconds,
                Math.round((double) (after.allocatedBytes - before.allocatedBytes) / Math.max(1, delivered)),
                after.gcMillis - before.gcMillis,
                (double) (after.traffic.messageBytes() - before.traffic.messageBytes()) / own,
                (double) (after.traffic.wireBytes() - before.traffic.wireBytes()) / own,
                transport);
    }

    private void say(String line) {
        out.println(line);
        out.flush();
    }

    private void expect(String command) throws IOException {
        String line = in.readLine();
        if (!command.equals(line)) {
            throw new IOException("expected the line " + command + " from the coordinator, not " + line);
        }
    }

    private record Usage(
            long timeNs, long delivered, long cpuNs, long allocatedBytes, long gcMillis, Replicator.Traffic traffic) {
        static Usage now(Replicator replicator) {
            long gcMillis = 0;
            for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
                gcMillis += collector.getCollectionTime();
            }
            long cpuNs = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)
                    .getProcessCpuTime();
            ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
            long allocatedBytes = 0;
            for (long bytes : threads.getThreadAllocatedBytes(threads.getAllThreadIds())) {
                allocatedBytes += Math.max(0, bytes);
            }
            return new Usage(
                    System.nanoTime(), replicator.delivered(), cpuNs, allocatedBytes, gcMillis, replicator.traffic());
        }
    }
}
