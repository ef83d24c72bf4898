package io.dromon.node.admin.routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dromon.node.ClusterView;
import io.dromon.node.NodeStatus;
import io.dromon.node.TlsStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The events that lie between two looks at a node. A pure function. */
final class StatusChanges {
    private final List<Event> events = new ArrayList<>();

    private StatusChanges() {}

    /** An event: its kind, and what is said of it. */
    record Event(String kind, JsonNode data) {}

    static List<Event> between(NodeStatus before, NodeStatus after) {
        StatusChanges changes = new StatusChanges();
        changes.state(before, after);
        changes.transfers(before, after);
        changes.conflicts(before, after);
        changes.refusals(before, after);
        changes.tls(before, after);
        return changes.events;
    }

    /** What a client is told first. */
    static Event summary(NodeStatus status) {
        ObjectNode data = view(status);
        data.put("name", status.name());
        data.put("state", status.state().name());
        data.put("health", status.health().word().text());
        data.put("links", status.linkSummary());
        return new Event("status", data);
    }

    /** Figures that change all the time; what is counted is counted since the node's start, as in the metrics. */
    static Event sample(NodeStatus status, Instant now) {
        NodeStatus.FlowControl flow = status.group().flowControl();
        ObjectNode data = Documents.object()
                .put("at", now.toString())
                .put("seqno", status.group().seqno())
                .put("waiting", status.waiting())
                .put("waitingBytes", status.waitingBytes())
                .put("queuedBytes", status.group().queuedBytes())
                .put("paused", flow.paused())
                .put("pausedNs", flow.pausedNs());
        data.set("commit", histogram(status.latency().commit()));
        data.set("apply", histogram(status.latency().apply()));
        ArrayNode bounds = data.putArray("boundsNs");
        NodeStatus.Histogram.BOUNDS_NS.forEach(bounds::add);
        status.kept()
                .flatMap(NodeStatus.Kept::transfer)
                .filter(transfer -> transfer.bytes() > 0)
                .ifPresent(transfer -> data.put("transferBytes", transfer.bytes())
                        .put("transferTotalBytes", transfer.totalBytes())
                        .put("transferBytesPerSecond", transfer.bytesPerSecond()));
        return new Event("sample", data);
    }

    private static ObjectNode histogram(NodeStatus.Histogram histogram) {
        ObjectNode data = Documents.object().put("count", histogram.count()).put("sumNs", histogram.sumNs());
        ArrayNode counts = data.putArray("counts");
        histogram.counts().forEach(counts::add);
        return data;
    }

    private void add(String kind, ObjectNode data) {
        events.add(new Event(kind, data));
    }

    private void state(NodeStatus before, NodeStatus after) {
        NodeStatus.Group old = before.group();
        NodeStatus.Group now = after.group();
        if (before.state() != after.state()) {
            add(
                    "state",
                    Documents.object()
                            .put("from", before.state().name())
                            .put("to", after.state().name()));
        }
        boolean sameMembers = uuids(old).equals(uuids(now));
        if (old.primary() != now.primary() || old.configuration() != now.configuration() || !sameMembers) {
            add("view", view(after));
        }
        if (!before.health().equals(after.health())) {
            ObjectNode data = Documents.object()
                    .put("ready", after.health().ready())
                    .put("status", after.health().word().text());
            data.set("reasons", Documents.texts(after.health().reasons()));
            add("health", data);
        }
        if (old.flowControl().paused() != now.flowControl().paused()) {
            ObjectNode data = Documents.object().put("paused", now.flowControl().paused());
            data.set("by", Documents.texts(now.flowControl().pausedBy()));
            add("flow-control", data);
        }
    }

    private static List<String> uuids(NodeStatus.Group group) {
        return group.members().stream().map(member -> member.uuid().toString()).toList();
    }

    private static ObjectNode view(NodeStatus status) {
        NodeStatus.Group group = status.group();
        ObjectNode data = Documents.object()
                .put("group", group.name())
                .put("primary", group.primary())
                .put("configuration", group.configuration())
                .put("seqno", group.seqno());
        data.set(
                "members",
                Documents.texts(
                        group.members().stream().map(ClusterView.Member::name).toList()));
        return data;
    }

    private void transfers(NodeStatus before, NodeStatus after) {
        if (after.kept().isEmpty()) {
            return;
        }
        NodeStatus.Kept now = after.kept().get();
        Optional<NodeStatus.Kept> old = before.kept();
        boolean same = old.isPresent()
                && waitsFor(old.get()).equals(waitsFor(now))
                && old.get().failure().equals(now.failure())
                && old.get().given() == now.given();
        if (!same) {
            ObjectNode data = Documents.object().put("given", now.given());
            waitsFor(now).ifPresent(text -> data.put("waitsFor", text));
            now.failure().ifPresent(text -> data.put("failure", text));
            add("transfer", data);
        }
    }

    private static Optional<String> waitsFor(NodeStatus.Kept kept) {
        return kept.transfer().map(NodeStatus.Transfer::what);
    }

    private void conflicts(NodeStatus before, NodeStatus after) {
        List<NodeStatus.Conflict> old = before.certification().conflicts();
        for (NodeStatus.Conflict conflict : after.certification().conflicts()) {
            if (!old.contains(conflict)) {
                add(
                        "conflict",
                        Documents.object()
                                .put("seqno", conflict.seqno())
                                .put("node", conflict.node().toString())
                                .put("winnerSeqno", conflict.winnerSeqno())
                                .put("winner", conflict.winner().toString())
                                .put("key", conflict.key()));
            }
        }
    }

    private void refusals(NodeStatus before, NodeStatus after) {
        after.refused().stream()
                .filter(peer -> !before.refused().contains(peer))
                .forEach(peer -> add(
                        "refused",
                        Documents.object()
                                .put("kind", peer.kind())
                                .put("address", peer.address())
                                .put("message", peer.message())
                                .put("count", peer.count())));
    }

    private void tls(NodeStatus before, NodeStatus after) {
        Optional<Long> old = before.tls().map(TlsStatus::generation);
        Optional<Long> now = after.tls().map(TlsStatus::generation);
        if (!old.equals(now)) {
            ObjectNode data = Documents.object().put("on", now.isPresent());
            after.tls()
                    .ifPresent(tls -> data.put("generation", tls.generation())
                            .put("subject", tls.subject())
                            .put("serial", tls.serial())
                            .put("notAfter", tls.notAfter().toString()));
            add("reload", data);
        }
    }
}
