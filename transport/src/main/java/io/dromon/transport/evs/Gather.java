package io.dromon.transport.evs;

import io.dromon.transport.evs.EvsMessage.Join;
import org.jspecify.annotations.Nullable;

/**
 * The state GATHER, and the JOIN with which this node tells in it what it knows (chapter 02 sections 7.1 to 7.3).
 */
final class Gather {
    /** Between two JOINs that answer JOINs (section 8). */
    private static final long JOIN_PERIOD_NS = 100_000_000L;

    private final GroupKnowledge group;
    private final NodeRecords records;
    private final EvsSender sender;
    private final Traffic traffic;
    private final Timers timers;
    private final EvsMesh mesh;
    private long joinSentNs = KnownNode.LONG_AGO;
    /** What the others were told last. */
    private @Nullable Join told;

    Gather(GroupKnowledge group, NodeRecords records, EvsSender sender, Traffic traffic, Timers timers, EvsMesh mesh) {
        this.group = group;
        this.records = records;
        this.sender = sender;
        this.traffic = traffic;
        this.timers = timers;
        this.mesh = mesh;
    }

    /** Begins, or begins again, to agree on a view (section 7.1). */
    void shiftToGather(boolean withJoin) {
        EvsState from = group.state();
        if (from == EvsState.OPERATIONAL) {
            traffic.flushAll();
        }
        withdrawProposal();
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

    /** Begins again, with the whole install timeout before it. */
    void restart() {
        shiftToGather(false);
        timers.armInstall();
    }

    /**
     * Begins again, because of what a node says of the accepted proposal. The JOINs of the others are from before it:
     * they are not judged by these, once for each node that makes this one begin again.
     */
    void beginAgain(KnownNode because) {
        if (!because.hasRestartedGather) {
            because.hasRestartedGather = true;
            timers.putOffInstall();
        }
        shiftToGather(false);
    }

    /** No proposal stands any more. */
    private void withdrawProposal() {
        group.install = null;
        for (KnownNode node : group.nodes()) {
            node.committed = false;
            node.installed = false;
        }
    }

    /** Whether it lasts for the suspect timeout already (rule E5). */
    boolean isLong() {
        return timers.isLongGather();
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

    /** Creates a JOIN of this node and stores it. */
    Join createJoin() {
        Join join = new Join(
                group.self,
                group.settings.version(),
                0,
                sender.nextFifoSeq(),
                group.view,
                group.input.safe(),
                group.input.aru(),
                records.joinRecords());
        group.me.join = join;
        return join;
    }

    /** Creates a JOIN and sends it; the others may connect again whom it lists. */
    Join sendJoin() {
        Join join = createJoin();
        sender.broadcast(join);
        joinSentNs = group.nowNs;
        told = join;
        timers.joinNs = Timers.OFF;
        for (NodeRecord record : join.records()) {
            if (record.isOperational()
                    && !record.isSuspected()
                    && !record.isEvicted()
                    && !record.uuid().equals(group.self)) {
                mesh.allow(record.uuid());
            }
        }
        return join;
    }

    /** Renews the own JOIN if it is out of date. */
    void renewJoin() {
        if (!saysWhatIsKnown(group.me.join)) {
            createJoin();
        }
    }

    /** Sends a JOIN unless all agree, 100 ms after the last one at the earliest (chapter 02 section 7.4 step 10). */
    void answer(boolean allAgree) {
        if (isPeriodOver() && !allAgree) {
            sendJoin();
        } else if (!saysWhatIsKnown(told)) {
            timers.joinNs = Math.max(group.nowNs, joinSentNs + JOIN_PERIOD_NS);
        }
    }

    /** Whether what has changed since the others were told last is to be told now; if it is too early, sets the timer. */
    boolean hasNews() {
        if (!group.isGathering() || group.install != null || saysWhatIsKnown(told)) {
            timers.joinNs = Timers.OFF;
            return false;
        }
        if (isPeriodOver()) {
            return true;
        }
        timers.joinNs = joinSentNs + JOIN_PERIOD_NS;
        return false;
    }

    private boolean isPeriodOver() {
        return group.nowNs - joinSentNs >= JOIN_PERIOD_NS;
    }

    private boolean saysWhatIsKnown(@Nullable Join join) {
        return join != null
                && join.aruSeq() == group.input.aru()
                && join.seq() == group.input.safe()
                && join.view().equals(group.view)
                && join.records().equals(records.joinRecords());
    }
}
