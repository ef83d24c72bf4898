package io.dromon.node.certification;

import io.dromon.node.certification.Conflict.Party;
import io.dromon.node.certification.Refusal.Reason;
import io.dromon.node.writeset.KeyCursor;
import io.dromon.node.writeset.KeySet;
import io.dromon.node.writeset.KeyType;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The table of keys in flight: what this node has sent and not yet seen certified, by key. A write-set that does not go
 * with one of them, or with one that was committed after its snapshot, is refused before it is sent, so that between
 * transactions of one node the first committer wins too; certification alone never lets them conflict (chapter 05, pitfall 2).
 *
 * <p>The types of two keys are compared as in certification, a held key in the place of the found one: own write-sets are
 * ordered as they were sent. Snapshots are thus never older than what they read; they are serialisable if all reads are
 * SHARED keys and all writes EXCLUSIVE ones (an UPDATE goes with a SHARED key).
 *
 * <p>Not thread-safe: used by the owner of the {@link Certification}. What the caller owes:
 *
 * <ol>
 *   <li>to send every write-set whose claim was given, in the order of the claims;
 *   <li>{@link #release} on every way out: right after {@link Certification#certify} of it, and when it is clear that it will
 *       never be ordered;
 *   <li>{@link #releaseAll} when nothing of this node can be ordered any more: it has left the primary component, or ends.
 * </ol>
 */
public final class KeysInFlight {
    private static final int NONE = -1;

    private final Certification certification;
    private final UUID self;
    private final int maxKeys;
    private final KeyIndex index;
    private final KeyCursor cursor = new KeyCursor();
    private HoldList holds = new HoldList();
    private Claim end = new Claim(holds, Long.MAX_VALUE);
    private int claims;

    /**
     * @param self the own node
     * @param maxKeys most key parts that may be in flight
     * @param tableSeed as {@link CertificationSettings#tableSeed}
     */
    public KeysInFlight(Certification certification, UUID self, int maxKeys, long tableSeed) {
        if (maxKeys < 1) {
            throw new IllegalArgumentException("maxKeys " + maxKeys);
        }
        this.certification = certification;
        this.self = self;
        this.maxKeys = maxKeys;
        this.index = new KeyIndex(tableSeed);
    }

    /**
     * Claims the keys of a write-set that is to be sent next.
     *
     * @param keys of the very bytes that are to be sent
     * @param snapshot the newest seqno whose effects the transaction has read, all before it included
     * @return a {@link Claim} to be released later, or why the write-set must not be sent
     */
    public ClaimResult claim(KeySet keys, long snapshot) {
        if (snapshot < certification.oldestSnapshot()) {
            return new Refusal(Reason.SNAPSHOT_TOO_OLD, null);
        }
        Conflict conflict = inFlight(keys, snapshot);
        if (conflict != null) {
            return new Refusal(Reason.IN_FLIGHT, conflict);
        }
        conflict = certification.committedSince(snapshot, keys, self);
        if (conflict != null) {
            return new Refusal(Reason.COMMITTED, conflict);
        }
        if (keys.count() > maxKeys - holds.size()) {
            return new Refusal(Reason.TABLE_FULL, null);
        }
        Claim claim = new Claim(holds, snapshot);
        cursor.over(keys);
        while (cursor.next()) {
            hold(claim);
        }
        end.insertBefore(claim);
        claims++;
        return claim;
    }

    private @Nullable Conflict inFlight(KeySet keys, long snapshot) {
        if (holds.size() == 0) {
            return null;
        }
        cursor.over(keys);
        while (cursor.next()) {
            int entry = index.find(cursor.first(), cursor.second(), cursor.isWide());
            if (entry == KeyIndex.NONE) {
                continue;
            }
            for (KeyType held : Rules.looksAt(cursor.type())) {
                long head = index.slot(entry, held.ordinal());
                if (head != KeyIndex.EMPTY && Rules.isConflict(held, cursor.type())) {
                    return conflict(snapshot, held, holds.owner((int) head - 1));
                }
            }
        }
        return null;
    }

    private Conflict conflict(long snapshot, KeyType held, Claim holder) {
        return new Conflict(
                new Party(Party.UNORDERED, self, snapshot, NONE, false),
                cursor.type(),
                new Party(Party.UNORDERED, self, holder.snapshot(), NONE, false),
                held,
                cursor.first(),
                cursor.format(),
                cursor.path());
    }

    private void hold(Claim claim) {
        int entry = index.put(cursor.first(), cursor.second(), cursor.isWide());
        int type = cursor.type().ordinal();
        int head = (int) index.slot(entry, type) - 1;
        index.set(entry, type, holds.add(claim, entry, type, head) + 1L);
    }

    /** Ends a claim; one that was released before is ignored. */
    public void release(Claim claim) {
        if (claim.holds != holds || claim.released) {
            return;
        }
        claim.released = true;
        claim.unlink();
        claims--;
        for (int hold = claim.first; hold != NONE; ) {
            int next = holds.nextOfClaim(hold);
            int entry = holds.entry(hold);
            int type = holds.type(hold);
            int newHead = holds.remove(hold);
            if (index.slot(entry, type) == hold + 1L) {
                if (newHead == NONE) {
                    index.forget(entry, type, hold + 1L);
                } else {
                    index.set(entry, type, newHead + 1L);
                }
            }
            hold = next;
        }
    }

    /** Ends all claims. */
    public void releaseAll() {
        index.clear();
        holds = new HoldList();
        end = new Claim(holds, Long.MAX_VALUE);
        claims = 0;
    }

    /** The oldest snapshot of a write-set in flight; {@link Long#MAX_VALUE} if there is none. */
    public long oldestSnapshot() {
        long oldest = Long.MAX_VALUE;
        for (Claim claim = end.after; claim != end; claim = claim.after) {
            oldest = Math.min(oldest, claim.snapshot());
        }
        return oldest;
    }

    /** Write-sets in flight. */
    public int claims() {
        return claims;
    }

    /** Key parts in flight. */
    public int keys() {
        return holds.size();
    }
}
