package io.dromon.node.group;

/**
 * What a request of this node is known by: the caller makes it, the group layer keeps it, never looks into it, and gives
 * it back exactly once, with the answer.
 */
public sealed interface Ticket {
    /**
     * Of a write-set ({@link GroupCore#replicate}): comes back in its {@link GroupEvent.WriteSet}, or in {@link
     * GroupDeliveries#onWriteSetFailed}.
     */
    non-sealed interface OfWriteSet extends Ticket {
        /** Whether it waits until a majority has synced it. */
        default boolean isForMajority() {
            return false;
        }
    }

    /**
     * Of a causal read ({@link GroupCore#sync}): comes back in its {@link GroupEvent.CausalPoint}, or in {@link
     * GroupDeliveries#onReadFailed}.
     */
    non-sealed interface OfRead extends Ticket {}
}
