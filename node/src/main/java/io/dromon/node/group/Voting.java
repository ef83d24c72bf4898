package io.dromon.node.group;

import io.dromon.transport.wire.Bytes;

/** What this node says, asks and learns in votes on inconsistency (chapter 04 section 11); {@link Votes} counts. */
final class Voting {
    private final GroupSettings settings;
    private final Configuration configuration;
    private final ControlMessages control;
    private final Withdrawal withdrawal;
    private final GroupOutbox outbox;
    private final Votes votes = new Votes();

    Voting(
            GroupSettings settings,
            Configuration configuration,
            ControlMessages control,
            Withdrawal withdrawal,
            GroupOutbox outbox) {
        this.settings = settings;
        this.configuration = configuration;
        this.control = control;
        this.withdrawal = withdrawal;
        this.outbox = outbox;
    }

    long resultSeqno() {
        return votes.resultSeqno();
    }

    long resultValue() {
        return votes.resultValue();
    }

    /** Whether a vote is decided now. */
    boolean recount() {
        return votes.recount(
                configuration.table.all(), configuration.self, configuration.votePolicy, configuration.actId);
    }

    void onVote(Member member, CodeMessage message) {
        int gcs = configuration.gcs();
        long seqno = message.seqno();
        Member self = configuration.self;
        if (!configuration.isPrimary()) {
            Votes.record(member, seqno, message.code(), gcs);
            return;
        }
        if (!votes.isOpen(seqno, configuration.commitCut.seqno(), gcs)) {
            if (member == self) {
                long decided = votes.decided(seqno);
                outbox.deliver(new GroupEvent.VoteResult(seqno, decided));
                if (message.code() != decided) {
                    leaveOutvoted(seqno);
                }
            }
            return;
        }
        Votes.record(member, seqno, message.code(), gcs);
        boolean voter = !settings.stateless();
        boolean decided = recount();
        if (decided) {
            if (self.voteSeqno >= votes.resultSeqno() && voter) {
                outbox.deliver(new GroupEvent.VoteResult(votes.resultSeqno(), votes.resultValue()));
            }
            leaveIfOutvoted();
        }
        // Also one that does not count yet, or comes too late, has applied it or not: it is told the result when it
        // votes.
        boolean first = votes.request(seqno);
        if (member != self && voter && self.voteSeqno < seqno && (first || decided)) {
            control.voteWanted(seqno);
            outbox.deliver(new GroupEvent.VoteRequest(seqno));
        }
    }

    /** A vote was decided. */
    void leaveIfOutvoted() {
        Member self = configuration.self;
        if (self.voteSeqno == votes.resultSeqno() && self.voteValue != votes.resultValue()) {
            leaveOutvoted(votes.resultSeqno());
        }
    }

    private void leaveOutvoted(long seqno) {
        withdrawal.inconsistent("this node's result of write-set " + seqno + " differs from what the members voted");
    }

    /** {@link GroupCore#vote}. */
    long vote(long seqno, Bytes error) {
        var history = configuration.groupUuid;
        long value = Votes.value(history, seqno, error);
        control.addVote(CodeMessage.vote(history, seqno, value, error));
        return value;
    }
}
