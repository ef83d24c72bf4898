package io.dromon.node.engine;

import io.dromon.node.Committed;
import io.dromon.node.Durability;
import io.dromon.node.NodeException;
import io.dromon.node.WriteSet;
import io.dromon.node.group.GroupSettings;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Takes the write-sets of callers, or says at once why not. Any thread. */
public final class Writes {
    private final GroupSettings settings;
    private final GroupReactions reactions;
    private final NodeDurability durability;
    private final DeliveryStage delivery;
    private final Submissions submissions;

    Writes(
            GroupSettings settings,
            GroupReactions reactions,
            NodeDurability durability,
            DeliveryStage delivery,
            Submissions submissions) {
        this.submissions = submissions;
        this.settings = settings;
        this.reactions = reactions;
        this.durability = durability;
        this.delivery = delivery;
    }

    /** Replicates a write-set at the level of the options, see {@link io.dromon.node.Node#replicate}. */
    public CompletableFuture<Committed> replicate(WriteSet change) {
        return replicate(change, durability.byDefault());
    }

    /** Replicates a write-set, see {@link io.dromon.node.Node#replicate}. */
    public CompletableFuture<Committed> replicate(WriteSet change, Durability level) {
        Optional<NodeException> refusal = refusal().or(() -> durability.refusal(level));
        return refusal.isPresent()
                ? CompletableFuture.failedFuture(refusal.get())
                : submissions.replicate(change, level, delivery.applied(), delivery.thread());
    }

    private Optional<NodeException> refusal() {
        if (settings.stateless()) {
            return Optional.of(new NodeException(
                    NodeException.Reason.CONFIGURATION,
                    "an arbitrator (gcs.stateless=YES) has no data and writes none; replicate on a data node"));
        } else if (!settings.format().isWritable(reactions.agreedVersions())) {
            return Optional.of(new NodeException(
                    NodeException.Reason.INCOMPATIBLE_GROUP,
                    "a Galera database is a member of this group, and the write-sets of a data node would break it; use a group of"
                            + " Dromon nodes and arbitrators"));
        }
        return Optional.empty();
    }
}
