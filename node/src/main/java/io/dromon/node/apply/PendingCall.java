package io.dromon.node.apply;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The future that a caller waits for: one that a node's delivery thread completes. That thread cannot wait for it: it
 * would wait for itself, and hold up the whole group.
 */
public class PendingCall<T> extends CompletableFuture<T> {
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
        if (Thread.currentThread() == delivery && !isDone()) {
            throw new IllegalStateException(
                    "the application waits, on its node's delivery thread, for what that same thread"
                            + " is to complete: it would wait for ever. Use thenAccept() or whenComplete(), or wait on"
                            + " another thread");
        }
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new PendingCall<>(delivery);
    }
}
