package io.dromon.transport.evs;

import io.dromon.transport.evs.EvsMessage.Join;
import io.dromon.transport.evs.EvsMessage.StateMessage;
import java.util.UUID;

/**
 * Whether all nodes that go on agree on who they are and on what was sent in the view that ends (chapter 02 section
 * 7.6). Names of the conditions as there.
 */
final class Consensus {
    private final GroupKnowledge group;

    Consensus(GroupKnowledge group) {
        this.group = group;
    }

    boolean isReached() {
        Join own = group.me.join;
        if (own == null || !isSameViewConsistent(own)) {
            return false;
        }
        for (KnownNode node : group.nodes()) {
            if (node.operational && (node.join == null || !isConsistent(node.join))) {
                return false;
            }
        }
        return true;
    }

    /** Whether a JOIN or INSTALL says what this node says. */
    boolean isConsistent(StateMessage message) {
        Join own = group.me.join;
        if (own == null) {
            return false;
        }
        if (message.view().equals(group.view) && !isSameViewConsistent(message)) {
            return false;
        }
        return areEqual(message, own);
    }

    /**
     * Highest seq that everybody who goes on can still come to hold of everybody: HRS. A leaver that all suspect bounds
     * it by what is here of it, which section 7.6 leaves out: what it sent and nobody holds, nobody will send again, and
     * the group would wait for it in vain. Where nothing of it is missing, the result is the same.
     */
    long highestReachableSafeSeq() {
        InputMap input = group.input;
        long min = Long.MAX_VALUE;
        for (KnownNode node : group.nodes()) {
            if (!belongsToView(node)) {
                continue;
            }
            if (node.leave != null) {
                min = Math.min(min, isSuspectedByAll(node.uuid) ? input.lu(node.index) - 1 : node.leave.seq());
            } else if (!node.operational) {
                min = Math.min(min, Math.min(input.ss(node.index), input.lu(node.index) - 1));
            } else {
                min = Math.min(min, input.hs(node.index));
            }
        }
        return min == Long.MAX_VALUE ? -1 : min;
    }

    private boolean belongsToView(KnownNode node) {
        if (!node.isMember()) {
            return false;
        }
        return node.join == null
                || node.join.view().equals(group.view)
                || (node.leave != null && node.leave.view().equals(group.view));
    }

    /** The same as the sender of {@code message} sees it: HRS(m). */
    private long highestReachableSafeSeq(StateMessage message) {
        long result = highestSeq(message);
        for (NodeRecord record : message.records()) {
            if (!record.view().equals(message.view()) || record.isOperational()) {
                continue;
            }
            if (record.hasLeave()) {
                result = Math.min(result, isSuspectedByAll(record.uuid()) ? record.lu() - 1 : record.leaveSeq());
            } else {
                result = Math.min(result, Math.min(record.safeSeq(), record.lu() - 1));
            }
        }
        return result;
    }

    private static long highestSeq(StateMessage message) {
        long max = -1;
        for (NodeRecord record : message.records()) {
            if (record.view().equals(message.view()) && record.isOperational() && !record.hasLeave()) {
                max = Math.max(max, record.hs());
            }
        }
        return max;
    }

    /** What all have acknowledged, without leavers that nobody waits for any more: SAFE*. */
    private long safeSeqOfContinuing() {
        long min = Long.MAX_VALUE;
        for (KnownNode node : group.members) {
            boolean given = !node.operational && node.leave != null && isSuspectedByAll(node.uuid);
            if (!given) {
                min = Math.min(min, group.input.ss(node.index));
            }
        }
        return min == Long.MAX_VALUE ? -1 : min;
    }

    /** Whether every operational node has sent a JOIN that shows {@code uuid} suspected. */
    private boolean isSuspectedByAll(UUID uuid) {
        for (KnownNode node : group.nodes()) {
            if (!node.operational) {
                continue;
            }
            NodeRecord record = node.join == null ? null : node.join.record(uuid);
            if (record == null || !record.isSuspected()) {
                return false;
            }
        }
        return true;
    }

    private boolean isSameViewConsistent(StateMessage message) {
        InputMap input = group.input;
        if (input.maxHs() != highestSeq(message)) { // the highest seq that was sent (S1)
            return false;
        }
        long reachable = highestReachableSafeSeq(); // what all can have, and have acknowledged (S2)
        if (reachable != highestReachableSafeSeq(message) || reachable != safeSeqOfContinuing()) {
            return false;
        }
        // The sender has received as much as this node, and knows as much to be safe (S3).
        if (message.aruSeq() != input.aru() || message.seq() != input.safe()) {
            return false;
        }
        return rangesAgree(message);
    }

    /** S4, S5, S6: the same members, of the same kind (going on, gone, leaving), with the same ranges. */
    private boolean rangesAgree(StateMessage message) {
        int ofView = 0;
        for (NodeRecord record : message.records()) {
            if (record.view().equals(group.view)) {
                ofView++;
                KnownNode node = group.known.get(record.uuid());
                if (node == null
                        || !node.isMember()
                        || record.lu() != group.input.lu(node.index)
                        || record.hs() != group.input.hs(node.index)
                        || node.isGivenUp() != (!record.isOperational() && !record.hasLeave())
                        || isLeaver(node) != record.isLeaving()) {
                    return false;
                }
            }
        }
        return ofView == group.members.length;
    }

    private boolean isLeaver(KnownNode node) {
        return !node.operational && node.leave != null && node.leave.view().equals(group.view);
    }

    /** Whether two messages list the same facts, as far as they can. */
    boolean areEqual(StateMessage a, StateMessage b) {
        if (a.view().equals(b.view()) && (a.seq() != b.seq() || a.aruSeq() != b.aruSeq())) {
            return false;
        }
        boolean ofOneSource = a.source().equals(b.source());
        int countA = 0;
        for (NodeRecord record : a.records()) {
            if (counts(record, a, ofOneSource)) {
                countA++;
                NodeRecord other = b.record(record.uuid());
                if (other == null || !counts(other, b, ofOneSource) || !record.sameAs(other)) {
                    return false;
                }
            }
        }
        int countB = 0;
        for (NodeRecord record : b.records()) {
            if (counts(record, b, ofOneSource)) {
                countB++;
            }
        }
        return countA == countB;
    }

    private static boolean counts(NodeRecord record, StateMessage message, boolean ofOneSource) {
        return ofOneSource ? record.view().equals(message.view()) : record.isOperational() && !record.hasLeave();
    }
}
