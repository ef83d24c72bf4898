package io.dromon.node.certification;

import java.util.Optional;

/**
 * A chain over the verdicts since the last configuration change: equal on all members that certify alike.
 *
 * <p>The dependency itself is not equal everywhere, for a node purges what it has completed itself. No node purges above
 * the last commit cut or the longest interval, so dependencies below that bound count as the bound.
 */
final class VerdictDigest {
    /** Digests are kept at multiples of it, for members to compare. */
    static final int STEP = 1024;

    private long value;
    private long cut;
    private boolean whole;
    private Digest kept = new Digest(0, 0);

    void restart(long seqno) {
        value = Rules.mix(seqno);
        cut = Math.max(cut, seqno);
        kept = new Digest(seqno, value);
        whole = true;
    }

    /** What comes next was certified by another member: the chain means nothing until it starts anew. */
    void interrupt() {
        whole = false;
    }

    void onCommitCut(long seqno) {
        cut = Math.max(cut, seqno);
    }

    void add(long seqno, boolean passed, long depends) {
        long bound = Math.max(cut, seqno - Rules.MAX_INTERVAL);
        long link = Rules.mix(seqno << 1 | (passed ? 1 : 0)) ^ Math.max(depends, bound);
        value = Rules.mix(value + link);
        if (seqno % STEP == 0) {
            kept = new Digest(seqno, value);
        }
    }

    Optional<Digest> value(long seqno) {
        return whole ? Optional.of(new Digest(seqno, value)) : Optional.empty();
    }

    Optional<Digest> kept() {
        return whole ? Optional.of(kept) : Optional.empty();
    }
}
