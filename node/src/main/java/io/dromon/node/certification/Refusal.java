package io.dromon.node.certification;

import org.jspecify.annotations.Nullable;

/**
 * The reason why a write-set must not be sent.
 *
 * @param reason what a program can react to
 * @param conflict against whom and on which key, with {@link Reason#IN_FLIGHT} and {@link Reason#COMMITTED} alone
 */
public record Refusal(Reason reason, @Nullable Conflict conflict) implements ClaimResult {
    /** What a program can react to. */
    public enum Reason {
        /** Another write-set of this node that has the key is on its way: when that one has ended, try again. */
        IN_FLIGHT,
        /** A write-set that has the key was committed after the snapshot: read again what it wrote, then try again. */
        COMMITTED,
        /** The members need not remember any more what was committed since the snapshot: read again. */
        SNAPSHOT_TOO_OLD,
        /** The snapshot that the write-set names does not exist yet. */
        SNAPSHOT_UNKNOWN,
        /** Too many keys are in flight: when some have ended, try again. */
        TABLE_FULL,
        /** Too many bytes wait to be sent: when some are, try again. */
        QUEUE_FULL
    }
}
