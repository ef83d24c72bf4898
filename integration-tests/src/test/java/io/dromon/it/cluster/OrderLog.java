package io.dromon.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The order that several nodes saw, while nodes come and go: which write-set has which number. A node misses nothing
 * between its first and its last number; nodes agree where they overlap; what was acknowledged is in the order.
 */
public final class OrderLog {
    private final Map<Long, Long> order = new ConcurrentHashMap<>();
    private final Map<Long, Long> acknowledged = new ConcurrentHashMap<>();
    private final Queue<String> violations = new ConcurrentLinkedQueue<>();

    /** @param last the number before, of a write-set or a view; negative if there was none */
    void delivered(String node, long last, long seqno, long writeSet) {
        if (last >= 0 && seqno != last + 1) {
            violate(node + " was given " + seqno + " after " + last);
        }
        Long before = order.putIfAbsent(seqno, writeSet);
        if (before != null && before != writeSet) {
            violate(node + " has write-set " + writeSet + " at " + seqno + ", another has " + before);
        }
    }

    void acknowledged(long seqno, long writeSet) {
        acknowledged.put(seqno, writeSet);
    }

    void violate(String what) {
        violations.add(what);
    }

    /** How many write-sets were acknowledged. */
    public int size() {
        return acknowledged.size();
    }

    /** After the last delivery. */
    public void check() {
        assertThat(violations).isEmpty();
        assertThat(order).as("what was acknowledged is in the order").containsAllEntriesOf(acknowledged);
    }
}
