package io.dromon.node.rebootstrap.core;

import java.util.Map;
import java.util.TreeMap;

/** A primary component of simulated nodes, from one configuration to the next. */
final class SimComponent {
    /** Seqno of its configuration. */
    final long number;

    final Map<String, SimNode> members;

    SimComponent(long number, Map<String, SimNode> members) {
        this.number = number;
        this.members = new TreeMap<>(members);
    }

    Map<String, Integer> weights() {
        Map<String, Integer> weights = new TreeMap<>();
        members.forEach((name, node) -> weights.put(name, node.weight));
        return weights;
    }

    long weight() {
        return members.values().stream().mapToLong(node -> node.weight).sum();
    }

    /** Whether a client can write in it. */
    boolean takesWrites() {
        return members.values().stream().anyMatch(node -> !node.drained);
    }

    SimNode any() {
        return members.values().iterator().next();
    }
}
