package io.dromon.transport.link;

import java.time.Instant;

/**
 * A peer that was refused, or could not be linked to.
 *
 * @param kind kind of the failure, the name of its class
 * @param address the peer: an IP, or the address that was dialled
 * @param message the last failure
 * @param count how often since it was first seen
 */
public record RefusedPeer(
        String kind, String address, String message, long count, Instant firstSeen, Instant lastSeen) {}
