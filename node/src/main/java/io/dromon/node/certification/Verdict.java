package io.dromon.node.certification;

import org.jspecify.annotations.Nullable;

/**
 * The verdict of certification on one ordered write-set (chapter 05 section 7.3).
 *
 * @param seqno its place in the order
 * @param outcome passed, or why not
 * @param depends everything up to it must be applied before; -1 if there is nothing; of a failed one too, which keeps its
 *     place in the order of applying and does nothing
 * @param conflict what it failed against, with {@link Outcome#CONFLICT} alone
 */
public record Verdict(
        long seqno, Outcome outcome, long depends, @Nullable Conflict conflict) {
    private static final int MAX_RANGE = 0xffff;

    /** How a test can end; the order has no meaning on the wire. */
    public enum Outcome {
        /** The write-set is to be applied. */
        PASSED,
        /** A key that another node wrote since. */
        CONFLICT,
        /** Its originator's snapshot is older than what certification remembers. */
        TOO_OLD,
        /** Its format does not go with the group's protocol. */
        WRONG_VERSION,
        /** No member can read it. */
        MALFORMED
    }

    /** Whether it is to be applied. */
    public boolean passed() {
        return outcome == Outcome.PASSED;
    }

    /** {@code pa_range} as it is kept and sent in a state transfer (section 3.3): 0 to 65535. */
    public int paRange() {
        return depends < 0 ? 0 : (int) Math.min(MAX_RANGE, seqno - depends);
    }
}
