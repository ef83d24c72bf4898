package io.dromon.node;

import java.util.UUID;

/**
 * A write-set has its place in the order, every member of the primary component holds it, and this node's application
 * has been given it.
 *
 * @param history identity of the order that the number belongs to
 * @param seqno its number in the cluster's order, from 1
 */
public record Committed(UUID history, long seqno) {}
