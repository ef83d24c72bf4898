package io.dromon.node.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dromon.node.Health;
import io.dromon.node.NodeStatus;
import io.dromon.node.TlsStatus;
import io.dromon.node.credentials.CertificateEnd;
import io.dromon.node.group.GroupMember;
import io.dromon.node.group.GroupStatus;
import io.dromon.transport.link.LinkStatus;
import io.dromon.transport.link.RefusedPeer;
import io.dromon.transport.mesh.MeshLinkState;
import io.dromon.transport.mesh.MeshLinkStatus;
import io.dromon.transport.tls.TlsPeer;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** The status document of a node: names as they are, times in ISO 8601, bytes as numbers. Holds no secret. */
public final class StatusJson {
    private StatusJson() {}

    public static ObjectNode of(NodeStatus status) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("name", status.name())
                .put("uuid", status.uuid().toString())
                .put("listenAddress", status.listenAddress())
                .put("state", status.state().name());
        Health health = status.health();
        ObjectNode node = document.putObject("health")
                .put("ready", health.ready())
                .put("status", health.word().text());
        array(node, "reasons", health.reasons());
        document.set("group", group(status));
        document.put("linkSummary", status.linkSummary());
        ArrayNode links = document.putArray("links");
        for (LinkStatus link : status.links()) {
            links.add(link(link, status));
        }
        document.set(
                "tls",
                status.tls()
                        .map(StatusJson::tls)
                        .orElseGet(() -> JsonNodeFactory.instance.objectNode().put("enabled", false)));
        status.call()
                .ifPresent(call -> document.putObject("applicationCall")
                        .put("what", call.what())
                        .put("forSeconds", call.since().toSeconds()));
        status.dynamicWarning().ifPresent(warning -> document.put("dynamic", warning));
        ArrayNode refused = document.putArray("refused");
        for (RefusedPeer peer : status.refused()) {
            refused.addObject()
                    .put("kind", peer.kind())
                    .put("address", peer.address())
                    .put("message", peer.message())
                    .put("count", peer.count())
                    .put("firstSeen", peer.firstSeen().toString())
                    .put("lastSeen", peer.lastSeen().toString());
        }
        ObjectNode kinds = document.putObject("refusedByKind");
        new TreeMap<>(status.refusedByKind()).forEach(kinds::put);
        ObjectNode options = document.putObject("options");
        status.options().forEach(options::put);
        return document;
    }

    private static ObjectNode group(NodeStatus status) {
        GroupStatus group = status.group();
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("name", status.groupName())
                .put("state", group.state().name())
                .put("configuration", group.confId())
                .put("uuid", group.groupUuid().toString())
                .put("seqno", group.seqno())
                .put("lastCommitted", group.lastCommitted())
                .put("weight", status.weight())
                .put("ownIndex", group.ownIndex());
        ArrayNode members = node.putArray("members");
        for (GroupMember member : group.members()) {
            ObjectNode entry = members.addObject()
                    .put("uuid", member.uuid().toString())
                    .put("name", member.name())
                    .put("address", groupAddress(member.uuid(), status))
                    .put("segment", member.segment())
                    .put("state", member.status().name())
                    .put("arbitrator", member.arbitrator());
            if (!member.address().isEmpty()) {
                entry.put("clientAddress", member.address());
            }
        }
        GroupStatus.FlowControlStatus flow = group.flowControl();
        ObjectNode control = node.putObject("flowControl")
                .put("paused", flow.paused())
                .put("stopsSent", flow.stopsSent())
                .put("stopsReceived", flow.stopsReceived())
                .put("pausedNs", flow.pausedNs());
        if (flow.paused()) {
            control.put("pausedForSeconds", flow.pausedForNs() / 1_000_000_000);
            array(control, "pausedBy", flow.pausedBy());
        }
        node.putObject("queues")
                .put("waiting", status.waiting())
                .put("waitingBytes", status.waitingBytes())
                .put("queuedBytes", group.queuedBytes())
                .put("inFlight", group.inFlight());
        return node;
    }

    /** Where a member takes links of the group; empty while there is no link to it. */
    private static String groupAddress(UUID member, NodeStatus status) {
        return member.equals(status.uuid())
                ? status.listenAddress()
                : status.mesh().stream()
                        .filter(link -> link.peer().equals(member) && link.state() == MeshLinkState.OK)
                        .map(MeshLinkStatus::address)
                        .findFirst()
                        .orElse("");
    }

    private static ObjectNode link(LinkStatus link, NodeStatus status) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        Optional<MeshLinkStatus> mesh = status.mesh().stream()
                .filter(other -> other.link() == link.link())
                .findFirst();
        node.put("link", link.link())
                .put("direction", link.accepted() ? "accepted" : "dialled")
                .put("remoteAddress", link.remoteAddress())
                .put("state", mesh.map(other -> other.state().name()).orElse("CLOSING"));
        mesh.ifPresent(other -> {
            node.put("peer", other.peer().toString()).put("peerAddress", other.address());
            name(other.peer(), status.group().members()).ifPresent(name -> node.put("peerName", name));
        });
        node.put("mode", link.tls().isPresent() ? "TLS" : "PLAIN");
        link.tls().ifPresent(tls -> peer(node, tls));
        link.applicationProtocol().ifPresent(protocol -> node.put("alpn", protocol));
        link.compression()
                .ifPresent(compressed -> node.putObject("compression")
                        .put("bytesIn", compressed.bytesIn())
                        .put("bytesOut", compressed.bytesOut())
                        .put("ratioOut", ratio(link.bytesOut(), compressed.bytesOut())));
        link.since().map(Instant::toString).ifPresent(since -> node.put("since", since));
        node.put("bytesIn", link.bytesIn())
                .put("bytesOut", link.bytesOut())
                .put("messagesIn", link.framesIn())
                .put("messagesOut", link.framesOut());
        return node;
    }

    /** Plain bytes for each byte that is sent, to two places. */
    private static double ratio(long plain, long compressed) {
        return compressed == 0 ? 1 : Math.round(100.0 * plain / compressed) / 100.0;
    }

    private static void peer(ObjectNode node, TlsPeer tls) {
        node.put("protocol", tls.protocol())
                .put("cipher", tls.cipher())
                .put("subject", tls.subject())
                .put("serial", tls.serial())
                .put("notAfter", tls.notAfter().toString())
                .put("generation", tls.generation())
                .put("fingerprint", tls.fingerprint())
                .put("admittedBy", tls.admittedBy());
        array(node, "alternativeNames", tls.alternativeNames());
        array(node, "organisations", tls.organisations());
        array(node, "organisationalUnits", tls.units());
    }

    private static void array(ObjectNode node, String field, List<String> values) {
        ArrayNode array = node.putArray(field);
        values.forEach(array::add);
    }

    /** A peer with its name, if it is a member, and its address. */
    public static String text(MeshLinkStatus link, GroupStatus group) {
        return name(link.peer(), group.members())
                .map(name -> name + " at " + link.address())
                .orElse(link.address());
    }

    private static Optional<String> name(UUID uuid, List<GroupMember> members) {
        return members.stream()
                .filter(member -> member.uuid().equals(uuid))
                .map(GroupMember::name)
                .findFirst();
    }

    private static ObjectNode tls(TlsStatus tls) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("enabled", true)
                .put("provider", tls.provider())
                .put("generation", tls.generation())
                .put("loaded", tls.loaded().toString())
                .put("subject", tls.subject())
                .put("serial", tls.serial())
                .put("notAfter", tls.notAfter().toString())
                .put("daysLeft", tls.daysLeft(Instant.now()))
                .put("health", tls.health().text())
                .put("certificateFingerprint", tls.certificateFingerprint())
                .put("trustFingerprint", tls.trustFingerprint());
        array(node, "trusted", tls.trusted());
        ArrayNode ends = node.putArray("certificates");
        for (CertificateEnd end : tls.ends()) {
            ends.addObject()
                    .put("role", end.role().name().toLowerCase(Locale.ROOT))
                    .put("subject", end.subject())
                    .put("serial", end.serial())
                    .put("fingerprint", end.fingerprint())
                    .put("notAfter", end.notAfter().toString())
                    .put("daysLeft", end.daysLeft(Instant.now()));
        }
        array(node, "warnings", tls.warnings());
        tls.refusedReload().ifPresent(reason -> node.put("refusedReload", reason));
        return node;
    }

    /** "2 of 2 links TLS 1.3"; established links only, and the members without one. */
    public static String linkSummary(NodeStatus status) {
        List<String> unlinked = status.group().members().stream()
                .filter(member -> !member.uuid().equals(status.uuid())
                        && status.mesh().stream()
                                .noneMatch(
                                        link -> link.peer().equals(member.uuid()) && link.state() == MeshLinkState.OK))
                .map(GroupMember::name)
                .toList();
        return linkSummary(status.links(), status.mesh())
                + (unlinked.isEmpty() ? "" : ", NO LINK to " + String.join(", ", unlinked));
    }

    private static String linkSummary(List<LinkStatus> links, List<MeshLinkStatus> mesh) {
        int established = 0;
        int newest = 0;
        int plain = 0;
        for (LinkStatus link : links) {
            boolean open =
                    mesh.stream().anyMatch(other -> other.link() == link.link() && other.state() == MeshLinkState.OK);
            if (open) {
                established++;
                newest +=
                        link.tls().map(tls -> tls.protocol().equals("TLSv1.3")).orElse(false) ? 1 : 0;
                plain += link.tls().isEmpty() ? 1 : 0;
            }
        }
        return newest + " of " + established + " links TLS 1.3" + (plain > 0 ? ", " + plain + " PLAIN TEXT" : "");
    }
}
