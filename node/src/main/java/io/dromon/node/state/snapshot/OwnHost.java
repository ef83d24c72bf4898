package io.dromon.node.state.snapshot;

import io.dromon.config.NodeConfig;

/** Under which host donors reach this node, where no option names one. */
public final class OwnHost {
    private OwnHost() {}

    /** {@code base_host}, which is that of {@code wsrep_node_address}; else what the node listens at, if it is one address. */
    public static String of(NodeConfig config) {
        return ReceiveAddress.ownHost(config);
    }
}
