package io.dromon.transport.evs;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who is silent, and who holds up the installation of a view (chapter 02 sections 7.5 and 7.11). */
final class FailureDetector {
    private final GroupKnowledge group;
    private final Consensus consensus;
    private final Gather gather;
    private final Membership membership;
    private final Installation installation;
    private final ViewChange viewChange;
    private final Timers timers;

    FailureDetector(
            GroupKnowledge group,
            Consensus consensus,
            Gather gather,
            Membership membership,
            Installation installation,
            ViewChange viewChange,
            Timers timers) {
        this.group = group;
        this.consensus = consensus;
        this.gather = gather;
        this.membership = membership;
        this.installation = installation;
        this.viewChange = viewChange;
        this.timers = timers;
    }

    /**
     * Gives up the nodes that hold up the next view, and gathers again (chapter 02 section 7.11). Where the reference ends
     * its process, this node isolates itself once more. Alone it needs nobody's agreement: it leaves the view for one of
     * its own, and the others find it again when the isolation is over.
     */
    void onInstallTimer() {
        boolean again = timers.isSecondLook();
        timers.armInstall();
        if (installation.enterIfAllCommitted()) {
            return;
        }
        boolean alone = group.installTimeoutCount >= group.settings.maxInstallTimeouts();
        if (group.install != null && isAcceptedJustNow() && !again) {
            timers.armSecondLook();
            return;
        }
        if (!alone && group.install == null && mustLookAgain()) {
            timers.armSecondLook();
            gather.completeSequence();
            gather.shiftToGather(true);
            installation.proposeIfAgreed();
            return;
        }
        for (KnownNode node : others()) {
            if (alone || !agrees(node)) {
                group.setInactive(node);
            }
        }
        if (alone) {
            group.isolated = true;
            group.isolatedUntilNs =
                    group.nowNs + group.settings.suspectTimeoutNs() + group.settings.inactiveTimeoutNs();
        }
        if (group.install != null) {
            for (KnownNode node : others()) {
                if (!node.committed) {
                    group.setInactive(node);
                }
            }
        }
        gather.completeSequence();
        gather.shiftToGather(true);
        installation.proposeIfAgreed();
        group.installTimeoutCount++;
    }

    /**
     * Gives up those who have stopped to send JOINs, and says whether the others must hear of it, or of another one who
     * was given up a moment ago, before their JOINs can be judged.
     *
     * <p>A node that dies while all gather is not suspected yet when the install timers run out: its last JOIN
     * contradicts those of all who live. The first of these to give it up would contradict the others, whose timers are
     * a moment later, and each would be left alone. A look is repeated once for each node that goes, so it comes to an
     * end.
     */
    private boolean mustLookAgain() {
        for (KnownNode node : others()) {
            if (node.operational && group.isSilent(node)) {
                group.setInactive(node);
            }
        }
        return group.nowNs - group.givenUpNs < Timers.SECOND_LOOK_PERIODS * group.settings.joinRetransPeriodNs();
    }

    /**
     * Whether a node says what this node says. Who has committed to the accepted INSTALL has, other than section 7.11 has
     * it: its last JOIN may have come behind the INSTALL, and was not taken in.
     */
    private boolean agrees(KnownNode node) {
        return node.committed || (node.join != null && consensus.isConsistent(node.join));
    }

    /** Whether the others had no time yet to commit to the accepted INSTALL: all would be left alone, each in its moment. */
    private boolean isAcceptedJustNow() {
        return group.nowNs - group.installAcceptedNs
                < Timers.SECOND_LOOK_PERIODS * group.settings.joinRetransPeriodNs();
    }

    private List<KnownNode> others() {
        return group.nodes().stream().filter(node -> node != group.me).toList();
    }

    /**
     * Marks silent nodes as suspected or inactive, and gathers if there is one (chapter 02 section 7.5, steps 1 to 3
     * and 5 to 7); step 4 is {@code delayed}.
     */
    void onInactivityTimer(@Nullable DelayedNodes delayed) {
        long now = group.nowNs;
        timers.lastInactivityCheckNs = now;
        group.me.progressNs = now;
        boolean anyInactive = false;
        int suspects = 0;
        for (KnownNode node : group.nodes()) {
            node.suspected = node.progressNs + group.settings.suspectTimeoutNs() < now;
            node.inactive = node.progressNs + group.settings.inactiveTimeoutNs() < now;
            if (node == group.me || !(node.suspected || node.inactive)) {
                continue;
            }
            anyInactive = true;
            if (node.inactive) {
                group.setInactive(node);
            }
            if (node.suspected && node.operational) {
                suspects++;
                if (node.join == null) {
                    group.setInactive(node);
                }
            }
        }
        if (delayed != null) {
            delayed.check();
        }
        if (group.known.size() > 2 && suspects == group.known.size() - 1) {
            others().forEach(group::setInactive);
        }
        if (anyInactive) {
            if (group.isOperational()) {
                gather.shiftToGather(true);
            } else if (group.state() == EvsState.LEAVING && isAlone()) {
                viewChange.leave();
            }
        }
        membership.tellNews();
        if (group.isolated && group.isolatedUntilNs <= now) {
            group.isolated = false;
        }
    }

    /**
     * Notices that this process was stopped, before it judges anybody (chapter 02 section 7.5, step 1). Nobody could be heard
     * in that time, so it is no silence of theirs, and nobody could answer. Else whoever is not heard between the first step
     * and the next check would be given up, and would give this node up in return, while all others hear both.
     */
    void noticeOwnStop() {
        long lateNs = timers.inactivityLateNs();
        if (lateNs == 0) {
            return;
        }
        for (KnownNode node : group.nodes()) {
            if (node.operational) {
                node.progressNs = Math.min(group.nowNs, node.progressNs + lateNs);
                node.seenNs = Math.min(group.nowNs, node.seenNs + lateNs);
            }
        }
        timers.putOffInstall();
        timers.skipInactivityCheck();
    }

    private boolean isAlone() {
        for (KnownNode node : group.nodes()) {
            if (node != group.me && node.operational) {
                return false;
            }
        }
        return true;
    }
}
