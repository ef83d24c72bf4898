package io.dromon.node;

import io.dromon.node.admin.StatusJson;
import io.dromon.node.admin.StatusMetrics;
import io.dromon.node.engine.DynamicEnd;
import io.dromon.node.engine.DynamicWindow;
import io.dromon.node.engine.Standstill;
import io.dromon.node.engine.UnsavedView;
import io.dromon.node.group.GroupState;
import io.dromon.node.group.GroupStatus;
import io.dromon.transport.link.LinkStatus;
import io.dromon.transport.link.RefusedPeer;
import io.dromon.transport.mesh.MeshLinkState;
import io.dromon.transport.mesh.MeshLinkStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * What a node looks like at one moment.
 *
 * @param name node name
 * @param groupName name of its group
 * @param uuid own UUID in the group
 * @param listenAddress where it listens
 * @param state its state
 * @param group the group layer: members, numbers, flow control
 * @param weight sum of the weights in the primary component, 0 outside of it
 * @param links its connections
 * @param mesh the same connections as the mesh knows them; one that is not among them is being closed
 * @param refused who was refused in the last hour, the latest first
 * @param refusedByKind how many links failed since the start, by the kind of the failure
 * @param tls its TLS material; empty in plain text
 * @param dynamic with {@code socket.dynamic}: for how long
 * @param unsavedView why the last primary view is not on disk; empty if it is
 * @param waiting items that the application has not taken yet
 * @param waitingBytes their bytes
 * @param call what the application has not returned from, empty if it waits for the node
 * @param options the options that can be changed while the node runs, with their values now
 */
public record NodeStatus(
        String name,
        String groupName,
        UUID uuid,
        String listenAddress,
        NodeState state,
        GroupStatus group,
        int weight,
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
        SortedMap<String, String> options) {
    public NodeStatus {
        options = Collections.unmodifiableSortedMap(new TreeMap<>(options));
        links = List.copyOf(links);
        mesh = List.copyOf(mesh);
        refused = List.copyOf(refused);
        refusedByKind = Map.copyOf(refusedByKind);
    }

    /** Whether it can take work, and what somebody should look at. */
    public Health health() {
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
        for (Standstill standstill : standstills()) {
            word = word.or(standstill.word());
            reasons.add(standstill.text());
        }
        dynamicWarning().ifPresent(reasons::add);
        if (dynamic.isPresent()
                && dynamic.get().isOver(Instant.now())
                && !plainLinks().isEmpty()) {
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

    /** What {@code socket.dynamic} means now; empty where it is off. */
    public Optional<String> dynamicWarning() {
        return dynamic.map(window -> DynamicEnd.warning(window, plainLinks(), Instant.now()));
    }

    /** The established links that are in plain text. */
    List<DynamicEnd.Plain> plainLinks() {
        List<DynamicEnd.Plain> plain = new ArrayList<>();
        for (LinkStatus link : links) {
            if (link.tls().isEmpty()) {
                established(link)
                        .ifPresent(other -> plain.add(
                                new DynamicEnd.Plain(link.link(), link.accepted(), StatusJson.text(other, group))));
            }
        }
        return plain;
    }

    /** The link as the mesh knows it, if it is established. */
    public Optional<MeshLinkStatus> established(LinkStatus link) {
        return mesh.stream()
                .filter(other -> other.link() == link.link() && other.state() == MeshLinkState.OK)
                .findFirst();
    }

    /** In Prometheus' text format. */
    public String metrics() {
        return StatusMetrics.of(this);
    }

    /** One line, for example "2 of 2 links TLS 1.3" or "1 of 1 links TLS 1.3, NO LINK to n3". */
    public String linkSummary() {
        return StatusJson.linkSummary(this);
    }

    /** The status document. */
    public String toJson() {
        return StatusJson.of(this).toPrettyString();
    }
}
