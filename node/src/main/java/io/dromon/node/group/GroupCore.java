package io.dromon.node.group;

import io.dromon.transport.GroupSender;
import io.dromon.transport.primary.PrimaryView;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.Position;
import io.dromon.transport.wire.TransportNews;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

/**
 * The group layer of one node. Specification: chapter 04.
 *
 * <p>What the caller owes: all calls from one thread; {@link #endTurn} after each batch of {@link #onView}, {@link
 * #onMessage}, {@link #replicate} and the other requests, with {@link #onQueue} just before it; {@link #tick}
 * when {@link #nextDeadlineNs} is reached. Results come up through an outbox: {@link #drain} after each of these calls.
 *
 * <p>Bad input never stops it. A message that cannot be decoded, or that comes in the wrong state, is dropped and
 * reported by {@link TransportNews#onAnomaly}. Where a real node aborts on a broken sequence of fragments, that action is
 * dropped: all members of a configuration see the same fragments in the same order and with the same state of the
 * channels, so the seqnos stay equal. Only an action that this node's bounds cannot hold (see {@link GroupSettings})
 * makes it leave, by {@link GroupDeliveries#onInconsistent}: the others may have room for it.
 */
public final class GroupCore {
    /** Causal reads asked for at a time; more are refused. */
    public static final int MAX_READS = CausalReads.MAX_READS;

    private final GroupSettings settings;
    private final TransportNews news;
    private final GroupOutbox outbox = new GroupOutbox();
    private final Configuration configuration;
    private final Member self;
    private final StateExchange exchange;
    private final FlowControl flow;
    private final Outgoing outgoing;
    private final SendQueue queue;
    private final StateTransfer transfer;
    private final Actions actions;
    private final Voting voting;
    private final Reconfiguration reconfiguration;
    private final QueueGuard guard;

    private long nowNs;
    private Member lastSource;
    private long largestWriteSet = Long.MAX_VALUE;

    /**
     * @param self own UUID
     * @param initialPosition where the saved history ends, {@link Position#NONE} without one
     * @param uuids fresh time-based UUIDs, for exchanges and histories
     * @param weights of the members of a primary component, as quorum counts them
     * @param below sends to the group
     * @param news hears what is for logs and counters
     */
    public GroupCore(
            GroupSettings settings,
            UUID self,
            Position initialPosition,
            Supplier<UUID> uuids,
            ToIntFunction<UUID> weights,
            GroupSender below,
            TransportNews news) {
        this.settings = settings;
        this.news = news;
        this.configuration = new Configuration(settings, self, initialPosition);
        this.self = configuration.self;
        this.exchange = new StateExchange(settings, configuration, uuids);
        this.flow = new FlowControl(settings.flow());
        this.outgoing = new Outgoing(settings, configuration, flow, weights, below, outbox, news);
        this.queue = outgoing.queue;
        Withdrawal withdrawal = new Withdrawal(configuration, outgoing, outbox);
        this.guard = new QueueGuard(configuration, flow, withdrawal);
        this.transfer = new StateTransfer(settings, configuration, flow, queue, outgoing.control, outbox, news);
        this.actions = new Actions(settings, configuration, flow, queue, transfer, withdrawal, outbox, news);
        this.voting = new Voting(settings, configuration, outgoing.control, withdrawal, outbox);
        this.reconfiguration = new Reconfiguration(
                configuration, exchange, flow, outgoing, transfer, voting, withdrawal, outbox, news);
        this.lastSource = this.self;
    }

    // ---- views and messages -------------------------------------------------------------------------------------

    /** A view of the primary-component layer, in its order. */
    public void onView(PrimaryView view, long nowNs) {
        this.nowNs = nowNs;
        if (configuration.state() == GroupState.CLOSED) {
            return;
        }
        lastSource = self;
        reconfiguration.onView(view, nowNs);
    }

    /**
     * A message of the primary-component layer, in its order.
     *
     * @param payload for an own message the very object that was sent, else {@link Bytes}
     */
    public void onMessage(UUID source, int userType, Encodable payload, long nowNs) {
        this.nowNs = nowNs;
        if (configuration.isOver()) {
            return;
        }
        Member member = lastSource;
        if (!member.uuid.equals(source)) {
            member = configuration.table.find(source);
            if (member == null) {
                news.onAnomaly(source, "message of type " + userType + " from no member of the view");
                return;
            }
            lastSource = member;
        }
        try {
            dispatch(member, userType, payload);
        } catch (MalformedMessageException e) {
            news.onAnomaly(source, "type " + userType + ": " + e.getMessage());
        }
    }

    private void dispatch(Member member, int userType, Encodable payload) throws MalformedMessageException {
        switch (userType) {
            case MessageType.ACTION -> {
                if (payload instanceof OwnFragment fragment) {
                    actions.onOwnFragment(fragment, nowNs);
                } else if (member == self) {
                    news.onAnomaly(member.uuid, "an own action that was not sent by this node");
                } else {
                    actions.onForeignFragment(member, Bytes.of(payload), nowNs);
                }
            }
            case MessageType.STATE_UUID ->
                reconfiguration.onStateUuid(
                        member,
                        payload instanceof StateUuidMessage m ? m : StateUuidMessage.decode(Bytes.of(payload)),
                        nowNs);
            case MessageType.STATE_MSG ->
                reconfiguration.onStateMessage(
                        member, payload instanceof StateMessage m ? m : StateMessage.decode(Bytes.of(payload)), nowNs);
            case MessageType.LAST, MessageType.JOIN, MessageType.SYNC, MessageType.VOTE ->
                onCodeMessage(
                        member,
                        userType,
                        payload instanceof CodeMessage m
                                ? m
                                : CodeMessage.decode(Bytes.of(payload), userType == MessageType.VOTE));
            case MessageType.FLOW ->
                onFlow(member, payload instanceof FlowMessage m ? m : FlowMessage.decode(Bytes.of(payload)));
            case MessageType.CAUSAL -> {
                if (payload instanceof CausalReads.Mark mark) {
                    outgoing.reads.onMark(mark);
                } else {
                    news.onAnomaly(member.uuid, "a causal point, which is no message, was sent");
                }
            }
            default -> news.onAnomaly(member.uuid, "unknown message type " + userType);
        }
    }

    // ---- code messages ------------------------------------------------------------------------------------------

    private void onCodeMessage(Member member, int userType, CodeMessage message) {
        if (!configuration.isPrimary() && userType != MessageType.VOTE) {
            return;
        }
        if (!message.isOf(configuration.groupUuid)) {
            news.onAnomaly(member.uuid, "message of type " + userType + " of another group dropped");
            return;
        }
        switch (userType) {
            case MessageType.LAST -> onLast(member, message);
            case MessageType.JOIN -> transfer.onJoin(member, message, nowNs);
            case MessageType.SYNC -> transfer.onSync(member, nowNs);
            default -> voting.onVote(member, message);
        }
    }

    private void onLast(Member member, CodeMessage message) {
        if (message.code() != 0) {
            outgoing.durability.onMessage(member, message, nowNs);
        } else if (configuration.commitCut.onLast(
                member, message.seqno(), configuration.table.all(), configuration.gcs())) {
            configuration.commitCut.deliver(outbox, self.status);
        }
    }

    private void onFlow(Member member, FlowMessage message) {
        if (configuration.state() != GroupState.PRIMARY) {
            return;
        }
        if (message.confId() != (int) configuration.confId) {
            news.onAnomaly(member.uuid, "flow control of another configuration");
            return;
        }
        member.stops += message.stop() ? 1 : -1;
        if (member == self && message.stop()) {
            for (Member other : configuration.table.all()) {
                other.bytesSinceStop = 0;
            }
        }
        flow.onFlow(message.stop(), nowNs);
    }

    // ---- requests of the node -----------------------------------------------------------------------------------

    /** {@code repl.max_ws_size}, bytes: larger own write-sets fail from now on. What others send is not judged by it. */
    public void limitWriteSets(long bytes) {
        largestWriteSet = bytes;
    }

    /**
     * Queues a write-set; it goes out at the end of the turn. It ends with its {@link GroupEvent.WriteSet} or with
     * {@link GroupDeliveries#onWriteSetFailed} (for a hopeless one with the next {@link #drain}). If a view change cuts it off, it is sent
     * again without notice: it gets one seqno.
     *
     * @param writeSet at least one byte; never copied, never changed by anybody from now on
     * @param ticket names it when it ends
     * @return false if the queue is full: nothing was done, try again after a turn
     */
    public boolean replicate(Bytes writeSet, Ticket.OfWriteSet ticket) {
        if (writeSet.length() == 0) {
            throw new IllegalArgumentException("an empty write-set");
        }
        if (configuration.isOver()) {
            outbox.writeSetFailed(ticket, ReplicationFailure.CLOSED);
        } else if (writeSet.length() > Math.min(largestWriteSet, settings.maxActionBytes())) {
            outbox.writeSetFailed(ticket, ReplicationFailure.TOO_LARGE);
        } else if (configuration.state() == GroupState.NON_PRIMARY) {
            outbox.writeSetFailed(ticket, ReplicationFailure.PRIMARY_LOST);
        } else if (configuration.state() == GroupState.PRIMARY && !self.status.isJoined()) {
            outbox.writeSetFailed(ticket, ReplicationFailure.NOT_JOINED);
        } else if (queue.queuedBytes() > 0 && queue.queuedBytes() + writeSet.length() > settings.sendQueueBytes()) {
            return false;
        } else {
            queue.add(OwnAction.writeSet(writeSet, ticket));
        }
        return true;
    }

    /**
     * Asks for a point in the order behind all that the group has ordered by now: answered by {@link
     * GroupEvent.CausalPoint}, or by {@link GroupDeliveries#onReadFailed} outside of the primary component. No message goes to the
     * group for it. While the node is being cut off it may be answered with what the node has.
     *
     * @param ticket names it in the answer
     * @return false if too many are asked for: nothing was done
     */
    public boolean sync(Ticket.OfRead ticket) {
        return outgoing.reads.ask(ticket);
    }

    /**
     * Asks for the state (section 7.3); sent when this node is PRIM. Answered by {@link
     * GroupEvent.StateRequestResult}; while no donor is free the core asks again each second. Not for settings that
     * join by themselves.
     *
     * @param position end of the own history, for IST; {@link Position#NONE} if it has none
     * @param request the application's request
     */
    public void requestState(Position position, Bytes request) {
        transfer.request(position, request);
    }

    /**
     * A transfer is over, at the joiner or at the donor (section 7.5). Sent again by itself if a view change swallowed
     * it; ignored if this node is neither JOINER nor DONOR.
     *
     * @param seqno seqno of the state received or given
     * @param code 0, or a negative errno
     */
    public void join(long seqno, long code) {
        transfer.join(seqno, code);
    }

    /**
     * Has a donor run a snapshot for another program, as garbd's {@code --sst} does (chapter 06 section 9): asked for in place of
     * the request with which an arbitrator joins, so before the first view. Answered by {@link
     * GroupEvent.StateRequestResult} and {@link GroupEvent.SnapshotEnded} or {@link GroupEvent.StateTransferLost}; the
     * node does not join and is to leave then.
     *
     * @param request {@code METHOD} or {@code METHOD:ARGUMENT}
     */
    public void wantSnapshot(String request) {
        transfer.wantSnapshot(request);
    }

    /** Desyncs this node (section 7.6); answered by {@link GroupEvent.StateRequestResult} with the own index. */
    public void desync() {
        transfer.desync();
    }

    /** Takes one {@link #desync} back. */
    public void resync() {
        transfer.join(configuration.actId, 0);
    }

    /**
     * The application has applied all up to {@code seqno}: votes that are asked for are answered with success by it
     * (section 11). Cheap; call as often as convenient.
     *
     * @param safeToDiscard what this node needs no more to certify, which is told to the group every 128 seqnos (section
     *     9); {@code seqno} if it certifies nothing
     */
    public void reportApplied(long seqno, long safeToDiscard) {
        outgoing.control.onApplied(seqno, safeToDiscard);
    }

    /**
     * The application failed to apply {@code seqno} (section 11); to be called instead of {@link #reportApplied} for
     * it. Answered by {@link GroupEvent.VoteResult}, and by {@link GroupDeliveries#onInconsistent} if the others succeeded.
     *
     * @param error text of the error as it is hashed, its own NUL included if it has one
     * @return the value that this node votes
     */
    public long vote(long seqno, Bytes error) {
        return voting.vote(seqno, error);
    }

    /** What the members tell each other of what they have synced. */
    public DurabilityReports durability() {
        return outgoing.durability;
    }

    /** Lowest seqno that this node can give by IST, -1 if none; told to the others at the next exchange. */
    public void setCached(long seqno) {
        exchange.setCached(seqno);
    }

    /** Changes flow control at run time; what governs a joiner holds from its next transfer on. */
    public void configure(FlowSettings changed) {
        flow.configure(changed);
    }

    /** Hands over what the calls have led to; the requests may be called from inside. */
    public void drain(GroupDeliveries above) {
        outbox.drain(above);
    }

    // ---- time and sending ---------------------------------------------------------------------------------------

    /**
     * The application's queue: events delivered and not yet taken. Called at the end of each turn, before {@link
     * #endTurn}. A member whose queue has no room left ({@code gcs.recv_q_hard_limit}) leaves by {@link
     * GroupDeliveries#onInconsistent}: flow control has asked the others to stop long before.
     *
     * @param actionsNotTaken number of these events
     * @param bytesNotTaken bytes of the write-sets among them
     */
    public void onQueue(int actionsNotTaken, long bytesNotTaken, long nowNs) {
        this.nowNs = nowNs;
        flow.onQueue(actionsNotTaken, bytesNotTaken, nowNs);
        guard.judge(actionsNotTaken, bytesNotTaken);
    }

    /** The end of a batch: sends what is queued as far as the layer below takes it. */
    public void endTurn(long nowNs) {
        this.nowNs = nowNs;
        outgoing.send(nowNs);
    }

    /** To do whenever {@link #nextDeadlineNs} is reached; harmless earlier. */
    public void tick(long nowNs) {
        this.nowNs = nowNs;
        flow.tick(nowNs);
        transfer.tick(nowNs);
        outgoing.send(nowNs);
    }

    /** When {@link #tick} is due next; {@link Long#MAX_VALUE} if nothing is. */
    public long nextDeadlineNs() {
        return Math.min(Math.min(outgoing.nextDeadlineNs(), transfer.nextDeadlineNs()), flow.nextDeadlineNs());
    }

    // ---- status -------------------------------------------------------------------------------------------------

    /** Whether a shorter queue of the application would make this node speak: CONT, or SYNC. */
    public boolean awaitsShortQueue() {
        return flow.isStopSent() || self.status == MemberStatus.JOINED;
    }

    /** Bytes of the write-sets that were taken and are not sent. */
    public long queuedBytes() {
        return queue.queuedBytes();
    }

    /** A snapshot, as of the last event. */
    public GroupStatus status() {
        return status(nowNs);
    }

    /** A snapshot, as of a moment that is not before the last event. */
    public GroupStatus status(long nowNs) {
        return new GroupStatus(
                configuration.state(),
                self.status,
                configuration.confId,
                configuration.groupUuid,
                configuration.actId,
                configuration.table.snapshot(),
                self.index,
                configuration.isPrimary() ? configuration.versions : GroupVersions.NONE,
                configuration.commitCut.seqno(),
                flow.status(configuration.table.stoppers(), nowNs),
                queue.queuedBytes(),
                queue.inFlight());
    }
}
