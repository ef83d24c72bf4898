package io.dromon.node.group;

import io.dromon.transport.wire.Bytes;

/** What this node says, asks and learns in votes on inconsistency (chapter 04 section 11); {@link Votes} counts. */
final class Voting {
    private final GroupVariables group;
    private final Votes votes = new Votes();

    Voting(GroupVariables group) {
        this.group = group;
    }

    long resultSeqno() {
        return votes.resultSeqno();
    }

    long resultValue() {
        return votes.resultValue();
    }

    /** Whether a vote is decided now. */
    boolean recount() {
        return votes.recount(group.table.all(), group.self, group.exchange.votePolicy(), group.exchange.actId());
    }

    void onVote(Member member, CodeMessage message) {
        int gcs = group.gcs();
        long seqno = message.seqno();
        Member self = group.self;
        if (!group.isPrimary()) {
            Votes.record(member, seqno, message.code(), gcs);
            return;
        }
        if (!votes.isOpen(seqno, group.exchange.commitCut.seqno(), gcs)) {
            if (member == self) {
                group.effects.deliver(new GroupEvent.VoteResult(seqno, votes.decided(seqno)));
            }
            return;
        }
        Votes.record(member, seqno, message.code(), gcs);
        boolean voter = !group.settings.stateless();
        if (recount()) {
            if (self.voteSeqno >= votes.resultSeqno() && voter) {
                group.effects.deliver(new GroupEvent.VoteResult(votes.resultSeqno(), votes.resultValue()));
            }
            leaveIfOutvoted();
        } else if (votes.request(seqno) && member != self && voter && self.voteSeqno < seqno) {
            group.control.voteWanted(seqno);
            group.effects.deliver(new GroupEvent.VoteRequest(seqno));
        }
    }

    /** A vote was decided. */
    void leaveIfOutvoted() {
        Member self = group.self;
        if (self.voteSeqno == votes.resultSeqno() && self.voteValue != votes.resultValue()) {
            group.inconsistent(
                    "this node's result of write-set " + votes.resultSeqno() + " differs from what the members voted");
        }
    }

    /** {@link GroupCore#vote}. */
    void vote(long seqno, Bytes error) {
        var history = group.exchange.groupUuid();
        group.control.addVote(CodeMessage.vote(history, seqno, Votes.value(history, seqno, error), error));
    }
}
