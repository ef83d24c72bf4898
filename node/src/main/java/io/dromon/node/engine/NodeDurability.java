package io.dromon.node.engine;

import io.dromon.config.GroupOptions;
import io.dromon.config.NodeConfig;
import io.dromon.config.Options;
import io.dromon.node.Application;
import io.dromon.node.Durability;
import io.dromon.node.DurableApplication;
import io.dromon.node.NodeException;
import io.dromon.node.apply.DeliveryItem;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The durability of a node's write-sets: which level is the default, which can be had, and whether members ask for syncs. */
final class NodeDurability {
    private static final Logger LOG = LoggerFactory.getLogger(NodeDurability.class);
    private static final String CANNOT_SYNC =
            "the application of this node cannot make durable what it has applied (it is no DurableApplication). Use"
                    + " an application that implements persist(), such as the store on disk or dromon node without"
                    + " --memory, or the level 'ordered'";

    private final boolean canSync;
    private volatile Durability byDefault;
    private volatile boolean majorityPossible = true;
    /** The protocol thread's. */
    private boolean asked;

    /** @throws NodeException if {@code node.durability} asks for what this application cannot do */
    NodeDurability(NodeConfig config, Application application) {
        this.canSync = application instanceof DurableApplication;
        this.byDefault = level(config);
        warnOfNoEffect(config);
    }

    /** An arbitrator replicates nothing, and may read the file of the data nodes. */
    private static void warnOfNoEffect(NodeConfig config) {
        if (config.value(GroupOptions.GCS_STATELESS) && asked(config) != Durability.ORDERED) {
            LOG.warn(
                    "{}: {} has no effect: an arbitrator replicates no write-sets",
                    config.name(),
                    Options.NODE_DURABILITY.name());
        }
    }

    private static Durability asked(NodeConfig config) {
        return Durability.valueOf(config.value(Options.NODE_DURABILITY).toUpperCase(Locale.ROOT));
    }

    /**
     * The level of write-sets that do not name one.
     *
     * @throws NodeException if the application cannot do it
     */
    private Durability level(NodeConfig config) {
        Durability level = config.value(GroupOptions.GCS_STATELESS) ? Durability.ORDERED : asked(config);
        if (level != Durability.ORDERED && !canSync) {
            throw new NodeException(
                    NodeException.Reason.CONFIGURATION,
                    Options.NODE_DURABILITY.name() + " is '" + config.text(Options.NODE_DURABILITY) + "', and "
                            + CANNOT_SYNC);
        }
        return level;
    }

    // Any thread.

    /** The level of write-sets that do not name one. */
    Durability byDefault() {
        return byDefault;
    }

    /**
     * A change of the configuration is to be taken.
     *
     * @throws NodeException if it cannot be
     */
    void check(NodeConfig changed) {
        Durability unused = level(changed);
        warnOfNoEffect(changed);
    }

    /** A change of the configuration was taken. */
    void configure(NodeConfig changed) {
        byDefault = level(changed);
    }

    /** Why a write-set cannot have this level, if it cannot. */
    Optional<NodeException> refusal(Durability level) {
        if (level == Durability.ORDERED || (canSync && (level == Durability.LOCAL || majorityPossible))) {
            return Optional.empty();
        }
        return Optional.of(new NodeException(
                NodeException.Reason.DURABILITY_UNAVAILABLE,
                level + ": "
                        + (canSync
                                ? "the members of the primary component that can sync hold half of its weight at most:"
                                        + " arbitrators have no disk for write-sets. Add data nodes, give them more"
                                        + " weight (pc.weight), or use LOCAL. The write-set was not sent"
                                : CANNOT_SYNC + ". The write-set was not sent")));
    }

    // The protocol thread.

    /** A core is made. */
    void begin(NodeCore core) {
        if (!canSync) {
            core.durability().cannotSync();
        }
    }

    /** The core has answered a turn. */
    void afterTurn(NodeCore core, DeliveryStage delivery, long nowNs) {
        boolean asks = canSync && core.durability().isAsked(nowNs);
        if (asks != asked) {
            asked = asks;
            delivery.askToSync(asks);
        }
        boolean possible = core.durability().isMajorityPossible();
        if (possible != majorityPossible) {
            majorityPossible = possible;
            core.durability().offer(possible);
            delivery.add(new DeliveryItem.MajorityPossible(possible));
        }
    }
}
