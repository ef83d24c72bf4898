package io.dromon.node.group;

import io.dromon.transport.wire.Uuids;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the states of all members say together (chapter 04 section 5.6). Every member computes the same from the same
 * messages.
 *
 * @param primary whether there is a common history to go on with; if not, the other fields say nothing
 * @param stateVersion lowest version of a state message
 * @param actId last seqno of the group
 * @param confId number of the previous configuration
 * @param groupUuid history
 * @param primUuid exchange that formed the representative's last primary configuration
 * @param lastApplied commit cut as the representative knows it
 * @param votePolicy the representative's
 * @param versions negotiated
 */
record Quorum(
        boolean primary,
        int stateVersion,
        long actId,
        long confId,
        UUID groupUuid,
        UUID primUuid,
        long lastApplied,
        int votePolicy,
        GroupVersions versions) {
    private static final Quorum NONE = new Quorum(false, 0, -1, -1, Uuids.NIL, Uuids.NIL, -1, 0, GroupVersions.NONE);

    /**
     * @param messages one of each member, in index order
     */
    static Quorum compute(List<StateMessage> messages) {
        int version = Integer.MAX_VALUE;
        for (StateMessage m : messages) {
            version = Math.min(version, m.version());
        }
        StateMessage representative;
        if (anyMatch(messages, m -> m.currentState().isJoined())) {
            representative = inherit(messages);
        } else {
            representative = merge(messages, m -> m.primState().isJoined() && m.currentState() != MemberStatus.JOINER);
            if (representative == null || isNewerHistoryMissing(messages, representative.received())) {
                representative = merge(messages, m -> m.has(StateMessage.FLAG_BOOTSTRAP));
            }
        }
        if (representative == null) {
            return NONE;
        }
        Quorum quorum = of(representative, version, messages);
        return hasDataNodesOnly(messages) && !representative.currentState().isJoined()
                ? quorum.at(newest(representative, messages))
                : quorum;
    }

    /**
     * Where a history goes on that is formed again: not before what a member has kept from an earlier life, which may have been
     * acknowledged. Real nodes take the representative's.
     */
    private static long newest(StateMessage representative, List<StateMessage> messages) {
        return messages.stream()
                .filter(m -> m.groupUuid().equals(representative.groupUuid()))
                .filter(m -> m.primState() == MemberStatus.NON_PRIM && m.currentState() == MemberStatus.NON_PRIM)
                .mapToLong(StateMessage::received)
                .reduce(representative.received(), Math::max);
    }

    /** Neither databases nor arbitrators, which may be real ones and know no rule but those of chapter 04. */
    private static boolean hasDataNodesOnly(List<StateMessage> messages) {
        return !anyMatch(messages, m -> WriteSetFormat.isInterpreted(m.repl()) || m.has(StateMessage.FLAG_ARBITRATOR));
    }

    /**
     * Whether data nodes alone go on with a history that some of them have in this configuration. A node that comes back to
     * them may have numbered other write-sets on its own, up to the same number: the number proves nothing.
     */
    static boolean isOfLivingDataNodes(List<StateMessage> messages) {
        return anyMatch(messages, m -> m.currentState().isJoined()) && hasDataNodesOnly(messages);
    }

    private Quorum at(long seqno) {
        return new Quorum(primary, stateVersion, seqno, confId, groupUuid, primUuid, lastApplied, votePolicy, versions);
    }

    /**
     * The same with a history of this name, if there is none yet: members that were in a group together, and have kept
     * nothing of it, begin one. Without a name nothing in it would have a position.
     *
     * @param name all members know it
     */
    Quorum named(UUID name, List<StateMessage> messages) {
        return primary && groupUuid.equals(Uuids.NIL) && hasDataNodesOnly(messages)
                ? new Quorum(true, stateVersion, 0, confId, name, primUuid, 0, votePolicy, versions)
                : this;
    }

    /**
     * Whether a member knows that what the members of this component have is less than the group has ordered, and who may have
     * the rest is not here. Real nodes do not ask; among them, and arbitrators may be such, this node does not.
     */
    private static boolean isNewerHistoryMissing(List<StateMessage> messages, long received) {
        return anyMatch(messages, m -> m.waits() && (m.primSeqno() < 0 || m.received() > received))
                && hasDataNodesOnly(messages);
    }

    private static boolean anyMatch(List<StateMessage> messages, Predicate<StateMessage> candidate) {
        for (StateMessage m : messages) {
            if (candidate.test(m)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Takes the state of the joined member that has received most; null if the histories differ (chapter 04 section 5.6
     * step 2).
     */
    private static @Nullable StateMessage inherit(List<StateMessage> messages) {
        StateMessage best = null;
        for (StateMessage m : messages) {
            if (!m.currentState().isJoined()) {
                continue;
            }
            if (best != null && !m.groupUuid().equals(best.groupUuid())) {
                return null;
            }
            if (best == null
                    || m.received() > best.received()
                    || (m.received() == best.received() && m.primSeqno() > best.primSeqno())) {
                best = m;
            }
        }
        return best;
    }

    /**
     * Takes the newest primary state among the candidates as the group's; null if there is none or the histories differ
     * (chapter 04 section 5.6, steps 3 and 4).
     */
    private static @Nullable StateMessage merge(List<StateMessage> messages, Predicate<StateMessage> candidate) {
        StateMessage best = null;
        UUID history = Uuids.NIL;
        for (StateMessage m : messages) {
            if (!candidate.test(m)) {
                continue;
            }
            if (!m.groupUuid().equals(Uuids.NIL)) {
                if (!history.equals(Uuids.NIL) && !history.equals(m.groupUuid())) {
                    return null;
                }
                history = m.groupUuid();
            }
            if (best == null
                    || m.primSeqno() > best.primSeqno()
                    || (m.primSeqno() == best.primSeqno() && m.received() > best.received())) {
                best = m;
            }
        }
        return best;
    }

    private static Quorum of(StateMessage representative, int version, List<StateMessage> messages) {
        int gcs = Integer.MAX_VALUE;
        int repl = Integer.MAX_VALUE;
        int appl = Integer.MAX_VALUE;
        for (StateMessage m : messages) {
            gcs = Math.min(gcs, m.gcs());
            repl = Math.min(repl, m.repl());
            appl = Math.min(appl, m.appl());
        }
        if (version >= StateMessage.VERSION) {
            gcs = Math.max(gcs, representative.primGcs());
            repl = Math.max(repl, representative.primRepl());
            appl = Math.max(appl, representative.primAppl());
        }
        return new Quorum(
                true,
                version,
                representative.received(),
                representative.primSeqno(),
                representative.groupUuid(),
                representative.primUuid(),
                representative.lastApplied(),
                representative.votePolicy(),
                new GroupVersions(gcs, repl, appl));
    }
}
