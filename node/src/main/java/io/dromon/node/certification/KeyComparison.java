package io.dromon.node.certification;

import io.dromon.node.certification.Conflict.Party;
import io.dromon.node.writeset.KeyCursor;
import io.dromon.node.writeset.KeySet;
import io.dromon.node.writeset.KeyType;
import io.dromon.node.writeset.ReceivedWriteSet;
import org.jspecify.annotations.Nullable;

/** The keys of one write-set against the index, and into it (chapter 05 section 7.4). */
final class KeyComparison {
    private static final long NOTHING = -1;

    private final KeyIndex index;
    private final Ledger ledger;
    private final KeyCursor cursor = new KeyCursor();

    private long found = NOTHING;
    private long conflicting;
    private KeyType conflictingType = KeyType.SHARED;

    KeyComparison(KeyIndex index, Ledger ledger) {
        this.index = index;
        this.ledger = ledger;
    }

    /**
     * Compares all keys up to the first conflict; {@link #found} and {@link #conflict} tell of the last comparison.
     *
     * @param own whose node's write-sets are no conflict, unless they are TOI; null: all are
     */
    boolean hasConflict(KeySet keys, long lastSeen, @Nullable ReceivedWriteSet own) {
        found = NOTHING;
        cursor.over(keys);
        while (cursor.next()) {
            int entry = index.find(cursor.first(), cursor.second(), cursor.isWide());
            if (entry == KeyIndex.NONE) {
                continue;
            }
            KeyType type = cursor.type();
            for (KeyType slot : Rules.looksAt(type)) {
                long seqno = index.slot(entry, slot.ordinal());
                if (seqno == KeyIndex.EMPTY || seqno <= ledger.forgotten()) {
                    continue;
                }
                found = Math.max(found, seqno);
                if (seqno > lastSeen && Rules.isConflict(slot, type) && counts(seqno, own)) {
                    conflicting = seqno;
                    conflictingType = slot;
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether a write-set without keys of its own: it may have the zero-level key, and makes no strong use of it. */
    boolean comparesNothing(ReceivedWriteSet writeSet) {
        int zeroLevel = writeSet.version() >= 6 ? 1 : 0;
        if (writeSet.keys().count() > zeroLevel) {
            return false;
        }
        cursor.over(writeSet.keys());
        return !cursor.next() || cursor.type().compareTo(KeyType.UPDATE) < 0;
    }

    private boolean counts(long seqno, @Nullable ReceivedWriteSet own) {
        return own == null || ledger.isToi(seqno) || !ledger.isOf(seqno, own.sourceHigh(), own.sourceLow());
    }

    /** The newest write-set that the compared one depends on; -1 if there is none. */
    long found() {
        return found;
    }

    /** The conflict that was found: the cursor stands on its key still. */
    Conflict conflict(Party failed) {
        Party winner = new Party(
                conflicting,
                ledger.source(conflicting),
                ledger.lastSeen(conflicting),
                ledger.depends(conflicting),
                ledger.isToi(conflicting));
        return new Conflict(
                failed, cursor.type(), winner, conflictingType, cursor.first(), cursor.format(), cursor.path());
    }

    /** Enters the keys of a write-set that passed, the one appended to the ledger last. */
    void enter(KeySet keys, long seqno) {
        cursor.over(keys);
        while (cursor.next()) {
            int entry = index.put(cursor.first(), cursor.second(), cursor.isWide());
            int type = cursor.type().ordinal();
            if (index.slot(entry, type) != seqno) {
                index.set(entry, type, seqno);
                ledger.log(entry, type);
            }
        }
    }
}
