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
    int lastSeq;
    ViewId lastPrim;
    long toSeq;

    Instance(NodeEntry entry) {
        this.uuid = entry.uuid();
        this.segment = entry.segment();
        this.prim = entry.prim();
        this.un = entry.un();
        this.evicted = entry.evicted();
        this.weight = entry.weight();
        this.lastSeq = entry.lastSeq();
        this.lastPrim = entry.lastPrim();
        this.toSeq = entry.toSeq();
    }

    NodeEntry entry() {
        return new NodeEntry(uuid, prim, un, evicted, segment, weight, lastSeq, lastPrim, toSeq);
    }

    /** The seven fields that a state exchange compares (section 5.5); {@code evicted} is none of them. */
    boolean agreesWith(NodeEntry entry) {
        return prim == entry.prim()
                && un == entry.un()
                && lastSeq == entry.lastSeq()
                && lastPrim.equals(entry.lastPrim())
                && toSeq == entry.toSeq()
                && weight == entry.weight()
                && segment == entry.segment();
    }
}
