package io.dromon.node;

import io.dromon.transport.wire.Bytes;

/** A write-set on its way, and the future that its writer holds. */
final class Ticket extends OwnFuture<Committed> {
    final Bytes data;

    Ticket(Thread delivery, Bytes data) {
        super(delivery);
        this.data = data;
    }
}
