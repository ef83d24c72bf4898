package io.dromon.node.rebootstrap.core;

import java.util.Map;

/**
 * A node of a plan.
 *
 * @param name {@code wsrep_node_name}
 * @param adminAddress URL of its admin listener
 * @param files what is staged on it: name in the node's staging directory, and the local file that holds the content. The
 *     content itself is no part of a plan, and of no journal
 */
public record PlannedNode(String name, String adminAddress, Map<String, String> files) {
    public PlannedNode {
        if (name.isBlank() || adminAddress.isBlank()) {
            throw new IllegalArgumentException("a node of a plan has a name and an admin address; this one has '" + name
                    + "' and '" + adminAddress + "'");
        }
        files = Map.copyOf(files);
    }
}
