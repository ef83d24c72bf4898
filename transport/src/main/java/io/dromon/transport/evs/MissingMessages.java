package io.dromon.transport.evs;

import io.dromon.transport.evs.EvsMessage.Delegate;
import io.dromon.transport.evs.EvsMessage.Gap;
import io.dromon.transport.evs.EvsMessage.Leave;
import io.dromon.transport.evs.EvsMessage.User;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Uuids;

/** Asks for messages that are missing, and repeats those that others miss (chapter 02 section 5.5). */
final class MissingMessages {
    /** Between two requests to one node (section 5.5). */
    static final long REQUEST_PERIOD_NS = 100_000_000L;
    /** Most bytes that one request is answered with; the requester asks again. */
    private static final int MAX_RESENT_BYTES = 2 << 20;

    private final GroupKnowledge group;
    private final EvsSender sender;

    MissingMessages(GroupKnowledge group, EvsSender sender) {
        this.group = group;
        this.sender = sender;
    }

    /** Asks {@code target} for messages of {@code origin}, unless it was asked a moment ago. */
    void request(KnownNode target, int origin, long from, long to) {
        if (group.nowNs - target.requestedNs < REQUEST_PERIOD_NS) {
            return;
        }
        long[] runs = group.input.missing(origin, from, to);
        for (int i = 0; i < runs.length; i += 2) {
            Gap gap = sender.gap(
                    EvsMessage.RETRANS,
                    group.lastSent,
                    group.input.aru(),
                    group.members[origin].uuid,
                    runs[i],
                    runs[i + 1]);
            target.requestedNs = group.nowNs;
            sender.sendTo(target, gap);
        }
    }

    /** Repeats own messages for a node that missed them. */
    void resend(KnownNode target, long from, long to) {
        InputMap input = group.input;
        if (from <= input.safe()) {
            return;
        }
        long budget = MAX_RESENT_BYTES;
        for (long seq = from; seq <= to && budget > 0; seq++) {
            User message = input.find(group.me.index, seq);
            if (message == null) {
                continue;
            }
            User repeated = known(message, group.me, seq).resent(input.aru());
            sender.sendTo(target, repeated);
            budget -= repeated.encodedLength();
            seq += message.seqRange();
        }
    }

    /** Repeats messages of another node for one that missed them. */
    void recover(KnownNode target, Gap wanted) {
        KnownNode origin = group.known.get(wanted.rangeUuid());
        InputMap input = group.input;
        if (origin == null || !origin.isMember() || wanted.rangeLu() <= input.safe()) {
            return;
        }
        long budget = MAX_RESENT_BYTES;
        long end = Math.min(wanted.rangeHs(), input.hs(origin.index));
        for (long seq = wanted.rangeLu(); seq <= end && budget > 0; seq++) {
            User message = input.find(origin.index, seq);
            if (message == null) {
                continue;
            }
            Delegate delegate = delegate(known(message, origin, seq).recovered());
            sender.sendTo(target, delegate);
            budget -= delegate.encodedLength();
            seq += message.seqRange();
        }
    }

    /** A request may begin within the range of a message: then an empty one stands for the rest, seq by seq. */
    private User known(User message, KnownNode origin, long seq) {
        if (!message.source().equals(Uuids.NIL)) {
            return message;
        }
        return new User(
                origin.uuid,
                group.settings.version(),
                0,
                -1,
                group.view,
                Order.DROP,
                EvsMessage.NO_USER_TYPE,
                0,
                seq,
                -1,
                Bytes.EMPTY);
    }

    private Delegate delegate(EvsMessage inner) {
        return new Delegate(group.self, group.settings.version(), 0, sender.nextFifoSeq(), group.view, inner);
    }

    /** Repeats the LEAVE of another node for those that may have missed it. */
    void repeatLeave(Leave leave) {
        sender.broadcast(delegate(leave.recovered()));
    }

    /** Asks for everything that is missing in the view that ends (section 5.5, request_missing). */
    void requestMissing() {
        InputMap input = group.input;
        for (KnownNode node : group.members) {
            int i = node.index;
            boolean incomplete = input.lu(i) <= input.hs(i) || input.hs(i) < group.lastSent;
            if (node == group.me
                    || !incomplete
                    || (node.leave != null && node.leave.seq() <= input.hs(i) && input.lu(i) > input.hs(i))) {
                continue;
            }
            if (node.operational) {
                request(node, i, input.lu(i), group.lastSent);
            } else {
                requestFromBestHolder(node);
            }
        }
    }

    /**
     * Asks for messages of a node that is gone: whoever has most of them without a gap, else whoever has one behind the
     * gap. That one is never delivered, but nodes whose ranges differ never agree on the next view.
     */
    private void requestFromBestHolder(KnownNode gone) {
        InputMap input = group.input;
        KnownNode holder = null;
        long best = input.lu(gone.index);
        KnownNode holderBehindGap = null;
        long bestBehindGap = input.hs(gone.index);
        for (KnownNode node : group.members) {
            if (node == group.me || !node.operational || node.join == null) {
                continue;
            }
            NodeRecord record = node.join.view().equals(group.view) ? node.join.record(gone.uuid) : null;
            if (record == null || !record.view().equals(group.view)) {
                continue;
            }
            if (record.lu() > best) {
                best = record.lu();
                holder = node;
            }
            if (record.hs() > bestBehindGap) {
                bestBehindGap = record.hs();
                holderBehindGap = node;
            }
        }
        if (holder != null) {
            request(holder, gone.index, input.lu(gone.index), best - 1);
        } else if (holderBehindGap != null) {
            request(holderBehindGap, gone.index, input.lu(gone.index), bestBehindGap);
        }
    }

    /** Repeats own messages for those that a leaver still waits for (section 5.5, retrans_missing). */
    void resendMissing() {
        for (KnownNode node : group.members) {
            if (node == group.me) {
                continue;
            }
            NodeRecord mine =
                    node.join == null || !node.join.view().equals(group.view) ? null : node.join.record(group.self);
            if (mine != null && mine.lu() <= group.lastSent) {
                resend(node, mine.lu(), group.lastSent);
            }
            if (node.leave != null && node.leave.view().equals(group.view) && node.leave.aruSeq() < group.lastSent) {
                resend(node, node.leave.aruSeq() + 1, group.lastSent);
            }
        }
    }
}
