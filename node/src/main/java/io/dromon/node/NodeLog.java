package io.dromon.node;

import io.dromon.node.group.GroupEvent;
import io.dromon.node.group.GroupMember;
import io.dromon.transport.link.LinkStatus;
import io.dromon.transport.wire.LinkFailure;
import io.dromon.transport.wire.Uuids;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a node tells of its life in the log; what peers can provoke at a limited rate. The protocol thread's. */
final class NodeLog {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);
    /** Lines that peers can provoke: so many in a window. */
    private static final int MAX_NOTICES = 50;

    private static final long NOTICE_WINDOW_NS = 10_000_000_000L;

    private final String nodeName;
    /** Whether a link without compression is worth a word. */
    private final boolean compresses;

    private long noticeWindowNs = System.nanoTime();
    private int notices;

    NodeLog(NodeSettings settings) {
        this.nodeName = settings.name();
        this.compresses =
                settings.tls().map(tls -> !tls.applicationProtocols().isEmpty()).orElse(false);
    }

    void event(GroupEvent event) {
        if (event instanceof GroupEvent.ConfigurationChange change) {
            LOG.info(
                    "{}: {} configuration {} at {}:{}, members {}",
                    nodeName,
                    change.isPrimary() ? "primary" : "NON-PRIMARY",
                    change.confId(),
                    change.groupUuid(),
                    change.seqno(),
                    change.members().stream().map(GroupMember::name).toList());
        } else {
            String text = text(event);
            if (!text.isEmpty()) {
                LOG.info("{}: {}", nodeName, text);
            }
        }
    }

    /** Empty where nothing is worth a word. */
    private static String text(GroupEvent event) {
        if (event instanceof GroupEvent.StateRequest request) {
            return "is asked for its state by " + Uuids.brief(request.requester());
        } else if (event instanceof GroupEvent.StateRequestResult result) {
            return result.donorIndex() < 0
                    ? "state request refused (error " + -result.donorIndex() + ")"
                    : "state request accepted, donor " + Uuids.brief(result.donor());
        } else if (event instanceof GroupEvent.Joined joined) {
            return "state transfer is over, this node is " + joined.status();
        } else if (event instanceof GroupEvent.Synced) {
            return "synchronized with the group";
        } else if (event instanceof GroupEvent.VoteRequest vote) {
            return "a member failed at " + vote.seqno() + " and asks for a vote";
        } else if (event instanceof GroupEvent.VoteResult vote) {
            return "the vote about " + vote.seqno() + ": "
                    + (vote.value() == 0 ? "success" : "failure " + Long.toHexString(vote.value()));
        } else if (event instanceof GroupEvent.StateTransferLost lost) {
            return "the state transfer is lost: " + lost.reason();
        }
        return "";
    }

    void linkUp(LinkStatus status, UUID peer, String address) {
        String tls = status.tls()
                .map(peerTls -> peerTls.protocol() + " " + peerTls.cipher() + ", " + peerTls.subject())
                .orElse("plain text");
        LOG.info("{}: link to {} {} is up, {}", nodeName, Uuids.brief(peer), address, tls + compression(status));
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
        LOG.info("{}: link to {} {} is down: {}", nodeName, Uuids.brief(peer), address, failure.message());
    }

    /** A line that peers can provoke. */
    void notice(String text) {
        long now = System.nanoTime();
        if (now - noticeWindowNs > NOTICE_WINDOW_NS) {
            if (notices > MAX_NOTICES) {
                LOG.info("{}: {} more lines were left out", nodeName, notices - MAX_NOTICES);
            }
            noticeWindowNs = now;
            notices = 0;
        }
        if (++notices <= MAX_NOTICES) {
            LOG.info("{}: {}", nodeName, text);
        }
    }
}
