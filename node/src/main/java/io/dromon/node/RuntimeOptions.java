package io.dromon.node;

import io.dromon.config.NodeConfig;
import io.dromon.config.Options;
import io.dromon.transport.evs.SendResult;

/** Brings a changed option to the layer that honours it. */
final class RuntimeOptions {
    private RuntimeOptions() {}

    /**
     * @param config the configuration with the change, checked already
     * @throws NodeException if the group does not allow the change now
     */
    static void apply(NodeCore core, NodeConfig config, String option, long nowNs) {
        if (option.equals(Options.EVS_EVICT.name())) {
            core.stack().evict(config.optional(Options.EVS_EVICT).orElse(null), nowNs);
        } else if (option.startsWith("evs.")) {
            core.stack().configure(NodeSettings.evs(config), nowNs);
        } else if (option.startsWith("gcs.")) {
            core.group().configure(NodeSettings.flow(config));
        } else if (option.equals(Options.PC_WEIGHT.name())) {
            require(option, core.stack().primary().changeWeight(config.value(Options.PC_WEIGHT)));
        } else if (option.equals(Options.PC_BOOTSTRAP.name())) {
            require(option, core.stack().primary().bootstrap());
        } else if (option.startsWith("pc.ignore_")) {
            core.stack()
                    .primary()
                    .setIgnore(config.value(Options.PC_IGNORE_SB), config.value(Options.PC_IGNORE_QUORUM));
        } else {
            throw new NodeException(
                    NodeException.Reason.CONFIGURATION,
                    option + " is accepted at run time, but no part of this node honours it yet; see dromon options "
                            + option);
        }
    }

    private static void require(String option, SendResult result) {
        switch (result) {
            case ACCEPTED -> {}
            case AGAIN ->
                throw new NodeException(
                        NodeException.Reason.BUSY,
                        option + ": the membership is changing just now, or the node is not in the state that it needs;"
                                + " try again");
            case NOT_CONNECTED ->
                throw new NodeException(
                        NodeException.Reason.PRIMARY_COMPONENT_LOST,
                        option + ": the node is not in the component that this needs");
            case WRONG_SIZE -> throw new IllegalStateException(option + ": the message has no valid size");
        }
    }
}
