package io.dromon.node.certification;

import java.util.Arrays;

/**
 * The snapshots of certified write-sets that are not completed (chapter 05 sections 7.1 and 7.9, "in-flight set"): a heap by
 * snapshot. A completed one stays in it until it is the lowest.
 */
final class SnapshotsInUse {
    private static final int PAIR = 2;

    private final Ledger ledger;
    /** Snapshot and seqno of the write-set. */
    private long[] heap = new long[64];

    private int size;
    private int open;
    private long last;

    SnapshotsInUse(Ledger ledger) {
        this.ledger = ledger;
    }

    /** Forgets all of them; nothing up to {@code position} is needed. */
    void clear(long position) {
        size = 0;
        open = 0;
        last = position;
    }

    /** Adds the write-set appended last. */
    void add(long snapshot, long seqno) {
        ledger.use();
        open++;
        if (PAIR * (size + 1) > heap.length) {
            heap = Arrays.copyOf(heap, 2 * heap.length);
        }
        int child = size++;
        while (child > 0) {
            int parent = (child - 1) / 2;
            if (heap[PAIR * parent] <= snapshot) {
                break;
            }
            move(parent, child);
            child = parent;
        }
        heap[PAIR * child] = snapshot;
        heap[PAIR * child + 1] = seqno;
    }

    void complete(long seqno) {
        if (ledger.endUse(seqno)) {
            last = ledger.lastSeen(seqno);
            open--;
            while (size > 0 && !ledger.isInUse(heap[1])) {
                removeLowest();
            }
        }
    }

    /** The newest seqno that no write-set can refer to any more. */
    long safeToDiscard() {
        return open == 0 ? last : heap[0] - 1;
    }

    private void removeLowest() {
        size--;
        long snapshot = heap[PAIR * size];
        long seqno = heap[PAIR * size + 1];
        int parent = 0;
        for (int child = 1; child < size; child = 2 * parent + 1) {
            if (child + 1 < size && heap[PAIR * (child + 1)] < heap[PAIR * child]) {
                child++;
            }
            if (snapshot <= heap[PAIR * child]) {
                break;
            }
            move(child, parent);
            parent = child;
        }
        heap[PAIR * parent] = snapshot;
        heap[PAIR * parent + 1] = seqno;
    }

    private void move(int from, int to) {
        heap[PAIR * to] = heap[PAIR * from];
        heap[PAIR * to + 1] = heap[PAIR * from + 1];
    }
}
