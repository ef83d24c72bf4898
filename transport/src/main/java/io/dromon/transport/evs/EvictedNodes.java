package io.dromon.transport.evs;

import io.dromon.transport.wire.Uuids;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/** Nodes that the group has put out, by hand or for answering late (chapter 02 section 7.12). */
final class EvictedNodes {
    private static final int MAX_EVICTED = 256;

    private final GroupKnowledge group;
    private final EvsMesh mesh;
    private final TreeMap<UUID, Long> evicted = new TreeMap<>(Uuids.ORDER);

    EvictedNodes(GroupKnowledge group, EvsMesh mesh) {
        this.group = group;
        this.mesh = mesh;
    }

    boolean contains(UUID uuid) {
        return !evicted.isEmpty() && evicted.containsKey(uuid);
    }

    Set<UUID> uuids() {
        return evicted.keySet();
    }

    /** Returns whether that is news. */
    boolean add(UUID uuid) {
        if (uuid.equals(group.self)
                || evicted.size() >= MAX_EVICTED
                || evicted.putIfAbsent(uuid, group.nowNs) != null) {
            return false;
        }
        mesh.evict(uuid);
        return true;
    }

    void expire() {
        if (evicted.isEmpty()) {
            return;
        }
        List<UUID> over = new ArrayList<>();
        evicted.forEach((uuid, sinceNs) -> {
            if (sinceNs + group.settings.viewForgetTimeoutNs() < group.nowNs) {
                over.add(uuid);
            }
        });
        over.forEach(this::remove);
    }

    void clear() {
        List.copyOf(evicted.keySet()).forEach(this::remove);
    }

    private void remove(UUID uuid) {
        evicted.remove(uuid);
        mesh.unevict(uuid);
    }
}
