package io.dromon.node.apply;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The future that a caller waits for: one that a node's delivery thread completes, or its protocol thread where that calls the
 * application. That thread cannot wait for it: it would wait for itself, and hold up the whole group. Nor can the durability
 * thread, which others wait for.
 */
public class PendingCall<T> extends CompletableFuture<T> {
    private static final String ADVICE = "Use thenAccept() or whenComplete(), or wait on another thread";

    private final Thread delivery;

    public PendingCall(Thread delivery) {
        this.delivery = delivery;
    }

    @Override
    public T join() {
        checkWaiter();
        return super.join();
    }

    @Override
    public T get() throws InterruptedException, ExecutionException {
        checkWaiter();
        return super.get();
    }

    @Override
    public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        checkWaiter();
        return super.get(timeout, unit);
    }

    private void checkWaiter() {
        if (isDone()) {
            return;
        }
        Thread caller = Thread.currentThread();
        if (caller == delivery) {
            throw new IllegalStateException(
                    "the application waits, on the thread of its node that calls it, for what that same thread"
                            + " is to complete: it would wait for ever. " + ADVICE);
        } else if (DurabilityThread.isBeside(caller, delivery)) {
            throw new IllegalStateException(
                    "the application waits, in persist(), for what may need that same sync: it could wait for ever. "
                            + ADVICE);
        }
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new PendingCall<>(delivery);
    }
}
