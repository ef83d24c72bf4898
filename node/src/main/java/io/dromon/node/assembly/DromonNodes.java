package io.dromon.node.assembly;

import io.dromon.config.NodeConfig;
import io.dromon.node.Application;
import io.dromon.node.Node;
import io.dromon.node.NodeProvider;

/** The provider of nodes. */
public final class DromonNodes implements NodeProvider {
    @Override
    public Node start(NodeConfig config, Application application) {
        RunningNode node = new RunningNode(config, application);
        node.start();
        return node;
    }

    @Override
    public Node startHeld(NodeConfig config, Application application) {
        RunningNode node = new RunningNode(config, application);
        node.startHeld();
        return node;
    }
}
