package io.dromon.node.group;

import io.dromon.transport.wire.Position;
import java.util.UUID;

/**
 * What a node knows of its group: the members, the history, and what they have agreed on (chapter 04 section 5.1). {@link
 * StateExchange} makes a new one of it with each view; in between the order moves it on, with a seqno for each write-set
 * and with the states of the members.
 */
final class Configuration {
    final MemberTable table;
    final Member self;
    final CommitCut commitCut;

    /** Last seqno received. */
    long actId;
    /** Number of the configuration, -1 outside of a primary one. */
    long confId = -1;
    /** Whether the primary configuration goes on from the one that this node was in before. */
    boolean continues;

    UUID groupUuid;
    GroupVersions versions = GroupVersions.NONE;
    int votePolicy;
    /** Last seqno of the group as the last exchange found it, before the configuration took its own. */
    long quorumActId = -1;
    /** Members of the last primary configuration that are complete, or became so in it. */
    int primJoined;

    /** A view cut off what was being sent: own actions do not count until one starts with fragment 0 (section 4.5). */
    boolean fragReset;

    private GroupState state = GroupState.NON_PRIMARY;

    Configuration(GroupSettings settings, UUID self, Position initial) {
        this.table =
                new MemberTable(self, new Reassembly.Budget(settings.maxReassemblyBytes(), settings.maxActionBytes()));
        this.self = table.self();
        this.self.name = Member.raw(settings.name());
        this.self.address = Member.raw(settings.address());
        this.self.arbitrator = settings.stateless();
        this.actId = initial.seqno();
        this.groupUuid = initial.history();
        this.commitCut = new CommitCut(initial.seqno());
    }

    GroupState state() {
        return state;
    }

    void enter(GroupState next) {
        if (!state.mayBecome(next)) {
            throw new IllegalStateException("a group does not go from " + state + " to " + next);
        }
        state = next;
    }

    boolean isPrimary() {
        return state == GroupState.PRIMARY;
    }

    /** Closed or about to be: nothing of the group counts any more. */
    boolean isOver() {
        return state == GroupState.CLOSED || state == GroupState.INCONSISTENT;
    }

    /** Negotiated gcs version. */
    int gcs() {
        return versions.gcs();
    }

    long nextActId() {
        return ++actId;
    }
}
