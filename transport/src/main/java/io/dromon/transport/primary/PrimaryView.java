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
 * @param ahead the members that had come further than this node in the primary component when the view was formed, as
 *     their STATEs tell ({@code Progress}); empty if nobody had. The one field in which the view of one member differs
 *     from another's
 */
public record PrimaryView(
        ViewId id, boolean bootstrap, int version, List<Member> members, List<Member> partitioned, List<UUID> ahead) {
    /**
     * @param uuid the node
     * @param segment its {@code gmcast.segment}
     */
    public record Member(UUID uuid, int segment) {}

    public PrimaryView {
        members = List.copyOf(members);
        partitioned = List.copyOf(partitioned);
        ahead = List.copyOf(ahead);
    }

    /** A view in which no member is ahead of this node. */
    public PrimaryView(ViewId id, boolean bootstrap, int version, List<Member> members, List<Member> partitioned) {
        this(id, bootstrap, version, members, partitioned, List.of());
    }

    public boolean isPrimary() {
        return id.type() == ViewId.Type.PRIM;
    }

    /** Whether this is the end mark: this node has left. */
    public boolean isEmpty() {
        return members.isEmpty();
    }
}
