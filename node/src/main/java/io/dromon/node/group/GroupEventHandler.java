package io.dromon.node.group;

/**
 * Takes the events of the group layer, one method a kind. None has a default: who handles events says of each kind what
 * becomes of it, and a new kind does not compile until all of them do.
 */
public interface GroupEventHandler {
    /** A write-set of any member. */
    void onWriteSet(GroupEvent.WriteSet event);

    /** The members changed, or the primary component was lost or formed. */
    void onConfigurationChange(GroupEvent.ConfigurationChange event);

    /** This node is to give its state. */
    void onStateRequest(GroupEvent.StateRequest event);

    /** Whether the own request for a state, or desync, was accepted. */
    void onStateRequestResult(GroupEvent.StateRequestResult event);

    /** A snapshot that was asked for on behalf of somebody else. */
    void onSnapshotEnded(GroupEvent.SnapshotEnded event);

    /** The own state transfer is over. */
    void onJoined(GroupEvent.Joined event);

    /** The answer to a causal read. */
    void onCausalPoint(GroupEvent.CausalPoint event);

    /** This node is current. */
    void onSynced(GroupEvent.Synced event);

    /** All members have applied so much. */
    void onCommitCut(GroupEvent.CommitCut event);

    /** A member failed to apply a write-set. */
    void onVoteRequest(GroupEvent.VoteRequest event);

    /** How a vote ended. */
    void onVoteResult(GroupEvent.VoteResult event);

    /** The own state transfer will never end. */
    void onStateTransferLost(GroupEvent.StateTransferLost event);

    /** The last event. */
    void onLeft(GroupEvent.Left event);
}
