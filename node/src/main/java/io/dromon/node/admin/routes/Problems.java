package io.dromon.node.admin.routes;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.dromon.node.CertificateExpiry;
import io.dromon.node.ClusterView;
import io.dromon.node.Health;
import io.dromon.node.NodeState;
import io.dromon.node.NodeStatus;
import io.dromon.transport.mesh.MeshLinkState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** What is wrong with a node now, each with cause and remedy. A pure function of the status. */
final class Problems {
    private static final Duration SOON = Duration.ofDays(30);
    private static final long LONG_PAUSE_NS = Duration.ofSeconds(5).toNanos();

    private final ArrayNode found = Documents.array();

    private Problems() {}

    static ArrayNode of(NodeStatus status) {
        Problems problems = new Problems();
        problems.group(status);
        problems.certificates(status, Instant.now());
        problems.links(status);
        problems.state(status);
        status.dynamicWarning()
                .ifPresent(text -> problems.add(
                        "plain-text", Health.Word.WARNING, text, "end the change to TLS: set socket.dynamic=no"));
        return problems.found;
    }

    private void add(String kind, Health.Word severity, String cause, String remedy) {
        found.add(Documents.object()
                .put("kind", kind)
                .put("severity", severity.text())
                .put("cause", cause)
                .put("remedy", remedy));
    }

    private void group(NodeStatus status) {
        NodeStatus.Group group = status.group();
        if (!group.primary()) {
            add(
                    "no-primary-component",
                    Health.Word.CRITICAL,
                    "the group is " + group.state() + " with " + group.members().size()
                            + " members: nothing can be committed here",
                    "start the members that are missing, or mend the network between them; dromon position tells which"
                            + " node is the newest where all have ended");
        } else if (!status.health().ready()) {
            add(
                    "not-ready",
                    Health.Word.CRITICAL,
                    status.state() == NodeState.SYNCED
                            ? String.join("; ", status.health().reasons())
                            : "the node is " + status.state(),
                    status.state() == NodeState.SYNCED
                            ? "if it was drained, dromon undrain has it take writes again"
                            : "wait until it has the state and has caught up; /api/v1/transfers tells how far it is");
        }
        NodeStatus.FlowControl flow = group.flowControl();
        if (flow.paused() && flow.pausedForNs() >= LONG_PAUSE_NS) {
            add(
                    "paused",
                    Health.Word.WARNING,
                    "flow control has paused the group for "
                            + Duration.ofNanos(flow.pausedForNs()).toSeconds() + " s, by "
                            + String.join(" and ", flow.pausedBy()),
                    "look at the application of the member that is named; desync it if it may fall behind");
        }
        status.call()
                .filter(call -> call.since().toNanos() >= LONG_PAUSE_NS)
                .ifPresent(call -> add(
                        "application",
                        Health.Word.WARNING,
                        "the application has not returned for " + call.since().toSeconds() + " s from " + call.what(),
                        "take a thread dump of the process"));
    }

    private void certificates(NodeStatus status, Instant now) {
        status.tls().ifPresent(tls -> {
            for (CertificateExpiry certificate : tls.certificates()) {
                Duration left = Duration.between(now, certificate.notAfter());
                boolean vital = certificate.isVital();
                if (left.compareTo(SOON) < 0) {
                    add(
                            "certificate",
                            left.isNegative() && vital
                                    ? Health.Word.EXPIRED
                                    : left.toDays() < 7 && vital ? Health.Word.CRITICAL : Health.Word.WARNING,
                            certificate.role().name().toLowerCase(java.util.Locale.ROOT) + " " + certificate.subject()
                                    + (left.isNegative() ? " has expired at " : " expires at ")
                                    + certificate.notAfter(),
                            "put a new one in place and reload");
                }
            }
            tls.refusedReload()
                    .ifPresent(why -> add(
                            "files",
                            Health.Word.WARNING,
                            "the TLS files on disk are not used: " + why,
                            "mend the files and reload"));
        });
    }

    private void links(NodeStatus status) {
        List<String> without = status.group().members().stream()
                .filter(member -> !member.uuid().equals(status.uuid())
                        && status.mesh().stream()
                                .noneMatch(
                                        link -> link.peer().equals(member.uuid()) && link.state() == MeshLinkState.OK))
                .map(ClusterView.Member::name)
                .toList();
        if (!without.isEmpty()) {
            add(
                    "no-link",
                    Health.Word.WARNING,
                    "there is no link to " + String.join(", ", without) + ", whose messages others pass on",
                    "mend the network, or the firewall, between the two");
        }
        status.refused()
                .forEach(peer -> add(
                        "refused-peer",
                        Health.Word.WARNING,
                        peer.kind() + ", " + peer.count() + " times, last at " + peer.lastSeen() + ": "
                                + peer.message(),
                        "if it belongs here, do what the message says; else find out who it is"));
    }

    private void state(NodeStatus status) {
        status.kept().ifPresent(kept -> {
            kept.failure()
                    .ifPresent(why -> add(
                            "state",
                            Health.Word.WARNING,
                            "the state is not whole yet: " + why,
                            "the node tries again; mend what is named"));
            kept.cache()
                    .alarm()
                    .ifPresent(alarm -> add(
                            "cache",
                            Health.Word.WARNING,
                            alarm,
                            "make room, or a member that is away needs a snapshot"));
        });
    }
}
