package io.dromon.node.cli.rebootstrap;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a {@link Probe} has seen.
 *
 * @param cluster the longest time in which no node committed
 * @param nodes by name
 */
record Measured(OutageMeter.Outage cluster, Map<String, OfNode> nodes) {
    /**
     * One node.
     *
     * @param refused writes that were not acknowledged
     * @param why it was not measured; empty if it was
     */
    record OfNode(long commits, long refused, OutageMeter.Outage outage, String why) {}

    Measured {
        nodes = Collections.unmodifiableMap(new TreeMap<>(nodes));
    }

    /** Whether there was a commit at all. */
    boolean isMeasured() {
        return nodes.values().stream().anyMatch(node -> node.commits() > 0);
    }
}
