package io.dromon.node.group;

import org.jspecify.annotations.Nullable;

/** The seqno that every counted member has applied (chapter 04 section 9). */
final class CommitCut {
    private long seqno;
    private @Nullable Member lastNode;
    /** Last cut that was delivered. */
    private long delivered = -1;

    CommitCut(long seqno) {
        this.seqno = seqno;
    }

    long seqno() {
        return seqno;
    }

    void set(long value) {
        seqno = value;
    }

    /** Delivers the cut if it is news and this node is complete. */
    void deliver(GroupOutbox outbox, MemberStatus own) {
        if (seqno > delivered && own.isJoined()) {
            delivered = seqno;
            outbox.deliver(new GroupEvent.CommitCut(seqno));
        }
    }

    /** Forgets which member held it back: its record may be gone. */
    void forgetMember() {
        lastNode = null;
    }

    /**
     * A LAST of {@code member}.
     *
     * @return whether the cut grew
     */
    boolean onLast(Member member, long applied, Member[] members, int gcs) {
        if (applied <= member.lastApplied) {
            return false;
        }
        member.lastApplied = applied;
        return member == lastNode && applied > seqno && recompute(members, gcs);
    }

    /** Returns whether the cut grew. */
    boolean recompute(Member[] members, int gcs) {
        Member smallest = null;
        for (Member m : members) {
            boolean considered = m.isCounted() && (gcs >= 5 || m.lastApplied >= seqno);
            if (considered && (smallest == null || m.lastApplied <= smallest.lastApplied)) {
                smallest = m;
            }
        }
        if (smallest == null) {
            return false;
        }
        lastNode = smallest;
        boolean grew = smallest.lastApplied > seqno;
        seqno = Math.max(seqno, smallest.lastApplied);
        return grew;
    }
}
