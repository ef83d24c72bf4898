package io.dromon.node.admin;

import io.dromon.node.CertificateExpiry;
import io.dromon.node.Health;
import io.dromon.node.NodeStatus;
import io.dromon.node.TlsStatus;
import io.dromon.transport.link.LinkStatus;
import io.dromon.transport.mesh.MeshLinkStatus;
import io.dromon.transport.tls.TlsPeer;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The status of a node in Prometheus' text format. Names begin with {@code dromon_}; times are seconds of the epoch. */
public final class StatusMetrics {
    private final MetricSnapshots.Builder all = MetricSnapshots.builder();

    private StatusMetrics() {}

    /** Of the status as it is now. */
    public static String of(NodeStatus status) {
        return of(status, Instant.now());
    }

    static String of(NodeStatus status, Instant now) {
        StatusMetrics metrics = new StatusMetrics();
        metrics.node(status);
        metrics.group(status.group());
        metrics.certification(status.certification());
        status.kept().ifPresent(metrics::kept);
        metrics.links(status);
        status.tls().ifPresent(metrics::tls);
        metrics.histogram(
                "dromon_commit_latency_seconds",
                "From replicate to the end of its future, of own write-sets that were committed at durability ordered.",
                status.latency().commit());
        metrics.histogram(
                "dromon_apply_seconds",
                "What the application took for a write-set.",
                status.latency().apply());
        GaleraMetrics.addTo(metrics.all, status, now);
        return write(metrics.all.build());
    }

    /** As text. */
    static String write(MetricSnapshots snapshots) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try {
            PrometheusTextFormatWriter.create().write(text, snapshots);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory alone
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    private void node(NodeStatus status) {
        all.metricSnapshot(InfoSnapshot.builder()
                .name("dromon_node")
                .help("The node.")
                .dataPoint(InfoSnapshot.InfoDataPointSnapshot.builder()
                        .labels(Labels.of(
                                "name",
                                status.name(),
                                "group",
                                status.group().name(),
                                "uuid",
                                status.uuid().toString(),
                                "state",
                                status.state().name()))
                        .build())
                .build());
        Health health = status.health();
        gauge("dromon_ready", "1 if the node is synced and in the primary component.", health.ready() ? 1 : 0);
        gauge(
                "dromon_health",
                "0 ok, 1 warning, 2 critical, 3 expired.",
                health.word().ordinal());
        gauge(
                "dromon_dynamic",
                "1 if plain text and TLS may be mixed.",
                status.dynamicWarning().isPresent() ? 1 : 0);
        gauge("dromon_application_queue_items", "What the application has not taken yet.", status.waiting());
        gauge("dromon_application_queue_bytes", "Its bytes.", status.waitingBytes());
        gauge(
                "dromon_application_call_seconds",
                "How long the application has not returned, 0 if it waits for the node.",
                status.call().map(call -> call.since().toSeconds()).orElse(0L));
        gauge(
                "dromon_cluster_weight",
                "Sum of the weights in the primary component, 0 outside.",
                status.group().weight());
    }

    private void group(NodeStatus.Group group) {
        gauge("dromon_group_primary", "1 in the primary component.", group.primary() ? 1 : 0);
        gauge("dromon_group_members", "Members of the view.", group.members().size());
        gauge("dromon_group_configuration", "Number of the configuration, -1 outside.", group.configuration());
        gauge("dromon_group_seqno", "Last seqno received.", group.seqno());
        gauge("dromon_group_last_committed_seqno", "Every member has applied this much.", group.lastCommitted());
        gauge("dromon_send_queue_bytes", "Write-sets accepted and not yet sent.", group.queuedBytes());
        gauge("dromon_in_flight", "Own write-sets without a seqno.", group.inFlight());
        NodeStatus.FlowControl flow = group.flowControl();
        gauge("dromon_flow_control_paused", "1 while this node may not send.", flow.paused() ? 1 : 0);
        gauge(
                "dromon_flow_control_pause_seconds",
                "How long the pause of now has lasted.",
                flow.pausedForNs() / 1_000_000_000);
        counter("dromon_flow_control_paused_seconds", "Time paused.", flow.pausedNs() / 1e9);
        counter("dromon_flow_control_stops_sent", "STOPs sent.", (double) flow.stopsSent());
        counter("dromon_flow_control_stops_received", "STOPs received.", (double) flow.stopsReceived());
    }

    private void certification(NodeStatus.Certification certification) {
        counter("dromon_certification_failures", "Ordered write-sets that failed.", (double) certification.failed());
        counter("dromon_certification_own_failures", "Own write-sets that failed in their place of the order.", (double)
                certification.ownFailed());
        counter("dromon_certification_refused", "Own write-sets that were refused before they were sent.", (double)
                certification.refused());
        gauge("dromon_certification_keys", "Keys that are remembered.", certification.indexedKeys());
        gauge("dromon_certification_in_flight", "Own write-sets with keys on their way.", certification.inFlight());
    }

    private void kept(NodeStatus.Kept kept) {
        gauge("dromon_applied_seqno", "Last number that the application was given.", kept.applied());
        gauge(
                "dromon_state_transfer",
                "1 while this node waits for state.",
                kept.transfer().isPresent() ? 1 : 0);
        gauge("dromon_state_transfers_given", "Nodes that are given state now.", kept.given());
        NodeStatus.Cache cache = kept.cache();
        gauge("dromon_cache_first_seqno", "Lowest number in the write-set cache, -1 if none.", cache.first());
        gauge("dromon_cache_bytes", "Bytes in the write-set cache.", cache.bytes());
        gauge("dromon_cache_capacity_bytes", "Bytes that the write-set cache keeps.", cache.capacity());
        gauge(
                "dromon_cache_alarm",
                "1 if the write-set cache keeps less than it should.",
                cache.alarm().isPresent() ? 1 : 0);
        gauge(
                "dromon_may_be_away_seqnos",
                "So many numbers a member may miss and still come back without a snapshot.",
                cache.mayBeAwayFor().seqnos());
        cache.mayBeAwayFor()
                .atPresentRate()
                .ifPresent(time -> gauge(
                        "dromon_may_be_away_seconds",
                        "So long a member may be away at the present rate and still come back without a snapshot.",
                        time.toSeconds()));
    }

    private void links(NodeStatus status) {
        Map<Labels, Double> byProtocol = new LinkedHashMap<>();
        for (String protocol : List.of("TLSv1.3", "TLSv1.2", "plain")) {
            byProtocol.put(Labels.of("protocol", protocol), 0.0);
        }
        Map<Labels, Double> received = new LinkedHashMap<>();
        Map<Labels, Double> sent = new LinkedHashMap<>();
        Map<Labels, Double> compressed = new LinkedHashMap<>();
        Map<Labels, Double> notAfter = new LinkedHashMap<>();
        for (LinkStatus link : status.links()) {
            Optional<MeshLinkStatus> mesh = status.established(link);
            if (mesh.isPresent()) {
                String protocol = link.tls().map(TlsPeer::protocol).orElse("plain");
                byProtocol.merge(Labels.of("protocol", protocol), 1.0, Double::sum);
                Labels peer = Labels.of("peer", name(status, mesh.get()));
                received.merge(peer, (double) link.bytesIn(), Double::sum);
                sent.merge(peer, (double) link.bytesOut(), Double::sum);
                link.compression().ifPresent(wire -> compressed.merge(peer, (double) wire.bytesOut(), Double::sum));
                link.tls()
                        .ifPresent(tls ->
                                notAfter.merge(peer, (double) tls.notAfter().getEpochSecond(), Math::min));
            }
        }
        gauges("dromon_links", "Established links.", byProtocol);
        counters("dromon_link_received_bytes", "Bytes of frames received over the open links.", received);
        counters("dromon_link_sent_bytes", "Bytes of frames sent over the open links.", sent);
        counters("dromon_link_sent_compressed_bytes", "What compression made of them.", compressed);
        gauges("dromon_peer_certificate_not_after_seconds", "Expiry of the certificates that peers present.", notAfter);
        Map<Labels, Double> refused = new LinkedHashMap<>();
        new TreeMap<>(status.refusedByKind())
                .forEach((reason, count) -> refused.put(Labels.of("reason", reason), (double) count));
        counters("dromon_link_failures", "Links that were refused, failed or lost, by reason.", refused);
    }

    private static String name(NodeStatus status, MeshLinkStatus link) {
        return status.group().memberName(link.peer()).orElse(link.address());
    }

    private void tls(TlsStatus tls) {
        Map<Labels, Double> notAfter = new LinkedHashMap<>();
        for (CertificateExpiry certificate : tls.certificates()) {
            notAfter.put(
                    Labels.of(
                            "role",
                            certificate.role().name().toLowerCase(Locale.ROOT),
                            "subject",
                            certificate.subject(),
                            "serial",
                            certificate.serial()),
                    (double) certificate.notAfter().getEpochSecond());
        }
        gauges(
                "dromon_tls_certificate_not_after_seconds",
                "Expiry of the own certificates and the trusted ones.",
                notAfter);
        gauge("dromon_tls_generation", "Counts up with each reload.", tls.generation());
        gauge(
                "dromon_tls_reload_refused",
                "1 if the files as they are now cannot be used.",
                tls.refusedReload().isPresent() ? 1 : 0);
    }

    private void gauge(String name, String help, long value) {
        gauges(name, help, Map.of(Labels.EMPTY, (double) value));
    }

    private void gauges(String name, String help, Map<Labels, Double> values) {
        GaugeSnapshot.Builder builder = GaugeSnapshot.builder().name(name).help(help);
        values.forEach((labels, value) -> builder.dataPoint(
                GaugeDataPointSnapshot.builder().labels(labels).value(value).build()));
        all.metricSnapshot(builder.build());
    }

    private void counter(String name, String help, double value) {
        counters(name, help, Map.of(Labels.EMPTY, value));
    }

    private void counters(String name, String help, Map<Labels, Double> values) {
        CounterSnapshot.Builder builder = CounterSnapshot.builder().name(name).help(help);
        values.forEach((labels, value) -> builder.dataPoint(
                CounterDataPointSnapshot.builder().labels(labels).value(value).build()));
        all.metricSnapshot(builder.build());
    }

    private void histogram(String name, String help, NodeStatus.Histogram histogram) {
        ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
        for (int i = 0; i < histogram.counts().size(); i++) {
            boolean last = i == NodeStatus.Histogram.BOUNDS_NS.size();
            double bound = last ? Double.POSITIVE_INFINITY : NodeStatus.Histogram.BOUNDS_NS.get(i) / 1e9;
            buckets.bucket(bound, histogram.counts().get(i));
        }
        all.metricSnapshot(HistogramSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(HistogramSnapshot.HistogramDataPointSnapshot.builder()
                        .classicHistogramBuckets(buckets.build())
                        .sum(histogram.sumNs() / 1e9)
                        .build())
                .build());
    }
}
