package io.dromon.node.engine;

import io.dromon.node.cache.CacheLease;
import io.dromon.node.cache.CachedRecord;
import io.dromon.node.cache.LeaseEndedException;
import io.dromon.node.cache.RecordKind;
import io.dromon.node.cache.WriteSetCache;
import io.dromon.node.group.CChange;
import io.dromon.transport.wire.MalformedMessageException;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Who the members were where the kept state of this node ends. The write-sets that a transfer brings behind it name their
 * origin by its UUID alone.
 */
final class LastMembers {
    private static final long FIRST_LOOK = 1024;
    private static final int FACTOR = 16;

    private LastMembers() {}

    /** By the last configuration change in a cache that was just opened; nothing if there is none. May read the disk. */
    static Map<UUID, String> of(WriteSetCache cache) {
        long last = cache.last();
        long first = cache.first();
        Map<UUID, String> found = Map.of();
        long from = Long.MAX_VALUE;
        for (long look = FIRST_LOOK; found.isEmpty() && from > first; look *= FACTOR) {
            from = Math.max(first, last - look);
            found = behind(cache, from);
        }
        return found;
    }

    private static Map<UUID, String> behind(WriteSetCache cache, long from) {
        Map<UUID, String> names = Map.of();
        Optional<CacheLease> lease = cache.lease(from);
        if (lease.isEmpty()) {
            return names;
        }
        try (CacheLease reading = lease.get()) {
            for (Optional<CachedRecord> next = reading.next(); next.isPresent(); next = reading.next()) {
                if (next.get().kind() == RecordKind.CONFIGURATION_CHANGE) {
                    names = names(CChange.decode(next.get().content()));
                }
            }
        } catch (LeaseEndedException | MalformedMessageException e) {
            return Map.of(); // the cache says what is wrong with it
        }
        return names;
    }

    /** The names of the members of a configuration. */
    static Map<UUID, String> names(CChange change) {
        return change.members().stream()
                .collect(Collectors.toMap(CChange.Member::uuid, CChange.Member::name, (one, other) -> one));
    }
}
