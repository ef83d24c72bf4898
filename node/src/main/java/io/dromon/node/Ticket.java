package io.dromon.node;

import io.dromon.transport.wire.Bytes;
import java.util.concurrent.CompletableFuture;

/** A write-set on its way, and the future that its writer holds. */
final class Ticket extends CompletableFuture<Committed> {
    final Bytes data;

    Ticket(Bytes data) {
        this.data = data;
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>();
    }
}
