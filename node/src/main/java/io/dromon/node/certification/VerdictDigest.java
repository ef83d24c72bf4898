package io.dromon.node.certification;

import java.util.Optional;

/**
 * A chain over the verdicts since the last configuration change: equal on all members that certify alike.
 *
 * <p>The dependency is not in it, for it is not equal everywhere: a node purges only what it has completed itself, and one
 * that joins hears of no commit cut before it has the state.
 */
final class VerdictDigest {
    /** Digests are kept at multiples of it, for members to compare. */
    static final int STEP = 1024;

    private long value;
    private boolean whole;
    private Digest kept = new Digest(0, 0);

    void restart(long seqno) {
        value = Rules.mix(seqno);
        kept = new Digest(seqno, value);
        whole = true;
    }

    /** What comes next was certified by another member: the chain means nothing until it starts anew. */
    void interrupt() {
        whole = false;
    }

    void add(long seqno, boolean passed) {
        value = Rules.mix(value + Rules.mix(seqno << 1 | (passed ? 1 : 0)));
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
