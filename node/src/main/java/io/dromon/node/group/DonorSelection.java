package io.dromon.node.group;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The choice of the donor (chapter 04 section 7.4); every member chooses the same. */
final class DonorSelection {
    private static final int GAP_SHIFT = 7;
    private static final long MAX_GAP = 1 << 20;

    private final Member[] members;
    private final Member joiner;
    private final StateRequestPayload request;
    private final String[] names;

    private DonorSelection(Member[] members, Member joiner, StateRequestPayload request) {
        this.members = members;
        this.joiner = joiner;
        this.request = request;
        this.names = request.donors().split(",", -1);
    }

    /**
     * @param quorumActId last seqno of the group as the last exchange found it
     * @return index of the donor, or a negative errno
     */
    static int choose(Member[] members, Member joiner, StateRequestPayload request, UUID groupUuid, long quorumActId) {
        DonorSelection selection = new DonorSelection(members, joiner, request);
        if (request.version() >= 2
                && request.wantedUuid().equals(groupUuid)
                && request.wantedSeqno() != -1
                && selection.isIstSafe(quorumActId)) {
            Member donor = selection.istDonor();
            if (donor != null) {
                return donor.index;
            }
        }
        return selection.sstDonor();
    }

    private boolean isIstSafe(long quorumActId) {
        long low = Long.MAX_VALUE;
        for (Member m : members) {
            if (m.cached != -1) {
                low = Math.min(low, m.cached);
            }
        }
        if (low == Long.MAX_VALUE) {
            return false;
        }
        long gap = Math.min((quorumActId - low) >> GAP_SHIFT, MAX_GAP);
        return request.wantedSeqno() >= low + gap;
    }

    private boolean canGiveIst(Member m) {
        return m != joiner
                && m.status == MemberStatus.SYNCED
                && m.cached != -1
                && m.cached <= request.wantedSeqno() + 1;
    }

    private @Nullable Member istDonor() {
        Member best = null;
        for (String name : names) {
            if (name.isEmpty()) {
                break;
            }
            for (Member m : members) {
                if (m.name.startsWith(name) && canGiveIst(m)) {
                    if (best == null || m.cached >= best.cached) {
                        best = m;
                    }
                    break;
                }
            }
        }
        if (best != null) {
            return best;
        }
        Member far = null;
        for (Member m : members) {
            if (!canGiveIst(m) || m.arbitrator) {
                continue;
            }
            if (m.segment != joiner.segment) {
                far = far == null || m.cached >= far.cached ? m : far;
            } else if (best == null || m.cached >= best.cached) {
                best = m;
            }
        }
        return best != null ? best : far;
    }

    private int sstDonor() {
        boolean again = false;
        int error = -Errno.EHOSTUNREACH;
        for (String name : names) {
            int result;
            if (!name.isEmpty()) {
                result = byName(name);
            } else if (again && !(request.donors().endsWith(",") && request.version() >= 2)) {
                result = -Errno.EAGAIN;
            } else {
                result = byState();
            }
            if (result >= 0) {
                return result;
            }
            again |= result == -Errno.EAGAIN;
            error = result;
        }
        return again ? -Errno.EAGAIN : error;
    }

    private int byName(String name) {
        for (Member m : members) {
            if (!m.name.startsWith(name)) {
                continue;
            }
            if (m == joiner) {
                return -Errno.EHOSTDOWN;
            }
            if (m.arbitrator) {
                return -Errno.EHOSTUNREACH;
            }
            if (m.status == MemberStatus.SYNCED) {
                return m.index;
            }
            return m.status.ordinal() >= MemberStatus.JOINER.ordinal() ? -Errno.EAGAIN : -Errno.EHOSTUNREACH;
        }
        return -Errno.EHOSTUNREACH;
    }

    private int byState() {
        Member candidate = null;
        boolean nearby = false;
        for (Member m : members) {
            if (m == joiner) {
                continue;
            }
            boolean near = m.segment == joiner.segment;
            if (m.status == MemberStatus.SYNCED && !m.arbitrator) {
                if (near) {
                    return m.index;
                }
                candidate = m;
            }
            nearby |= near && m.status.ordinal() >= MemberStatus.JOINER.ordinal();
        }
        return !nearby && candidate != null ? candidate.index : -Errno.EAGAIN;
    }
}
