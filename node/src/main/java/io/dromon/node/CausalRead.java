package io.dromon.node;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A causal read on its way. */
final class CausalRead extends OwnFuture<Long> {
    CausalRead(Thread delivery) {
        super(delivery);
    }

    /** What its reader holds: it fails if there is no answer in time. */
    CompletableFuture<Long> within(Duration limit) {
        return orTimeout(limit.toNanos(), TimeUnit.NANOSECONDS)
                .exceptionallyCompose(failure ->
                        failedFuture(failure instanceof TimeoutException ? NodeExceptions.noAnswer(limit) : failure));
    }
}
