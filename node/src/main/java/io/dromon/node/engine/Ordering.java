package io.dromon.node.engine;

import io.dromon.node.ClusterView;
import io.dromon.node.Durability;
import io.dromon.node.NodeState;
import io.dromon.node.apply.CallFailures;
import io.dromon.node.apply.DeliveryItem;
import io.dromon.node.apply.PendingCommit;
import io.dromon.node.apply.PendingRead;
import io.dromon.node.certification.Refusal;
import io.dromon.node.certification.Verdict;
import io.dromon.node.group.GroupEvent;
import io.dromon.node.group.GroupMember;
import io.dromon.node.group.MemberStatus;
import io.dromon.node.group.ReplicationFailure;
import io.dromon.node.group.Ticket;
import io.dromon.node.ist.protocol.IstEvent;
import io.dromon.transport.wire.Position;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
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
    private final UUID self;
    private final CertificationFailures failures;
    private final Consumer<DeliveryItem> out;
    private ClusterView view = ClusterView.NONE;
    /** Of the members, as of the events that a state transfer brings. */
    private Map<UUID, String> transferredNames;

    /**
     * @param names of the members where the kept state ends
     * @param out takes the items, from inside of the calls
     */
    Ordering(UUID self, CertificationFailures failures, Map<UUID, String> names, Consumer<DeliveryItem> out) {
        this.self = self;
        this.failures = failures;
        this.transferredNames = names;
        this.out = out;
    }

    /** An arbitrator's, which looks into no write-set. */
    @Override
    public void onWriteSet(GroupEvent.WriteSet event) {
        out.accept(new DeliveryItem.OrderedWriteSet(
                event.seqno(),
                event.origin(),
                name(event.originIndex()),
                event.seqno() - 1,
                event.data(),
                commit(event.ticket())));
    }

    /** A data node's. */
    void onCertified(CertifiedWriteSet writeSet) {
        PendingCommit own = commit(writeSet.ticket());
        Verdict verdict = writeSet.verdict();
        if (verdict.passed() && writeSet.data().length() > 0) {
            out.accept(new DeliveryItem.OrderedWriteSet(
                    verdict.seqno(),
                    writeSet.origin(),
                    name(writeSet.originIndex()),
                    verdict.depends(),
                    writeSet.data(),
                    own));
        } else {
            ClusterView members = view;
            out.accept(new DeliveryItem.FailedWriteSet(
                    verdict.seqno(), own, () -> failures.ofVerdict(own, verdict, members)));
        }
    }

    /** The core has not queued an own write-set. */
    void onWriteSetRefused(Ticket.OfWriteSet ticket, Refusal why) {
        PendingCommit call = (PendingCommit) ticket;
        ClusterView members = view;
        out.accept(new DeliveryItem.CallFailed(call, () -> failures.ofRefusal(call, why, members)));
    }

    /** What a transfer brings before it may come from members that are named here alone. */
    void onHeld(GroupEvent.ConfigurationChange change) {
        Map<UUID, String> known = names(change);
        known.putAll(transferredNames);
        transferredNames = known;
    }

    /** The application is given a history from its beginning: it must know which before the first write-set. */
    void onHistory(GroupEvent.ConfigurationChange now) {
        out.accept(new DeliveryItem.History(view(now)));
    }

    /** What a state transfer has brought: certified by all members long ago, no one's here. */
    void onTransferred(IstEvent event) {
        if (event instanceof IstEvent.WriteSet writeSet
                && writeSet.content().data().length() > 0) {
            out.accept(new DeliveryItem.OrderedWriteSet(
                    event.seqno(),
                    writeSet.content().source(),
                    transferredNames.getOrDefault(writeSet.content().source(), ""),
                    event.seqno() - Math.max(1, writeSet.content().paRange()),
                    writeSet.content().data(),
                    null));
            return;
        }
        if (event instanceof IstEvent.Change change) {
            transferredNames = LastMembers.names(change.content());
        }
        out.accept(new DeliveryItem.EmptyNumber(event.seqno()));
    }

    private String name(int index) {
        return index >= 0 && index < view.members().size()
                ? view.members().get(index).name()
                : "";
    }

    @Override
    public void onConfigurationChange(GroupEvent.ConfigurationChange event) {
        if (event.isPrimary()) {
            transferredNames = names(event);
        }
        view = view(event);
        out.accept(
                new DeliveryItem.View(view, event.members().isEmpty() ? NodeState.CLOSED : state(event.ownStatus())));
    }

    /** This node is a donor from here on; a snapshot is asked for by the transfer itself. */
    @Override
    public void onStateRequest(GroupEvent.StateRequest event) {
        out.accept(new DeliveryItem.State(NodeState.DONOR));
    }

    @Override
    public void onStateRequestResult(GroupEvent.StateRequestResult event) {
        if (event.donorIndex() >= 0) {
            boolean desynced = event.donor().equals(self);
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
     * Nothing to decide: a node that comes to this write-set without a failure votes for success, and the group layer does
     * that by itself.
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

    /** Members have synced all up to there. */
    void onMajoritySynced(Position upTo) {
        out.accept(new DeliveryItem.Synced(Durability.MAJORITY, upTo));
    }

    /** The group layer has no answer to a causal read. */
    void onReadFailed(Ticket.OfRead ticket, ReplicationFailure reason) {
        PendingRead call = read(ticket);
        out.accept(
                reason == ReplicationFailure.CLOSED
                        ? new DeliveryItem.CallEnded(call)
                        : new DeliveryItem.CallFailed(call, () -> CallFailures.ofRead(reason)));
    }

    private static Map<UUID, String> names(GroupEvent.ConfigurationChange change) {
        return change.members().stream()
                .collect(Collectors.toMap(GroupMember::uuid, GroupMember::name, (one, other) -> one, HashMap::new));
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
