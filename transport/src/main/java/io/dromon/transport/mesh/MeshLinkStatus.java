package io.dromon.transport.mesh;

import java.util.UUID;

/**
 * A link for status pages.
 *
 * @param link number of the link
 * @param peer UUID of the peer, nil until it is known
 * @param address address of the peer; of an accepted one that has not said its port, scheme and IP only
 * @param dialled whether this node connected
 * @param segment segment of the peer
 * @param sinceNs when the state was entered, on the clock of the caller
 * @param receivedNs when the last message came; later by as long as this process was stopped since
 */
public record MeshLinkStatus(
        long link,
        UUID peer,
        String address,
        MeshLinkState state,
        boolean dialled,
        int segment,
        long sinceNs,
        long receivedNs) {}
