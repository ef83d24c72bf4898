package io.dromon.node.group;

import io.dromon.transport.wire.Uuids;
import java.util.UUID;

/** What STATE_REQ, JOIN and SYNC do to the states of the members (chapter 04 section 7.2), at every member alike. */
final class Statuses {
    private final Configuration configuration;
    private final MemberTable table;

    Statuses(Configuration configuration) {
        this.configuration = configuration;
        this.table = configuration.table;
    }

    /** Returns the index of the chosen donor (of a desync the requester itself), or a negative errno. */
    int onStateRequest(Member subject, StateRequestPayload request) {
        if (request.isDesync()) {
            if (!subject.status.isJoined()) {
                return -Errno.EAGAIN;
            }
            subject.status = MemberStatus.DONOR;
            subject.desyncCount++;
            return subject.index;
        }
        if (subject.status != MemberStatus.PRIM) {
            return -Errno.ECANCELED;
        }
        int donorIndex = DonorSelection.choose(
                table.all(), subject, request, configuration.groupUuid, configuration.quorumActId);
        if (donorIndex >= 0) {
            Member donor = table.all()[donorIndex];
            subject.status = MemberStatus.JOINER;
            donor.status = MemberStatus.DONOR;
            donor.desyncCount++;
            if (donor.desyncCount == 1) {
                donor.joiner = subject.uuid;
                subject.donor = donor.uuid;
            }
        }
        return donorIndex;
    }

    /** Returns whether the member was in a state to send it. */
    boolean onJoin(Member member, long code) {
        switch (member.status) {
            case DONOR -> {
                release(member, code);
                member.desyncCount = Math.max(0, member.desyncCount - 1);
                if (member.desyncCount == 0) {
                    member.status = MemberStatus.JOINED;
                }
            }
            case JOINER -> {
                member.donor = Uuids.NIL;
                if (code < 0) {
                    member.status = MemberStatus.PRIM;
                } else {
                    member.status = MemberStatus.JOINED;
                    configuration.primJoined++;
                }
            }
            case PRIM -> {
                return false;
            }
            case NON_PRIM, JOINED, SYNCED -> {}
        }
        return true;
    }

    /** A donor has given its state: its joiner does not need it any more. */
    private void release(Member donor, long code) {
        UUID joiner = donor.joiner;
        donor.joiner = Uuids.NIL;
        Member receiver = table.find(joiner);
        if (receiver != null && code >= 0) {
            receiver.donor = Uuids.NIL;
        }
    }

    /** Returns whether the member became SYNCED by it. */
    boolean onSync(Member member) {
        if (member.status != MemberStatus.JOINED) {
            return false;
        }
        member.status = MemberStatus.SYNCED;
        member.countsLastApplied = !member.arbitrator;
        return true;
    }
}
