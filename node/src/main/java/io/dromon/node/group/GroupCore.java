package io.dromon.node.group;

import io.dromon.transport.evs.SendResult;
import io.dromon.transport.primary.PrimaryView;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.Position;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The group layer of one node. Specification: chapter 04.
 *
 * <p>What the caller owes: all calls from one thread; {@link #endTurn} after each batch of {@link #onView}, {@link
 * #onMessage}, {@link #replicate} and the other requests, with {@link #onQueue} just before it; {@link #tick}
 * when {@link #nextDeadlineNs} is reached. Effects are called from inside of the calls and must not call back, save
 * {@link #replicate} and the other requests, which may be called from anywhere.
 *
 * <p>Bad input never stops it. A message that cannot be decoded, or that comes in the wrong state, is dropped and
 * reported by {@link GroupEffects#onAnomaly}. Where a real node aborts on a broken sequence of fragments, that action is
 * dropped: all members of a configuration see the same fragments in the same order and with the same state of the
 * channels, so the seqnos stay equal. Only an action that this node's bounds cannot hold (see {@link GroupSettings})
 * makes it leave, by {@link GroupEffects#onInconsistent}: the others may have room for it.
 */
public final class GroupCore {
    /** Causal reads asked for at a time; more are refused. */
    public static final int MAX_READS = 65_536;

    private static final long RETRY_NS = 10_000_000;

    private final Supplier<UUID> uuids;
    private final GroupEffects effects;
    private final GroupVariables group;
    private final Member self;
    private final StateTransfer transfer;
    private final Actions actions;
    private final Voting voting;

    private boolean left;
    private long cached = -1;
    private boolean sending;
    private boolean sendAgain;
    private long retryAtNs = Long.MAX_VALUE;
    private Member lastSource;
    private long largestWriteSet = Long.MAX_VALUE;

    /**
     * @param self own UUID
     * @param initialPosition where the saved history ends, {@link Position#NONE} without one
     * @param uuids fresh time-based UUIDs, for exchanges and histories
     */
    public GroupCore(
            GroupSettings settings, UUID self, Position initialPosition, Supplier<UUID> uuids, GroupEffects effects) {
        this.uuids = uuids;
        this.effects = effects;
        this.group = new GroupVariables(settings, self, initialPosition, uuids, effects);
        this.self = group.self;
        this.transfer = new StateTransfer(group);
        this.actions = new Actions(group, transfer);
        this.voting = new Voting(group);
        this.lastSource = this.self;
    }

    // ---- views and messages -------------------------------------------------------------------------------------

    /** A view of the primary-component layer, in its order. */
    public void onView(PrimaryView view, long nowNs) {
        group.nowNs = nowNs;
        if (group.state == GroupState.CLOSED) {
            return;
        }
        boolean wasPrimary = group.state == GroupState.PRIMARY;
        boolean inconsistent = group.state == GroupState.INCONSISTENT;
        group.membersChanged();
        lastSource = self;
        group.control.onView();
        if (view.isEmpty()) {
            group.exchange.onNonPrimaryView(view, wasPrimary);
            group.state = GroupState.CLOSED;
            left = true;
            enterNonPrimary(ReplicationFailure.CLOSED);
            effects.deliver(new GroupEvent.Left(inconsistent ? "inconsistent with the group" : "left the group"));
        } else if (inconsistent) {
            group.exchange.onNonPrimaryView(view, wasPrimary);
        } else if (view.isPrimary() || view.bootstrap()) {
            group.exchange.onPrimaryView(view, wasPrimary);
            actions.onPrimaryView();
            group.reads.askAgain();
            group.state = GroupState.WAIT_STATE_UUID;
            if (self.index == 0) {
                group.control.stateUuid = new StateUuidMessage(uuids.get());
                send();
            }
        } else {
            group.exchange.onNonPrimaryView(view, wasPrimary);
            group.state = GroupState.NON_PRIMARY;
            enterNonPrimary(ReplicationFailure.PRIMARY_LOST);
        }
    }

    /**
     * A message of the primary-component layer, in its order.
     *
     * @param payload for an own message the very object that was sent, else {@link Bytes}
     */
    public void onMessage(UUID source, int userType, Encodable payload, long nowNs) {
        group.nowNs = nowNs;
        if (group.isOver()) {
            return;
        }
        Member member = lastSource;
        if (!member.uuid.equals(source)) {
            member = group.table.find(source);
            if (member == null) {
                effects.onAnomaly(source, "message of type " + userType + " from no member of the view");
                return;
            }
            lastSource = member;
        }
        try {
            dispatch(member, userType, payload);
        } catch (MalformedMessageException e) {
            effects.onAnomaly(source, "type " + userType + ": " + e.getMessage());
        }
    }

    private void dispatch(Member member, int userType, Encodable payload) throws MalformedMessageException {
        switch (userType) {
            case MessageType.ACTION -> {
                if (payload instanceof OwnFragment fragment) {
                    actions.onOwnFragment(fragment);
                } else if (member == self) {
                    effects.onAnomaly(member.uuid, "an own action that was not sent by this node");
                } else {
                    actions.onForeignFragment(member, Bytes.of(payload));
                }
            }
            case MessageType.STATE_UUID ->
                onStateUuid(
                        member, payload instanceof StateUuidMessage m ? m : StateUuidMessage.decode(Bytes.of(payload)));
            case MessageType.STATE_MSG ->
                onStateMessage(member, payload instanceof StateMessage m ? m : StateMessage.decode(Bytes.of(payload)));
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
                    group.reads.onMark(mark);
                } else {
                    effects.onAnomaly(member.uuid, "a causal point, which is no message, was sent");
                }
            }
            default -> effects.onAnomaly(member.uuid, "unknown message type " + userType);
        }
    }

    // ---- state exchange -----------------------------------------------------------------------------------------

    private void onStateUuid(Member member, StateUuidMessage message) {
        if (group.state != GroupState.WAIT_STATE_UUID || member.index != 0) {
            effects.onAnomaly(member.uuid, "stray name of a state exchange");
            return;
        }
        group.exchange.onStateUuid(message.stateUuid());
        group.state = GroupState.WAIT_STATE_MSG;
        group.control.stateMessage = group.exchange.ownMessage(group.settings, cached);
        send();
    }

    private void onStateMessage(Member member, StateMessage message) {
        if (group.state != GroupState.WAIT_STATE_MSG) {
            if (group.state == GroupState.PRIMARY) {
                effects.onAnomaly(member.uuid, "stray state message");
            }
            return;
        }
        group.membersChanged();
        if (!group.exchange.onStateMessage(member, message)) {
            return;
        }
        UUID donor = self.donor;
        switch (group.exchange.finish(group.settings)) {
            case NON_PRIMARY -> {
                group.state = GroupState.NON_PRIMARY;
                enterNonPrimary(ReplicationFailure.PRIMARY_LOST);
            }
            case REVERSED ->
                group.inconsistent("the group's history ends at " + group.exchange.quorumActId()
                        + ", before this node's seqno " + group.exchange.actId());
            case TOO_NEW ->
                group.inconsistent("the group speaks " + group.exchange.versions() + ", later than this node's "
                        + GroupSettings.GCS_VERSION + ", "
                        + group.settings.format().replVersion() + ", "
                        + group.settings.format().applVersion());
            case DATABASES ->
                group.incompatible(names(group.exchange.interpreters()) + " of this group: a database"
                        + " takes a data node of Dromon for one of its own, asks it for a state that it does not have, and"
                        + " aborts. Use 'dromon arbitrator' to be a member among databases, or another group name"
                        + " (wsrep_cluster_name) for a cluster of Dromon nodes");
            case PRIMARY -> {
                if (group.settings.isOpaqueDataNode()
                        && !group.exchange.interpreters().isEmpty()) {
                    effects.onNotice(names(group.exchange.interpreters()) + " of this group of Dromon nodes: it cannot"
                            + " read their write-sets and ends by itself (its log says that the protocol version is not"
                            + " supported); start it in a group of databases");
                }
                enterPrimary(donor);
            }
        }
    }

    private static String names(List<Member> members) {
        return (members.size() == 1 ? "a database is a member (" : members.size() + " databases are members (")
                + members.stream().map(member -> member.snapshot().name()).collect(Collectors.joining(", "))
                + ")";
    }

    private void enterPrimary(UUID lostDonor) {
        group.state = GroupState.PRIMARY;
        boolean voted = voting.recount();
        long seqno = group.exchange.nextActId();
        beginFlowControl();
        deliverConfiguration(group.exchange.versions(), voted);
        group.deliverCommitCut();
        if (voted) {
            voting.leaveIfOutvoted();
        }
        if (!group.isPrimary()) {
            return;
        }
        group.queue.rewind();
        if (!self.status.isJoined()) {
            group.failUnsent(ReplicationFailure.NOT_JOINED);
        }
        group.control.onConfiguration(self.status, self.lastApplied);
        transfer.onPrimaryConfiguration(seqno, lostDonor);
    }

    private void enterNonPrimary(ReplicationFailure reason) {
        transfer.onNonPrimaryConfiguration();
        beginFlowControl();
        deliverConfiguration(GroupVersions.NONE, false);
        group.queue.rewind();
        group.failUnsent(reason);
        group.failSent();
        group.failRequests();
        group.reads.fail(reason);
    }

    private void beginFlowControl() {
        for (Member member : group.table.all()) {
            member.stops = 0;
        }
        group.flow.onConfiguration(group.table.all().length, self.status, group.nowNs);
    }

    private void deliverConfiguration(GroupVersions versions, boolean voted) {
        group.membersChanged();
        effects.deliver(new GroupEvent.ConfigurationChange(
                group.exchange.actId(),
                group.exchange.confId(),
                group.exchange.groupUuid(),
                left ? List.of() : group.members(),
                self.index,
                versions,
                voted ? voting.resultSeqno() : -1,
                voted ? voting.resultValue() : 0));
    }

    // ---- code messages ------------------------------------------------------------------------------------------

    private void onCodeMessage(Member member, int userType, CodeMessage message) {
        if (!group.isPrimary() && userType != MessageType.VOTE) {
            return;
        }
        if (!message.isOf(group.exchange.groupUuid())) {
            effects.onAnomaly(member.uuid, "message of type " + userType + " of another group dropped");
            return;
        }
        switch (userType) {
            case MessageType.LAST -> onLast(member, message);
            case MessageType.JOIN -> transfer.onJoin(member, message);
            case MessageType.SYNC -> transfer.onSync(member);
            default -> voting.onVote(member, message);
        }
    }

    private void onLast(Member member, CodeMessage message) {
        if (message.code() == 0
                && group.exchange.commitCut.onLast(member, message.seqno(), group.table.all(), group.gcs())) {
            group.deliverCommitCut();
        }
    }

    private void onFlow(Member member, FlowMessage message) {
        if (group.state != GroupState.PRIMARY) {
            return;
        }
        if (message.confId() != (int) group.exchange.confId()) {
            effects.onAnomaly(member.uuid, "flow control of another configuration");
            return;
        }
        member.stops += message.stop() ? 1 : -1;
        if (member == self && message.stop()) {
            for (Member other : group.table.all()) {
                other.bytesSinceStop = 0;
            }
        }
        group.flow.onFlow(message.stop(), group.nowNs);
    }

    // ---- requests of the node -----------------------------------------------------------------------------------

    /** {@code repl.max_ws_size}, bytes: larger own write-sets fail from now on. What others send is not judged by it. */
    public void limitWriteSets(long bytes) {
        largestWriteSet = bytes;
    }

    /**
     * Queues a write-set; it goes out at the end of the turn. It ends with its {@link GroupEvent.WriteSet} or with
     * {@link GroupEffects#onWriteSetFailed} (for a hopeless one from inside of this call). If a view change cuts it off, it is sent
     * again without a word: it gets one seqno.
     *
     * @param writeSet at least one byte; never copied, never changed by anybody from now on
     * @param ticket names it when it ends
     * @return false if the queue is full: nothing was done, try again after a turn
     */
    public boolean replicate(Bytes writeSet, Ticket.OfWriteSet ticket) {
        if (writeSet.length() == 0) {
            throw new IllegalArgumentException("an empty write-set");
        }
        if (group.isOver()) {
            effects.onWriteSetFailed(ticket, ReplicationFailure.CLOSED);
        } else if (writeSet.length() > Math.min(largestWriteSet, group.settings.maxActionBytes())) {
            effects.onWriteSetFailed(ticket, ReplicationFailure.TOO_LARGE);
        } else if (group.state == GroupState.NON_PRIMARY) {
            effects.onWriteSetFailed(ticket, ReplicationFailure.PRIMARY_LOST);
        } else if (group.state == GroupState.PRIMARY && !self.status.isJoined()) {
            effects.onWriteSetFailed(ticket, ReplicationFailure.NOT_JOINED);
        } else if (group.queue.queuedBytes() > 0
                && group.queue.queuedBytes() + writeSet.length() > group.settings.sendQueueBytes()) {
            return false;
        } else {
            group.queue.add(OwnAction.writeSet(writeSet, ticket));
        }
        return true;
    }

    /**
     * Asks for a point in the order behind all that the group has ordered by now: answered by {@link
     * GroupEvent.CausalPoint}, or by {@link GroupEffects#onReadFailed} outside of the primary component. No message goes to the
     * group for it. While the node is being cut off it may be answered with what the node has.
     *
     * @param ticket names it in the answer
     * @return false if too many are asked for: nothing was done
     */
    public boolean sync(Ticket.OfRead ticket) {
        return group.reads.ask(ticket);
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
     * Has a donor give a snapshot to somebody else, as garbd's {@code --sst} does (chapter 06 section 9): asked for in place of
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
        transfer.join(group.exchange.actId(), 0);
    }

    /**
     * The application has applied all up to {@code seqno}. Cheap; call as often as convenient. It is told to the group
     * every 128 seqnos (section 9), and votes that are asked for are answered with success by it (section 11).
     */
    public void reportApplied(long seqno) {
        group.control.applied = Math.max(group.control.applied, seqno);
    }

    /**
     * The application failed to apply {@code seqno} (section 11); to be called instead of {@link #reportApplied} for
     * it. Answered by {@link GroupEvent.VoteResult}, and by {@link GroupEffects#onInconsistent} if the others succeeded.
     *
     * @param error text of the error as it is hashed, its own NUL included if it has one
     */
    public void vote(long seqno, Bytes error) {
        voting.vote(seqno, error);
    }

    /** Lowest seqno that this node can give by IST, -1 if none; told to the others at the next exchange. */
    public void setCached(long seqno) {
        cached = seqno;
    }

    /** Changes flow control at run time; what governs a joiner holds from its next transfer on. */
    public void configure(FlowSettings changed) {
        group.settings = group.settings.withFlow(changed);
        group.flow.configure(changed);
    }

    // ---- time and sending ---------------------------------------------------------------------------------------

    /**
     * The application's queue: events delivered and not yet taken. Called at the end of each turn, before {@link
     * #endTurn}. A member whose queue has no room left ({@code gcs.recv_q_hard_limit}) leaves by {@link
     * GroupEffects#onInconsistent}: flow control has asked the others to stop long before.
     *
     * @param actionsNotTaken number of these events
     * @param bytesNotTaken bytes of the write-sets among them
     */
    public void onQueue(int actionsNotTaken, long bytesNotTaken, long nowNs) {
        group.nowNs = nowNs;
        group.flow.onQueue(actionsNotTaken, bytesNotTaken, nowNs);
        if (group.state == GroupState.PRIMARY && group.flow.isOverflowing(self.status, bytesNotTaken)) {
            group.inconsistent(bytesNotTaken + " bytes in " + actionsNotTaken + " events wait for the application, "
                    + group.settings.flow().receiveHardLimit()
                    + " may (gcs.recv_q_hard_limit, at most a quarter of the heap)" + whoWentOn()
                    + "; make the application quicker, or give the JVM a larger heap (-Xmx)");
            return;
        }
        if (group.state == GroupState.PRIMARY && group.flow.hasJoinerFailed()) {
            group.inconsistent("no room for what waits for the state: " + group.flow.describeJoiner()
                    + "; raise gcs.recv_q_hard_limit, or let gcs.max_throttle=0 stop the group");
        }
    }

    /** Who sent most after this node's STOP, which all members have seen at the same place of the order. */
    private String whoWentOn() {
        Member most = self;
        for (Member member : group.table.all()) {
            if (member != self && (most == self || member.bytesSinceStop > most.bytesSinceStop)) {
                most = member;
            }
        }
        return most != self && group.flow.isStopSent() && most.bytesSinceStop > 0
                ? "; member " + most.snapshot().name() + " (" + most.uuid + ") sent " + most.bytesSinceStop
                        + " bytes after it was told to stop (flow control)"
                : "";
    }

    /** The end of a batch: sends what is queued as far as the layer below takes it. */
    public void endTurn(long nowNs) {
        group.nowNs = nowNs;
        send();
    }

    /** To do whenever {@link #nextDeadlineNs} is reached; harmless earlier. */
    public void tick(long nowNs) {
        group.nowNs = nowNs;
        group.flow.tick(nowNs);
        transfer.tick();
        send();
    }

    /** When {@link #tick} is due next; {@link Long#MAX_VALUE} if nothing is. */
    public long nextDeadlineNs() {
        return Math.min(Math.min(retryAtNs, transfer.nextDeadlineNs()), group.flow.nextDeadlineNs());
    }

    private void send() {
        sendAgain = true;
        if (sending) {
            return;
        }
        sending = true;
        retryAtNs = Long.MAX_VALUE;
        try {
            // The layer below may deliver from inside of its send(), and that may give more to send.
            while (sendAgain) {
                sendAgain = false;
                if (!sendOnce()) {
                    retryAtNs = group.nowNs + RETRY_NS;
                    return;
                }
            }
        } finally {
            sending = false;
        }
    }

    private boolean sendOnce() {
        return switch (group.state) {
            case WAIT_STATE_UUID, WAIT_STATE_MSG -> group.control.sendExchange(effects);
            case PRIMARY ->
                group.control.send(effects, self, group.exchange, group.flow, group.settings)
                        && group.reads.send()
                        && sendActions();
            case NON_PRIMARY, INCONSISTENT, CLOSED -> true;
        };
    }

    private boolean sendActions() {
        while (group.state == GroupState.PRIMARY
                && group.queue.hasNext(!group.flow.isPaused(), self.status.isJoined())) {
            if (group.queue.sendNext(group.gcs(), effects) != SendResult.ACCEPTED) {
                return false;
            }
        }
        return true;
    }

    // ---- status -------------------------------------------------------------------------------------------------

    /** Whether a shorter queue of the application would make this node speak: CONT, or SYNC. */
    public boolean awaitsShortQueue() {
        return group.flow.isStopSent() || self.status == MemberStatus.JOINED;
    }

    /** Bytes of the write-sets that were taken and are not sent. */
    public long queuedBytes() {
        return group.queue.queuedBytes();
    }

    /** A snapshot, as of the last event. */
    public GroupStatus status() {
        return status(group.nowNs);
    }

    /** A snapshot, as of a moment that is not before the last event. */
    public GroupStatus status(long nowNs) {
        return new GroupStatus(
                group.state,
                self.status,
                group.exchange.confId(),
                group.exchange.groupUuid(),
                group.exchange.actId(),
                group.members(),
                self.index,
                group.state == GroupState.PRIMARY ? group.exchange.versions() : GroupVersions.NONE,
                group.exchange.commitCut.seqno(),
                group.flow.status(stoppers(), nowNs),
                group.queue.queuedBytes(),
                group.queue.inFlight());
    }

    /** The members that have the group stopped now, by name. */
    private List<String> stoppers() {
        return group.members().stream()
                .filter(member -> {
                    Member known = group.table.find(member.uuid());
                    return known != null && known.stops > 0;
                })
                .map(GroupMember::name)
                .toList();
    }
}
