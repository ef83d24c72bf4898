package io.dromon.node.certification;

import java.util.Arrays;
import java.util.UUID;

/**
 * The write-sets since the last purge by seqno, passed or failed (chapter 05 section 7.1, "trx map"), and which keys each
 * one has in the index.
 *
 * <p>A purge moves a bound only. What is below it counts as forgotten at once; the entries of the index are cleared piece
 * by piece by {@link #clean}, so that no event has to do the work of thousands.
 *
 * <pre>
 *        base              forgotten           lowest                  next
 *  ────────┼───────────────────┼───────────────────┼──────────────────────┼──▶ seqno
 *   gone   │  to be cleaned    │ no write-set here │   remembered         │
 * </pre>
 */
final class Ledger {
    private static final int PRESENT = 1;
    private static final int TOI = 2;
    private static final int IN_USE = 4;
    private static final int MIN_LENGTH = 1024;
    /** More seqnos at a time can only be an error of the caller. */
    private static final int MAX_LENGTH = 1 << 26;

    private static final int WORDS = 4;
    private static final int TYPE_BITS = 2;

    private final KeyIndex index;
    /** Last seen, depends, both halves of the source. */
    private long[] words = new long[MIN_LENGTH * WORDS];

    private byte[] marks = new byte[MIN_LENGTH];
    /** Number of write-sets up to here, counted on and on. */
    private int[] ordinals = new int[MIN_LENGTH];
    /** Keys in the log. */
    private int[] keyCounts = new int[MIN_LENGTH];

    private long base;
    private long next;
    private long forgotten;
    private long lowest;
    private int total;
    private int forgottenTotal;

    /** Entry of the index and type, in the order of the write-sets: a ring. */
    private int[] log = new int[MIN_LENGTH];

    private int logHead;
    private int logSize;

    Ledger(KeyIndex index) {
        this.index = index;
    }

    void clear() {
        base = 0;
        next = 0;
        forgotten = 0;
        lowest = 0;
        total = 0;
        forgottenTotal = 0;
        logHead = 0;
        logSize = 0;
        Arrays.fill(marks, (byte) 0);
    }

    /** Write-sets that are remembered. */
    int count() {
        return total - forgottenTotal;
    }

    boolean isEmpty() {
        return count() == 0;
    }

    /** The lowest remembered write-set, if there is one. */
    long lowest() {
        return lowest;
    }

    /** All up to here is forgotten; the index may still have it. */
    long forgotten() {
        return forgotten;
    }

    long lastSeen(long seqno) {
        return words[at(seqno) * WORDS];
    }

    long depends(long seqno) {
        return words[at(seqno) * WORDS + 1];
    }

    UUID source(long seqno) {
        int at = at(seqno) * WORDS;
        return new UUID(words[at + 2], words[at + 3]);
    }

    boolean isOf(long seqno, long sourceHigh, long sourceLow) {
        int at = at(seqno) * WORDS;
        return words[at + 2] == sourceHigh && words[at + 3] == sourceLow;
    }

    boolean isToi(long seqno) {
        return (marks[at(seqno)] & TOI) != 0;
    }

    /** Starts the next write-set; keys are logged to it, then {@link #describe} follows. */
    void append(long seqno) {
        if (base == next) {
            base = seqno;
            next = seqno;
            forgotten = Math.max(forgotten, seqno - 1);
        }
        if (seqno < next || seqno - base >= MAX_LENGTH) {
            throw new IllegalArgumentException("seqno " + seqno + " after " + (next - 1));
        }
        while (seqno - base >= marks.length) {
            grow();
        }
        for (; next < seqno; next++) {
            mark(next, 0);
        }
        if (isEmpty()) {
            lowest = seqno;
        }
        total++;
        mark(seqno, PRESENT);
        next = seqno + 1;
    }

    private void mark(long seqno, int marked) {
        int at = at(seqno);
        marks[at] = (byte) marked;
        ordinals[at] = total;
        keyCounts[at] = 0;
    }

    /** What later verdicts and conflicts need to know of the write-set appended last. */
    void describe(boolean toi, long lastSeen, long depends, long sourceHigh, long sourceLow) {
        int at = at(next - 1);
        if (toi) {
            marks[at] |= TOI;
        }
        words[at * WORDS] = lastSeen;
        words[at * WORDS + 1] = depends;
        words[at * WORDS + 2] = sourceHigh;
        words[at * WORDS + 3] = sourceLow;
    }

    /** The write-set appended last stands in this slot of the index. */
    void log(int entry, int type) {
        if (logSize == log.length) {
            int[] longer = new int[2 * log.length];
            for (int i = 0; i < logSize; i++) {
                longer[i] = log[logHead + i & log.length - 1];
            }
            log = longer;
            logHead = 0;
        }
        log[logHead + logSize & log.length - 1] = entry << TYPE_BITS | type;
        logSize++;
        keyCounts[at(next - 1)]++;
    }

    /** Marks the write-set appended last as one whose snapshot is in use until it is completed. */
    void use() {
        marks[at(next - 1)] |= IN_USE;
    }

    /** Ends the use; whether it was in use. */
    boolean endUse(long seqno) {
        boolean used = isInUse(seqno);
        if (used) {
            marks[at(seqno)] &= ~IN_USE;
        }
        return used;
    }

    boolean isInUse(long seqno) {
        return seqno >= base && seqno < next && (marks[at(seqno)] & IN_USE) != 0;
    }

    /** Forgets all write-sets up to {@code bound}. */
    void forget(long bound) {
        long last = Math.min(bound, next - 1);
        if (last <= forgotten || last < base) {
            return;
        }
        forgotten = last;
        forgottenTotal = ordinals[at(last)];
        lowest = last + 1;
        while (lowest < next && (marks[at(lowest)] & PRESENT) == 0) {
            lowest++;
        }
    }

    /** Clears up to {@code steps} places of what is forgotten out of the index. */
    void clean(int steps) {
        for (int left = steps; left > 0 && base <= forgotten && base < next; left--) {
            int at = at(base);
            if (keyCounts[at] == 0) {
                base++;
                continue;
            }
            int logged = log[logHead];
            logHead = logHead + 1 & log.length - 1;
            logSize--;
            keyCounts[at]--;
            index.forget(logged >>> TYPE_BITS, logged & (1 << TYPE_BITS) - 1, base);
        }
    }

    private int at(long seqno) {
        return (int) seqno & marks.length - 1;
    }

    private void grow() {
        int length = 2 * marks.length;
        long[] moreWords = new long[length * WORDS];
        byte[] moreMarks = new byte[length];
        int[] moreOrdinals = new int[length];
        int[] moreCounts = new int[length];
        for (long seqno = base; seqno < next; seqno++) {
            int from = at(seqno);
            int to = (int) seqno & length - 1;
            System.arraycopy(words, from * WORDS, moreWords, to * WORDS, WORDS);
            moreMarks[to] = marks[from];
            moreOrdinals[to] = ordinals[from];
            moreCounts[to] = keyCounts[from];
        }
        words = moreWords;
        marks = moreMarks;
        ordinals = moreOrdinals;
        keyCounts = moreCounts;
    }
}
