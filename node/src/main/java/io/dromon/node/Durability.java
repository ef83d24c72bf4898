package io.dromon.node;

/**
 * What must have been reached before the future of {@link Node#replicate} completes. Each level includes the one above it. A
 * write-set is ordered and applied in the same way at all of them: they differ in how long its writer waits.
 */
public enum Durability {
    /**
     * Galera's: every member of the primary component has received it, and this node has applied it. It survives the loss of
     * members as long as one of those goes on that have applied it. If all of them lose power at once, what was not written
     * back to their disks yet is lost.
     */
    ORDERED,
    /**
     * The application of this node has synced it, too ({@link DurableApplication}). It survives a loss of power of all
     * members, as long as the component that is formed again waits for this one; so as long as the disk of this node does.
     */
    LOCAL,
    /**
     * Members that hold more than half of the weight of the primary component have synced it, this node among them. It
     * survives a loss of power of all members, and the loss of any disks whose members hold less than half of the weight.
     */
    MAJORITY
}
