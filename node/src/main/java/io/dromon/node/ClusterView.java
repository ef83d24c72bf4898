package io.dromon.node;

import java.util.List;
import java.util.UUID;

/**
 * The membership of the cluster as this node sees it.
 *
 * @param history identity of the cluster's order; nil outside of the primary component if none was ever known
 * @param configuration number of the configuration, -1 outside of the primary component
 * @param seqno number that the change has in the cluster's order, or the last number known outside of the primary
 *     component
 * @param primary whether this is the primary component
 * @param members who is in it, in the order of their UUIDs
 * @param ownIndex position of this node among the members
 */
public record ClusterView(
        UUID history, long configuration, long seqno, boolean primary, List<Member> members, int ownIndex) {
    /** No view yet. */
    public static final ClusterView NONE = new ClusterView(new UUID(0, 0), -1, -1, false, List.of(), -1);

    /**
     * A member.
     *
     * @param uuid identity of the running process
     * @param name name that its operator gave it
     * @param address address for its clients, may be empty
     * @param segment its {@code gmcast.segment}
     * @param state what is known of its state at this change
     * @param arbitrator whether it keeps no data
     */
    public record Member(UUID uuid, String name, String address, int segment, NodeState state, boolean arbitrator) {}

    public ClusterView {
        members = List.copyOf(members);
    }
}
