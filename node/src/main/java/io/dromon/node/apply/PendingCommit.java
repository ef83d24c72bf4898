package io.dromon.node.apply;

import io.dromon.node.Committed;
import io.dromon.node.group.Ticket;
import io.dromon.transport.wire.Bytes;

/** A write-set on its way, and the future that its writer holds. */
public final class PendingCommit extends PendingCall<Committed> implements Ticket.OfWriteSet {
    private final Bytes data;

    public PendingCommit(Thread delivery, Bytes data) {
        super(delivery);
        this.data = data;
    }

    /** The write-set. */
    public Bytes data() {
        return data;
    }
}
