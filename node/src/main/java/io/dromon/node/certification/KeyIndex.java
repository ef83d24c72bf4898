package io.dromon.node.certification;

import java.util.Arrays;

/**
 * For each key the newest write-set of each type (chapter 05 section 7.1): open addressing over entries of six words that
 * keep their place, so that a purge finds them again by number.
 *
 * <pre>
 *  cells    linear probing; 1 + number of the entry, 0 is free; at most half of them are taken
 *  entries  first word of the hash, bit 0: has a second | second word | seqno by type: SH | RE | UP | EX
 * </pre>
 *
 * <p>Two keys are equal if the bits of the shorter one are (section 6.4). A short key may thus be equal to several long
 * ones: the one whose newest write-set is the newest counts, on every member.
 */
final class KeyIndex {
    static final int NONE = -1;
    /** No write-set has this seqno. */
    static final long EMPTY = 0;

    private static final int WORDS = 6;
    private static final int SLOTS = 2;
    private static final int MIN_CELLS = 64;
    private static final long WIDE = 1;

    private final long seed;
    private int[] cells = new int[MIN_CELLS];
    private long[] entries = new long[MIN_CELLS / 2 * WORDS];
    private int size;
    private int used;
    /** Number of the first free entry below {@link #used}; the next one stands in its first word. */
    private int free = NONE;

    KeyIndex(long seed) {
        this.seed = seed;
    }

    int size() {
        return size;
    }

    void clear() {
        cells = new int[MIN_CELLS];
        entries = new long[MIN_CELLS / 2 * WORDS];
        size = 0;
        used = 0;
        free = NONE;
    }

    /** The entry of an equal key, or {@link #NONE}. */
    int find(long first, long second, boolean wide) {
        int mask = cells.length - 1;
        int best = NONE;
        for (int cell = home(first, mask); cells[cell] != 0; cell = cell + 1 & mask) {
            int entry = cells[cell] - 1;
            long word = entries[entry * WORDS];
            boolean equal =
                    (word & ~WIDE) == first && (!wide || (word & WIDE) == 0 || entries[entry * WORDS + 1] == second);
            if (equal && (best == NONE || isNewer(entry, best))) {
                best = entry;
            }
        }
        return best;
    }

    /** The entry of an equal key, which becomes this very key; a new one if there is none. */
    int put(long first, long second, boolean wide) {
        int entry = find(first, second, wide);
        if (entry == NONE) {
            entry = added(first);
        }
        entries[entry * WORDS] = wide ? first | WIDE : first;
        entries[entry * WORDS + 1] = second;
        return entry;
    }

    long slot(int entry, int type) {
        return entries[entry * WORDS + SLOTS + type];
    }

    void set(int entry, int type, long seqno) {
        entries[entry * WORDS + SLOTS + type] = seqno;
    }

    /** Empties a slot if it names this write-set; an entry without a slot goes. */
    void forget(int entry, int type, long seqno) {
        if (slot(entry, type) == seqno) {
            set(entry, type, EMPTY);
            if (newest(entry) == EMPTY) {
                remove(entry);
            }
        }
    }

    private long newest(int entry) {
        int at = entry * WORDS + SLOTS;
        return Math.max(Math.max(entries[at], entries[at + 1]), Math.max(entries[at + 2], entries[at + 3]));
    }

    /** Equal on every member whatever its table looks like. */
    private boolean isNewer(int entry, int other) {
        long newest = newest(entry);
        long before = newest(other);
        if (newest != before) {
            return newest > before;
        }
        long second = entries[entry * WORDS + 1];
        long otherSecond = entries[other * WORDS + 1];
        return second != otherSecond ? second > otherSecond : (entries[entry * WORDS] & WIDE) != 0;
    }

    private int added(long first) {
        if (2 * (size + 1) > cells.length) {
            grow();
        }
        int entry = free;
        if (entry == NONE) {
            entry = used++;
            if (used * WORDS > entries.length) {
                entries = Arrays.copyOf(entries, 2 * entries.length);
            }
        } else {
            free = (int) entries[entry * WORDS];
        }
        size++;
        place(entry, first);
        return entry;
    }

    private void grow() {
        int[] before = cells;
        cells = new int[2 * before.length];
        for (int cell : before) {
            if (cell != 0) {
                place(cell - 1, entries[(cell - 1) * WORDS] & ~WIDE);
            }
        }
    }

    private void place(int entry, long first) {
        int mask = cells.length - 1;
        int cell = home(first, mask);
        while (cells[cell] != 0) {
            cell = cell + 1 & mask;
        }
        cells[cell] = entry + 1;
    }

    /** Takes the entry out; what was placed behind it moves up, so that no mark stays. */
    private void remove(int entry) {
        int mask = cells.length - 1;
        int gap = home(entries[entry * WORDS] & ~WIDE, mask);
        while (cells[gap] != entry + 1) {
            gap = gap + 1 & mask;
        }
        for (int cell = gap + 1 & mask; cells[cell] != 0; cell = cell + 1 & mask) {
            int home = home(entries[(cells[cell] - 1) * WORDS] & ~WIDE, mask);
            if ((cell - home & mask) >= (cell - gap & mask)) {
                cells[gap] = cells[cell];
                gap = cell;
            }
        }
        cells[gap] = 0;
        size--;
        entries[entry * WORDS] = free;
        free = entry;
    }

    private int home(long first, int mask) {
        return (int) Rules.mix(first ^ seed) & mask;
    }
}
