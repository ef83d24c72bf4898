package io.dromon.node.certification;

/** The keys of one write-set in flight; given back to {@link KeysInFlight#release}. */
public final class Claim implements ClaimResult {
    final HoldList holds;
    private final long snapshot;
    int first = HoldList.NONE;
    boolean released;
    /** Neighbours in the list of open claims; of the list's own end itself. */
    Claim before = this;

    Claim after = this;

    Claim(HoldList holds, long snapshot) {
        this.holds = holds;
        this.snapshot = snapshot;
    }

    /** Puts {@code claim} in front of this one. */
    void insertBefore(Claim claim) {
        claim.before = before;
        claim.after = this;
        before.after = claim;
        before = claim;
    }

    void unlink() {
        before.after = after;
        after.before = before;
    }

    /** The snapshot that its transaction has read. */
    public long snapshot() {
        return snapshot;
    }
}
