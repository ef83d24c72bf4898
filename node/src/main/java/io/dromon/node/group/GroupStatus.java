package io.dromon.node.group;

import java.util.List;
import java.util.UUID;

/**
 * A snapshot of the group layer; safe to hand to other threads.
 *
 * @param state state of the group
 * @param ownStatus state of this node
 * @param confId number of the configuration, -1 if not in a primary one
 * @param groupUuid history of the group, nil if unknown
 * @param seqno last seqno received, -1 without a history
 * @param members members of the current view in index order
 * @param ownIndex this node's place among them, -1 after it left
 * @param versions negotiated versions
 * @param lastCommitted the commit cut: every member has applied this much
 * @param flowControl flow control
 * @param queuedBytes write-sets accepted and not yet sent
 * @param inFlight own write-sets that have no seqno yet, queued ones included
 */
public record GroupStatus(
        GroupState state,
        MemberStatus ownStatus,
        long confId,
        UUID groupUuid,
        long seqno,
        List<GroupMember> members,
        int ownIndex,
        GroupVersions versions,
        long lastCommitted,
        FlowControlStatus flowControl,
        long queuedBytes,
        int inFlight) {
    public GroupStatus {
        members = List.copyOf(members);
    }

    /**
     * @param paused whether this node must not send write-sets now
     * @param stopSent whether this node has the others stopped now
     * @param lower queue length at which CONT is sent, actions
     * @param upper queue length above which STOP is sent, actions
     * @param stopsSent STOPs sent since the start ({@code wsrep_flow_control_sent})
     * @param stopsReceived STOPs received since the start ({@code wsrep_flow_control_recv})
     * @param pausedNs time paused since the start, nanoseconds
     * @param pausedForNs how long the pause of now has lasted, 0 without one, nanoseconds
     * @param pausedBy names of the members that have the group stopped now, this one included
     */
    public record FlowControlStatus(
            boolean paused,
            boolean stopSent,
            int lower,
            int upper,
            long stopsSent,
            long stopsReceived,
            long pausedNs,
            long pausedForNs,
            List<String> pausedBy) {
        public FlowControlStatus {
            pausedBy = List.copyOf(pausedBy);
        }
    }
}
