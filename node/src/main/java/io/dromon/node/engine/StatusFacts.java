package io.dromon.node.engine;

import io.dromon.node.ApplicationCall;
import io.dromon.node.Health;
import io.dromon.node.NodeState;
import io.dromon.node.NodeStatus;
import io.dromon.node.TlsStatus;
import io.dromon.node.group.GroupState;
import io.dromon.node.group.GroupStatus;
import io.dromon.transport.link.LinkStatus;
import io.dromon.transport.link.RefusedPeer;
import io.dromon.transport.mesh.MeshLinkState;
import io.dromon.transport.mesh.MeshLinkStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * The facts that the parts of a node tell at one moment, and what follows from them: the status, the health, what holds
 * the node up, links in plain text.
 *
 * @param certification certification
 * @param kept empty for an application without state
 * @param mesh the links as the mesh knows them; one that is not among them is being closed
 * @param dynamic with {@code socket.dynamic}: for how long
 * @param unsavedView why the last primary view is not on disk; empty if it is
 * @param waiting items that the application has not taken yet
 * @param options the options that can be changed while the node runs, with their values now
 * @param started when this run of the node was started
 * @param latency how long commits and applying took since then
 */
record StatusFacts(
        String name,
        String groupName,
        UUID uuid,
        String listenAddress,
        NodeState state,
        GroupStatus group,
        int weight,
        CertificationStatus certification,
        Optional<NodeStatus.Kept> kept,
        List<LinkStatus> links,
        List<MeshLinkStatus> mesh,
        List<RefusedPeer> refused,
        Map<String, Long> refusedByKind,
        Optional<TlsStatus> tls,
        Optional<DynamicWindow> dynamic,
        Optional<UnsavedView> unsavedView,
        int waiting,
        long waitingBytes,
        Optional<ApplicationCall> call,
        SortedMap<String, String> options,
        Instant started,
        NodeStatus.Latency latency) {

    /** The status of the node; what its admin listener is, it does not know. */
    NodeStatus status(Instant now) {
        return new NodeStatus(
                name,
                uuid,
                listenAddress,
                state,
                health(now),
                groupStatus(),
                certification.inPublic(),
                kept,
                links,
                mesh,
                refused,
                refusedByKind,
                tls,
                dynamicWarning(now),
                waiting,
                waitingBytes,
                call,
                options,
                started,
                Optional.empty(),
                latency);
    }

    private NodeStatus.Group groupStatus() {
        GroupStatus.FlowControlStatus flow = group.flowControl();
        return new NodeStatus.Group(
                groupName,
                group.state().name(),
                group.state() == GroupState.PRIMARY,
                group.confId(),
                group.groupUuid(),
                group.seqno(),
                group.lastCommitted(),
                weight,
                group.members().stream().map(Ordering::member).toList(),
                group.ownIndex(),
                new NodeStatus.FlowControl(
                        flow.paused(),
                        flow.stopsSent(),
                        flow.stopsReceived(),
                        flow.pausedNs(),
                        flow.pausedForNs(),
                        flow.pausedBy()),
                group.queuedBytes(),
                group.inFlight());
    }

    private Health health(Instant now) {
        boolean ready = state == NodeState.SYNCED && group.state() == GroupState.PRIMARY;
        Health.Word word = ready ? Health.Word.OK : Health.Word.CRITICAL;
        List<String> reasons = new ArrayList<>();
        if (!ready) {
            reasons.add("the node is " + state + ", the group " + group.state());
        }
        if (tls.isPresent()) {
            word = word.or(tls.get().health());
            reasons.addAll(tls.get().warnings());
            tls.get().refusedReload().ifPresent(why -> reasons.add("the files on disk are not used: " + why));
        }
        if (unsavedView.isPresent()) {
            word = word.or(unsavedView.get().stale() ? Health.Word.CRITICAL : Health.Word.WARNING);
            reasons.add(unsavedView.get().problem());
        }
        if (kept.isPresent()) {
            List<String> problems = new ArrayList<>();
            kept.get().cache().alarm().ifPresent(problems::add);
            kept.get().failure().ifPresent(why -> problems.add("the state is not whole yet: " + why));
            word = problems.isEmpty() ? word : word.or(Health.Word.WARNING);
            reasons.addAll(problems);
        }
        for (Standstill standstill : standstills()) {
            word = word.or(standstill.word());
            reasons.add(standstill.text());
        }
        dynamicWarning(now).ifPresent(reasons::add);
        if (dynamic.isPresent() && dynamic.get().isOver(now) && !plainLinks().isEmpty()) {
            word = word.or(Health.Word.CRITICAL);
        }
        return new Health(ready, reasons.isEmpty() ? word : word.or(Health.Word.WARNING), reasons);
    }

    /** What has held the node or the group up for a while. */
    List<Standstill> standstills() {
        List<Standstill> all = new ArrayList<>();
        GroupStatus.FlowControlStatus flow = group.flowControl();
        Duration paused = Duration.ofNanos(flow.pausedForNs());
        if (paused.compareTo(Standstill.WORTH_TELLING) >= 0) {
            String who = flow.pausedBy().stream()
                    .map(member -> member.equals(name) ? member + ", this node" : member)
                    .collect(Collectors.joining(" and "));
            all.add(new Standstill(
                    Standstill.Kind.PAUSED,
                    paused,
                    "paused for " + paused.toSeconds() + " s by " + (who.isEmpty() ? "a member that left" : who)
                            + " (flow control): no member can write"));
        }
        call.filter(open -> open.since().compareTo(Standstill.WORTH_TELLING) >= 0)
                .ifPresent(open -> all.add(new Standstill(
                        Standstill.Kind.APPLICATION,
                        open.since(),
                        "the application has not returned for " + open.since().toSeconds() + " s from " + open.what()
                                + ", " + waiting + " events wait")));
        return all;
    }

    private Optional<String> dynamicWarning(Instant now) {
        return dynamic.map(window -> DynamicEnd.warning(window, plainLinks(), now));
    }

    /** The established links that are in plain text. */
    List<DynamicEnd.Plain> plainLinks() {
        List<DynamicEnd.Plain> plain = new ArrayList<>();
        for (LinkStatus link : links) {
            if (link.tls().isEmpty()) {
                mesh.stream()
                        .filter(other -> other.link() == link.link() && other.state() == MeshLinkState.OK)
                        .findFirst()
                        .ifPresent(other -> plain.add(new DynamicEnd.Plain(link.link(), link.accepted(), peer(other))));
            }
        }
        return plain;
    }

    /** A peer with its name, if it is a member, and its address. */
    private String peer(MeshLinkStatus link) {
        return group.members().stream()
                .filter(member -> member.uuid().equals(link.peer()))
                .findFirst()
                .map(member -> member.name() + " at " + link.address())
                .orElse(link.address());
    }
}
