package io.dromon.node.group;

import io.dromon.transport.primary.Primary;
import io.dromon.transport.wire.Position;
import io.dromon.transport.wire.Uuids;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The variables of the group (chapter 04 section 5.1), and what becomes of own actions when they end. */
final class GroupVariables {
    final GroupEffects effects;
    final MemberTable table;
    final Member self;
    final StateExchange exchange;
    final FlowControl flow;
    final SendQueue queue;
    final ControlMessages control = new ControlMessages();
    final CausalReads reads = new CausalReads(this);

    GroupSettings settings;
    GroupState state = GroupState.NON_PRIMARY;
    long nowNs;

    private long deliveredCut = -1;
    private @Nullable List<GroupMember> snapshot;

    GroupVariables(
            GroupSettings settings,
            UUID selfUuid,
            Position initialPosition,
            Supplier<UUID> uuids,
            GroupEffects effects) {
        this.settings = settings;
        this.effects = effects;
        this.table = new MemberTable(
                selfUuid, new Reassembly.Budget(settings.maxReassemblyBytes(), settings.maxActionBytes()));
        this.self = table.self();
        this.self.name = Member.raw(settings.name());
        this.self.address = Member.raw(settings.address());
        this.self.arbitrator = settings.stateless();
        this.exchange = new StateExchange(table, initialPosition, uuids);
        this.flow = new FlowControl(settings.flow());
        this.queue = new SendQueue(SendQueue.fragmentBytes(settings.maxPacketSize(), Primary.MAX_PAYLOAD));
    }

    boolean isPrimary() {
        return state == GroupState.PRIMARY;
    }

    /** Closed or about to be: nothing of the group counts any more. */
    boolean isOver() {
        return state == GroupState.CLOSED || state == GroupState.INCONSISTENT;
    }

    /** Negotiated gcs version. */
    int gcs() {
        return exchange.versions().gcs();
    }

    /** Whether the node asks for its (empty) state, and joins, without its application. */
    boolean joinsByItself() {
        return settings.stateless() || settings.trivialState();
    }

    /** Something of the members has changed. */
    void membersChanged() {
        snapshot = null;
    }

    List<GroupMember> members() {
        List<GroupMember> list = snapshot;
        if (list == null) {
            list = List.copyOf(table.snapshot());
            snapshot = list;
        }
        return list;
    }

    /** The own status may have changed. */
    void onOwnStatus(MemberStatus before) {
        if (self.status != before) {
            flow.onStatus(self.status, nowNs);
            control.onStatus(self.status);
        }
    }

    void deliverCommitCut() {
        long cut = exchange.commitCut.seqno();
        if (cut > deliveredCut && self.status.isJoined()) {
            deliveredCut = cut;
            effects.deliver(new GroupEvent.CommitCut(cut));
        }
    }

    /** This node must leave, and not come back with this state. */
    void inconsistent(String reason) {
        leave();
        effects.onInconsistent(reason);
    }

    /** This node must not be a member of this group. */
    void incompatible(String reason) {
        leave();
        effects.onIncompatible(reason);
    }

    private void leave() {
        state = GroupState.INCONSISTENT;
        queue.rewind();
        failUnsent(ReplicationFailure.CLOSED);
        failSent();
        reads.fail(ReplicationFailure.CLOSED);
    }

    void failUnsent(ReplicationFailure reason) {
        for (OwnAction action = queue.pollUnsent(); action != null; action = queue.pollUnsent()) {
            fail(action, reason);
        }
    }

    void failSent() {
        for (OwnAction action = queue.pollSent(); action != null; action = queue.pollSent()) {
            if (action.type == ActionType.WRITESET) {
                fail(action, ReplicationFailure.OUTCOME_UNKNOWN);
            } else {
                action.done = true;
                failDesync(action);
            }
        }
    }

    void failRequests() {
        for (OwnAction request = queue.pollRequest(); request != null; request = queue.pollRequest()) {
            failDesync(request);
        }
    }

    private void failDesync(OwnAction request) {
        if (request.isDesync()) {
            effects.deliver(new GroupEvent.StateRequestResult(-Errno.ENOTCONN, Uuids.NIL));
        }
    }

    void fail(OwnAction action, ReplicationFailure reason) {
        if (!action.done && action.ticket != null) {
            action.done = true;
            effects.onWriteSetFailed(action.ticket, reason);
        }
    }
}
