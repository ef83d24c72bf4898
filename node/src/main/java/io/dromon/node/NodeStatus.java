package io.dromon.node;

import io.dromon.node.group.GroupStatus;
import io.dromon.transport.link.LinkStatus;
import io.dromon.transport.link.RefusedPeer;
import io.dromon.transport.mesh.MeshLinkStatus;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

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
 * @param tls its TLS material; empty in plain text
 * @param dynamicUntil with {@code socket.dynamic}: when plain text is refused from, {@link Instant#MAX} for never
 * @param waiting items that the application has not taken yet
 * @param waitingBytes their bytes
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
        Optional<TlsStatus> tls,
        Optional<Instant> dynamicUntil,
        int waiting,
        long waitingBytes) {
    public NodeStatus {
        links = List.copyOf(links);
        mesh = List.copyOf(mesh);
        refused = List.copyOf(refused);
    }

    /** One line, for example "2 of 2 links TLS 1.3". */
    public String linkSummary() {
        return StatusJson.linkSummary(links, mesh);
    }

    /** The status document. */
    public String toJson() {
        return StatusJson.of(this).toPrettyString();
    }
}
