package io.dromon.node.apply;

import io.dromon.node.group.Ticket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A causal read on its way. */
public final class PendingRead extends PendingCall<Long> implements Ticket.OfRead {
    public PendingRead(Thread delivery) {
        super(delivery);
    }

    /** What its reader holds: it fails if there is no answer in time. */
    public CompletableFuture<Long> within(Duration limit) {
        return orTimeout(limit.toNanos(), TimeUnit.NANOSECONDS)
                .exceptionallyCompose(failure ->
                        failedFuture(failure instanceof TimeoutException ? CallFailures.noAnswer(limit) : failure));
    }
}
