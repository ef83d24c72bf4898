package io.dromon.node;

import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * A write-set in the cluster's order.
 *
 * @param history identity of the order that the number belongs to
 * @param seqno its number; each is delivered once, ascending, with gaps where configuration changes took a number and where a
 *     write-set failed in certification
 * @param origin UUID of the member that replicated it
 * @param originName name of that member
 * @param own whether this node replicated it
 * @param data its bytes, read-only
 */
public record Delivery(UUID history, long seqno, UUID origin, String originName, boolean own, ByteBuffer data) {}
