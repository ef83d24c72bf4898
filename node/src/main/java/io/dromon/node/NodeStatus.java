package io.dromon.node;

import io.dromon.node.group.GroupStatus;
import io.dromon.transport.link.LinkStatus;
import java.util.List;
import java.util.UUID;

/**
 * What a node looks like at one moment.
 *
 * @param name node name
 * @param uuid own UUID in the group
 * @param listenAddress where it listens
 * @param state its state
 * @param group the group layer: members, numbers, flow control
 * @param weight sum of the weights in the primary component, 0 outside of it
 * @param links its connections
 * @param waiting items that the application has not taken yet
 * @param waitingBytes their bytes
 */
public record NodeStatus(
        String name,
        UUID uuid,
        String listenAddress,
        NodeState state,
        GroupStatus group,
        int weight,
        List<LinkStatus> links,
        int waiting,
        long waitingBytes) {
    public NodeStatus {
        links = List.copyOf(links);
    }
}
