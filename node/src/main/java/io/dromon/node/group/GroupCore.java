package io.dromon.node.group;

import io.dromon.transport.evs.SendResult;
import io.dromon.transport.primary.Primary;
import io.dromon.transport.primary.PrimaryView;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.Uuids;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The group layer of one node. Specification: chapter 04.
 *
 * <p>What the caller owes: all calls from one thread; {@link #endTurn} after each batch of {@link #onView}, {@link
 * #onMessage}, {@link #replicate} and the other requests, with {@link #onQueue} just before it; {@link #tick}
 * when {@link #nextDeadlineNs} is reached. Effects are called from inside of the calls and must not call back, save
 * {@link #replicate} and the other requests, which may be called from anywhere.
 *
 * <p>Bad input never stops it. A message that cannot be decoded, or that comes in the wrong state, is dropped and
 * reported by {@link Effects#onAnomaly}. Where a real node aborts on a broken sequence of fragments, that action is
 * dropped: all members of a configuration see the same fragments in the same order and with the same state of the
 * channels, so the seqnos stay equal. Only an action that this node's bounds cannot hold (see {@link GroupSettings})
 * makes it leave, by {@link Effects#onInconsistent}: the others may have room for it.
 */
public final class GroupCore {
    /** What the layer asks of the one below and tells the one above. */
    public interface Effects {
        /** Sends to the group through the primary-component layer (order SAFE). */
        SendResult send(int userType, Encodable message);

        /** To the application's queue, in the total order. */
        void deliver(GroupEvent event);

        /** An own write-set got its seqno; the {@link GroupEvent.WriteSet} with the same ticket follows at once. */
        void replicated(Object ticket, long seqno);

        /**
         * An own write-set gets no seqno at this node. Each ticket ends once: here or in {@link #replicated}.
         */
        void failed(Object ticket, ReplicationFailure reason);

        /** This node contradicts the group: it must leave now and not come back with this state. */
        void onInconsistent(String reason);

        /** A peer sent what it should not have; it was dropped. For log and counters only. */
        void onAnomaly(UUID source, String what);

        /** A line for the log. */
        default void onNotice(String text) {}
    }

    private static final long RETRY_NS = 10_000_000;
    private static final long STATE_REQUEST_RETRY_NS = 1_000_000_000;
    private static final int MAX_REQUESTS = 64;

    private final UUID selfUuid;
    private final Effects effects;
    private final Supplier<UUID> uuids;
    private final Reassembly.Budget budget;
    private final MemberTable table;
    private final Member self;
    private final StateExchange exchange;
    private final Statuses statuses;
    private final Votes votes = new Votes();
    private final FlowControl flow;
    private final SendQueue queue;
    private final ControlMessages control = new ControlMessages();

    private GroupSettings settings;
    private GroupState state = GroupState.NON_PRIMARY;
    private boolean left;
    private long nowNs;
    private long configurationSeqno = -1;
    private boolean fragReset;
    private long cached = -1;
    private boolean sending;
    private boolean sendAgain;
    private long retryAtNs = Long.MAX_VALUE;
    private long requestAtNs = Long.MAX_VALUE;
    /** A state request that has no result yet. */
    private @Nullable StateRequestPayload wanted;

    private long deliveredCut = -1;
    private @Nullable List<GroupMember> snapshot;
    private Member lastSource;

    /**
     * @param self own UUID
     * @param initialPosition where the saved history ends, {@link GroupPosition#NONE} without one
     * @param uuids fresh time-based UUIDs, for exchanges and histories
     */
    public GroupCore(
            GroupSettings settings, UUID self, GroupPosition initialPosition, Supplier<UUID> uuids, Effects effects) {
        this.settings = settings;
        this.selfUuid = self;
        this.effects = effects;
        this.uuids = uuids;
        this.budget = new Reassembly.Budget(settings.maxReassemblyBytes(), settings.maxActionBytes());
        this.table = new MemberTable(self, budget);
        this.self = table.self();
        this.self.name = Member.raw(settings.name());
        this.self.address = Member.raw(settings.address());
        this.self.arbitrator = settings.stateless();
        this.lastSource = this.self;
        this.exchange = new StateExchange(table, initialPosition, uuids);
        this.statuses = new Statuses(table, exchange);
        this.flow = new FlowControl(settings.flow());
        this.queue = new SendQueue(SendQueue.fragmentBytes(settings.maxPacketSize(), Primary.MAX_PAYLOAD));
    }

    // ---- views and messages -------------------------------------------------------------------------------------

    /** A view of the primary-component layer, in its order. */
    public void onView(PrimaryView view, long nowNs) {
        this.nowNs = nowNs;
        if (state == GroupState.CLOSED) {
            return;
        }
        boolean wasPrimary = state == GroupState.PRIMARY;
        boolean inconsistent = state == GroupState.INCONSISTENT;
        snapshot = null;
        lastSource = self;
        control.onView();
        if (view.isEmpty()) {
            exchange.onNonPrimaryView(view, wasPrimary);
            state = GroupState.CLOSED;
            left = true;
            enterNonPrimary(ReplicationFailure.CLOSED);
            effects.deliver(new GroupEvent.Left(inconsistent ? "inconsistent with the group" : "left the group"));
        } else if (inconsistent) {
            exchange.onNonPrimaryView(view, wasPrimary);
        } else if (view.isPrimary() || view.bootstrap()) {
            exchange.onPrimaryView(view, wasPrimary);
            fragReset = true;
            state = GroupState.WAIT_STATE_UUID;
            if (self.index == 0) {
                control.stateUuid = new StateUuidMessage(uuids.get());
                send();
            }
        } else {
            exchange.onNonPrimaryView(view, wasPrimary);
            state = GroupState.NON_PRIMARY;
            enterNonPrimary(ReplicationFailure.PRIMARY_LOST);
        }
    }

    /**
     * A message of the primary-component layer, in its order.
     *
     * @param payload for an own message the very object that was sent, else {@link Bytes}
     */
    public void onMessage(UUID source, int userType, Encodable payload, long nowNs) {
        this.nowNs = nowNs;
        if (state == GroupState.CLOSED || state == GroupState.INCONSISTENT) {
            return;
        }
        Member member = lastSource;
        if (!member.uuid.equals(source)) {
            member = table.find(source);
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
                    onOwnFragment(fragment);
                } else if (member == self) {
                    effects.onAnomaly(member.uuid, "an own action that was not sent by this node");
                } else {
                    onForeignFragment(member, Bytes.of(payload));
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
            default -> effects.onAnomaly(member.uuid, "unknown message type " + userType);
        }
    }

    // ---- state exchange -----------------------------------------------------------------------------------------

    private void onStateUuid(Member member, StateUuidMessage message) {
        if (state != GroupState.WAIT_STATE_UUID || member.index != 0) {
            effects.onAnomaly(member.uuid, "stray name of a state exchange");
            return;
        }
        exchange.onStateUuid(message.stateUuid());
        state = GroupState.WAIT_STATE_MSG;
        control.stateMessage = exchange.ownMessage(settings, cached);
        send();
    }

    private void onStateMessage(Member member, StateMessage message) {
        if (state != GroupState.WAIT_STATE_MSG) {
            if (state == GroupState.PRIMARY) {
                effects.onAnomaly(member.uuid, "stray state message");
            }
            return;
        }
        snapshot = null;
        if (!exchange.onStateMessage(member, message)) {
            return;
        }
        UUID donor = self.donor;
        switch (exchange.finish(settings)) {
            case NON_PRIMARY -> {
                state = GroupState.NON_PRIMARY;
                enterNonPrimary(ReplicationFailure.PRIMARY_LOST);
            }
            case REVERSED ->
                inconsistent("the group's history ends at " + exchange.quorumActId() + ", before this node's seqno "
                        + exchange.actId());
            case TOO_NEW ->
                inconsistent("the group speaks " + exchange.versions() + ", later than this node's "
                        + GroupSettings.GCS_VERSION + ", " + settings.replVersion() + ", " + settings.applVersion());
            case PRIMARY -> enterPrimary(donor);
        }
    }

    private void enterPrimary(UUID lostDonor) {
        state = GroupState.PRIMARY;
        boolean voted = votes.recount(table.all(), self, exchange.votePolicy(), exchange.actId());
        configurationSeqno = exchange.nextActId();
        flow.onConfiguration(table.all().length, self.status, nowNs);
        deliverConfiguration(exchange.versions(), voted);
        deliverCommitCut();
        checkOwnVote(voted);
        if (state != GroupState.PRIMARY) {
            return;
        }
        queue.rewind();
        if (!self.status.isJoined()) {
            failUnsent(ReplicationFailure.NOT_JOINED);
        }
        control.onConfiguration(self.status, self.lastApplied);
        requestAgain();
        boolean donorGone = !lostDonor.equals(Uuids.NIL) && table.find(lostDonor) == null;
        if (self.status == NodeStatus.JOINER && donorGone && !joinsByItself()) {
            effects.deliver(new GroupEvent.StateTransferLost("the donor " + lostDonor + " left the group"));
        }
    }

    private void enterNonPrimary(ReplicationFailure reason) {
        configurationSeqno = -1;
        requestAtNs = Long.MAX_VALUE;
        flow.onConfiguration(table.all().length, self.status, nowNs);
        deliverConfiguration(GroupVersions.NONE, false);
        queue.rewind();
        failUnsent(reason);
        failSent();
        for (OwnAction request = queue.pollRequest(); request != null; request = queue.pollRequest()) {
            if (isDesync(request)) {
                effects.deliver(new GroupEvent.StateRequestResult(-Errno.ENOTCONN, Uuids.NIL));
            }
        }
    }

    private void deliverConfiguration(GroupVersions versions, boolean voted) {
        snapshot = null;
        effects.deliver(new GroupEvent.ConfigurationChange(
                exchange.actId(),
                exchange.confId(),
                exchange.groupUuid(),
                left ? List.of() : members(),
                self.index,
                versions,
                voted ? votes.resultSeqno() : -1,
                voted ? votes.resultValue() : 0));
    }

    private void deliverCommitCut() {
        long cut = exchange.commitCut.seqno();
        if (cut > deliveredCut && self.status.isJoined()) {
            deliveredCut = cut;
            effects.deliver(new GroupEvent.CommitCut(cut));
        }
    }

    private void inconsistent(String reason) {
        state = GroupState.INCONSISTENT;
        queue.rewind();
        failUnsent(ReplicationFailure.CLOSED);
        failSent();
        effects.onInconsistent(reason);
    }

    private void failUnsent(ReplicationFailure reason) {
        for (OwnAction action = queue.pollUnsent(); action != null; action = queue.pollUnsent()) {
            fail(action, reason);
        }
    }

    private void failSent() {
        for (OwnAction action = queue.pollSent(); action != null; action = queue.pollSent()) {
            if (action.type == ActionType.WRITESET) {
                fail(action, ReplicationFailure.OUTCOME_UNKNOWN);
            } else {
                action.done = true;
                if (isDesync(action)) {
                    effects.deliver(new GroupEvent.StateRequestResult(-Errno.ENOTCONN, Uuids.NIL));
                }
            }
        }
    }

    private void fail(OwnAction action, ReplicationFailure reason) {
        if (!action.done && action.ticket != null) {
            action.done = true;
            effects.failed(action.ticket, reason);
        }
    }

    // ---- actions ------------------------------------------------------------------------------------------------

    private void onOwnFragment(OwnFragment fragment) throws MalformedMessageException {
        boolean primary = state == GroupState.PRIMARY;
        if (primary && fragment.number == 0) {
            fragReset = false;
        }
        if (!fragment.isLast()) {
            return;
        }
        OwnAction action = fragment.action;
        queue.forget(action);
        boolean valid =
                primary && !fragReset && fragment.version == exchange.versions().gcs();
        if (action.type == ActionType.WRITESET) {
            onOwnWriteSet(action, valid);
        } else if (valid) {
            action.done = true;
            onStateRequest(self, action.data);
        } else if (!action.done && isDesync(action)) {
            action.done = true;
            queue.addAgain(action);
        }
    }

    private void onOwnWriteSet(OwnAction action, boolean valid) {
        if (valid && self.status.isJoined()) {
            long seqno = exchange.nextActId();
            Object ticket = action.done ? null : action.ticket;
            action.done = true;
            if (ticket != null) {
                effects.replicated(ticket, seqno);
            }
            deliverWriteSet(self, seqno, action.data, ticket);
        } else if (valid) {
            fail(action, ReplicationFailure.NOT_JOINED);
        } else if (!action.done) {
            // All members dropped it alike (section 4.5): it goes again, with a new id.
            action.done = true;
            queue.addAgain(action);
        }
    }

    private void deliverWriteSet(Member origin, long seqno, Bytes data, @Nullable Object ticket) {
        if (!settings.discardsWriteSets() || ticket != null) {
            if (flow.onAction(data.length())) {
                effects.onNotice(flow.describeJoiner());
            }
            effects.deliver(new GroupEvent.WriteSet(seqno, origin.uuid, origin.index, data, ticket));
        }
    }

    private void onForeignFragment(Member member, Bytes message) throws MalformedMessageException {
        if (state != GroupState.PRIMARY) {
            return;
        }
        FragmentHeader header;
        try {
            header = FragmentHeader.decode(message);
        } catch (MalformedMessageException e) {
            member.channel.reset();
            throw e;
        }
        if (header.version() != exchange.versions().gcs()) {
            effects.onAnomaly(member.uuid, "action of gcs version " + header.version() + " dropped");
            return;
        }
        if (header.type() == ActionType.SERVICE) {
            // Reserved: it would be put together in a channel of its own, so it must not touch the one of write-sets.
            effects.onAnomaly(member.uuid, "action of the reserved type SERVICE dropped");
            return;
        }
        boolean writeSet = header.type() == ActionType.WRITESET;
        Bytes action;
        try {
            action = member.channel.accept(
                    header, message.skip(FragmentHeader.LENGTH), !(writeSet && settings.discardsWriteSets()));
        } catch (Reassembly.TooLargeException e) {
            inconsistent("no room for what member " + member.uuid + " sends: " + e.getMessage());
            return;
        }
        if (action == null) {
            return;
        }
        if (writeSet) {
            if (member.status.isJoined()) {
                deliverWriteSet(member, exchange.nextActId(), action, null);
            }
        } else if (header.type() == ActionType.STATE_REQ) {
            onStateRequest(member, action);
        } else {
            effects.onAnomaly(member.uuid, "action of unknown type " + header.type());
        }
    }

    // ---- state requests -----------------------------------------------------------------------------------------

    private static boolean isDesync(OwnAction action) {
        return action.request != null && action.request.isDesync();
    }

    private void onStateRequest(Member subject, Bytes action) throws MalformedMessageException {
        StateRequestPayload request = StateRequestPayload.decode(action);
        snapshot = null;
        NodeStatus before = self.status;
        int donorIndex = statuses.onStateRequest(subject, request);
        onOwnStatus(before);
        if (subject == self) {
            onOwnStateRequest(request, donorIndex);
        } else if (donorIndex == self.index && !request.isDesync()) {
            serve(subject, request);
        }
    }

    private void onOwnStateRequest(StateRequestPayload request, int result) {
        UUID donor = result < 0 ? Uuids.NIL : table.all()[result].uuid;
        if (request.isDesync()) {
            effects.deliver(new GroupEvent.StateRequestResult(result, donor));
            return;
        }
        if (wanted == null) {
            return;
        }
        if (result == -Errno.EAGAIN) {
            requestAtNs = nowNs + STATE_REQUEST_RETRY_NS;
            return;
        }
        wanted = null;
        if (result >= 0 && joinsByItself()) {
            control.addJoin(new CodeMessage(exchange.groupUuid(), configurationSeqno, 0));
        } else {
            effects.deliver(new GroupEvent.StateRequestResult(result, donor));
        }
    }

    /** This node was chosen as donor. */
    private void serve(Member requester, StateRequestPayload request) {
        if (settings.stateless()) {
            control.addJoin(new CodeMessage(exchange.groupUuid(), exchange.actId(), -Errno.ENOSYS));
        } else if (request.isTrivial()) {
            control.addJoin(new CodeMessage(exchange.groupUuid(), exchange.actId(), 0));
        } else if (settings.servesState()) {
            boolean history = !request.wantedUuid().equals(Uuids.NIL) && request.wantedSeqno() >= 0;
            effects.deliver(new GroupEvent.StateRequest(
                    new GroupPosition(exchange.groupUuid(), exchange.actId()),
                    requester.uuid,
                    requester.index,
                    history ? new GroupPosition(request.wantedUuid(), request.wantedSeqno()) : GroupPosition.NONE,
                    request.request()));
        } else {
            control.addJoin(new CodeMessage(exchange.groupUuid(), exchange.actId(), -Errno.ENOSYS));
        }
    }

    private boolean joinsByItself() {
        return settings.stateless() || settings.trivialState();
    }

    /** In a new configuration, or when the time of a retry has come. */
    private void requestAgain() {
        requestAtNs = Long.MAX_VALUE;
        int count = queue.requestCount();
        for (int i = 0; i < count; i++) {
            OwnAction request = queue.pollRequest();
            if (request != null && isDesync(request)) {
                queue.add(request);
            }
        }
        if (state != GroupState.PRIMARY) {
            return;
        }
        if (self.status == NodeStatus.PRIM) {
            if (joinsByItself()) {
                wanted = StateRequestPayload.trivial(Member.raw(settings.donors()));
            }
            if (wanted != null) {
                queue.add(OwnAction.stateRequest(wanted));
            }
        } else if (wanted != null) {
            wanted = null;
            if (!joinsByItself()) {
                effects.deliver(new GroupEvent.StateRequestResult(-Errno.ECANCELED, Uuids.NIL));
            }
        }
    }

    // ---- code messages ------------------------------------------------------------------------------------------

    private void onCodeMessage(Member member, int userType, CodeMessage message) {
        boolean primary = state == GroupState.PRIMARY;
        if (!primary && userType != MessageType.VOTE) {
            return;
        }
        if (!message.isOf(exchange.groupUuid())) {
            effects.onAnomaly(member.uuid, "message of type " + userType + " of another group dropped");
            return;
        }
        switch (userType) {
            case MessageType.LAST -> {
                if (message.code() == 0
                        && exchange.commitCut.onLast(
                                member,
                                message.seqno(),
                                table.all(),
                                exchange.versions().gcs())) {
                    deliverCommitCut();
                }
            }
            case MessageType.JOIN -> onJoin(member, message);
            case MessageType.SYNC -> onSync(member);
            default -> onVote(member, message, primary);
        }
    }

    private void onJoin(Member member, CodeMessage message) {
        snapshot = null;
        NodeStatus before = self.status;
        boolean givesUp = message.code() < 0
                && member.status == NodeStatus.DONOR
                && member.joiner.equals(selfUuid)
                && self.status == NodeStatus.JOINER
                && member != self;
        if (!statuses.onJoin(member, message.code())) {
            effects.onAnomaly(member.uuid, "JOIN in state " + member.status + " ignored");
        }
        if (member == self) {
            control.joinProcessed();
            effects.deliver(new GroupEvent.Joined(self.status));
        }
        onOwnStatus(before);
        if (givesUp && !joinsByItself()) {
            effects.deliver(
                    new GroupEvent.StateTransferLost("the donor " + member.uuid + " failed: " + message.code()));
        }
        if (self.status == NodeStatus.PRIM && member == self && joinsByItself()) {
            requestAtNs = nowNs + STATE_REQUEST_RETRY_NS;
        }
    }

    private void onSync(Member member) {
        snapshot = null;
        NodeStatus before = self.status;
        if (statuses.onSync(member)) {
            if (exchange.commitCut.recompute(table.all(), exchange.versions().gcs())) {
                deliverCommitCut();
            }
        }
        if (member == self) {
            control.syncOutstanding = false;
            onOwnStatus(before);
            if (before == NodeStatus.JOINED) {
                effects.deliver(new GroupEvent.Synced());
            }
        }
    }

    private void onOwnStatus(NodeStatus before) {
        if (self.status == before) {
            return;
        }
        flow.onStatus(self.status, nowNs);
        control.onStatus(self.status);
    }

    private void onVote(Member member, CodeMessage message, boolean primary) {
        int gcs = exchange.versions().gcs();
        long seqno = message.seqno();
        if (!primary) {
            Votes.record(member, seqno, message.code(), gcs);
            return;
        }
        if (!votes.isOpen(seqno, exchange.commitCut.seqno(), gcs)) {
            if (member == self) {
                effects.deliver(new GroupEvent.VoteResult(seqno, votes.decided(seqno)));
            }
            return;
        }
        Votes.record(member, seqno, message.code(), gcs);
        if (votes.recount(table.all(), self, exchange.votePolicy(), exchange.actId())) {
            if (self.voteSeqno >= votes.resultSeqno() && !settings.stateless()) {
                effects.deliver(new GroupEvent.VoteResult(votes.resultSeqno(), votes.resultValue()));
            }
            checkOwnVote(true);
        } else if (votes.request(seqno) && member != self && !settings.stateless() && self.voteSeqno < seqno) {
            control.voteWanted(seqno);
            effects.deliver(new GroupEvent.VoteRequest(seqno));
        }
    }

    private void checkOwnVote(boolean decided) {
        if (decided && self.voteSeqno == votes.resultSeqno() && self.voteValue != votes.resultValue()) {
            inconsistent(
                    "this node's result of write-set " + votes.resultSeqno() + " differs from what the members voted");
        }
    }

    private void onFlow(Member member, FlowMessage message) {
        if (state != GroupState.PRIMARY) {
            return;
        }
        if (message.confId() != (int) exchange.confId()) {
            effects.onAnomaly(member.uuid, "flow control of another configuration");
            return;
        }
        flow.onFlow(message.stop(), nowNs);
    }

    // ---- requests of the node -----------------------------------------------------------------------------------

    /**
     * Queues a write-set; it goes out at the end of the turn. Its end is reported by {@link Effects#replicated} or
     * {@link Effects#failed} (for a hopeless one from inside of this call). If a view change cuts it off, it is sent
     * again without a word: it gets one seqno.
     *
     * @param writeSet at least one byte; never copied, never changed by anybody from now on
     * @param ticket names it in the effects
     * @return false if the queue is full: nothing was done, try again after a turn
     */
    public boolean replicate(Bytes writeSet, Object ticket) {
        if (writeSet.length() == 0) {
            throw new IllegalArgumentException("an empty write-set");
        }
        if (state == GroupState.CLOSED || state == GroupState.INCONSISTENT) {
            effects.failed(ticket, ReplicationFailure.CLOSED);
        } else if (writeSet.length() > settings.maxActionBytes()) {
            effects.failed(ticket, ReplicationFailure.TOO_LARGE);
        } else if (state == GroupState.NON_PRIMARY) {
            effects.failed(ticket, ReplicationFailure.PRIMARY_LOST);
        } else if (state == GroupState.PRIMARY && !self.status.isJoined()) {
            effects.failed(ticket, ReplicationFailure.NOT_JOINED);
        } else if (queue.queuedBytes() > 0 && queue.queuedBytes() + writeSet.length() > settings.sendQueueBytes()) {
            return false;
        } else {
            queue.add(OwnAction.writeSet(writeSet, ticket));
        }
        return true;
    }

    /**
     * Asks for the state (section 7.3); sent when this node is PRIM. Answered by {@link
     * GroupEvent.StateRequestResult}; while no donor is free the core asks again each second. Not for settings that
     * join by themselves.
     *
     * @param position end of the own history, for IST; {@link GroupPosition#NONE} if it has none
     * @param request the application's request
     */
    public void requestState(GroupPosition position, Bytes request) {
        wanted = StateRequestPayload.transfer(Member.raw(settings.donors()), position, request);
        if (state == GroupState.PRIMARY) {
            requestAgain();
        }
    }

    /**
     * A transfer is over, at the joiner or at the donor (section 7.5). Sent again by itself if a view change swallowed
     * it; ignored if this node is neither JOINER nor DONOR.
     *
     * @param seqno seqno of the state received or given
     * @param code 0, or a negative errno
     */
    public void join(long seqno, long code) {
        boolean expected = self.status == NodeStatus.JOINER || self.status == NodeStatus.DONOR;
        if (expected || state != GroupState.PRIMARY) {
            int limit = self.status == NodeStatus.DONOR ? Math.max(1, self.desyncCount) : 1;
            control.addJoin(new CodeMessage(exchange.groupUuid(), seqno, code), limit);
        }
    }

    /** Desyncs this node (section 7.6); answered by {@link GroupEvent.StateRequestResult} with the own index. */
    public void desync() {
        if (state == GroupState.NON_PRIMARY || queue.requestCount() >= MAX_REQUESTS) {
            effects.deliver(new GroupEvent.StateRequestResult(-Errno.ENOTCONN, Uuids.NIL));
        } else if (state != GroupState.CLOSED && state != GroupState.INCONSISTENT) {
            queue.add(OwnAction.stateRequest(StateRequestPayload.desync()));
        }
    }

    /** Takes one {@link #desync} back. */
    public void resync() {
        join(exchange.actId(), 0);
    }

    /**
     * The application has applied all up to {@code seqno}. Cheap; call as often as convenient. It is told to the group
     * every 128 seqnos (section 9), and votes that are asked for are answered with success by it (section 11).
     */
    public void reportApplied(long seqno) {
        control.applied = Math.max(control.applied, seqno);
    }

    /**
     * The application failed to apply {@code seqno} (section 11); to be called instead of {@link #reportApplied} for
     * it. Answered by {@link GroupEvent.VoteResult}, and by {@link Effects#onInconsistent} if the others succeeded.
     *
     * @param error text of the error as it is hashed, its own NUL included if it has one
     */
    public void vote(long seqno, Bytes error) {
        control.addVote(
                CodeMessage.vote(exchange.groupUuid(), seqno, Votes.value(exchange.groupUuid(), seqno, error), error));
    }

    /** Lowest seqno that this node can give by IST, -1 if none; told to the others at the next exchange. */
    public void setCached(long seqno) {
        cached = seqno;
    }

    /** Changes flow control at run time; what governs a joiner holds from its next transfer on. */
    public void configure(FlowSettings changed) {
        settings = settings.withFlow(changed);
        flow.configure(changed);
    }

    // ---- time and sending ---------------------------------------------------------------------------------------

    /**
     * The application's queue: events delivered and not yet taken. Called at the end of each turn, before {@link
     * #endTurn}. A JOINER whose queue has no room left ({@code gcs.recv_q_hard_limit}) leaves by {@link
     * Effects#onInconsistent}.
     *
     * @param actionsNotTaken number of these events
     * @param bytesNotTaken bytes of the write-sets among them
     */
    public void onQueue(int actionsNotTaken, long bytesNotTaken, long nowNs) {
        this.nowNs = nowNs;
        flow.onQueue(actionsNotTaken, bytesNotTaken, nowNs);
        if (state == GroupState.PRIMARY && flow.hasJoinerFailed()) {
            inconsistent("no room for what waits for the state: " + flow.describeJoiner()
                    + "; raise gcs.recv_q_hard_limit, or let gcs.max_throttle=0 stop the group");
        }
    }

    /** The end of a batch: sends what is queued as far as the layer below takes it. */
    public void endTurn(long nowNs) {
        this.nowNs = nowNs;
        send();
    }

    /** To do whenever {@link #nextDeadlineNs} is reached; harmless earlier. */
    public void tick(long nowNs) {
        this.nowNs = nowNs;
        flow.tick(nowNs);
        if (nowNs >= requestAtNs) {
            requestAgain();
        }
        send();
    }

    /** When {@link #tick} is due next; {@link Long#MAX_VALUE} if nothing is. */
    public long nextDeadlineNs() {
        return Math.min(Math.min(retryAtNs, requestAtNs), flow.nextDeadlineNs());
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
                    retryAtNs = nowNs + RETRY_NS;
                    return;
                }
            }
        } finally {
            sending = false;
        }
    }

    private boolean sendOnce() {
        return switch (state) {
            case WAIT_STATE_UUID, WAIT_STATE_MSG -> control.sendExchange(effects);
            case PRIMARY -> control.send(effects, self, exchange, flow, settings) && sendActions();
            case NON_PRIMARY, INCONSISTENT, CLOSED -> true;
        };
    }

    private boolean sendActions() {
        while (state == GroupState.PRIMARY && queue.hasNext(!flow.isPaused(), self.status.isJoined())) {
            if (queue.sendNext(exchange.versions().gcs(), effects) != SendResult.ACCEPTED) {
                return false;
            }
        }
        return true;
    }

    // ---- status -------------------------------------------------------------------------------------------------

    /** Whether {@link #replicate} would be sent now: in the primary component, joined, not paused. */
    public boolean isReady() {
        return state == GroupState.PRIMARY && self.status.isJoined() && !flow.isPaused();
    }

    /** Whether a shorter queue of the application would make this node speak: CONT, or SYNC. */
    public boolean awaitsShortQueue() {
        return flow.isStopSent() || self.status == NodeStatus.JOINED;
    }

    /** A snapshot. */
    public GroupStatus status() {
        return new GroupStatus(
                state,
                self.status,
                exchange.confId(),
                exchange.groupUuid(),
                exchange.actId(),
                members(),
                self.index,
                state == GroupState.PRIMARY ? exchange.versions() : GroupVersions.NONE,
                exchange.commitCut.seqno(),
                flow.status(nowNs),
                queue.queuedBytes(),
                queue.inFlight());
    }

    private List<GroupMember> members() {
        List<GroupMember> list = snapshot;
        if (list == null) {
            list = List.copyOf(table.snapshot());
            snapshot = list;
        }
        return list;
    }
}
