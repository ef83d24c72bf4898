package io.dromon.node.cache;

import io.dromon.transport.wire.Bytes;

/**
 * What the cache holds of a seqno.
 *
 * @param content as it was appended, header and rest in one range; it keeps a block of up to 256 KiB in memory
 */
public record CachedRecord(long seqno, RecordKind kind, Bytes content) {}
