package io.dromon.node;

import io.dromon.config.NodeConfig;

/**
 * The maker of nodes that {@link Node#start} finds, by {@link java.util.ServiceLoader}: the one that Dromon brings.
 * Not for applications.
 */
public interface NodeProvider {
    /**
     * Starts a node, see {@link Node#start}.
     *
     * @throws NodeException if the configuration, a file it names, the data directory or the listen address cannot be used
     */
    Node start(NodeConfig config, Application application);

    /**
     * The same for a node that a re-bootstrap holds stopped: its doors are open, and an operator starts it.
     *
     * @throws NodeException likewise
     */
    Node startHeld(NodeConfig config, Application application);
}
