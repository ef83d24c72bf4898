package io.dromon.node.store;

import java.time.Duration;

/**
 * When a store made a checkpoint of its state for a joiner, by {@link System#nanoTime}.
 *
 * @param begunNs from here on commits waited
 * @param decidedNs from here on they went on, and the files were linked and copied
 * @param madeNs all files were there
 */
public record CheckpointTimes(long begunNs, long decidedNs, long madeNs) {
    /** How long commits waited. */
    public Duration held() {
        return Duration.ofNanos(decidedNs - begunNs);
    }

    /** How long its files took, while commits went on. */
    public Duration written() {
        return Duration.ofNanos(madeNs - decidedNs);
    }
}
