package io.dromon.transport.evs;

import io.dromon.transport.wire.ViewId;
import java.util.List;
import java.util.UUID;

/**
 * A view as EVS delivers it (chapter 02 section 1.3). All lists are in byte order of the UUIDs ({@link
 * io.dromon.transport.wire.Uuids#ORDER}).
 *
 * @param version protocol version of the view, 0 or 1
 * @param id type REG or TRANS; the end mark of a node that left is a REG view with the nil id and no members
 * @param members who is in it
 * @param joined who was not in this node's previous view
 * @param left who left gracefully
 * @param partitioned who is gone otherwise
 */
public record EvsView(
        int version, ViewId id, List<UUID> members, List<UUID> joined, List<UUID> left, List<UUID> partitioned)
        implements EvsOutput {
    public EvsView {
        members = List.copyOf(members);
        joined = List.copyOf(joined);
        left = List.copyOf(left);
        partitioned = List.copyOf(partitioned);
    }

    /** Whether this is the end mark: this node has left. */
    public boolean isEmpty() {
        return members.isEmpty();
    }
}
