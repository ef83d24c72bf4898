package io.dromon.transport.primary;

import io.dromon.transport.wire.Uuids;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** All nodes known, in byte order of their UUIDs; this node is always one of them. */
final class Instances implements Iterable<Instance> {
    /**
     * Absent nodes are remembered up to this number: they come from others' messages, and all of them must fit the own
     * STATE message. What is above it has no vote, so nothing but the list that is shown gets shorter.
     */
    private static final int MAX_ABSENT = 400;

    private final List<Instance> sorted = new ArrayList<>();
    private final Instance self;

    Instances(NodeEntry self) {
        this.self = new Instance(self);
        sorted.add(this.self);
    }

    Instance self() {
        return self;
    }

    @Nullable
    Instance find(UUID uuid) {
        int at = search(uuid);
        return at >= 0 ? sorted.get(at) : null;
    }

    boolean contains(UUID uuid) {
        return search(uuid) >= 0;
    }

    /** Adds a node as it was reported, unless it is known already or there are too many absent ones. */
    void addReported(NodeEntry entry, Collection<UUID> present) {
        int at = search(entry.uuid());
        if (at < 0 && (sorted.size() - present.size() < MAX_ABSENT || present.contains(entry.uuid()))) {
            sorted.add(-at - 1, new Instance(entry));
        }
    }

    void retainOnly(Collection<UUID> present) {
        sorted.removeIf(instance -> instance != self && !present.contains(instance.uuid));
    }

    void markEvicted(Set<UUID> evicted) {
        if (!evicted.isEmpty()) {
            for (Instance instance : sorted) {
                instance.evicted |= evicted.contains(instance.uuid);
            }
        }
    }

    List<NodeEntry> entries() {
        List<NodeEntry> entries = new ArrayList<>(sorted.size());
        for (Instance instance : sorted) {
            entries.add(instance.entry());
        }
        return entries;
    }

    @Override
    public Iterator<Instance> iterator() {
        return sorted.iterator();
    }

    private int search(UUID uuid) {
        int low = 0;
        int high = sorted.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = Uuids.ORDER.compare(sorted.get(middle).uuid, uuid);
            if (order == 0) {
                return middle;
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -low - 1;
    }
}
