package io.dromon.node.cache;

import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/**
 * What a cache holds at a moment.
 *
 * @param history of its records, {@code Uuids.NIL} if it has none
 * @param first lowest seqno that is there, -1 if none
 * @param last highest seqno that was appended, -1 if none; it is not there if {@code first} is -1
 * @param bytes of all records, those in memory and those that only leases keep included
 * @param capacityBytes how much it keeps at present: less than is configured while the disk is short of room
 * @param alarm what is wrong and what to do, empty if nothing is
 * @param mayBeAwayFor for how long a member may be away that leaves now, and still come back without a snapshot
 */
public record CacheStatus(
        UUID history,
        long first,
        long last,
        long bytes,
        long capacityBytes,
        Optional<String> alarm,
        Reach mayBeAwayFor) {

    /**
     * How far the cache reaches, from now on: what may be appended before the record that comes next is deleted.
     *
     * @param bytes of records; 0 while the cache is empty for want of room
     * @param seqnos so many, if they are as large as those that are there; 0 as long as there are none
     * @param atPresentRate the time at the rate of the last minutes; empty if that is not known yet, or nothing comes
     */
    public record Reach(long bytes, long seqnos, Optional<Duration> atPresentRate) {}
}
