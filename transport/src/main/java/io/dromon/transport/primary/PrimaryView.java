package io.dromon.transport.primary;

import io.dromon.transport.wire.ViewId;
import java.util.List;
import java.util.UUID;

/**
 * A view as the primary-component layer delivers it (chapter 03 section 5.12).
 *
 * @param id type PRIM or NON_PRIM
 * @param bootstrap whether it was made by decision (operator or recovery) and not by quorum
 * @param version protocol version of the EVS view below
 * @param members who is present, in byte order of the UUIDs; empty: this node has left
 * @param partitioned all other known nodes, those that left gracefully included
 */
public record PrimaryView(ViewId id, boolean bootstrap, int version, List<Member> members, List<Member> partitioned) {
    /**
     * @param uuid the node
     * @param segment its {@code gmcast.segment}
     */
    public record Member(UUID uuid, int segment) {}

    public PrimaryView {
        members = List.copyOf(members);
        partitioned = List.copyOf(partitioned);
    }

    public boolean isPrimary() {
        return id.type() == ViewId.Type.PRIM;
    }

    /** Whether this is the end mark: this node has left. */
    public boolean isEmpty() {
        return members.isEmpty();
    }
}
