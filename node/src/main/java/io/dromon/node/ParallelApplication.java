package io.dromon.node;

/**
 * An application that bears several write-sets at a time. What a write-set does is split: {@link #apply} prepares it, on any
 * of several threads, the delivery thread among them, while others are prepared as well; the {@link Commit} that it returns
 * makes it visible, on the delivery thread, one at a time and in order.
 *
 * <p>Which ones run at the same time follows from their keys: {@code apply} of a write-set is called when all that it depends
 * on is committed, which is every earlier one with a key in common in types that do not go together, or that has no keys. A
 * write-set without keys waits for all before it. So an application that gives the keys of all that it writes never meets
 * two writers of one resource here.
 *
 * <p>All other methods are called as those of an {@link Application}. An exception from {@code apply} or {@code commit} is one
 * of {@link #deliver}: the members vote, and where the node stops, what comes behind is not committed.
 */
public interface ParallelApplication extends Application {
    /** What makes a write-set visible. */
    @FunctionalInterface
    interface Commit {
        /** In its turn; everything before it is committed. */
        void commit();
    }

    /** How many threads may call {@link #apply} at a time; asked once. The option
     * {@code repl.appliers} (or {@code wsrep_slave_threads}), 1 unless it is set, may be lower.
     */
    int appliers();

    /** Prepares a write-set; nobody must see it yet. */
    Commit apply(Delivery delivery);

    /** Both at once, where there is one applier. */
    @Override
    default void deliver(Delivery delivery) {
        apply(delivery).commit();
    }
}
