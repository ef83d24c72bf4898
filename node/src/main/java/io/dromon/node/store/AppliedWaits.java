package io.dromon.node.store;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Readers that wait until a number of the order is applied. Thread-safe. */
final class AppliedWaits {
    private final TreeMap<Long, List<CompletableFuture<Void>>> waits = new TreeMap<>();
    private @Nullable RuntimeException ended;
    /** The first of {@link #waits}, so that the delivery thread takes the lock only where somebody waits. */
    private volatile long lowest = Long.MAX_VALUE;

    /**
     * Done when {@code applied} has told {@code seqno} or more; fails when the node ends before.
     *
     * @param applied whose changes are told to {@link #onApplied}
     */
    CompletableFuture<Void> reached(long seqno, LongSupplier applied) {
        CompletableFuture<Void> wait = new CompletableFuture<>();
        synchronized (this) {
            if (ended != null) {
                wait.completeExceptionally(ended);
                return wait;
            }
            waits.computeIfAbsent(seqno, number -> new ArrayList<>()).add(wait);
            lowest = waits.firstKey();
        }
        onApplied(applied.getAsLong()); // what came before it was seen
        return wait;
    }

    /** Everything up to {@code seqno} is applied. */
    void onApplied(long seqno) {
        if (seqno >= lowest) {
            take(seqno).forEach(wait -> wait.complete(null));
        }
    }

    private synchronized List<CompletableFuture<Void>> take(long seqno) {
        SortedMap<Long, List<CompletableFuture<Void>>> reached = waits.headMap(seqno, true);
        List<CompletableFuture<Void>> taken =
                reached.values().stream().flatMap(List::stream).toList();
        reached.clear();
        lowest = waits.isEmpty() ? Long.MAX_VALUE : waits.firstKey();
        return taken;
    }

    /** One that waits no longer. */
    synchronized void forget(long seqno, CompletableFuture<Void> wait) {
        List<CompletableFuture<Void>> same = waits.get(seqno);
        if (same != null && same.removeIf(each -> each == wait) && same.isEmpty()) {
            waits.remove(seqno);
            lowest = waits.isEmpty() ? Long.MAX_VALUE : waits.firstKey();
        }
    }

    /** Nothing is applied any more. */
    void end(RuntimeException why) {
        synchronized (this) {
            ended = why;
        }
        take(Long.MAX_VALUE).forEach(wait -> wait.completeExceptionally(why));
    }
}
