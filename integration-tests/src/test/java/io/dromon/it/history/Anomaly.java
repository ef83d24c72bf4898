package io.dromon.it.history;

/**
 * Something that was promised not to be.
 *
 * @param detail the transactions that show it
 */
public record Anomaly(Kind kind, String detail) {
    /** Adya's names, and those of Elle for what has none there. */
    public enum Kind {
        /** A list holds what nobody has appended, or one value twice. */
        GARBAGE,
        /** Two lists of a key of which neither is a beginning of the other. */
        INCOMPATIBLE_ORDER,
        /** A transaction does not see what it has done itself. */
        INTERNAL,
        /** Reads what a transaction has written that failed. */
        G1A,
        /** Reads what a transaction has written before it wrote more. */
        G1B,
        /** A cycle of writes. */
        G0,
        /** A cycle of writes and reads of what was written: circular information flow. */
        G1C,
        /** Two transactions have read the same version of a key and have both written the next one: a lost update. */
        P4,
        /** A cycle in which no two reads of what was overwritten follow each other: no snapshot isolation. */
        G_SINGLE,
        /** A cycle with reads of what was overwritten: write skew, not serialisable. */
        G2,
        /** A cycle with the time: a transaction does not see what was committed before it began. */
        STALE
    }
}
