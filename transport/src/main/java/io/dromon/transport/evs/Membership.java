package io.dromon.transport.evs;

import io.dromon.transport.evs.EvsMessage.Install;
import io.dromon.transport.evs.EvsMessage.Join;
import io.dromon.transport.evs.EvsMessage.Leave;
import io.dromon.transport.evs.EvsMessage.StateMessage;
import io.dromon.transport.wire.Uuids;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** How the group agrees on who is in its next view (chapter 02 section 7); {@link Installation} enters it. */
final class Membership {
    /** Between two JOINs that answer JOINs (section 8). */
    private static final long JOIN_PERIOD_NS = 100_000_000L;
    /** View numbers above are not taken notice of: 30 bits must never run out because of one message. */
    static final int MAX_VIEW_SEQ = (1 << 30) - (1 << 16);

    private final GroupKnowledge group;
    private final Consensus consensus;
    private final Elimination elimination;
    private final Traffic traffic;
    private final Timers timers;
    private final ViewChange viewChange;
    final Installation installation;
    private long joinSentNs = KnownNode.LONG_AGO;
    /** What the others were told last. */
    private @Nullable Join told;

    Membership(GroupKnowledge group, Consensus consensus, Traffic traffic, Timers timers) {
        this.group = group;
        this.consensus = consensus;
        this.elimination = new Elimination(group);
        this.traffic = traffic;
        this.timers = timers;
        this.viewChange = new ViewChange(group, traffic, timers);
        this.installation = new Installation(group, consensus, timers, viewChange, this);
    }

    // JOIN

    /** Creates a JOIN and sends it; the others may connect again whom it lists. */
    Join sendJoin() {
        Join join = group.createJoin();
        group.broadcast(join);
        joinSentNs = group.nowNs;
        told = join;
        timers.joinNs = Timers.OFF;
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
        EvsState from = group.state();
        if (from == EvsState.OPERATIONAL) {
            traffic.flushAll();
        }
        installation.clear();
        group.shift(EvsState.GATHER);
        timers.startInactivity();
        if (from == EvsState.OPERATIONAL || from == EvsState.JOINING) {
            timers.armRetransmission();
            timers.armInstall();
        }
        if (withJoin) {
            sendJoin();
        }
    }

    /** A message of a node that was not known (section 6.2). */
    void onForeign(UUID source, EvsMessage message) {
        EvsState state = group.state();
        if (message instanceof Leave
                || group.install != null
                || state == EvsState.LEAVING
                || source.equals(Uuids.NIL)
                || message.view().equals(group.view)
                || group.isPreviousView(message.view())
                || isIncarnationKnown(source)) {
            return;
        }
        Join join = message instanceof Join given ? given : null;
        if (state == EvsState.JOINING && (join == null || join.record(group.self) == null)) {
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

    static boolean isViewSeqAbsurd(StateMessage message) {
        return message.view().seq() > MAX_VIEW_SEQ;
    }

    /**
     * Takes a JOIN in, one of this node too: learns from it, gives up nodes that are gone, answers, and proposes a view
     * once all agree (chapter 02 section 7.4).
     */
    void onJoin(KnownNode source, Join join) {
        if (group.state() == EvsState.LEAVING) {
            onJoinWhileLeaving(source, join);
            return;
        }
        if (group.isFromPreviousView(source, join.view()) || isViewSeqAbsurd(join)) {
            return;
        }
        if (group.install != null && !installation.isAccountedFor(source, join)) {
            return;
        }
        if (group.state() != EvsState.GATHER) {
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
        installation.proposeIfAgreed();
    }

    /** Takes over the view ids, the nodes and the evictions that a JOIN names (chapter 02 section 7.4 step 4). */
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

    /**
     * Takes over what the members have acknowledged, according to a JOIN; returns the highest seq that its sender has
     * seen in this view (chapter 02 section 7.4 step 7).
     */
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

    /** Repeats the LEAVEs that the sender of a JOIN has not heard of (chapter 02 section 7.4 step 8). */
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

    /**
     * Renews the own JOIN if it is out of date and sends it unless all agree, 100 ms after the last one at the earliest
     * (chapter 02 section 7.4 step 10).
     */
    private void answerJoin() {
        if (!saysWhatIsKnown(group.me.join)) {
            group.createJoin();
        }
        if (group.nowNs - joinSentNs >= JOIN_PERIOD_NS && !consensus.isReached()) {
            sendJoin();
        } else if (!saysWhatIsKnown(told)) {
            timers.joinNs = Math.max(group.nowNs, joinSentNs + JOIN_PERIOD_NS);
        }
    }

    private boolean saysWhatIsKnown(@Nullable Join join) {
        return join != null
                && join.aruSeq() == group.input.aru()
                && join.seq() == group.input.safe()
                && join.view().equals(group.view)
                && join.records().equals(group.joinRecords());
    }

    /**
     * Tells the others what has changed since they were told last, as soon as the last JOIN is old enough. Section 7.4
     * leaves that to the retransmission timer, as it does what the inactivity check has found, and the group would stand
     * still for another second.
     */
    void tellNews() {
        if (!group.isGathering() || group.install != null || saysWhatIsKnown(told)) {
            timers.joinNs = Timers.OFF;
        } else if (group.nowNs - joinSentNs >= JOIN_PERIOD_NS) {
            sendJoinAndProcess();
        } else {
            timers.joinNs = joinSentNs + JOIN_PERIOD_NS;
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
        group.shift(EvsState.LEAVING);
        timers.startInactivity();
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
                    completeSequence();
                    sendJoinAndProcess();
                } else {
                    installation.repeat(install);
                }
            }
            case INSTALL -> {
                if (install != null) {
                    installation.repeat(install);
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

    /**
     * Uses up the own seqs for all that has arrived, which consensus asks for. A message with MSG_MORE leaves it to the
     * next one of its sender; if the sender is gone, nothing else would do it, and no view could ever be installed.
     */
    void completeSequence() {
        if (group.isGathering() && group.install == null) {
            traffic.completeUpTo(group.input.maxHs());
        }
    }

    // Eviction (section 7.12)

    void evict(UUID uuid) {
        if (group.evict(uuid) && group.isOperational()) {
            shiftToGather(true);
        }
    }
}
