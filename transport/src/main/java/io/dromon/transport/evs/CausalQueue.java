package io.dromon.transport.evs;

import io.dromon.transport.wire.Encodable;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** Requests of this node to be told when everything up to a seq is safely delivered (chapter 02 section 5.8). */
final class CausalQueue {
    static final int MAX_SIZE = 65536;

    record Entry(int userType, Encodable body, long target) {}

    private final ArrayDeque<Entry> entries = new ArrayDeque<>();

    boolean isEmpty() {
        return entries.isEmpty();
    }

    boolean isFull() {
        return entries.size() >= MAX_SIZE;
    }

    void add(int userType, Encodable body, long target) {
        entries.add(new Entry(userType, body, target));
    }

    /** Removes and returns the first entry if it waits for nothing above {@code seq}. */
    @Nullable
    Entry pollUpTo(long seq) {
        Entry head = entries.peek();
        return head != null && head.target <= seq ? entries.poll() : null;
    }

    void clear() {
        entries.clear();
    }
}
