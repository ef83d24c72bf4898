package io.dromon.node.group;

import java.util.UUID;

/**
 * A member of a configuration. It chose the texts itself: control characters in them are replaced.
 *
 * @param uuid its identity in the group
 * @param name its name ({@code wsrep_node_name})
 * @param address where its clients find it ({@code wsrep_node_incoming_address}), may be empty
 * @param segment its {@code gmcast.segment}
 * @param status its state
 * @param arbitrator keeps no state: never a donor, not counted in the commit cut nor in votes
 * @param cached lowest seqno that it can give by IST, -1 if none
 */
public record GroupMember(
        UUID uuid, String name, String address, int segment, MemberStatus status, boolean arbitrator, long cached) {}
