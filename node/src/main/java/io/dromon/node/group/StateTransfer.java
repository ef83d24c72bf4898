package io.dromon.node.group;

import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.Position;
import io.dromon.transport.wire.Uuids;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How a node comes to its state and gives it: state requests, JOIN, SYNC, desync (chapter 04 section 7). The states that
 * they bring about at all members are {@link Statuses}' business.
 */
final class StateTransfer {
    private static final long REQUEST_RETRY_NS = 1_000_000_000;
    private static final int MAX_REQUESTS = 64;

    private final GroupVariables group;
    private final Statuses statuses;
    private long configurationSeqno = -1;
    private long requestAtNs = Long.MAX_VALUE;
    /** A state request that has no result yet. */
    private @Nullable StateRequestPayload wanted;
    /** What a donor is to run for somebody else, null for a node that joins. */
    private @Nullable String snapshot;

    StateTransfer(GroupVariables group) {
        this.group = group;
        this.statuses = new Statuses(group.table, group.exchange);
    }

    /** @param lostDonor this node's donor before the configuration, nil if there was none */
    void onPrimaryConfiguration(long seqno, UUID lostDonor) {
        configurationSeqno = seqno;
        requestAgain();
        boolean donorGone = !lostDonor.equals(Uuids.NIL) && group.table.find(lostDonor) == null;
        if (group.self.status == MemberStatus.JOINER && donorGone && (snapshot != null || !group.joinsByItself())) {
            group.effects.deliver(new GroupEvent.StateTransferLost("the donor " + lostDonor + " left the group"));
        }
    }

    void onNonPrimaryConfiguration() {
        configurationSeqno = -1;
        requestAtNs = Long.MAX_VALUE;
    }

    /** When {@link #tick} is due. */
    long nextDeadlineNs() {
        return requestAtNs;
    }

    void tick() {
        if (group.nowNs >= requestAtNs) {
            requestAgain();
        }
    }

    // ---- requests

    void onRequest(Member subject, Bytes action) throws MalformedMessageException {
        StateRequestPayload request = StateRequestPayload.decode(action);
        group.membersChanged();
        MemberStatus before = group.self.status;
        int donorIndex = statuses.onStateRequest(subject, request);
        group.onOwnStatus(before);
        if (subject == group.self) {
            onOwnRequest(request, donorIndex);
        } else if (donorIndex == group.self.index && !request.isDesync()) {
            serve(subject, request);
        }
    }

    private void onOwnRequest(StateRequestPayload request, int result) {
        UUID donor = result < 0 ? Uuids.NIL : group.table.all()[result].uuid;
        if (request.isDesync()) {
            group.effects.deliver(new GroupEvent.StateRequestResult(result, donor));
            return;
        }
        if (wanted == null) {
            return;
        }
        if (result == -Errno.EAGAIN) {
            requestAtNs = group.nowNs + REQUEST_RETRY_NS;
            return;
        }
        wanted = null;
        if (result >= 0 && snapshot == null && group.joinsByItself()) {
            group.control.addJoin(new CodeMessage(group.exchange.groupUuid(), configurationSeqno, 0));
        } else {
            group.effects.deliver(new GroupEvent.StateRequestResult(result, donor));
        }
    }

    /** This node was chosen as donor. */
    private void serve(Member requester, StateRequestPayload request) {
        boolean trivial = request.isTrivial() && !group.settings.stateless();
        if (!trivial && group.settings.servesState() && !group.settings.stateless()) {
            boolean history = !request.wantedUuid().equals(Uuids.NIL) && request.wantedSeqno() >= 0;
            group.effects.deliver(new GroupEvent.StateRequest(
                    new Position(group.exchange.groupUuid(), group.exchange.actId()),
                    requester.uuid,
                    requester.index,
                    history ? new Position(request.wantedUuid(), request.wantedSeqno()) : Position.NONE,
                    request.request()));
        } else {
            group.control.addJoin(
                    new CodeMessage(group.exchange.groupUuid(), group.exchange.actId(), trivial ? 0 : -Errno.ENOSYS));
        }
    }

    /** In a new configuration, or when the time of a retry has come. */
    private void requestAgain() {
        requestAtNs = Long.MAX_VALUE;
        int count = group.queue.requestCount();
        for (int i = 0; i < count; i++) {
            OwnAction request = group.queue.pollRequest();
            if (request != null && request.isDesync()) {
                group.queue.add(request);
            }
        }
        if (!group.isPrimary()) {
            return;
        }
        if (group.self.status == MemberStatus.PRIM) {
            if (group.joinsByItself()) {
                String donors = Member.raw(group.settings.donors());
                wanted = snapshot == null
                        ? StateRequestPayload.trivial(donors)
                        : StateRequestPayload.snapshot(donors, snapshot);
            }
            if (wanted != null) {
                group.queue.add(OwnAction.stateRequest(wanted));
            }
        } else if (wanted != null) {
            wanted = null;
            if (!group.joinsByItself()) {
                group.effects.deliver(new GroupEvent.StateRequestResult(-Errno.ECANCELED, Uuids.NIL));
            }
        }
    }

    /** {@link GroupCore#requestState}. */
    void request(Position position, Bytes request) {
        wanted = StateRequestPayload.transfer(Member.raw(group.settings.donors()), position, request);
        if (group.isPrimary()) {
            requestAgain();
        }
    }

    /** {@link GroupCore#desync}. */
    void desync() {
        if (group.state == GroupState.NON_PRIMARY || group.queue.requestCount() >= MAX_REQUESTS) {
            group.effects.deliver(new GroupEvent.StateRequestResult(-Errno.ENOTCONN, Uuids.NIL));
        } else if (!group.isOver()) {
            group.queue.add(OwnAction.stateRequest(StateRequestPayload.desync()));
        }
    }

    /** {@link GroupCore#wantSnapshot}. */
    void wantSnapshot(String request) {
        snapshot = request;
    }

    // ---- JOIN and SYNC

    /** {@link GroupCore#join}. */
    void join(long seqno, long code) {
        MemberStatus own = group.self.status;
        boolean expected = own == MemberStatus.JOINER || own == MemberStatus.DONOR;
        if (expected || !group.isPrimary()) {
            int limit = own == MemberStatus.DONOR ? Math.max(1, group.self.desyncCount) : 1;
            group.control.addJoin(new CodeMessage(group.exchange.groupUuid(), seqno, code), limit);
        }
    }

    void onJoin(Member member, CodeMessage message) {
        group.membersChanged();
        MemberStatus before = group.self.status;
        boolean own = member == group.self;
        boolean ownDonor = member.status == MemberStatus.DONOR
                && member.joiner.equals(group.self.uuid)
                && before == MemberStatus.JOINER
                && !own;
        if (!statuses.onJoin(member, message.code())) {
            group.effects.onAnomaly(member.uuid, "JOIN in state " + member.status + " ignored");
        }
        if (own) {
            group.control.joinProcessed();
            group.effects.deliver(new GroupEvent.Joined(group.self.status));
        }
        group.onOwnStatus(before);
        if (ownDonor && snapshot != null) {
            group.effects.deliver(new GroupEvent.SnapshotEnded(member.uuid, message.code()));
        } else if (ownDonor && message.code() < 0 && !group.joinsByItself()) {
            group.effects.deliver(
                    new GroupEvent.StateTransferLost("the donor " + member.uuid + " failed: " + message.code()));
        }
        if (own && group.self.status == MemberStatus.PRIM && group.joinsByItself()) {
            requestAtNs = group.nowNs + REQUEST_RETRY_NS;
        }
    }

    void onSync(Member member) {
        group.membersChanged();
        MemberStatus before = group.self.status;
        if (statuses.onSync(member) && group.exchange.commitCut.recompute(group.table.all(), group.gcs())) {
            group.deliverCommitCut();
        }
        if (member == group.self) {
            group.control.syncOutstanding = false;
            group.onOwnStatus(before);
            if (before == MemberStatus.JOINED) {
                group.effects.deliver(new GroupEvent.Synced());
            }
        }
    }
}
