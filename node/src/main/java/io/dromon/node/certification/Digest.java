package io.dromon.node.certification;

/**
 * The chain of verdicts at a seqno.
 *
 * @param seqno the last one in it
 * @param value equal on all members that have certified alike since the last configuration change
 */
public record Digest(long seqno, long value) {}
