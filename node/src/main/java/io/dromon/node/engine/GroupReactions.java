package io.dromon.node.engine;

import io.dromon.node.group.GroupEvent;
import io.dromon.node.group.GroupVersions;
import org.jspecify.annotations.Nullable;

/**
 * The node's own reactions to the group's events, beside what its application is told: log lines, and what follows from
 * its configuration. On the protocol thread, but for {@link #agreedVersions}.
 */
final class GroupReactions implements GroupEvent.Handler {
    private final NodeLog log;
    private final @Nullable SnapshotErrand snapshot;
    private final Runnable whenSynced;
    private final Runnable leave;
    private volatile GroupVersions agreedVersions = GroupVersions.NONE;

    /**
     * @param snapshot null unless this node only asks for a snapshot
     * @param whenSynced called at each {@link GroupEvent.Synced}
     * @param leave called when the errand is over
     */
    GroupReactions(NodeLog log, @Nullable SnapshotErrand snapshot, Runnable whenSynced, Runnable leave) {
        this.log = log;
        this.snapshot = snapshot;
        this.whenSynced = whenSynced;
        this.leave = leave;
    }

    /** What the members have agreed on, {@link GroupVersions#NONE} outside of the primary component. Any thread. */
    GroupVersions agreedVersions() {
        return agreedVersions;
    }

    /** Too many for a line each. */
    @Override
    public void onWriteSet(GroupEvent.WriteSet event) {}

    @Override
    public void onConfigurationChange(GroupEvent.ConfigurationChange event) {
        log.view(event);
        agreedVersions = event.versions();
    }

    @Override
    public void onStateRequest(GroupEvent.StateRequest event) {
        log.stateRequest(event);
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
