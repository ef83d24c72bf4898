package io.dromon.transport.evs;

import io.dromon.transport.evs.EvsMessage.Join;
import io.dromon.transport.wire.Uuids;
import io.dromon.transport.wire.ViewId;
import org.jspecify.annotations.Nullable;

/** Who is given up because of what the others say of it (chapter 02 section 7.5, rules E1 to E5). */
final class Elimination {
    private final GroupKnowledge group;

    Elimination(GroupKnowledge group) {
        this.group = group;
    }

    /** E1 to E4, after a JOIN of another node. */
    void afterJoin(Join received) {
        formerSelves();
        suspectedByMajority(received);
        givenUpByOther(received);
        neverSeen();
        nowhereInView();
    }

    /**
     * A node that was started again speaks, and others still name what it was before. Nobody will hear of that again,
     * but told on from JOIN to JOIN it would be waited for, as a node like any other, for the suspect timeout of each
     * who learns of it.
     */
    private void formerSelves() {
        for (KnownNode node : group.nodes()) {
            if (isUnseen(node) && hasStartedAgain(node)) {
                node.former = true;
                group.setInactive(node);
            }
        }
    }

    private boolean hasStartedAgain(KnownNode former) {
        for (KnownNode node : group.nodes()) {
            if ((node == group.me || node.join != null) && Uuids.isLaterSelf(node.uuid, former.uuid)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Gives up a node that the JOINs of more than half of the members show as suspected (chapter 02 section 7.5, rule
     * E1).
     */
    private void suspectedByMajority(Join received) {
        for (NodeRecord record : received.records()) {
            KnownNode node = record.view().equals(group.view) && record.isSuspected() ? other(record) : null;
            if (node == null || !node.operational) {
                continue;
            }
            int count = 0;
            for (KnownNode member : group.members) {
                NodeRecord seen = member == node || member.join == null ? null : member.join.record(node.uuid);
                if (seen != null && seen.isSuspected()) {
                    count++;
                }
            }
            if (count > group.members.length / 2) {
                group.setInactive(node);
            }
        }
    }

    /**
     * Gives up a node that is suspected here, or was not heard for two and a half of the periods in which it would repeat
     * its JOIN, and that the sender has given up (chapter 02 section 7.5, rule E2). Section 7.5 asks for the suspicion:
     * the one whose install timer is first gives a dead node up, and contradicts the others until they suspect it too.
     */
    private void givenUpByOther(Join received) {
        for (NodeRecord record : received.records()) {
            KnownNode node = record.view().equals(group.view) && !record.isOperational() ? other(record) : null;
            if (node != null && (node.suspected || group.isUnheard(node))) {
                group.setInactive(node);
            }
        }
    }

    /** E3: nodes that others named and nobody hears. */
    private void neverSeen() {
        boolean any = false;
        for (KnownNode node : group.nodes()) {
            any |= isUnseen(node);
        }
        if (!any || someJoinIsMissing()) {
            return;
        }
        for (KnownNode node : group.nodes()) {
            if (isUnseen(node) && isGivenUpByAllWhoKnowIt(node)) {
                group.setInactive(node);
            }
        }
    }

    private boolean isUnseen(KnownNode node) {
        return node.operational && !node.isMember() && node != group.me && node.join == null;
    }

    private boolean someJoinIsMissing() {
        for (KnownNode node : group.nodes()) {
            if (node == group.me || node.join == null) {
                continue;
            }
            for (NodeRecord record : node.join.records()) {
                KnownNode listed = group.known.get(record.uuid());
                if (listed == null || (record.isOperational() && listed.join == null)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean isGivenUpByAllWhoKnowIt(KnownNode unseen) {
        boolean any = false;
        for (KnownNode node : group.nodes()) {
            NodeRecord record = node == group.me || node.join == null ? null : node.join.record(unseen.uuid);
            if (record != null && !record.view().equals(ViewId.NIL)) {
                if (record.isOperational()) {
                    return false;
                }
                any = true;
            }
        }
        return any;
    }

    /** E4: nodes of which nobody knows a view, and that everybody suspects. */
    private void nowhereInView() {
        for (KnownNode node : group.nodes()) {
            if (node.operational && node != group.me && isNowhere(node)) {
                group.setInactive(node);
            }
        }
    }

    private boolean isNowhere(KnownNode unseen) {
        boolean any = false;
        for (KnownNode node : group.nodes()) {
            if (node.join == null) {
                continue;
            }
            NodeRecord record = node.join.record(unseen.uuid);
            if (record == null || !record.isSuspected() || !record.view().equals(ViewId.NIL)) {
                return false;
            }
            any = true;
        }
        return any;
    }

    /**
     * E5, once the gather has lasted for the suspect timeout: gives up nodes that had the time for a JOIN and sent none,
     * and of those that contradict each other the ones that most nodes have given up.
     *
     * <p>The reference takes the JOINs in the order of the UUIDs. Where two nodes have given up a third, and that third
     * one therefore the two, one UUID decides whether one node goes or two, and so whether a majority is left.
     */
    void afterLongGather() {
        for (KnownNode node : group.nodes()) {
            if (node != group.me && node.operational && node.join == null && group.isSilent(node)) {
                group.setInactive(node);
            }
        }
        for (KnownNode node = mostGivenUp(); node != null; node = mostGivenUp()) {
            group.setInactive(node);
        }
    }

    /** The operational node that most JOINs list as given up; of equals the one that the first UUID has given up. */
    private @Nullable KnownNode mostGivenUp() {
        KnownNode chosen = null;
        int most = 0;
        for (KnownNode node : group.nodes()) {
            Join join = witness(node);
            if (join == null) {
                continue;
            }
            for (NodeRecord record : join.records()) {
                KnownNode listed = record.isOperational() ? null : other(record);
                int count = listed == null || !listed.operational ? 0 : givenUpBy(listed);
                if (count > most) {
                    most = count;
                    chosen = listed;
                }
            }
        }
        return chosen;
    }

    private int givenUpBy(KnownNode listed) {
        int count = 0;
        for (KnownNode node : group.nodes()) {
            Join join = witness(node);
            NodeRecord record = join == null ? null : join.record(listed.uuid);
            count += record != null && !record.isOperational() ? 1 : 0;
        }
        return count;
    }

    /** The JOIN of an operational node that lists this one as operational. */
    private @Nullable Join witness(KnownNode node) {
        Join join = node.operational ? node.join : null;
        NodeRecord mine = join == null ? null : join.record(group.self);
        return mine != null && mine.isOperational() ? join : null;
    }

    private @Nullable KnownNode other(NodeRecord record) {
        KnownNode node = group.known.get(record.uuid());
        return node == group.me ? null : node;
    }
}
