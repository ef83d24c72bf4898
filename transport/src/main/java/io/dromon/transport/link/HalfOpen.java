package io.dromon.transport.link;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/**
 * Bounds the half-open connections of one listener: those that have not proven themselves yet. When full, a new one still
 * enters, and one of the address that has most is evicted: connections that stay silent cannot keep others out, and those
 * of one address evict each other. It is a random one of the older half, so that a flood that is faster than a handshake
 * leaves a chance to each. Safe for threads.
 *
 * @param <C> a connection, the same only as itself
 */
public final class HalfOpen<C> {
    private final int most;
    private final Consumer<C> evict;
    /** With their addresses, the oldest first. */
    private final Map<C, Object> connections = new LinkedHashMap<>();

    private final Map<Object, Integer> counts = new HashMap<>();

    /**
     * @param most at least one
     * @param evict ends a connection; called within the lock of this object; never for one that has left; may call {@link
     *     #leave}
     */
    public HalfOpen(int most, Consumer<C> evict) {
        this.most = most;
        this.evict = evict;
    }

    /** A connection was accepted. */
    public synchronized void enter(Object address, C connection) {
        counts.merge(address, 1, Integer::sum);
        if (connections.size() >= most) {
            makeRoom();
        }
        connections.put(connection, address);
    }

    private void makeRoom() {
        int highest = Collections.max(counts.values());
        List<C> candidates = new ArrayList<>();
        connections.forEach((connection, address) -> {
            if (counts.getOrDefault(address, 0) == highest) {
                candidates.add(connection);
            }
        });
        C evicted = candidates.get(ThreadLocalRandom.current().nextInt((candidates.size() + 1) / 2));
        leave(evicted);
        evict.accept(evicted);
    }

    /** A connection has proven itself, or has ended; nothing happens if it is not there. */
    public synchronized void leave(C connection) {
        Object address = connections.remove(connection);
        if (address != null) {
            counts.computeIfPresent(address, (key, count) -> count == 1 ? null : count - 1);
        }
    }
}
