package io.dromon.node.store;

/**
 * What a transaction that writes is protected against. One that only reads sees a snapshot at either level, and never
 * fails.
 */
public enum Isolation {
    /**
     * Snapshot isolation: all reads are of one snapshot, and the transaction fails, to be run again, if another one has
     * written a key that it writes since. Two transactions that read what the other one writes can both commit (write
     * skew).
     */
    SNAPSHOT,
    /**
     * Serialisable, together with all others of this level: the transaction also fails if another one has written a key
     * that it has read, or any key of a branch that it has scanned. Every key that was read costs a key of the
     * write-set; a scan claims its whole branch, so that transactions which write there at the same time fail.
     */
    SERIALIZABLE
}
