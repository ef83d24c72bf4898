package io.dromon.node.group;

import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.MalformedMessageException;
import io.dromon.transport.wire.Position;
import io.dromon.transport.wire.TransportNews;
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

    private final GroupSettings settings;
    private final Configuration configuration;
    private final FlowControl flow;
    private final SendQueue queue;
    private final ControlMessages control;
    private final GroupOutbox outbox;
    private final TransportNews news;
    private final Member self;
    private final Statuses statuses;
    private long configurationSeqno = -1;
    private long requestAtNs = Long.MAX_VALUE;
    /** A state request that has no result yet. */
    private @Nullable StateRequestPayload wanted;
    /** The snapshot that a donor is to run for another program, null for a node that joins. */
    private @Nullable String snapshot;

    StateTransfer(
            GroupSettings settings,
            Configuration configuration,
            FlowControl flow,
            SendQueue queue,
            ControlMessages control,
            GroupOutbox outbox,
            TransportNews news) {
        this.settings = settings;
        this.configuration = configuration;
        this.flow = flow;
        this.queue = queue;
        this.control = control;
        this.outbox = outbox;
        this.news = news;
        this.self = configuration.self;
        this.statuses = new Statuses(configuration);
    }

    /** The own status may have changed. */
    private void onOwnStatus(MemberStatus before, long nowNs) {
        if (self.status != before) {
            flow.onStatus(self.status, nowNs);
            control.onStatus(self.status);
        }
    }

    /** @param lostDonor this node's donor before the configuration, nil if there was none */
    void onPrimaryConfiguration(long seqno, UUID lostDonor) {
        configurationSeqno = seqno;
        requestAgain();
        boolean donorGone = !lostDonor.equals(Uuids.NIL) && configuration.table.find(lostDonor) == null;
        if (self.status == MemberStatus.JOINER && donorGone && (snapshot != null || !settings.joinsByItself())) {
            outbox.deliver(new GroupEvent.StateTransferLost("the donor " + lostDonor + " left the group", 0));
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

    void tick(long nowNs) {
        if (nowNs >= requestAtNs) {
            requestAgain();
        }
    }

    // ---- requests

    void onRequest(Member subject, Bytes action, long nowNs) throws MalformedMessageException {
        StateRequestPayload request = StateRequestPayload.decode(action);
        configuration.table.changed();
        MemberStatus before = self.status;
        int donorIndex = statuses.onStateRequest(subject, request);
        onOwnStatus(before, nowNs);
        if (subject == self) {
            onOwnRequest(request, donorIndex, nowNs);
        } else if (donorIndex == self.index && !request.isDesync()) {
            serve(subject, request);
        }
    }

    private void onOwnRequest(StateRequestPayload request, int result, long nowNs) {
        UUID donor = result < 0 ? Uuids.NIL : configuration.table.all()[result].uuid;
        if (request.isDesync()) {
            outbox.deliver(new GroupEvent.StateRequestResult(result, donor));
            return;
        }
        if (wanted == null) {
            return;
        }
        if (result == -Errno.EAGAIN) {
            requestAtNs = nowNs + REQUEST_RETRY_NS;
            return;
        }
        wanted = null;
        if (result >= 0 && snapshot == null && settings.joinsByItself()) {
            control.addJoin(new CodeMessage(configuration.groupUuid, configurationSeqno, 0));
        } else {
            outbox.deliver(new GroupEvent.StateRequestResult(result, donor));
        }
    }

    /** This node was chosen as donor. */
    private void serve(Member requester, StateRequestPayload request) {
        boolean trivial = request.isTrivial() && !settings.stateless();
        if (!trivial && settings.servesState() && !settings.stateless()) {
            boolean history = !request.wantedUuid().equals(Uuids.NIL) && request.wantedSeqno() >= 0;
            outbox.deliver(new GroupEvent.StateRequest(
                    new Position(configuration.groupUuid, configuration.actId),
                    requester.uuid,
                    requester.index,
                    history ? new Position(request.wantedUuid(), request.wantedSeqno()) : Position.NONE,
                    request.request()));
        } else {
            control.addJoin(new CodeMessage(configuration.groupUuid, configuration.actId, trivial ? 0 : -Errno.ENOSYS));
        }
    }

    /** In a new configuration, or when the time of a retry has come. */
    private void requestAgain() {
        requestAtNs = Long.MAX_VALUE;
        int count = queue.requestCount();
        for (int i = 0; i < count; i++) {
            OwnAction request = queue.pollRequest();
            if (request != null && request.isDesync()) {
                queue.add(request);
            }
        }
        if (!configuration.isPrimary()) {
            return;
        }
        if (self.status == MemberStatus.PRIM) {
            if (settings.joinsByItself()) {
                String donors = Member.raw(settings.donors());
                wanted = snapshot == null
                        ? StateRequestPayload.trivial(donors)
                        : StateRequestPayload.snapshot(donors, snapshot);
            }
            if (wanted != null) {
                queue.add(OwnAction.stateRequest(wanted));
            }
        } else if (wanted != null) {
            wanted = null;
            if (!settings.joinsByItself()) {
                outbox.deliver(new GroupEvent.StateRequestResult(-Errno.ECANCELED, Uuids.NIL));
            }
        }
    }

    /** {@link GroupCore#requestState}. */
    void request(Position position, Bytes request) {
        wanted = StateRequestPayload.transfer(Member.raw(settings.donors()), position, request);
        if (configuration.isPrimary()) {
            requestAgain();
        }
    }

    /** {@link GroupCore#desync}. */
    void desync() {
        if (configuration.state() == GroupState.NON_PRIMARY || queue.requestCount() >= MAX_REQUESTS) {
            outbox.deliver(new GroupEvent.StateRequestResult(-Errno.ENOTCONN, Uuids.NIL));
        } else if (!configuration.isOver()) {
            queue.add(OwnAction.stateRequest(StateRequestPayload.desync()));
        }
    }

    /** {@link GroupCore#wantSnapshot}. */
    void wantSnapshot(String request) {
        snapshot = request;
    }

    // ---- JOIN and SYNC

    /** {@link GroupCore#join}. */
    void join(long seqno, long code) {
        MemberStatus own = self.status;
        boolean expected = own == MemberStatus.JOINER || own == MemberStatus.DONOR;
        if (expected || !configuration.isPrimary()) {
            int limit = own == MemberStatus.DONOR ? Math.max(1, self.desyncCount) : 1;
            control.addJoin(new CodeMessage(configuration.groupUuid, seqno, code), limit);
        }
    }

    void onJoin(Member member, CodeMessage message, long nowNs) {
        configuration.table.changed();
        MemberStatus before = self.status;
        boolean own = member == self;
        boolean ownDonor = member.status == MemberStatus.DONOR
                && member.joiner.equals(self.uuid)
                && before == MemberStatus.JOINER
                && !own;
        if (!statuses.onJoin(member, message.code())) {
            news.onAnomaly(member.uuid, "JOIN in state " + member.status + " ignored");
        }
        if (own) {
            control.joinProcessed();
            outbox.deliver(new GroupEvent.Joined(self.status));
        }
        onOwnStatus(before, nowNs);
        if (ownDonor && snapshot != null) {
            outbox.deliver(new GroupEvent.SnapshotEnded(member.uuid, message.code()));
        } else if (ownDonor && message.code() < 0 && !settings.joinsByItself()) {
            outbox.deliver(new GroupEvent.StateTransferLost(
                    "the donor " + member.uuid + " failed: " + message.code(), message.code()));
        }
        if (own && self.status == MemberStatus.PRIM && settings.joinsByItself()) {
            requestAtNs = nowNs + REQUEST_RETRY_NS;
        }
    }

    void onSync(Member member, long nowNs) {
        configuration.table.changed();
        MemberStatus before = self.status;
        CommitCut cut = configuration.commitCut;
        if (statuses.onSync(member) && cut.recompute(configuration.table.all(), configuration.gcs())) {
            cut.deliver(outbox, self.status);
        }
        if (member == self) {
            control.syncOutstanding = false;
            onOwnStatus(before, nowNs);
            if (before == MemberStatus.JOINED) {
                outbox.deliver(new GroupEvent.Synced());
            }
        }
    }
}
