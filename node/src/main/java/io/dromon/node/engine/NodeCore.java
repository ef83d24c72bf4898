package io.dromon.node.engine;

import io.dromon.node.certification.Refusal;
import io.dromon.node.group.DurabilityReports;
import io.dromon.node.group.GroupCore;
import io.dromon.node.group.GroupDeliveries;
import io.dromon.node.group.GroupEvent;
import io.dromon.node.group.GroupSettings;
import io.dromon.node.group.ReplicationFailure;
import io.dromon.node.group.Ticket;
import io.dromon.node.ist.protocol.IstEvent;
import io.dromon.node.state.core.TransferStep;
import io.dromon.node.writeset.UnsentWriteSet;
import io.dromon.transport.GroupStack;
import io.dromon.transport.StackEffects;
import io.dromon.transport.StackFailure;
import io.dromon.transport.StackSettings;
import io.dromon.transport.evs.EvsView;
import io.dromon.transport.link.LinkEvents;
import io.dromon.transport.link.Links;
import io.dromon.transport.primary.PrimaryView;
import io.dromon.transport.primary.SavedView;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.Position;
import io.dromon.transport.wire.TransportNews;
import io.dromon.transport.wire.Uuids;
import io.dromon.transport.wire.ViewId;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The whole protocol of one node, transport and group layer, without sockets, clock or threads: what the simulator
 * runs, and what {@link ProtocolLoop} drives on its event loop.
 *
 * <p>What the caller owes: all calls from one thread; {@link #endTurn} after each batch of link events, {@link
 * #replicate} and {@link #tick}; {@link #tick} when {@link #nextDeadlineNs} is reached.
 */
public final class NodeCore {
    /**
     * What the core tells its driver: never from inside of EVS, the primary component or the group layer, so anything of
     * the core may be called back but {@link #endTurn}, {@link #tick} and what the links report.
     */
    public interface Effects extends TransportNews {
        /** The next event of the group, in total order; of an arbitrator's write-sets too, which it does not look into. */
        void deliver(GroupEvent event);

        /** The next write-set of a data node, in the same order. */
        void deliver(CertifiedWriteSet writeSet);

        /** An event that a state transfer has brought, in the place of what the group did not deliver to this node. */
        void deliver(IstEvent event);

        /** A configuration is held back, as something is missing before it; its members are known already. */
        default void onHeld(GroupEvent.ConfigurationChange change) {}

        /** A node without any state is given the history from its beginning, by a transfer; this is where that stands now. */
        void onHistory(GroupEvent.ConfigurationChange now);

        /** What a state transfer needs of the driver, which answers by {@link NodeCore#gate}. */
        void onTransfer(TransferStep step);

        /** An own write-set was not queued. */
        void onWriteSetRefused(Ticket.OfWriteSet ticket, Refusal why);

        /** An own write-set will get no number through this node. */
        void onWriteSetFailed(Ticket.OfWriteSet ticket, ReplicationFailure reason);

        /** {@link NodeCore#sync} will get no answer. */
        void onReadFailed(Ticket.OfRead ticket, ReplicationFailure reason);

        /** {@link GroupDeliveries#onMajoritySynced}. */
        default void onMajoritySynced(Position position) {}

        /** To be on disk when this returns. */
        void save(SavedView view);

        /** Not to be found by a later process of this node. */
        void removeSavedView();

        /** The virtual synchrony has a new view, transitional or regular. For log and status. */
        default void onGroupView(EvsView view) {}

        /** Joined a primary component, or need not wait for one. */
        void onConnected();

        /** The end; {@code failure} is null after {@link NodeCore#leave}. */
        void onClosed(@Nullable StackFailure failure);
    }

    private static final PrimaryView LEFT =
            new PrimaryView(new ViewId(ViewId.Type.NON_PRIM, Uuids.NIL, 0), false, 0, List.of(), List.of());

    private final GroupStack stack;
    private final GroupCore group;
    private final CoreControls controls;
    /** Of a data node. */
    private final Optional<CertifiedOrder> certified;

    private final Effects effects;
    private final OrderGate gate;
    private final FromGroup fromGroup = new FromGroup();
    private long nowNs;
    /** Why the node must leave. */
    private @Nullable StackFailure mustLeave;

    private boolean left;
    /** The view that was delivered last is that of a primary component. */
    private boolean inPrimaryView;

    /**
     * @param restored the view that a process of this node has saved
     * @param position where the history ends that the application has kept, {@link Position#NONE} without one
     * @param transfers whether the core asks for the state that is missing, and holds back what comes behind it
     * @param uuids fresh time-based UUIDs
     */
    public NodeCore(
            StackSettings stackSettings,
            GroupSettings groupSettings,
            UUID self,
            String listenAddress,
            Optional<SavedView> restored,
            Position position,
            TransfersState transfers,
            Supplier<UUID> uuids,
            RandomGenerator random,
            Links links,
            Effects effects) {
        this.effects = effects;
        this.stack = new GroupStack(
                stackSettings, self, listenAddress, restored, uuids, random, links, new FromStack(), effects);
        this.group = new GroupCore(
                groupSettings, self, position, uuids, member -> stack.primary().weight(member), stack, effects);
        this.certified = groupSettings.stateless()
                ? Optional.empty()
                : Optional.of(new CertifiedOrder(self, random.nextLong(), effects));
        this.gate = new OrderGate(group, effects, fromGroup::onInconsistent, position, transfers);
        this.controls = new CoreControls(stack, group, certified);
    }

    /** Where the links report to. */
    public LinkEvents linkEvents() {
        return stack;
    }

    /** Where the driver of a state transfer reports to; {@link #endTurn} follows. */
    public OrderGate gate() {
        return gate;
    }

    /** What the members tell each other of what they have synced; {@link #endTurn} follows. */
    public DurabilityReports durability() {
        return group.durability();
    }

    /** What can be changed while the core runs. */
    public CoreControls controls() {
        return controls;
    }

    /** A snapshot, as of a moment that is not before the last call. */
    public CoreStatus status(long nowNs) {
        return new CoreStatus(
                stack.mesh().links(),
                stack.evs().state(),
                stack.primary().state(),
                stack.primary().clusterWeight(),
                group.status(nowNs),
                certified.map(CertifiedOrder::status).orElse(CertificationStatus.NONE));
    }

    /** Starts to join, or to bootstrap. */
    public void open(List<String> initialAddresses, long nowNs) {
        this.nowNs = nowNs;
        stack.open(initialAddresses, nowNs);
    }

    /**
     * Queues a write-set, unless it is certain already that it would fail ({@link Effects#onWriteSetRefused}). A data
     * node's, no arbitrator's.
     *
     * @param snapshot the position that its transaction has read, unless it names one itself; -1: none
     */
    public void replicate(UnsentWriteSet change, long snapshot, Ticket.OfWriteSet ticket) {
        CertifiedOrder order = certified.orElseThrow(() -> new IllegalStateException("an arbitrator writes nothing"));
        CertifiedOrder.Admission admission = order.admit(change, snapshot, ticket, nowNs);
        if (admission instanceof CertifiedOrder.NotSent not) {
            effects.onWriteSetRefused(ticket, not.why());
        } else if (admission instanceof CertifiedOrder.Sealed sealed) {
            if (ticket.isForMajority()) {
                group.durability().expect(nowNs);
            }
            boolean taken = group.replicate(sealed.bytes(), sealed.ticket());
            group.drain(fromGroup);
            if (!taken) {
                order.release(sealed.ticket());
                effects.onWriteSetRefused(ticket, new Refusal(Refusal.Reason.QUEUE_FULL, null));
            }
        }
    }

    /** Asks for a causal point ({@link GroupCore#sync}); false if too many are asked for. */
    public boolean sync(Ticket.OfRead ticket) {
        boolean taken = group.sync(ticket);
        group.drain(fromGroup);
        return taken;
    }

    /** The application has applied all up to {@code seqno}. Cheap; call as often as convenient. */
    public void reportApplied(long seqno) {
        certified.ifPresent(order -> order.onApplied(seqno));
        group.reportApplied(seqno, certified.map(CertifiedOrder::safeToDiscard).orElse(seqno));
    }

    /** Whether write-sets with keys would be taken now, as far as their number decides. */
    public boolean hasRoomForKeys() {
        return certified.map(CertifiedOrder::hasRoom).orElse(true);
    }

    /** Bytes of the write-sets that were taken and are not sent. */
    public long queuedBytes() {
        return group.queuedBytes();
    }

    /** Whether a shorter queue of the application would make this node speak. */
    public boolean awaitsShortQueue() {
        return group.awaitsShortQueue();
    }

    /**
     * The end of a batch.
     *
     * @param actionsNotTaken length of the application's queue
     * @param bytesNotTaken bytes of the write-sets in it
     */
    public void endTurn(int actionsNotTaken, long bytesNotTaken, long nowNs) {
        this.nowNs = nowNs;
        certified.ifPresent(this::sendOwedDigest);
        int waiting = (int) Math.min(Integer.MAX_VALUE, (long) actionsNotTaken + gate.heldEvents());
        group.onQueue(waiting, bytesNotTaken + gate.heldBytes(), nowNs);
        group.endTurn(nowNs);
        group.drain(fromGroup);
        stack.endTurn(nowNs);
        // What was delivered may have let the group layer send again (CONT, the end of an exchange), and no
        // other call may follow soon: without this it would wait for a timer.
        group.endTurn(nowNs);
        group.drain(fromGroup);
        if (stack.evs().queuedBytes() > 0) {
            stack.endTurn(nowNs);
        }
        leaveIfItMust();
    }

    private void sendOwedDigest(CertifiedOrder order) {
        CertifiedOrder.Sealed owed = order.owedDigest(nowNs);
        if (owed != null && !group.replicate(owed.bytes(), owed.ticket())) {
            order.release(owed.ticket());
        }
    }

    /** To do whenever {@link #nextDeadlineNs} is reached; harmless earlier. */
    public void tick(long nowNs) {
        this.nowNs = nowNs;
        stack.tick(nowNs);
        group.tick(nowNs);
        group.drain(fromGroup);
        gate.tick(nowNs);
        leaveIfItMust();
    }

    /** When {@link #tick} is due next; {@link Long#MAX_VALUE} if nothing is. */
    public long nextDeadlineNs() {
        return Math.min(Math.min(stack.nextDeadlineNs(), group.nextDeadlineNs()), gate.nextDeadlineNs());
    }

    /** Leaves gracefully. */
    public void leave(long nowNs) {
        this.nowNs = nowNs;
        stack.leave(nowNs);
    }

    /** The driver cannot go on: ends every ticket; nothing may be called afterwards. */
    public void abandon() {
        if (!left) {
            left = true;
            group.onView(LEFT, nowNs);
            group.drain(fromGroup);
        }
    }

    /** The driver stops as a process that is killed: the same, and the view that it has saved stays. */
    public void halt() {
        inPrimaryView = false;
        abandon();
    }

    /** The weight of a member of the primary component. */
    int weight(UUID member) {
        return stack.primary().weight(member);
    }

    private void leaveIfItMust() {
        if (mustLeave != null) {
            stack.leave(nowNs);
        }
    }

    private final class FromStack implements StackEffects {
        @Override
        public void save(SavedView view) {
            effects.save(view);
        }

        @Override
        public void removeSavedView() {
            effects.removeSavedView();
        }

        @Override
        public void deliverView(PrimaryView view) {
            left |= view.isEmpty();
            inPrimaryView = view.isPrimary();
            group.onView(view, nowNs);
            group.drain(fromGroup);
        }

        @Override
        public void onGroupView(EvsView view) {
            effects.onGroupView(view);
        }

        @Override
        public void deliver(UUID source, int userType, long toSeq, Encodable payload) {
            group.onMessage(source, userType, payload, nowNs);
            group.drain(fromGroup);
        }

        @Override
        public void onConnected() {
            effects.onConnected();
        }

        @Override
        public void onClosed(@Nullable StackFailure failure) {
            abandon(); // if the transport broke down the group layer ends as after a leave: no ticket stays open
            effects.onClosed(failure == null ? mustLeave : failure);
        }
    }

    private final class FromGroup implements GroupDeliveries {
        @Override
        public void deliver(GroupEvent event) {
            if (inPrimaryView && event instanceof GroupEvent.ConfigurationChange change && !change.isPrimary()) {
                // No member of the component has the group's history. Restored after a crash, the component would
                // start another one under the same name, and give numbers a second time.
                effects.removeSavedView();
            }
            if (certified.isPresent()) {
                deliverCertified(event, certified.get());
            } else {
                gate.deliver(event, nowNs);
            }
        }

        private void deliverCertified(GroupEvent event, CertifiedOrder order) {
            if (event instanceof GroupEvent.WriteSet writeSet) {
                deliver(order.onWriteSet(writeSet));
                order.divergence().ifPresent(this::onInconsistent);
                return;
            }
            if (event instanceof GroupEvent.ConfigurationChange change) {
                order.onConfigurationChange(change);
            } else if (event instanceof GroupEvent.CommitCut cut) {
                order.onCommitCut(cut.seqno());
            }
            gate.deliver(event, nowNs);
        }

        private void deliver(CertifiedWriteSet writeSet) {
            boolean isForMajority =
                    writeSet.ticket() != null && writeSet.ticket().isForMajority();
            if (isForMajority && writeSet.verdict().passed()) {
                group.durability().await(writeSet.seqno());
            }
            gate.deliver(writeSet);
        }

        @Override
        public void onWriteSetFailed(Ticket.OfWriteSet ticket, ReplicationFailure reason) {
            Ticket.OfWriteSet given = certified.isPresent() ? certified.get().release(ticket) : ticket;
            if (given != null) {
                effects.onWriteSetFailed(given, reason);
            }
        }

        @Override
        public void onReadFailed(Ticket.OfRead ticket, ReplicationFailure reason) {
            effects.onReadFailed(ticket, reason);
        }

        @Override
        public void onMajoritySynced(Position position) {
            effects.onMajoritySynced(position);
        }

        @Override
        public void onInconsistent(String reason) {
            mustLeave(StackFailure.Kind.PROTOCOL, reason);
        }

        @Override
        public void onIncompatible(String reason) {
            mustLeave(StackFailure.Kind.INCOMPATIBLE, reason);
        }

        private void mustLeave(StackFailure.Kind kind, String reason) {
            if (mustLeave == null) {
                mustLeave = new StackFailure(kind, reason);
            }
        }
    }
}
