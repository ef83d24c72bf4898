package io.dromon.transport.evs;

import io.dromon.transport.evs.EvsMessage.Gap;
import io.dromon.transport.evs.EvsMessage.Install;
import io.dromon.transport.evs.EvsMessage.Join;
import io.dromon.transport.evs.EvsMessage.StateMessage;
import io.dromon.transport.evs.EvsMessage.User;
import io.dromon.transport.wire.Uuids;
import io.dromon.transport.wire.ViewId;

/**
 * How a view on which all agree is proposed, committed to and entered (chapter 02 sections 7.7 and 7.8): INSTALL, the
 * commit gaps, the install gaps.
 */
final class Installation {
    /** View numbers above are not taken notice of: 30 bits must never run out because of one message. */
    private static final int MAX_VIEW_SEQ = (1 << 30) - (1 << 16);

    private final GroupKnowledge group;
    private final Consensus consensus;
    private final PastViews views;
    private final NodeRecords records;
    private final EvsSender sender;
    private final Gather gather;
    private final ViewChange viewChange;
    private final Departure departure;
    private final Agenda agenda;

    Installation(
            GroupKnowledge group,
            Consensus consensus,
            PastViews views,
            NodeRecords records,
            EvsSender sender,
            Gather gather,
            ViewChange viewChange,
            Departure departure,
            Agenda agenda) {
        this.group = group;
        this.consensus = consensus;
        this.views = views;
        this.records = records;
        this.sender = sender;
        this.gather = gather;
        this.viewChange = viewChange;
        this.departure = departure;
        this.agenda = agenda;
    }

    // INSTALL (section 7.7)

    void proposeIfAgreed() {
        if (group.isGathering() && group.install == null && group.isRepresentative() && consensus.isReached()) {
            propose();
        }
    }

    private void propose() {
        int version = EvsMessage.MAX_VERSION;
        for (KnownNode node : group.nodes()) {
            if (node.operational && node.join != null) {
                version = Math.min(version, node.join.version());
                group.maxViewSeq = Math.max(group.maxViewSeq, node.join.view().seq());
            }
        }
        ViewId id = new ViewId(ViewId.Type.REG, group.self, group.maxViewSeq + group.attemptSeq);
        group.attemptSeq++;
        Install install = new Install(
                group.self,
                version,
                EvsMessage.SOURCE,
                sender.nextFifoSeq(),
                group.view,
                group.input.safe(),
                group.input.aru(),
                id,
                records.installRecords());
        sender.broadcast(install);
        if (isDue(group.me, install)) {
            consider(group.me, install);
        }
    }

    /** Whether an INSTALL is to be looked at in the state in which this node is (chapter 02 section 7.7 steps 1 and 2). */
    boolean isDue(KnownNode source, Install install) {
        return (group.state() == EvsState.GATHER || group.state() == EvsState.INSTALL)
                && source.operational
                && !views.isFrom(source, install.view())
                && isSound(install)
                && isNews(source, install);
    }

    /** Commits to a proposal if it says what this node says; else gathers again. */
    void consider(KnownNode source, Install install) {
        NodeRecord mine = install.record(group.self);
        if (mine == null || !mine.isOperational()) {
            return;
        }
        forgetUnlisted(install);
        if (consensus.isConsistent(install) && listsAllMembers(install)) {
            accept(source, install);
        } else {
            gather.shiftToGather(true);
        }
    }

    static boolean isViewSeqAbsurd(StateMessage message) {
        return message.view().seq() > MAX_VIEW_SEQ;
    }

    /** What no right node would propose; the layers above could not live with it. */
    private boolean isSound(Install install) {
        ViewId id = install.installView();
        NodeRecord proposer = install.record(install.source());
        return id.type() == ViewId.Type.REG
                && id.uuid().equals(install.source())
                && id.seq() > group.view.seq()
                && id.seq() <= MAX_VIEW_SEQ + (1 << 15)
                && !isViewSeqAbsurd(install)
                && proposer != null
                && proposer.isOperational();
    }

    /**
     * Whether a proposal is to be looked at; beside an accepted one that is only a later one of the same source, and
     * one of another source starts the gather again (chapter 02 section 7.7 step 2).
     */
    private boolean isNews(KnownNode source, Install install) {
        Install accepted = group.install;
        if (accepted == null) {
            if (source.installed) {
                gather.shiftToGather(false);
                return false;
            }
            return true;
        }
        if (!accepted.source().equals(install.source())) {
            NodeRecord mine = install.record(group.self);
            if (mine != null && mine.isOperational()) {
                gather.shiftToGather(true);
            }
            return false;
        }
        if (install.installView().seq() <= accepted.installView().seq()) {
            return false;
        }
        gather.shiftToGather(false);
        return true;
    }

    /** What an INSTALL says, as a JOIN of its sender. */
    static Join asJoin(Install install, NodeRecord own) {
        return new Join(
                install.source(),
                install.version(),
                0,
                install.fifoSeq(),
                own.view(),
                install.seq(),
                install.aruSeq(),
                install.records());
    }

    /**
     * Forgets nodes that are neither listed in the INSTALL nor members of this view (chapter 02 section 7.7 step 5).
     */
    private void forgetUnlisted(Install install) {
        boolean removed = group.known
                .values()
                .removeIf(node -> node != group.me && !node.isMember() && install.record(node.uuid) == null);
        if (removed) {
            gather.createJoin();
        }
    }

    /** Pitfall 27: every member of this view, and nobody who is not known here. */
    private boolean listsAllMembers(Install install) {
        for (KnownNode member : group.members) {
            if (install.record(member.uuid) == null) {
                return false;
            }
        }
        for (NodeRecord record : install.records()) {
            if (record.isOperational() && !group.known.containsKey(record.uuid())) {
                return false;
            }
        }
        return true;
    }

    private void accept(KnownNode source, Install install) {
        source.progressNs = group.nowNs;
        group.install = install;
        group.installAcceptedNs = group.nowNs;
        sendCommitGap(install);
        onCommitGap(group.me, install.fifoSeq());
    }

    // Commit and install gaps (section 7.8)

    private void sendCommitGap(Install install) {
        sendInstallPhaseGap(EvsMessage.COMMIT, install, install.fifoSeq());
    }

    private void sendInstallPhaseGap(int flags, Install install, long seq) {
        sender.broadcast(new Gap(
                group.self,
                group.settings.version(),
                flags,
                sender.nextFifoSeq(),
                install.installView(),
                seq,
                -1,
                Uuids.NIL,
                -1,
                -1));
    }

    /** The retransmission timer, while a proposal stands. */
    void repeat(Install install) {
        if (group.isGathering() && install.source().equals(group.self) && !allCommitted(install)) {
            sender.broadcast(install.repeated());
        }
        sendCommitGap(install);
        if (group.state() == EvsState.INSTALL) {
            sendInstallPhaseGap(0, install, -1);
        }
    }

    /** A commit gap whose source view is the proposed one. */
    void onCommitGap(KnownNode source, long seq) {
        Install install = group.install;
        if (install != null && group.state() == EvsState.INSTALL && seq == install.fifoSeq()) {
            source.progressNs = group.nowNs; // it lives, and waits for somebody's commit gap
        }
        if (install == null || !group.isGathering()) {
            return;
        }
        if (seq > install.fifoSeq()) {
            gather.shiftToGather(true);
            return;
        }
        if (seq < install.fifoSeq()) {
            return;
        }
        source.committed = true;
        source.progressNs = group.nowNs;
        if (allCommitted(install)) {
            enterInstall(install);
        }
    }

    private void enterInstall(Install install) {
        viewChange.beginInstall();
        sendInstallPhaseGap(0, install, -1);
        onInstallGap(group.me);
    }

    /** Any other gap whose source view is the proposed one. */
    void onInstallGap(KnownNode source) {
        Install install = group.install;
        if (install == null || group.state() != EvsState.INSTALL) {
            return;
        }
        source.installed = true;
        source.progressNs = group.nowNs;
        for (KnownNode node : group.nodes()) {
            if (node.operational && !node.installed && install.record(node.uuid) != null) {
                return;
            }
        }
        enterOperational();
    }

    private boolean allCommitted(Install install) {
        for (KnownNode node : group.nodes()) {
            if (node.operational && !node.committed && install.record(node.uuid) != null) {
                return false;
            }
        }
        return true;
    }

    private void markInstalled(Install install) {
        for (KnownNode node : group.nodes()) {
            if (node.operational && install.record(node.uuid) != null) {
                node.committed = true;
                node.installed = true;
            }
        }
    }

    /**
     * A USER of the proposed view: its sender has seen everybody's gaps and has entered the view, so this node must do
     * the same, also when the sender's own gap has come already (section 7.8 leaves that to the missing gaps: should the
     * install timer be faster, this node would go back and never deliver what the sender has delivered). Returns
     * whether the view is entered.
     */
    boolean fastForward(KnownNode source, User message) {
        Install install = group.install;
        if (install == null
                || !message.view().equals(install.installView())
                || !source.operational
                || (group.state() != EvsState.GATHER && group.state() != EvsState.INSTALL)) {
            return false;
        }
        NodeRecord record = install.record(source.uuid);
        if (record == null || !record.isOperational()) {
            return false;
        }
        enterAtOnce(install);
        return true;
    }

    private void enterAtOnce(Install install) {
        markInstalled(install);
        if (group.isGathering()) {
            group.shift(EvsState.INSTALL);
        }
        enterOperational();
    }

    /**
     * The install timer in INSTALL: all have committed, and any of them may have entered the view with this node's gap,
     * so there is no way back, other than section 7.11 has it. Returns whether the view is entered.
     */
    boolean enterIfAllCommitted() {
        Install install = group.install;
        if (install == null || group.state() != EvsState.INSTALL) {
            return false;
        }
        enterAtOnce(install);
        return true;
    }

    private void enterOperational() {
        Install install = group.install;
        if (install == null) {
            throw new IllegalStateException("no view to enter");
        }
        viewChange.enter(install);
        if (group.closeRequested) {
            agenda.add(departure::leave);
        }
    }

    /**
     * A JOIN of the view that is about to be installed, from the node that has proposed it: it has entered that view, and
     * agrees on the one after it (section 7.4 step 2).
     */
    boolean isFromWithin(KnownNode source, Join join) {
        Install install = group.install;
        return install != null
                && source.uuid.equals(install.source())
                && join.view().equals(install.installView())
                && group.state() == EvsState.INSTALL;
    }

    /** All have entered the accepted view, so this node does. */
    void enterWithAll() {
        Install install = group.install;
        if (install != null) {
            markInstalled(install);
            enterOperational();
        }
    }

    /**
     * A JOIN while a view is about to be installed (section 7.4 step 2); returns whether it is to be handled
     * nevertheless, in a gather that begins again.
     */
    boolean isAccountedFor(KnownNode source, Join join) {
        Install install = group.install;
        if (install == null) {
            return true;
        }
        boolean fromProposer = source.uuid.equals(install.source());
        boolean stands = fromProposer
                ? join.view().equals(install.installView())
                : consensus.isConsistent(install) && !isRefusal(source, join);
        if (stands) {
            return false;
        }
        gather.beginAgain(source);
        return true;
    }

    /**
     * A JOIN that says something else than this node, from a member that has had the time to commit and has not: it will
     * not, for it knows more than the proposal says, and tells it by this JOIN. Section 7.4 leaves that to the install
     * timer, and a group in which one more member dies meanwhile falls apart.
     */
    private boolean isRefusal(KnownNode source, Join join) {
        return group.isGathering()
                && !source.committed
                && !source.hasRestartedGather
                && join.view().equals(group.view)
                && group.nowNs - group.installAcceptedNs
                        >= Timers.SECOND_LOOK_PERIODS * group.settings.joinRetransPeriodNs()
                && !consensus.isConsistent(join);
    }
}
