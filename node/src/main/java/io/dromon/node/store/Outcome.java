package io.dromon.node.store;

import org.jspecify.annotations.Nullable;

/**
 * What a transaction came to.
 *
 * @param value what its code has returned
 * @param seqno its number in the cluster's order; of one that has written nothing, that of its snapshot. {@link
 *     Consistency#after} of it, on any node, sees it
 * @param attempts how often its code was run
 */
public record Outcome<T extends @Nullable Object>(T value, long seqno, int attempts) {}
