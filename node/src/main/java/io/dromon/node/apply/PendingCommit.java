package io.dromon.node.apply;

import io.dromon.node.Committed;
import io.dromon.node.Durability;
import io.dromon.node.group.Ticket;
import io.dromon.node.writeset.UnsentWriteSet;

/** A write-set on its way, and the future that its writer holds. */
public final class PendingCommit extends PendingCall<Committed> implements Ticket.OfWriteSet {
    private final UnsentWriteSet change;
    private final long snapshot;
    private final Durability durability;
    private final long submittedNs = System.nanoTime();

    /** One that need not be durable. */
    public PendingCommit(Thread delivery, UnsentWriteSet change, long snapshot) {
        this(delivery, change, snapshot, Durability.ORDERED);
    }

    /** @param snapshot what its transaction has read at the latest, as far as the write-set names no snapshot; -1: nothing */
    public PendingCommit(Thread delivery, UnsentWriteSet change, long snapshot, Durability durability) {
        super(delivery);
        this.change = change;
        this.snapshot = snapshot;
        this.durability = durability;
    }

    /** The write-set. */
    public UnsentWriteSet change() {
        return change;
    }

    /** When it was submitted, by the JVM's clock. */
    long submittedNs() {
        return submittedNs;
    }

    /** What its writer waits for. */
    public Durability durability() {
        return durability;
    }

    @Override
    public boolean isForMajority() {
        return durability == Durability.MAJORITY;
    }

    /** The position when it was submitted. */
    public long snapshot() {
        return snapshot;
    }
}
