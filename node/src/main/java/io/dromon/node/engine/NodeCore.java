package io.dromon.node.engine;

import io.dromon.node.group.GroupCore;
import io.dromon.node.group.GroupDeliveries;
import io.dromon.node.group.GroupEvent;
import io.dromon.node.group.GroupSettings;
import io.dromon.node.group.ReplicationFailure;
import io.dromon.node.group.Ticket;
import io.dromon.transport.GroupStack;
import io.dromon.transport.StackEffects;
import io.dromon.transport.StackFailure;
import io.dromon.transport.StackSettings;
import io.dromon.transport.evs.EvsView;
import io.dromon.transport.link.LinkEvents;
import io.dromon.transport.link.Links;
import io.dromon.transport.primary.PrimaryView;
import io.dromon.transport.primary.SavedView;
import io.dromon.transport.wire.Bytes;
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
        /** The next event of the group, in total order. */
        void deliver(GroupEvent event);

        /** An own write-set will get no number through this node. */
        void onWriteSetFailed(Ticket.OfWriteSet ticket, ReplicationFailure reason);

        /** {@link NodeCore#sync} will get no answer. */
        void onReadFailed(Ticket.OfRead ticket, ReplicationFailure reason);

        /** To be on disk when this returns. */
        void save(SavedView view);

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
    private final Effects effects;
    private final GroupDeliveries fromGroup = new FromGroup();
    private long nowNs;
    /** Why the node must leave. */
    private @Nullable StackFailure mustLeave;

    private boolean left;

    /**
     * @param restored the view that a process of this node has saved
     * @param position where the history ends that the application has kept, {@link Position#NONE} without one
     * @param uuids fresh time-based UUIDs
     */
    public NodeCore(
            StackSettings stackSettings,
            GroupSettings groupSettings,
            UUID self,
            String listenAddress,
            Optional<SavedView> restored,
            Position position,
            Supplier<UUID> uuids,
            RandomGenerator random,
            Links links,
            Effects effects) {
        this.effects = effects;
        this.stack = new GroupStack(
                stackSettings, self, listenAddress, restored, uuids, random, links, new FromStack(), effects);
        this.group = new GroupCore(groupSettings, self, position, uuids, stack, effects);
        this.controls = new CoreControls(stack, group);
    }

    /** Where the links report to. */
    public LinkEvents linkEvents() {
        return stack;
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
                group.status(nowNs));
    }

    /** Starts to join, or to bootstrap. */
    public void open(List<String> initialAddresses, long nowNs) {
        this.nowNs = nowNs;
        stack.open(initialAddresses, nowNs);
    }

    /** Queues a write-set; false if too much is queued already. */
    public boolean replicate(Bytes writeSet, Ticket.OfWriteSet ticket) {
        boolean taken = group.replicate(writeSet, ticket);
        group.drain(fromGroup);
        return taken;
    }

    /** Asks for a causal point ({@link GroupCore#sync}); false if too many are asked for. */
    public boolean sync(Ticket.OfRead ticket) {
        boolean taken = group.sync(ticket);
        group.drain(fromGroup);
        return taken;
    }

    /** The application has applied all up to {@code seqno}. Cheap; call as often as convenient. */
    public void reportApplied(long seqno) {
        group.reportApplied(seqno);
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
        group.onQueue(actionsNotTaken, bytesNotTaken, nowNs);
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

    /** To do whenever {@link #nextDeadlineNs} is reached; harmless earlier. */
    public void tick(long nowNs) {
        this.nowNs = nowNs;
        stack.tick(nowNs);
        group.tick(nowNs);
        group.drain(fromGroup);
        leaveIfItMust();
    }

    /** When {@link #tick} is due next; {@link Long#MAX_VALUE} if nothing is. */
    public long nextDeadlineNs() {
        return Math.min(stack.nextDeadlineNs(), group.nextDeadlineNs());
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
            effects.deliver(event);
        }

        @Override
        public void onWriteSetFailed(Ticket.OfWriteSet ticket, ReplicationFailure reason) {
            effects.onWriteSetFailed(ticket, reason);
        }

        @Override
        public void onReadFailed(Ticket.OfRead ticket, ReplicationFailure reason) {
            effects.onReadFailed(ticket, reason);
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
