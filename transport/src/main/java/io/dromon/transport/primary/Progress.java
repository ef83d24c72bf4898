package io.dromon.transport.primary;

import io.dromon.transport.wire.ViewId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;

/**
 * How far nodes had come in the primary component before they met in a view: by the last primary view, and by the
 * number of group-ordered messages. Of two nodes of one last primary view the one that kept the quorum longer has counted more.
 */
final class Progress {
    /** Nodes that come from the primary component itself first, whatever others were in before. */
    private static final Comparator<NodeEntry> ORDER = Comparator.comparing(NodeEntry::prim)
            .thenComparing(Progress::wasPrimary)
            .thenComparing(NodeEntry::lastPrim)
            .thenComparing(NodeEntry::toSeq);

    private Progress() {}

    /**
     * The nodes that had come furthest; empty if {@code own} is one of them, or if none of them comes from a primary view.
     *
     * @param entries of each member as it has reported itself
     */
    static List<UUID> ahead(List<NodeEntry> entries, NodeEntry own) {
        NodeEntry furthest = own;
        for (NodeEntry entry : entries) {
            if (ORDER.compare(entry, furthest) > 0) {
                furthest = entry;
            }
        }
        List<UUID> ahead = new ArrayList<>();
        if (wasPrimary(furthest) && !isLevel(own, furthest)) {
            for (NodeEntry entry : entries) {
                if (isLevel(entry, furthest)) {
                    ahead.add(entry.uuid());
                }
            }
        }
        return ahead;
    }

    private static boolean wasPrimary(NodeEntry entry) {
        return entry.lastPrim().type() == ViewId.Type.PRIM;
    }

    private static boolean isLevel(NodeEntry entry, NodeEntry furthest) {
        return entry.lastPrim().equals(furthest.lastPrim()) && entry.toSeq() == furthest.toSeq();
    }
}
