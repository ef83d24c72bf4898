package io.dromon.node.admin;

import io.dromon.config.NodeConfig;
import io.dromon.node.state.LastComponent;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A node that can be stopped as a killed process, and started again with another configuration, while its process, its
 * application and the doors of its operators stay open: for a re-bootstrap. Any thread, but not the node's own.
 */
public interface HoldableNode extends AdminOperations {
    /** How a held node is started. */
    enum Start {
        /** It makes a new component, with the state that it has. */
        BOOTSTRAP,
        /** It joins the component that is there; it makes none, and recovers none. */
        JOIN
    }

    /**
     * From now on the application and the doors stay open however a run of the node ends, until another one is started; with
     * false as ever.
     */
    void keepOpen(boolean on);

    /** Whether it is kept open, and does not run. Waits for nothing. */
    boolean isHeld();

    /**
     * Stops it as a killed process: links are closed without a leave, what was delivered is applied. It is {@link #keepOpen
     * kept open} from then on.
     *
     * @return done when {@link #isHeld}; fails if the application has failed
     * @throws io.dromon.node.NodeException if it has ended for good, or is between two runs
     */
    CompletableFuture<Void> beginHold();

    /**
     * Starts a held node.
     *
     * @param config in the place of the one before; of the same data directory. What it says of a new cluster does not count
     * @param further addresses to join by, where the configuration has none
     * @return done when the node is synced; fails if it could not be started or has ended before, and it is held then
     * @throws io.dromon.config.ConfigException with all problems of the configuration
     * @throws io.dromon.node.NodeException if a file cannot be used, or it is not held
     */
    CompletableFuture<Void> beginStart(NodeConfig config, Start start, String further);

    /** The newest primary component that the node was in; empty if it remembers none. */
    Optional<LastComponent> lastComponent();

    /** The configuration with other options, as {@link NodeConfig#with} makes it, for a start that makes no new cluster. */
    static NodeConfig joining(NodeConfig config, String further) {
        NodeConfig joins = config.bootstrap() ? config.with(Map.of("wsrep_new_cluster", "OFF")) : config;
        return joins.bootstrap() && !further.isEmpty()
                ? joins.with(Map.of("wsrep_cluster_address", "gcomm://" + further))
                : joins;
    }
}
