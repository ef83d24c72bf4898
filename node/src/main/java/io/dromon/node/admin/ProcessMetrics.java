package io.dromon.node.admin;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.util.Optional;

/** The JVM that a node runs in, and its version. All nodes of one JVM tell the same. */
public final class ProcessMetrics {
    private final MetricSnapshots.Builder all = MetricSnapshots.builder();

    private ProcessMetrics() {}

    /** Now, in Prometheus' text format. */
    public static String text() {
        ProcessMetrics metrics = new ProcessMetrics();
        metrics.build();
        metrics.memory();
        metrics.collections();
        metrics.gauge(
                "jvm_threads_current",
                "Threads.",
                ManagementFactory.getThreadMXBean().getThreadCount());
        metrics.gauge(
                "process_start_time_seconds",
                "Start of the process, seconds of the epoch.",
                ManagementFactory.getRuntimeMXBean().getStartTime() / 1e3);
        return StatusMetrics.write(metrics.all.build());
    }

    private void build() {
        String version = Optional.ofNullable(ProcessMetrics.class.getPackage().getImplementationVersion())
                .orElse("unknown");
        all.metricSnapshot(InfoSnapshot.builder()
                .name("dromon_build")
                .help("Version of Dromon and of Java.")
                .dataPoint(InfoSnapshot.InfoDataPointSnapshot.builder()
                        .labels(Labels.of(
                                "version", version, "java", System.getProperty("java.runtime.version", "unknown")))
                        .build())
                .build());
    }

    private void memory() {
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        GaugeSnapshot.Builder used =
                GaugeSnapshot.builder().name("jvm_memory_used_bytes").help("Memory in use.");
        MemoryUsage rest = ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage();
        used.dataPoint(point("heap", heap.getUsed())).dataPoint(point("nonheap", rest.getUsed()));
        all.metricSnapshot(used.build());
        all.metricSnapshot(GaugeSnapshot.builder()
                .name("jvm_memory_max_bytes")
                .help("What the heap may grow to, -1 without a limit.")
                .dataPoint(point("heap", heap.getMax()))
                .build());
    }

    private static GaugeSnapshot.GaugeDataPointSnapshot point(String area, long value) {
        return GaugeSnapshot.GaugeDataPointSnapshot.builder()
                .labels(Labels.of("area", area))
                .value((double) value)
                .build();
    }

    private void collections() {
        CounterSnapshot.Builder count =
                CounterSnapshot.builder().name("jvm_gc_collections").help("Garbage collections.");
        CounterSnapshot.Builder seconds =
                CounterSnapshot.builder().name("jvm_gc_collection_time_seconds").help("Time that they took.");
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            Labels labels = Labels.of("gc", collector.getName());
            count.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                    .labels(labels)
                    .value((double) Math.max(0, collector.getCollectionCount()))
                    .build());
            seconds.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                    .labels(labels)
                    .value((double) Math.max(0, collector.getCollectionTime()) / 1e3)
                    .build());
        }
        all.metricSnapshot(count.build());
        all.metricSnapshot(seconds.build());
    }

    private void gauge(String name, String help, double value) {
        all.metricSnapshot(GaugeSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                        .value(value)
                        .build())
                .build());
    }
}
