package io.dromon.node.engine;

import io.dromon.node.certification.Conflict;
import io.dromon.node.group.GroupEvent;
import io.dromon.node.group.GroupMember;
import io.dromon.transport.link.LineBudget;
import io.dromon.transport.link.LinkStatus;
import io.dromon.transport.wire.LinkFailure;
import io.dromon.transport.wire.Uuids;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log lines of a node's life; lines that peers can provoke come at a limited rate. The protocol thread's. */
final class NodeLog {
    private static final Logger LOG = LoggerFactory.getLogger(NodeLog.class);
    private final String nodeName;
    /** Whether a link without compression is worth a word. */
    private final boolean compresses;

    private final LineBudget notices = new LineBudget(50, Duration.ofSeconds(10));
    private final LineBudget links = new LineBudget(50, Duration.ofSeconds(10));
    private List<GroupMember> lastPrimary = List.of();
    private boolean leaving;

    NodeLog(NodeSettings settings) {
        this.nodeName = settings.name();
        this.compresses =
                settings.tls().map(tls -> !tls.applicationProtocols().isEmpty()).orElse(false);
    }

    /** From here on a view without a primary component is no loss. */
    void leaves() {
        leaving = true;
    }

    /** A lost primary component is a warning: from here on nothing is committed. */
    void view(GroupEvent.ConfigurationChange change) {
        String text = "history=" + change.groupUuid() + " configuration=" + change.confId() + " seqno="
                + change.seqno() + " members="
                + change.members().stream().map(NodeLog::shown).collect(Collectors.joining(","));
        if (change.isPrimary()) {
            LOG.info("{}: view primary {}", nodeName, text);
            lastPrimary = change.members();
        } else if (leaving || lastPrimary.isEmpty()) {
            LOG.info("{}: view non-primary {}", nodeName, text);
        } else {
            Set<UUID> present = change.members().stream().map(GroupMember::uuid).collect(Collectors.toSet());
            String missing = lastPrimary.stream()
                    .filter(member -> !present.contains(member.uuid()))
                    .map(NodeLog::shown)
                    .collect(Collectors.joining(","));
            LOG.warn(
                    "{}: view non-primary {}{}; no primary component: nothing is committed until one is formed",
                    nodeName,
                    text,
                    missing.isEmpty() ? "" : " missing=" + missing);
        }
    }

    /** A member that joined without a primary component has said no name yet. */
    private static String shown(GroupMember member) {
        return member.name().isEmpty() ? Uuids.brief(member.uuid()) : member.name();
    }

    void stateRequest(GroupEvent.StateRequest request) {
        LOG.info("{}: is asked for its state by {}", nodeName, Uuids.brief(request.requester()));
    }

    void stateRequestResult(GroupEvent.StateRequestResult result) {
        if (result.donorIndex() < 0) {
            LOG.info("{}: state request refused (error {})", nodeName, -result.donorIndex());
        } else {
            LOG.info("{}: state request accepted, donor {}", nodeName, Uuids.brief(result.donor()));
        }
    }

    void joined(GroupEvent.Joined joined) {
        LOG.info("{}: this node is {}", nodeName, joined.status());
    }

    void conflict(Conflict conflict) {
        notice(conflict.line());
    }

    void synced() {
        LOG.info("{}: synchronized with the group", nodeName);
    }

    void voteRequest(GroupEvent.VoteRequest vote) {
        LOG.info("{}: a member failed at {} and asks for a vote", nodeName, vote.seqno());
    }

    void voteResult(GroupEvent.VoteResult vote) {
        LOG.info(
                "{}: the vote about {}: {}",
                nodeName,
                vote.seqno(),
                vote.value() == 0 ? "success" : "failure " + Long.toHexString(vote.value()));
    }

    void stateTransferLost(GroupEvent.StateTransferLost lost) {
        LOG.info("{}: the state transfer is lost: {}", nodeName, lost.reason());
    }

    void linkUp(LinkStatus status, UUID peer, String address) {
        String tls = status.tls()
                .map(peerTls -> peerTls.protocol() + " " + peerTls.cipher() + ", " + peerTls.subject())
                .orElse("plain text");
        link("link to " + Uuids.brief(peer) + " " + address + " is up, " + tls + compression(status));
    }

    private String compression(LinkStatus status) {
        if (!compresses) {
            return "";
        }
        return status.compression().isPresent()
                ? ", compressed"
                : ", NOT compressed: the peer is a Galera node, or socket.ssl_compression is off there";
    }

    void linkDown(UUID peer, String address, LinkFailure failure) {
        link("link to " + Uuids.brief(peer) + " " + address + " is down: " + failure.message());
    }

    /** A line that peers can provoke. */
    void notice(String text) {
        if (notices.room(System.nanoTime(), left -> LOG.info("{}: {} more lines were left out", nodeName, left))) {
            LOG.info("{}: {}", nodeName, text);
        }
    }

    /** The same of links, which have lines of their own: what else peers provoke does not hide them. */
    private void link(String text) {
        if (links.room(
                System.nanoTime(), left -> LOG.info("{}: {} more lines of links were left out", nodeName, left))) {
            LOG.info("{}: {}", nodeName, text);
        }
    }
}
