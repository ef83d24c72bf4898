package io.dromon.node.store;

/** How fresh the snapshot of a read, or of a transaction, must be. Each is a state that the cluster was in. */
public sealed interface Consistency {
    /** What this node has applied: no waiting, possibly a state of the past. */
    Consistency EVENTUAL = new Eventual();
    /** All that was committed on any node before the call: {@link io.dromon.node.Node#sync}. */
    Consistency BEFORE = new Before();

    /**
     * At least everything up to a number of the cluster's order.
     *
     * @param seqno of an {@link Outcome}, of this or another node's store
     */
    static Consistency after(long seqno) {
        return new After(seqno);
    }

    /** See {@link #EVENTUAL}. */
    record Eventual() implements Consistency {}

    /** See {@link #BEFORE}. */
    record Before() implements Consistency {}

    /** See {@link #after}. */
    record After(long seqno) implements Consistency {}
}
