package io.dromon.transport.evs;

import io.dromon.transport.evs.EvsMessage.Install;
import io.dromon.transport.evs.EvsMessage.Join;
import io.dromon.transport.evs.EvsMessage.Leave;
import io.dromon.transport.wire.Uuids;
import java.util.UUID;

/** How the group agrees on who is in its next view (chapter 02 section 7); {@link Installation} enters it. */
final class Membership {
    private final GroupKnowledge group;
    private final Consensus consensus;
    private final Elimination elimination;
    private final PastViews views;
    private final EvictedNodes evicted;
    private final Gather gather;
    private final Traffic traffic;
    private final Installation installation;
    private final Agenda agenda;

    Membership(
            GroupKnowledge group,
            Consensus consensus,
            PastViews views,
            EvictedNodes evicted,
            Gather gather,
            Traffic traffic,
            Installation installation,
            Agenda agenda) {
        this.group = group;
        this.consensus = consensus;
        this.elimination = new Elimination(group);
        this.views = views;
        this.evicted = evicted;
        this.gather = gather;
        this.traffic = traffic;
        this.installation = installation;
        this.agenda = agenda;
    }

    /** Sends a JOIN and takes it in like one of another node. */
    void sendJoinAndProcess() {
        onJoin(group.me, gather.sendJoin());
    }

    /** A message of a node that was not known (section 6.2). */
    void onForeign(UUID source, EvsMessage message) {
        EvsState state = group.state();
        if (message instanceof Leave
                || group.install != null
                || state == EvsState.LEAVING
                || source.equals(Uuids.NIL)
                || message.view().equals(group.view)
                || views.contains(message.view())
                || isIncarnationKnown(source)) {
            return;
        }
        Join join = message instanceof Join given ? given : null;
        if (state == EvsState.JOINING && (join == null || join.record(group.self) == null)) {
            return;
        }
        if (join != null && Installation.isViewSeqAbsurd(join)) {
            return;
        }
        KnownNode node = group.learn(source);
        if (node == null) {
            return;
        }
        gather.restart();
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

    /**
     * Takes a JOIN in, one of this node too: learns from it, gives up nodes that are gone, answers, and proposes a view
     * once all agree (chapter 02 section 7.4).
     */
    void onJoin(KnownNode source, Join join) {
        if (views.isFrom(source, join.view()) || Installation.isViewSeqAbsurd(join)) {
            return;
        }
        if (installation.isFromWithin(source, join)) {
            installation.enterWithAll();
            agenda.add(() -> onJoinAfterEntry(source, join));
            return;
        }
        if (!installation.isAccountedFor(source, join)) {
            return;
        }
        takeIn(source, join);
    }

    private void onJoinAfterEntry(KnownNode source, Join join) {
        if (group.isOperational()) { // and this node does not leave instead
            gather.shiftToGather(false);
            takeIn(source, join);
        }
    }

    private void takeIn(KnownNode source, Join join) {
        if (group.state() != EvsState.GATHER) {
            gather.shiftToGather(false);
        }
        if (source.isMember() && !join.view().equals(group.view)) {
            group.setInactive(source); // it has gone on, or never came into this view and has formed another one
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
        traffic.missing.requestMissing();
        repeatLeaves(join);
        if (fromOther) {
            elimination.afterJoin(join);
        }
        if (gather.isLong()) {
            elimination.afterLongGather();
        }
        gather.renewJoin();
        gather.answer(consensus.isReached());
        installation.proposeIfAgreed();
    }

    /** Takes over the view ids, the nodes and the evictions that a JOIN names (chapter 02 section 7.4 step 4). */
    private void learnFrom(Join join) {
        for (NodeRecord record : join.records()) {
            views.addSeen(record.view());
            KnownNode node = group.known.get(record.uuid());
            if (node == null && !record.uuid().equals(Uuids.NIL)) {
                node = group.learn(record.uuid());
            }
            if (node != null && record.isEvicted() && node != group.me) {
                group.setInactive(node);
                evicted.add(record.uuid());
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
                group.raiseSafe(record);
            }
        }
        return highest;
    }

    /** Repeats the LEAVEs that the sender of a JOIN has not heard of (chapter 02 section 7.4 step 8). */
    private void repeatLeaves(Join join) {
        for (KnownNode node : group.nodes()) {
            if (node.leave == null || node.inactive) {
                continue;
            }
            NodeRecord record = join.record(node.uuid);
            if (record == null || !record.view().equals(group.view) || !record.hasLeave()) {
                traffic.missing.repeatLeave(node.leave);
            }
        }
    }

    /**
     * Tells the others what has changed since they were told last, as soon as the last JOIN is old enough. Section 7.4
     * leaves that to the retransmission timer, as it does what the inactivity check has found, and the group would stand
     * still for another second.
     */
    void tellNews() {
        if (gather.hasNews()) {
            sendJoinAndProcess();
        }
    }

    /** An INSTALL of another node: what it says counts as a JOIN first (chapter 02 section 7.7). */
    void onInstall(KnownNode source, Install install) {
        if (!installation.isDue(source, install)) {
            return;
        }
        NodeRecord own = install.record(source.uuid);
        if (own == null) {
            return;
        }
        onJoin(source, Installation.asJoin(install, own));
        if (group.install == null && group.isGathering()) { // or the JOIN has led to a proposal of this node's own
            installation.consider(source, install);
        }
    }

    /** A LEAVE of another node (chapter 02 section 7.10). */
    void onLeave(KnownNode source, Leave leave) {
        boolean ofThisView = leave.view().equals(group.view);
        if (source.isMember() && !ofThisView) {
            // It has gone on without this node, and leaves from there: nothing of it is of use here.
            if (!views.isFrom(source, leave.view())) {
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
            gather.shiftToGather(true);
        } else if (group.isGathering() && news) {
            sendJoinAndProcess();
        }
    }

    /** Puts a node out (chapter 02 section 7.12). */
    void evict(UUID uuid) {
        if (evicted.add(uuid) && group.isOperational()) {
            gather.shiftToGather(true);
        }
    }
}
