package io.dromon.it.sim.state;

import io.dromon.transport.wire.Position;
import io.dromon.transport.wire.Uuids;
import java.util.Arrays;
import java.util.UUID;

/**
 * The state of an application: what it has applied of one history, from its first number on. Data and position are one
 * thing. A disk keeps what was synced of it, and loses the rest together with its position.
 */
final class StoredState {
    /** In the place of a number that changes nothing: a view, a write-set that failed. */
    static final long NOTHING = 0;

    private UUID history = Uuids.NIL;
    private long[] contents = new long[64];
    private int size;
    private int synced;

    UUID history() {
        return history;
    }

    /** Last number that was applied, 0 without any. */
    long last() {
        return size;
    }

    /** Last number that a crash cannot take away. */
    long synced() {
        return synced;
    }

    /** What a start announces. */
    Position position() {
        return size == 0 ? Position.NONE : new Position(history, size);
    }

    /** What was applied as that number. */
    long content(long seqno) {
        if (seqno < 1 || seqno > size) {
            throw new IllegalArgumentException("number " + seqno + " of " + size);
        }
        return contents[(int) seqno - 1];
    }

    /** Begins a history. */
    void begin(UUID newHistory) {
        history = newHistory;
        size = 0;
        synced = 0;
    }

    void append(long content) {
        if (size == contents.length) {
            contents = Arrays.copyOf(contents, 2 * size);
        }
        contents[size++] = content;
    }

    /** All that was applied is on the disk now. */
    void sync() {
        synced = size;
    }

    /** The same up to a number. */
    void sync(long upTo) {
        synced = Math.max(synced, (int) Math.min(upTo, size));
    }

    /** A crash. */
    void loseUnsynced() {
        size = synced;
        if (size == 0) {
            history = Uuids.NIL;
        }
    }

    StoredState copy() {
        StoredState copy = new StoredState();
        copy.history = history;
        copy.contents = Arrays.copyOf(contents, Math.max(64, size));
        copy.size = size;
        copy.synced = size;
        return copy;
    }

    boolean isSameAs(StoredState other) {
        return history.equals(other.history)
                && size == other.size
                && Arrays.equals(contents, 0, size, other.contents, 0, size);
    }
}
