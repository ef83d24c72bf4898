package io.dromon.node.engine;

import io.dromon.node.ClusterView;
import io.dromon.node.NodeState;
import io.dromon.node.apply.CallFailures;
import io.dromon.node.apply.DeliveryItem;
import io.dromon.node.apply.PendingCommit;
import io.dromon.node.apply.PendingRead;
import io.dromon.node.group.GroupEvent;
import io.dromon.node.group.GroupMember;
import io.dromon.node.group.MemberStatus;
import io.dromon.node.group.ReplicationFailure;
import io.dromon.node.group.Ticket;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The ordering stage: sees every event of the group in the total order, decides what becomes of it, and hands on what the
 * application or a caller is to be told, in the same order. An own write-set is joined with the future of its writer here.
 *
 * <p>No I/O, no threads; it belongs to the protocol thread. Whatever is a function of the order alone is decided here: a
 * write-set is not handed on before its verdict is known, and the applying stage may work on several at a time.
 *
 * <p>The tickets of the group layer are a node's own calls: {@link PendingCommit} of write-sets, {@link PendingRead} of
 * causal reads.
 */
final class Ordering implements GroupEvent.Handler {
    private final Consumer<DeliveryItem> out;
    private ClusterView view = ClusterView.NONE;

    /** @param out takes the items, from inside of the calls */
    Ordering(Consumer<DeliveryItem> out) {
        this.out = out;
    }

    @Override
    public void onWriteSet(GroupEvent.WriteSet event) {
        out.accept(new DeliveryItem.OrderedWriteSet(
                event.seqno(), event.origin(), name(event.originIndex()), event.data(), commit(event.ticket())));
    }

    private String name(int index) {
        return index >= 0 && index < view.members().size()
                ? view.members().get(index).name()
                : "";
    }

    @Override
    public void onConfigurationChange(GroupEvent.ConfigurationChange event) {
        view = view(event);
        out.accept(
                new DeliveryItem.View(view, event.members().isEmpty() ? NodeState.CLOSED : state(event.ownStatus())));
    }

    /** Never comes: a node's settings say that it gives no state, and the group layer refuses by itself. */
    @Override
    public void onStateRequest(GroupEvent.StateRequest event) {}

    @Override
    public void onStateRequestResult(GroupEvent.StateRequestResult event) {
        if (event.donorIndex() >= 0) {
            boolean desynced = event.donorIndex() == view.ownIndex();
            out.accept(new DeliveryItem.State(desynced ? NodeState.DONOR : NodeState.JOINER));
        }
    }

    /** The application has no part in a snapshot that a donor runs for another program. */
    @Override
    public void onSnapshotEnded(GroupEvent.SnapshotEnded event) {}

    @Override
    public void onJoined(GroupEvent.Joined event) {
        out.accept(new DeliveryItem.State(state(event.status())));
    }

    @Override
    public void onCausalPoint(GroupEvent.CausalPoint event) {
        out.accept(new DeliveryItem.ReadPoint(read(event.ticket()), event.seqno()));
    }

    @Override
    public void onSynced(GroupEvent.Synced event) {
        out.accept(new DeliveryItem.State(NodeState.SYNCED));
    }

    /** Nothing is kept here that a cut would free. */
    @Override
    public void onCommitCut(GroupEvent.CommitCut event) {}

    /**
     * Nothing to decide: an application that fails ends the node, so that a node which comes to this write-set votes for
     * success, and the group layer does that by itself.
     */
    @Override
    public void onVoteRequest(GroupEvent.VoteRequest event) {}

    /** A node that was outvoted is told to leave by the group layer. */
    @Override
    public void onVoteResult(GroupEvent.VoteResult event) {}

    /** The state stays what it is; the next configuration tells. */
    @Override
    public void onStateTransferLost(GroupEvent.StateTransferLost event) {}

    /** An empty configuration came just before, and the application knows that the node is CLOSED. */
    @Override
    public void onLeft(GroupEvent.Left event) {}

    /** The group layer will not order an own write-set. */
    void onWriteSetFailed(Ticket.OfWriteSet ticket, ReplicationFailure reason) {
        PendingCommit call = (PendingCommit) ticket;
        out.accept(
                reason == ReplicationFailure.CLOSED
                        ? new DeliveryItem.CallEnded(call)
                        : new DeliveryItem.CallFailed(call, () -> CallFailures.ofWriteSet(reason)));
    }

    /** The group layer has no answer to a causal read. */
    void onReadFailed(Ticket.OfRead ticket, ReplicationFailure reason) {
        PendingRead call = read(ticket);
        out.accept(
                reason == ReplicationFailure.CLOSED
                        ? new DeliveryItem.CallEnded(call)
                        : new DeliveryItem.CallFailed(call, () -> CallFailures.ofRead(reason)));
    }

    private static @Nullable PendingCommit commit(Ticket.@Nullable OfWriteSet ticket) {
        return (PendingCommit) ticket;
    }

    private static PendingRead read(Ticket.OfRead ticket) {
        return (PendingRead) ticket;
    }

    private static ClusterView view(GroupEvent.ConfigurationChange change) {
        return new ClusterView(
                change.groupUuid(),
                change.confId(),
                change.seqno(),
                change.isPrimary(),
                change.members().stream().map(Ordering::member).toList(),
                change.ownIndex());
    }

    /** A member in the words of the public API. */
    static ClusterView.Member member(GroupMember member) {
        return new ClusterView.Member(
                member.uuid(),
                member.name(),
                member.address(),
                member.segment(),
                state(member.status()),
                member.arbitrator());
    }

    /** The state of a node that has a status in its group. */
    static NodeState state(MemberStatus status) {
        return switch (status) {
            case NON_PRIM -> NodeState.OPEN;
            case PRIM -> NodeState.PRIMARY;
            case JOINER -> NodeState.JOINER;
            case DONOR -> NodeState.DONOR;
            case JOINED -> NodeState.JOINED;
            case SYNCED -> NodeState.SYNCED;
        };
    }
}
