package io.dromon.node.admin;

import io.dromon.node.NodeState;
import io.dromon.node.NodeStatus;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.UnknownSnapshot;
import io.prometheus.metrics.model.snapshots.UnknownSnapshot.UnknownDataPointSnapshot;
import java.time.Duration;
import java.time.Instant;

/**
 * Status variables of Galera under the names that mysqld_exporter gives them, so that dashboards and alerts for Galera work: what
 * a node knows, as Galera's manual defines it. A variable that has no counterpart here is left out. Which queries are answered:
 * {@code METRICS.md}.
 */
final class GaleraMetrics {
    private static final String PREFIX = "mysql_global_status_wsrep_";

    private final MetricSnapshots.Builder all;

    private GaleraMetrics(MetricSnapshots.Builder all) {
        this.all = all;
    }

    static void addTo(MetricSnapshots.Builder all, NodeStatus status, Instant now) {
        GaleraMetrics metrics = new GaleraMetrics(all);
        metrics.cluster(status);
        metrics.local(status);
        metrics.flowControl(status, now);
        metrics.traffic(status.certification());
        metrics.beyondStatus(status);
    }

    private void cluster(NodeStatus status) {
        NodeStatus.Group group = status.group();
        add("cluster_size", "Members of the component.", group.members().size());
        add("cluster_status", "1 in the primary component.", group.primary() ? 1 : 0);
        add("cluster_weight", "Sum of the weights in the primary component.", group.weight());
        if (group.configuration() >= 0) {
            add("cluster_conf_id", "Number of the configuration.", group.configuration());
        }
    }

    private void local(NodeStatus status) {
        NodeStatus.Group group = status.group();
        add("local_state", "1 joining, 2 donor or desynced, 3 joined, 4 synced, 0 none.", state(status.state()));
        add(
                "ready",
                "1 if the node is synced and in the primary component.",
                status.health().ready() ? 1 : 0);
        add("connected", "1 if the node is in a component.", group.members().isEmpty() ? 0 : 1);
        add("local_index", "Place among the members, -1 outside.", group.ownIndex());
        add("local_recv_queue", "What the application has not taken yet.", status.waiting());
        add("local_send_queue", "Own write-sets that have no number yet.", group.inFlight());
        add(
                "local_cert_failures",
                "Own write-sets that failed certification.",
                status.certification().ownFailed());
        add(
                "local_bf_aborts",
                "Own write-sets that were given up before they were sent, since another one had come first.",
                status.certification().refused());
        add(
                "cert_index_size",
                "Keys that certification remembers.",
                status.certification().indexedKeys());
        status.kept().ifPresent(kept -> add("last_committed", "Last number that was applied.", kept.applied()));
    }

    private static int state(NodeState state) {
        return switch (state) {
            case OPEN, CLOSED -> 0;
            case PRIMARY, JOINER -> 1;
            case DONOR -> 2;
            case JOINED -> 3;
            case SYNCED -> 4;
        };
    }

    private void flowControl(NodeStatus status, Instant now) {
        NodeStatus.FlowControl flow = status.group().flowControl();
        long aliveNs = Math.max(1, Duration.between(status.started(), now).toNanos());
        add(
                "flow_control_paused",
                "Part of the time since the start that was paused.",
                (double) flow.pausedNs() / aliveNs);
        add("flow_control_paused_ns", "Time paused, nanoseconds.", flow.pausedNs());
        add("flow_control_sent", "STOPs sent.", flow.stopsSent());
        add("flow_control_recv", "STOPs received.", flow.stopsReceived());
    }

    private void traffic(NodeStatus.Certification certification) {
        NodeStatus.Ordered ordered = certification.ordered();
        add("received", "Write-sets of other members that were ordered.", ordered.received());
        add("received_bytes", "Their bytes.", ordered.receivedBytes());
        add("replicated", "Own write-sets that were ordered.", ordered.replicated());
        add("replicated_bytes", "Their bytes.", ordered.replicatedBytes());
    }

    /** What dashboards for Galera ask for besides. */
    private void beyondStatus(NodeStatus status) {
        addAs("mysql_up", "1: the node answers.", 1);
        addAs(
                "mysql_global_variables_wsrep_desync",
                "1 while an operator keeps the node out of flow control.",
                isOn(status.options().getOrDefault("wsrep_desync", "")) ? 1 : 0);
        status.kept()
                .ifPresent(kept ->
                        addAs("mysql_galera_gcache_size_bytes", "Bytes that the write-set cache keeps.", (double)
                                kept.cache().capacity()));
        all.metricSnapshot(InfoSnapshot.builder()
                .name("mysql_galera_variables")
                .help("Names.")
                .dataPoint(InfoSnapshot.InfoDataPointSnapshot.builder()
                        .labels(Labels.of(
                                "wsrep_cluster_name", status.group().name(), "wsrep_node_name", status.name()))
                        .build())
                .build());
    }

    private static boolean isOn(String value) {
        return value.equalsIgnoreCase("ON") || value.equalsIgnoreCase("true") || value.equalsIgnoreCase("yes");
    }

    private void add(String name, String help, long value) {
        add(name, help, (double) value);
    }

    private void add(String name, String help, double value) {
        addAs(PREFIX + name, help, value);
    }

    private void addAs(String name, String help, double value) {
        all.metricSnapshot(UnknownSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(UnknownDataPointSnapshot.builder().value(value).build())
                .build());
    }
}
