package io.dromon.transport.evs;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who is silent, and who holds up the installation of a view (chapter 02 sections 7.5 and 7.11). */
final class FailureDetector {
    private final GroupKnowledge group;
    private final Consensus consensus;
    private final Membership membership;
    private final Timers timers;

    FailureDetector(GroupKnowledge group, Consensus consensus, Membership membership, Timers timers) {
        this.group = group;
        this.consensus = consensus;
        this.membership = membership;
        this.timers = timers;
    }

    /**
     * Gives up the nodes that hold up the next view, and gathers again (chapter 02 section 7.11). Where the reference ends
     * its process, this node isolates itself once more. Alone it needs nobody's agreement: it leaves the view for one of
     * its own, and the others find it again when the isolation is over.
     */
    void onInstallTimer() {
        if (membership.installation.enterIfAllCommitted()) {
            return;
        }
        boolean alone = group.installTimeoutCount >= group.settings.maxInstallTimeouts();
        for (KnownNode node : others()) {
            if (alone || node.join == null || !consensus.isConsistent(node.join)) {
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
        membership.completeSequence();
        membership.shiftToGather(true);
        membership.installation.proposeIfAgreed();
        group.installTimeoutCount++;
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
        long last = timers.lastInactivityCheckNs;
        timers.lastInactivityCheckNs = now;
        if (now - last > 3 * group.settings.inactiveCheckPeriodNs()) {
            return; // this process was stopped, not the others
        }
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
                membership.shiftToGather(true);
            } else if (group.state() == EvsState.LEAVING && isAlone()) {
                membership.enterClosed();
            }
        }
        membership.tellNews();
        if (group.isolated && group.isolatedUntilNs <= now) {
            group.isolated = false;
        }
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
