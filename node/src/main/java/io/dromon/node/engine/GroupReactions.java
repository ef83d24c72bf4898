package io.dromon.node.engine;

import io.dromon.node.certification.Conflict;
import io.dromon.node.group.GroupEvent;
import io.dromon.node.group.GroupVersions;
import io.dromon.node.state.StateTransfers;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The node's own reactions to the group's events, beside what its application is told: log lines, and what follows from
 * its configuration. On the protocol thread, but for {@link #agreedVersions}.
 */
final class GroupReactions implements GroupEvent.Handler {
    private final NodeLog log;
    private final BooleanSupplier logsConflicts;
    private final FailureVote failureVote;
    private final @Nullable SnapshotErrand snapshot;
    private final Optional<StateTransfers> transfers;
    private final Runnable whenSynced;
    private final Runnable leave;
    private volatile int dataMembers;
    private volatile GroupVersions agreedVersions = GroupVersions.NONE;

    /**
     * @param logsConflicts {@code cert.log_conflicts}
     * @param failureVote told how votes end
     * @param snapshot null unless this node only asks for a snapshot
     * @param transfers empty for an application without state
     * @param whenSynced called at each {@link GroupEvent.Synced}
     * @param leave called when the errand is over
     */
    GroupReactions(
            NodeLog log,
            BooleanSupplier logsConflicts,
            FailureVote failureVote,
            @Nullable SnapshotErrand snapshot,
            Optional<StateTransfers> transfers,
            Runnable whenSynced,
            Runnable leave) {
        this.log = log;
        this.logsConflicts = logsConflicts;
        this.failureVote = failureVote;
        this.snapshot = snapshot;
        this.transfers = transfers;
        this.whenSynced = whenSynced;
        this.leave = leave;
    }

    /** What the members have agreed on, {@link GroupVersions#NONE} outside of the primary component. Any thread. */
    GroupVersions agreedVersions() {
        return agreedVersions;
    }

    /** Members of the last view that have data, this node among them. Any thread. */
    int dataMembers() {
        return dataMembers;
    }

    /** Too many for a line each, but for conflicts, if they are asked for. */
    void onCertified(CertifiedWriteSet writeSet) {
        Conflict conflict = writeSet.verdict().conflict();
        if (conflict != null && logsConflicts.getAsBoolean()) {
            log.conflict(conflict);
        }
    }

    /** Too many for a line each. */
    @Override
    public void onWriteSet(GroupEvent.WriteSet event) {}

    @Override
    public void onConfigurationChange(GroupEvent.ConfigurationChange event) {
        log.view(event);
        agreedVersions = event.versions();
        failureVote.onConfigurationChange(event);
        transfers.ifPresent(given -> given.onConfigurationChange(event));
        dataMembers = (int)
                event.members().stream().filter(member -> !member.arbitrator()).count();
    }

    @Override
    public void onStateRequest(GroupEvent.StateRequest event) {
        log.stateRequest(event);
        transfers.ifPresent(given -> given.onStateRequest(event));
    }

    @Override
    public void onStateRequestResult(GroupEvent.StateRequestResult event) {
        log.stateRequestResult(event);
        if (snapshot != null) {
            snapshot.onAnswer(event);
            leaveIfOver(snapshot);
        }
    }

    @Override
    public void onSnapshotEnded(GroupEvent.SnapshotEnded event) {
        if (snapshot != null) { // no other node asks for one
            snapshot.onEnd(event);
            leaveIfOver(snapshot);
        }
    }

    @Override
    public void onJoined(GroupEvent.Joined event) {
        log.joined(event);
    }

    /** Too many for a line each. */
    @Override
    public void onCausalPoint(GroupEvent.CausalPoint event) {}

    @Override
    public void onSynced(GroupEvent.Synced event) {
        log.synced();
        whenSynced.run();
    }

    /** Comes every 128 write-sets: the status tells it. */
    @Override
    public void onCommitCut(GroupEvent.CommitCut event) {}

    @Override
    public void onVoteRequest(GroupEvent.VoteRequest event) {
        log.voteRequest(event);
    }

    @Override
    public void onVoteResult(GroupEvent.VoteResult event) {
        log.voteResult(event);
        failureVote.onResult(event);
    }

    @Override
    public void onStateTransferLost(GroupEvent.StateTransferLost event) {
        log.stateTransferLost(event);
        if (snapshot != null) {
            snapshot.onLost(event);
            leaveIfOver(snapshot);
        }
    }

    /** The end has a line of its own. */
    @Override
    public void onLeft(GroupEvent.Left event) {}

    private void leaveIfOver(SnapshotErrand errand) {
        if (errand.isOver()) {
            leave.run();
        }
    }
}
