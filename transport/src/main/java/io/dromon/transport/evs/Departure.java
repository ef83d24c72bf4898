package io.dromon.transport.evs;

import io.dromon.transport.evs.EvsMessage.Install;
import io.dromon.transport.evs.EvsMessage.Join;
import io.dromon.transport.evs.EvsMessage.Leave;

/** How this node leaves gracefully (chapter 02 section 7.10): what it does in the state LEAVING, and how it gets there. */
final class Departure {
    private final GroupKnowledge group;
    private final EvsSender sender;
    private final Traffic traffic;
    private final Timers timers;
    private final ViewChange viewChange;

    Departure(GroupKnowledge group, EvsSender sender, Traffic traffic, Timers timers, ViewChange viewChange) {
        this.group = group;
        this.sender = sender;
        this.traffic = traffic;
        this.timers = timers;
        this.viewChange = viewChange;
    }

    /** Begins to leave; from JOINING or OPERATIONAL. */
    void leave() {
        group.closeRequested = false;
        group.shift(EvsState.LEAVING);
        timers.startInactivity();
        timers.armRetransmission();
        timers.installNs = Timers.OFF;
        traffic.emptyMessage();
        traffic.flushAll();
        sendLeave();
        if (group.members.length == 1) {
            viewChange.leave();
        }
    }

    private void sendLeave() {
        sender.broadcast(new Leave(
                group.self,
                group.settings.version(),
                0,
                sender.nextFifoSeq(),
                group.view,
                group.lastSent,
                group.input.aru()));
    }

    /** The retransmission timer. */
    void repeat() {
        sendLeave();
        traffic.missing.resendMissing();
    }

    /** Another node agrees on a view without this one: what it has acknowledged is told to the rest. */
    void onJoin(KnownNode source, Join join) {
        if (source == group.me || !join.view().equals(group.view) || !source.isMember()) {
            return;
        }
        source.progressNs = group.nowNs;
        source.join = join;
        boolean news = false;
        for (NodeRecord record : join.records()) {
            if (record.view().equals(group.view)) {
                news |= group.raiseSafe(record);
            }
        }
        if (news) {
            sendLeave();
        }
        traffic.missing.requestMissing();
    }

    /** From any node: it tells a leaving one that it may go. */
    void onInstall(Install install) {
        NodeRecord mine = install.record(group.self);
        if (mine != null && mine.view().equals(group.view) && (!mine.isOperational() || mine.hasLeave())) {
            viewChange.leave();
        }
    }
}
