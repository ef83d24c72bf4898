package io.dromon.transport.primary;

import io.dromon.transport.wire.ViewId;
import java.util.UUID;

/** What this node knows about one node, itself included (section 3). The fields are those of {@link NodeEntry}. */
final class Instance {
    final UUID uuid;
    final int segment;
    boolean prim;
    boolean un;
    boolean evicted;
    int weight;
    /** The weight before the last exchange told another one. */
    int weightBefore;

    int lastSeq;
    /** May have begun to count anew: an INSTALL that it may have delivered came in the transitional view. */
    boolean restarted;

    ViewId lastPrim;
    long toSeq;

    Instance(NodeEntry entry) {
        this.uuid = entry.uuid();
        this.segment = entry.segment();
        this.prim = entry.prim();
        this.un = entry.un();
        this.evicted = entry.evicted();
        this.weight = entry.weight();
        this.weightBefore = entry.weight();
        this.lastSeq = entry.lastSeq();
        this.lastPrim = entry.lastPrim();
        this.toSeq = entry.toSeq();
    }

    NodeEntry entry() {
        return new NodeEntry(uuid, prim, un, evicted, segment, weight, lastSeq, lastPrim, toSeq);
    }

    /** The seven fields that a state exchange compares (section 5.5); {@code evicted} is none of them. */
    boolean agreesWith(NodeEntry entry) {
        return weight == entry.weight() && agreesButForWeight(entry);
    }

    /**
     * As {@link #agreesWith}; the weight may also be the one before this exchange. A node that changed its weight while
     * it lost quorum comes back with the new one to a primary that has not installed a view without it yet. The
     * reference ends the primary node then, by the weight in its own message. What a node says of itself wins on all
     * members alike, so the old weight in others' messages is no disagreement.
     */
    boolean agreedWith(NodeEntry entry) {
        return (weight == entry.weight() || weightBefore == entry.weight()) && agreesButForWeight(entry);
    }

    private boolean agreesButForWeight(NodeEntry entry) {
        return prim == entry.prim()
                && un == entry.un()
                && lastSeq == entry.lastSeq()
                && lastPrim.equals(entry.lastPrim())
                && toSeq == entry.toSeq()
                && segment == entry.segment();
    }
}
