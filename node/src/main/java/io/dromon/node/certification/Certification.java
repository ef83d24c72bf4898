package io.dromon.node.certification;

import io.dromon.node.certification.Conflict.Party;
import io.dromon.node.certification.Verdict.Outcome;
import io.dromon.node.writeset.KeySet;
import io.dromon.node.writeset.ReceivedWriteSet;
import io.dromon.node.writeset.WriteSetFlags;
import io.dromon.transport.wire.MalformedMessageException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The certification of one member (chapter 05 section 7). Not thread-safe: the caller keeps one order.
 *
 * <p>What the caller owes:
 *
 * <ol>
 *   <li>{@link #certify} for every write-set that the group orders, in its order and without omission: own ones too, and
 *       those whose writer has given up;
 *   <li>{@link #changeConfiguration} and {@link #onCommitCut} in their places among them;
 *   <li>after a state transfer, before anything newer: {@link #transferred}, {@link #transferredChange} and {@link
 *       #skipped} for all that it brought; what the group delivered meanwhile counts from {@link #position} on;
 *   <li>{@link #complete} when the application is done with a certified write-set, a failed one too; whenever it says so,
 *       to tell the group what {@link #report} gives;
 *   <li>to send no write-set with a snapshot below {@link #oldestSnapshot};
 *   <li>on {@link MalformedMessageException} to leave the group, as other members may have counted the write-set; or, where
 *       all members are known to read alike, to {@link #refuse} it.
 * </ol>
 *
 * <p>Work is in proportion to the write-set's keys. What a commit cut makes obsolete is cleared piece by piece.
 */
public final class Certification {
    private static final int CLEANED_PER_WRITE_SET = 16;
    private static final long NOTHING = -1;

    private final CertificationSettings settings;
    private final KeyIndex index;
    private final Ledger ledger;
    private final SnapshotsInUse inUse;
    private final ReportDue due = new ReportDue();
    private final VerdictDigest digest = new VerdictDigest();
    private final KeyComparison keys;
    private final ArrayDeque<Conflict> conflicts = new ArrayDeque<>();

    private int version;
    private long position = NOTHING;
    private long initialPosition = NOTHING;
    private boolean initialised;
    private long reported = NOTHING;
    private long lastChange;
    /** A configuration before which nothing is known. */
    private long completeFrom = NOTHING;

    private long lastPaUnsafe = NOTHING;
    private long lastPreordered = NOTHING;

    public Certification(CertificationSettings settings) {
        this.settings = settings;
        this.index = new KeyIndex(settings.tableSeed());
        this.ledger = new Ledger(index);
        this.inUse = new SnapshotsInUse(ledger);
        this.keys = new KeyComparison(index, ledger);
        inUse.clear(NOTHING);
    }

    /**
     * The verdict on the next write-set of the order.
     *
     * @throws MalformedMessageException if the write-set has seen what does not exist yet, or needs what this node does
     *     not do: it must leave the group
     * @throws IllegalArgumentException if {@code seqno} is not above {@link #position}
     */
    public Verdict certify(long seqno, ReceivedWriteSet writeSet) throws MalformedMessageException {
        writeSet.checkOrder(seqno);
        checkSupported(seqno, writeSet);
        advance(seqno);
        long lastSeen = writeSet.lastSeen();
        boolean preordered = writeSet.has(WriteSetFlags.PREORDERED);
        boolean toi = writeSet.has(WriteSetFlags.TOI);
        Outcome outcome = admitted(seqno, lastSeen, writeSet);
        long depends = firstDepends(seqno, lastSeen, writeSet);
        boolean tested = outcome == Outcome.PASSED && !preordered;
        if (tested) {
            depends = Math.max(depends, lowestDependency(seqno));
            if (!toi && keys.hasConflict(writeSet.keys(), lastSeen, writeSet)) {
                outcome = Outcome.CONFLICT;
            }
            depends = toi ? seqno - 1 : Math.max(depends, Math.max(keys.found(), lastPaUnsafe));
        }
        digest.add(seqno, outcome == Outcome.PASSED);
        if (tested && !settings.optimisticPa()) {
            depends = Math.max(depends, lastSeen);
        }
        Conflict conflict = null;
        if (outcome == Outcome.CONFLICT) {
            conflict = keys.conflict(new Party(seqno, writeSet.source(), lastSeen, depends, false));
            keep(conflict);
        }
        enter(seqno, writeSet, outcome == Outcome.PASSED, lastSeen, depends);
        if (!preordered) {
            inUse.add(lastSeen, seqno);
        }
        due.count(writeSet);
        ledger.clean(CLEANED_PER_WRITE_SET + 2 * writeSet.keys().count());
        return new Verdict(seqno, outcome, depends, conflict);
    }

    /** A non-blocking operation would need an answer of every member (section 7.7). */
    private static void checkSupported(long seqno, ReceivedWriteSet writeSet) throws MalformedMessageException {
        boolean whole = writeSet.has(WriteSetFlags.BEGIN) == writeSet.has(WriteSetFlags.COMMIT);
        if (writeSet.has(WriteSetFlags.TOI) && !whole) {
            throw new MalformedMessageException(
                    "write-set " + seqno + " is part of a non-blocking operation, which this node does not know");
        }
    }

    /**
     * The next write-set of the order, which no member can read as all of them read the same bytes: it keeps its seqno and
     * is applied by none. Not where other programs are members: they may have counted it.
     *
     * @throws IllegalArgumentException if {@code seqno} is not above {@link #position}
     */
    public Verdict refuse(long seqno) {
        advance(seqno);
        digest.add(seqno, false);
        ledger.append(seqno);
        ledger.describe(false, seqno - 1, seqno - 1, 0, 0);
        inUse.add(seqno - 1, seqno);
        due.countOne();
        ledger.clean(CLEANED_PER_WRITE_SET);
        return new Verdict(seqno, Outcome.MALFORMED, seqno - 1, null);
    }

    private void advance(long seqno) {
        if (seqno <= position) {
            throw new IllegalArgumentException("seqno " + seqno + " at position " + position);
        }
        position = seqno;
        initialised = true;
        if ((seqno & Rules.LENGTH_CHECK) == 0 && ledger.count() > Rules.MAX_INTERVAL) {
            ledger.forget(Math.min(seqno - Rules.MAX_INTERVAL, inUse.safeToDiscard()));
        }
    }

    /** What is decided without a look at keys: steps 3 and 4 of section 7.3. */
    private Outcome admitted(long seqno, long lastSeen, ReceivedWriteSet writeSet) {
        int given = writeSet.version();
        if (writeSet.has(WriteSetFlags.PREORDERED)) {
            return Outcome.PASSED;
        } else if (given > version || (version == 3 && given != 3)) {
            return Outcome.WRONG_VERSION;
        }
        boolean tooOld = lastSeen < initialPosition || seqno - lastSeen > Rules.MAX_INTERVAL;
        return tooOld && !keys.comparesNothing(writeSet) ? Outcome.TOO_OLD : Outcome.PASSED;
    }

    /** What the header says about the dependency: step 1 of section 7.3. */
    private long firstDepends(long seqno, long lastSeen, ReceivedWriteSet writeSet) {
        if (writeSet.has(WriteSetFlags.PREORDERED)) {
            long before = lastPreordered;
            lastPreordered = seqno;
            return before == NOTHING ? NOTHING : Math.max(before + 1 - writeSet.paRange(), NOTHING);
        } else if (writeSet.has(WriteSetFlags.TOI) || writeSet.has(WriteSetFlags.PA_UNSAFE)) {
            return seqno - 1;
        } else if (writeSet.has(WriteSetFlags.IMPLICIT_DEPS)) {
            return lastSeen;
        }
        return writeSet.version() < 5 ? NOTHING : Math.max(lastSeen - writeSet.paRange(), NOTHING);
    }

    /** What was purged is applied; if nothing is left, all before is taken for purged (step 5). */
    private long lowestDependency(long seqno) {
        return ledger.isEmpty() ? seqno - 1 : ledger.lowest() - 1;
    }

    private void keep(Conflict conflict) {
        if (conflicts.size() == settings.conflictsKept()) {
            conflicts.removeFirst();
        }
        conflicts.addLast(conflict);
    }

    /** Steps 8 and 10: the write-set is remembered, if it passed with its keys. */
    private void enter(long seqno, ReceivedWriteSet writeSet, boolean passed, long lastSeen, long depends) {
        ledger.append(seqno);
        ledger.describe(
                writeSet.has(WriteSetFlags.TOI), lastSeen, depends, writeSet.sourceHigh(), writeSet.sourceLow());
        if (!passed || writeSet.has(WriteSetFlags.PREORDERED)) {
            return;
        }
        keys.enter(writeSet.keys(), seqno);
        if (writeSet.has(WriteSetFlags.PA_UNSAFE)) {
            lastPaUnsafe = seqno;
        }
    }

    /**
     * A write-set that a state transfer brought: certified by the donor, and entered here so that later verdicts are equal
     * (section 7.10).
     *
     * @throws MalformedMessageException if it is not the write-set of this seqno: the transfer has failed
     */
    public void transferred(long seqno, ReceivedWriteSet writeSet) throws MalformedMessageException {
        if (writeSet.lastSeen() != seqno || seqno <= KeyIndex.EMPTY) {
            throw new MalformedMessageException("write-set " + writeSet.lastSeen() + " in the place of " + seqno);
        }
        checkSupported(seqno, writeSet);
        initialise(seqno, writeSet.version());
        if (writeSet.version() > version) {
            throw new MalformedMessageException(
                    "write-set " + seqno + " of version " + writeSet.version() + " in a history of " + version);
        }
        advance(seqno);
        digest.interrupt();
        long depends = Math.max(seqno - writeSet.paRange(), lowestDependency(seqno));
        if (!writeSet.has(WriteSetFlags.PREORDERED)) {
            keys.hasConflict(writeSet.keys(), Long.MAX_VALUE, writeSet);
            depends = Math.max(depends, Math.max(keys.found(), lastPaUnsafe));
        }
        enter(seqno, writeSet, true, NOTHING, writeSet.has(WriteSetFlags.TOI) ? seqno - 1 : depends);
        ledger.clean(CLEANED_PER_WRITE_SET + 2 * writeSet.keys().count());
    }

    /** A seqno that a state transfer brought without a write-set: it failed on all members. */
    public void skipped(long seqno) {
        if (initialised) {
            advance(seqno);
            digest.interrupt();
            ledger.append(seqno);
            ledger.describe(false, NOTHING, NOTHING, 0, 0);
        }
    }

    /**
     * A configuration change that a state transfer brought.
     *
     * @param seqno its own seqno
     * @param newVersion the write-set version of its replication protocol
     */
    public void transferredChange(long seqno, int newVersion) {
        initialise(seqno, newVersion);
        changeConfiguration(seqno, newVersion);
    }

    private void initialise(long seqno, int firstVersion) {
        if (!initialised) {
            initialised = true;
            initialPosition = seqno - 1;
            version = firstVersion;
            inUse.clear(initialPosition);
        }
    }

    /**
     * A primary configuration, in its place in the order (section 7.10). A non-primary one changes nothing. Before the
     * first one of a group, and before a state transfer, {@link #reset} is called.
     *
     * @param seqno its own seqno
     * @param newVersion the write-set version of its replication protocol, see {@link
     *     io.dromon.node.writeset.UnsentWriteSet#versionOf}
     * @throws IllegalArgumentException if {@code seqno} is below {@link #position}
     */
    public void changeConfiguration(long seqno, int newVersion) {
        if (seqno < position) {
            throw new IllegalArgumentException("a configuration at seqno " + seqno + ", position " + position);
        }
        if (initialised && newVersion != version) {
            reset();
        }
        if (!initialised) {
            completeFrom = seqno;
        }
        version = newVersion;
        position = seqno;
        lastChange = seqno;
        lastPaUnsafe = seqno;
        digest.restart(seqno);
    }

    /**
     * Forgets everything: this node starts a group, or takes the state of another one. Then follow either {@link
     * #changeConfiguration} or what the state transfer brings.
     */
    public void reset() {
        index.clear();
        ledger.clear();
        inUse.clear(NOTHING);
        initialised = false;
        position = NOTHING;
        initialPosition = NOTHING;
        completeFrom = NOTHING;
        reported = NOTHING;
        lastPaUnsafe = NOTHING;
        lastPreordered = NOTHING;
    }

    /** All counted members have completed {@code seqno}: what is up to it may be forgotten (section 7.9). */
    public void onCommitCut(long seqno) {
        if (seqno >= lastChange) {
            ledger.forget(Math.min(seqno, inUse.safeToDiscard()));
        }
    }

    /**
     * The application is done with a certified write-set; other seqnos are ignored.
     *
     * @return whether {@link #report} is to be called now
     */
    public boolean complete(long seqno) {
        inUse.complete(seqno);
        return due.take();
    }

    /** The newest seqno that no write-set of this node's order refers to any more; -1 if there is none. */
    public long safeToDiscard() {
        return inUse.safeToDiscard();
    }

    /**
     * {@link #safeToDiscard} as this node tells it to the group; it must send no older snapshot from now on.
     *
     * @param oldestInFlight {@link KeysInFlight#oldestSnapshot}: what is on its way may be ordered behind the report, even
     *     if it was sent before, as a view change may cut it off
     */
    public long report(long oldestInFlight) {
        reported = Math.max(reported, Math.min(inUse.safeToDiscard(), oldestInFlight));
        return reported;
    }

    /**
     * The oldest snapshot that a new write-set may be based on. One below it would be judged by a purged index, differently
     * on different members (pitfall 4).
     */
    public long oldestSnapshot() {
        long known = Math.max(Math.max(ledger.forgotten(), reported), completeFrom);
        return Math.max(Math.max(known, initialPosition), position + 1 - Rules.MAX_INTERVAL);
    }

    /**
     * What was committed after {@code snapshot}, by any node, and does not go with {@code wanted}; null if nothing. Changes
     * nothing.
     *
     * @param snapshot not below {@link #oldestSnapshot}
     * @param source the own node
     */
    @Nullable
    Conflict committedSince(long snapshot, KeySet wanted, UUID source) {
        boolean failed = keys.hasConflict(wanted, snapshot, null);
        return failed ? keys.conflict(new Party(Party.UNORDERED, source, snapshot, NOTHING, false)) : null;
    }

    /** Where what a joining member is to be given of this index begins (section 7.10). */
    public long preloadFrom() {
        return ledger.isEmpty() ? position : ledger.lowest();
    }

    /** Seqno of the last event. */
    public long position() {
        return position;
    }

    /** The chain of verdicts up to {@link #position}; empty if a state transfer has interrupted it. */
    public Optional<Digest> digest() {
        return digest.value(position);
    }

    /**
     * The chain at the last multiple of 1024, or at the configuration change if that is newer: for members to compare. Empty
     * if a state transfer has interrupted it since.
     */
    public Optional<Digest> keptDigest() {
        return digest.kept();
    }

    /** The last conflicts of ordered write-sets, the oldest first. */
    public List<Conflict> conflicts() {
        return List.copyOf(conflicts);
    }

    /** Keys in the index; of purged write-sets too until they are cleared. */
    public int indexedKeys() {
        return index.size();
    }

    /** Write-sets that are remembered. */
    public int rememberedWriteSets() {
        return ledger.count();
    }
}
