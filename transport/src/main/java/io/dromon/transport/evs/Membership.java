package io.dromon.transport.evs;

import io.dromon.transport.evs.Evs.State;
import io.dromon.transport.evs.EvsMessage.Gap;
import io.dromon.transport.evs.EvsMessage.Install;
import io.dromon.transport.evs.EvsMessage.Join;
import io.dromon.transport.evs.EvsMessage.Leave;
import io.dromon.transport.evs.EvsMessage.StateMessage;
import io.dromon.transport.evs.EvsMessage.User;
import io.dromon.transport.wire.Uuids;
import io.dromon.transport.wire.ViewId;
import java.util.UUID;

/** How the group agrees on its next view (chapter 02 section 7). */
final class Membership {
    /** Between two JOINs that answer JOINs (section 8). */
    private static final long JOIN_PERIOD_NS = 100_000_000L;
    /** View numbers above are not taken notice of: 30 bits must never run out because of one message. */
    static final int MAX_VIEW_SEQ = (1 << 30) - (1 << 16);

    private final GroupState group;
    private final Consensus consensus;
    private final Elimination elimination;
    private final Traffic traffic;
    private final Timers timers;
    private final ViewChange viewChange;
    private long joinSentNs = KnownNode.LONG_AGO;

    Membership(GroupState group, Consensus consensus, Traffic traffic, Timers timers) {
        this.group = group;
        this.consensus = consensus;
        this.elimination = new Elimination(group);
        this.traffic = traffic;
        this.timers = timers;
        this.viewChange = new ViewChange(group, traffic, timers);
    }

    // JOIN

    /** Creates a JOIN and sends it; the others may connect again whom it lists. */
    Join sendJoin() {
        Join join = group.createJoin();
        group.broadcast(join);
        joinSentNs = group.nowNs;
        for (NodeRecord record : join.records()) {
            if (record.isOperational()
                    && !record.isSuspected()
                    && !record.isEvicted()
                    && !record.uuid().equals(group.self)) {
                group.effects.allow(record.uuid());
            }
        }
        return join;
    }

    void sendJoinAndProcess() {
        onJoin(group.me, sendJoin());
    }

    /** Begins, or begins again, to agree on a view (section 7.1). */
    void shiftToGather(boolean withJoin) {
        State from = group.state();
        if (from == State.OPERATIONAL) {
            traffic.flushAll();
        }
        clearInstallation();
        group.shift(State.GATHER);
        timers.armInactivity();
        if (from == State.OPERATIONAL || from == State.JOINING) {
            timers.armRetransmission();
            timers.armInstall();
        }
        if (withJoin) {
            sendJoin();
        }
    }

    private void clearInstallation() {
        group.install = null;
        for (KnownNode node : group.nodes()) {
            node.committed = false;
            node.installed = false;
        }
    }

    /** A message of a node that was not known (section 6.2). */
    void onForeign(UUID source, EvsMessage message) {
        State state = group.state();
        if (message instanceof Leave
                || group.install != null
                || state == State.LEAVING
                || source.equals(Uuids.NIL)
                || message.view().equals(group.view)
                || group.isPreviousView(message.view())
                || isIncarnationKnown(source)) {
            return;
        }
        Join join = message instanceof Join given ? given : null;
        if (state == State.JOINING && (join == null || join.record(group.self) == null)) {
            return;
        }
        if (join != null && isViewSeqAbsurd(join)) {
            return;
        }
        KnownNode node = group.learn(source);
        if (node == null) {
            return;
        }
        shiftToGather(false);
        timers.armInstall();
        node.join = join;
        sendJoinAndProcess();
    }

    private boolean isIncarnationKnown(UUID source) {
        for (KnownNode node : group.nodes()) {
            if (Uuids.sameNode(node.uuid, source)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isViewSeqAbsurd(StateMessage message) {
        return message.view().seq() > MAX_VIEW_SEQ;
    }

    /** Section 7.4; also for JOINs of this node. */
    void onJoin(KnownNode source, Join join) {
        if (group.state() == State.LEAVING) {
            onJoinWhileLeaving(source, join);
            return;
        }
        if (group.isFromPreviousView(source, join.view()) || isViewSeqAbsurd(join)) {
            return;
        }
        if (group.install != null && !isAccountedFor(source, join)) {
            return;
        }
        if (group.state() != State.GATHER) {
            shiftToGather(false);
        }
        if (source.isMember() && !join.view().equals(group.view) && join.view().seq() > group.view.seq()) {
            group.setInactive(source);
            return;
        }
        learnFrom(join);
        NodeRecord mine = join.record(group.self);
        if (mine != null && mine.isOperational()) {
            source.progressNs = group.nowNs;
        } else if (mine != null) {
            group.setInactive(source);
        }
        source.join = join;
        boolean fromOther = source != group.me;
        if (fromOther && join.view().equals(group.view)) {
            traffic.completeUpTo(raiseSafe(join));
        }
        traffic.requestMissing();
        repeatLeaves(join);
        if (fromOther) {
            elimination.afterJoin(join);
        }
        if (timers.isLongGather()) {
            elimination.afterLongGather();
        }
        answerJoin();
        proposeIfAgreed();
    }

    /** Step 2: a view is about to be installed; returns whether the JOIN is to be handled nevertheless. */
    private boolean isAccountedFor(KnownNode source, Join join) {
        Install install = group.install;
        if (install == null) {
            return true;
        }
        if (!source.uuid.equals(install.source())) {
            if (consensus.isConsistent(install)) {
                return false;
            }
        } else if (join.view().equals(install.installView())) {
            if (group.isGathering()) {
                return false;
            }
            markInstalled(install);
            enterOperational();
            if (group.state() != State.OPERATIONAL) {
                return false;
            }
        }
        shiftToGather(false);
        return true;
    }

    /** Step 4. */
    private void learnFrom(Join join) {
        for (NodeRecord record : join.records()) {
            group.addGatherView(record.view());
            KnownNode node = group.known.get(record.uuid());
            if (node == null && !record.uuid().equals(Uuids.NIL)) {
                node = group.learn(record.uuid());
            }
            if (node != null && record.isEvicted() && node != group.me) {
                group.setInactive(node);
                group.evict(record.uuid());
            }
        }
    }

    /** Step 7; returns the highest seq that the sender has seen in this view. */
    private long raiseSafe(Join join) {
        long highest = -1;
        for (NodeRecord record : join.records()) {
            if (record.view().equals(group.view)) {
                highest = Math.max(highest, record.hs());
                raiseSafe(record);
            }
        }
        return highest;
    }

    private boolean raiseSafe(NodeRecord record) {
        KnownNode node = group.known.get(record.uuid());
        return node != null && node.isMember() && group.input.raiseSafe(node.index, record.safeSeq());
    }

    /** Step 8, second half. */
    private void repeatLeaves(Join join) {
        for (KnownNode node : group.nodes()) {
            if (node.leave == null || node.inactive) {
                continue;
            }
            NodeRecord record = join.record(node.uuid);
            if (record == null || !record.view().equals(group.view) || !record.hasLeave()) {
                traffic.repeatLeave(node.leave);
            }
        }
    }

    /** Step 10. */
    private void answerJoin() {
        Join own = group.me.join;
        if (own == null
                || own.aruSeq() != group.input.aru()
                || own.seq() != group.input.safe()
                || !own.view().equals(group.view)
                || !own.records().equals(group.records())) {
            group.createJoin();
        }
        if (group.nowNs - joinSentNs >= JOIN_PERIOD_NS && !consensus.isReached()) {
            sendJoin();
        }
    }

    private void onJoinWhileLeaving(KnownNode source, Join join) {
        if (source == group.me || !join.view().equals(group.view) || !source.isMember()) {
            return;
        }
        source.progressNs = group.nowNs;
        source.join = join;
        boolean news = false;
        for (NodeRecord record : join.records()) {
            if (record.view().equals(group.view)) {
                news |= raiseSafe(record);
            }
        }
        if (news) {
            sendLeave();
        }
        traffic.requestMissing();
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
                group.nextFifoSeq(),
                group.view,
                group.input.safe(),
                group.input.aru(),
                id,
                group.installRecords());
        group.broadcast(install);
        onInstall(group.me, install);
    }

    /** An INSTALL of a known node, or of this one. */
    void onInstall(KnownNode source, Install install) {
        if (group.state() == State.LEAVING) {
            onInstallWhileLeaving(install);
            return;
        }
        if (group.state() != State.GATHER && group.state() != State.INSTALL) {
            return;
        }
        if (!source.operational
                || group.isFromPreviousView(source, install.view())
                || !isSound(install)
                || !isNews(source, install)) {
            return;
        }
        if (source != group.me) {
            NodeRecord own = install.record(source.uuid);
            if (own == null) {
                return;
            }
            onJoin(source, asJoin(install, own));
            if (group.install != null || !group.isGathering()) {
                return; // the JOIN rules have led to a proposal of this node's own
            }
        }
        NodeRecord mine = install.record(group.self);
        if (mine == null || !mine.isOperational()) {
            return;
        }
        forgetUnlisted(install);
        if (consensus.isConsistent(install) && listsAllMembers(install)) {
            accept(source, install);
        } else {
            shiftToGather(true);
        }
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

    /** Step 2. */
    private boolean isNews(KnownNode source, Install install) {
        Install accepted = group.install;
        if (accepted == null) {
            if (source.installed) {
                shiftToGather(false);
                return false;
            }
            return true;
        }
        if (!accepted.source().equals(install.source())) {
            NodeRecord mine = install.record(group.self);
            if (mine != null && mine.isOperational()) {
                shiftToGather(true);
            }
            return false;
        }
        if (install.installView().seq() <= accepted.installView().seq()) {
            return false;
        }
        shiftToGather(false);
        return true;
    }

    private static Join asJoin(Install install, NodeRecord own) {
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

    /** Step 5. */
    private void forgetUnlisted(Install install) {
        boolean removed = group.known
                .values()
                .removeIf(node -> node != group.me && !node.isMember() && install.record(node.uuid) == null);
        if (removed) {
            group.createJoin();
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
        sendCommitGap(install);
        onCommitGap(group.me, install.fifoSeq());
    }

    /** From any node: it tells a leaving one that it may go. */
    void onInstallWhileLeaving(Install install) {
        NodeRecord mine = install.record(group.self);
        if (mine != null && mine.view().equals(group.view) && (!mine.isOperational() || mine.hasLeave())) {
            enterClosed();
        }
    }

    // Commit and install gaps (section 7.8)

    private void sendCommitGap(Install install) {
        sendInstallPhaseGap(EvsMessage.COMMIT, install, install.fifoSeq());
    }

    private void sendInstallPhaseGap(int flags, Install install, long seq) {
        group.broadcast(new Gap(
                group.self,
                group.settings.version(),
                flags,
                group.nextFifoSeq(),
                install.installView(),
                seq,
                -1,
                Uuids.NIL,
                -1,
                -1));
    }

    /** A commit gap whose source view is the proposed one. */
    void onCommitGap(KnownNode source, long seq) {
        Install install = group.install;
        if (install == null || !group.isGathering()) {
            return;
        }
        if (seq > install.fifoSeq()) {
            shiftToGather(true);
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
        group.shift(State.INSTALL);
        timers.armInactivity();
        timers.armRetransmission();
        sendInstallPhaseGap(0, install, -1);
        onInstallGap(group.me);
    }

    /** Any other gap whose source view is the proposed one. */
    void onInstallGap(KnownNode source) {
        Install install = group.install;
        if (install == null || group.state() != State.INSTALL) {
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
                || (group.state() != State.GATHER && group.state() != State.INSTALL)) {
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
            group.shift(State.INSTALL);
        }
        enterOperational();
    }

    /**
     * The install timer in INSTALL: all have committed, and any of them may have entered the view with this node's gap,
     * so there is no way back, other than section 7.11 has it. Returns whether the view is entered.
     */
    boolean enterIfAllCommitted() {
        Install install = group.install;
        if (install == null || group.state() != State.INSTALL) {
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
            leave();
        }
    }

    // LEAVE (section 7.10)

    void onLeave(KnownNode source, Leave leave) {
        boolean ofThisView = leave.view().equals(group.view);
        if (source.isMember() && !ofThisView) {
            // It has gone on without this node, and leaves from there: nothing of it is of use here.
            if (!group.isFromPreviousView(source, leave.view())) {
                group.setInactive(source);
            }
            return;
        }
        source.leave = leave;
        source.operational = false;
        source.join = null;
        if (!ofThisView || !source.isMember()) {
            return;
        }
        boolean news = group.install == null && group.input.raiseSafe(source.index, leave.aruSeq());
        if (news) {
            source.progressNs = group.nowNs;
        }
        if (group.isOperational()) {
            shiftToGather(true);
        } else if (group.isGathering() && news) {
            sendJoinAndProcess();
        }
    }

    /** Begins to leave; from JOINING or OPERATIONAL. */
    void leave() {
        group.closeRequested = false;
        group.shift(State.LEAVING);
        timers.armInactivity();
        timers.armRetransmission();
        timers.installNs = Timers.OFF;
        traffic.keepalive();
        traffic.flushAll();
        sendLeave();
        if (group.members.length == 1) {
            enterClosed();
        }
    }

    private void sendLeave() {
        group.broadcast(new Leave(
                group.self,
                group.settings.version(),
                0,
                group.nextFifoSeq(),
                group.view,
                group.lastSent,
                group.input.aru()));
    }

    void enterClosed() {
        viewChange.leave();
    }

    // Timers (section 7.2)

    void onRetransmissionTimer() {
        Install install = group.install;
        switch (group.state()) {
            case JOINING -> sendJoinAndProcess();
            case GATHER -> {
                if (install == null) {
                    sendJoinAndProcess();
                } else {
                    if (install.source().equals(group.self) && !allCommitted(install)) {
                        group.broadcast(install.repeated());
                    }
                    sendCommitGap(install);
                }
            }
            case INSTALL -> {
                if (install != null) {
                    sendCommitGap(install);
                    sendInstallPhaseGap(0, install, -1);
                }
            }
            case OPERATIONAL -> traffic.keepalive();
            case LEAVING -> {
                sendLeave();
                traffic.resendMissing();
            }
            case CLOSED -> timers.stop();
        }
    }

    // Eviction (section 7.12)

    void evict(UUID uuid) {
        if (group.evict(uuid) && group.isOperational()) {
            shiftToGather(true);
        }
    }
}
