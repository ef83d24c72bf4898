package io.dromon.it.sim;

import io.dromon.node.group.GroupEvent;
import io.dromon.node.group.GroupMember;
import io.dromon.node.group.ReplicationFailure;
import io.dromon.transport.sim.Violation;
import io.dromon.transport.wire.Position;
import io.dromon.transport.wire.Uuids;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The promises of the group layer over all nodes of a run: one order of write-sets and configurations in a history,
 * without gaps and duplicates; every own write-set ends once; what was acknowledged is kept (specification, chapter 04
 * sections 4 to 6).
 *
 * <p>One thing is no violation, because nobody is left who could know better: a component was lost and is formed again,
 * every process that had delivered a number with the whole state was killed meanwhile, and the number is given away
 * anew. Whoever goes from one primary component to the next without a break must have what the killed ones had.
 */
final class OrderChecker {
    /** What one process has seen. */
    static final class Life {
        private final String name;
        private final int host;
        private UUID group;
        private long last;
        private boolean primary;
        private boolean over;
        private boolean complete;
        private boolean killed;
        /** Of a process that has delivered nothing yet: what its host keeps as {@link #last}. */
        private @Nullable Long keptContent;

        private List<GroupMember> members = List.of();
        /** Where each key was written last, as far as this process has seen it. */
        private final Map<String, Long> writtenAt = new HashMap<>();

        private Life(String name, int host, Position position) {
            this.name = name;
            this.host = host;
            this.group = position.history();
            this.last = position.seqno();
        }

        long last() {
            return last;
        }
    }

    /**
     * What a transaction did.
     *
     * @param snapshot what it had read
     */
    private record Transaction(Set<String> keys, long snapshot) {}

    /** An entry of a history. */
    private static final class Entry {
        private final long content;
        private final String by;
        /**
         * The processes that had the whole state and have delivered it; one that had not counts for nothing when a
         * component is formed again.
         */
        private final List<Life> holders = new ArrayList<>(4);

        Entry(Life life, long content) {
            this.content = content;
            this.by = life.name;
            add(life);
        }

        void add(Life life) {
            if (life.complete) {
                holders.add(life);
            }
        }

        boolean isHeld() {
            return !holders.isEmpty();
        }

        boolean isForgotten() {
            return holders.stream().allMatch(life -> life.killed);
        }
    }

    private final Map<UUID, Map<Long, Entry>> histories = new HashMap<>();
    /** Where each write-set is, by content. */
    private final Map<Long, Long> places = new HashMap<>();

    private final Map<Long, Transaction> transactions = new HashMap<>();
    /** Contents of write-sets that got no seqno, as their sender was told. */
    private final Set<Long> refused = new HashSet<>();
    /** Configurations of components that were formed again, where something was lost: their contents. */
    private final Map<Position, Long> formedAgain = new HashMap<>();
    /** What each host would still know after a crash. */
    private final Position[] kept;

    private final @Nullable Long[] keptContent;

    private final Map<UUID, Integer> hostOf = new HashMap<>();
    private boolean historyMayFork;
    private long acknowledged;

    OrderChecker(int hosts) {
        kept = new Position[hosts];
        keptContent = new Long[hosts];
        java.util.Arrays.fill(kept, Position.NONE);
    }

    /** A process begins with what its host has kept. */
    Life begin(String name, int host) {
        Life life = new Life(name, host, kept[host]);
        life.keptContent = keptContent[host];
        return life;
    }

    /** The process dies: what only it knew, nobody knows. */
    void onKilled(Life life) {
        life.killed = true;
    }

    boolean isComplete(Life life) {
        return life.complete;
    }

    long acknowledged() {
        return acknowledged;
    }

    Position kept(int host) {
        return kept[host];
    }

    void onStart(UUID process, int host) {
        hostOf.put(process, host);
    }

    /** A host lost its state, or an operator decided: what only it knew may be numbered anew. */
    void onHistoryMayFork() {
        historyMayFork = true;
    }

    boolean historyMayFork() {
        return historyMayFork;
    }

    void forget(int host) {
        giveUp(host);
        historyMayFork = true;
    }

    /** The operator removes the state of a host, because the group's history is another one: it starts from nothing. */
    void giveUp(int host) {
        kept[host] = Position.NONE;
        keptContent[host] = null;
    }

    /** The application has made its own all up to the seqno. */
    void onApplied(Life life, long seqno) {
        if (life.complete && !life.group.equals(Uuids.NIL) && seqno >= 0) {
            kept[life.host] = new Position(life.group, seqno);
            Entry entry = histories.getOrDefault(life.group, Map.of()).get(seqno);
            keptContent[life.host] = entry == null ? null : entry.content;
        }
    }

    /** The process has the state of the group, up to what it has delivered. */
    void onComplete(Life life) {
        life.complete = true;
    }

    void onConfiguration(Life life, GroupEvent.ConfigurationChange change) {
        check(!life.over, "end-mark", life, () -> "delivers " + change + " after its end");
        if (change.members().isEmpty()) {
            life.over = true;
            life.primary = false;
            return;
        }
        if (!change.isPrimary()) {
            life.primary = false;
            life.members = change.members();
            return;
        }
        boolean complete = change.ownStatus().isJoined();
        if (complete && change.seqno() == life.last + 1) {
            checkStart(life);
        }
        life.keptContent = null;
        life.complete = complete;
        if (!life.group.equals(change.groupUuid())) {
            life.writtenAt.clear(); // of another history
        }
        if (complete) {
            check(
                    life.group.equals(Uuids.NIL) || life.group.equals(change.groupUuid()),
                    "same-history",
                    life,
                    () -> "is complete in " + change + " and comes from " + life.group);
            check(
                    life.last < 0 || change.seqno() == life.last + 1,
                    "no-gap",
                    life,
                    () -> "goes from " + life.last + " to " + change);
        }
        life.group = change.groupUuid();
        life.last = change.seqno();
        boolean goesOn = life.primary;
        life.primary = true;
        life.members = change.members();
        long content = 17 * change.confId();
        for (GroupMember member : change.members()) {
            content = content * 31 + member.uuid().hashCode();
        }
        Long again = formedAgain.get(new Position(life.group, change.seqno()));
        check(
                !goesOn || again == null || again != content,
                "one-order",
                life,
                () -> "goes on to configuration " + change.confId() + " as " + change.seqno()
                        + " without a break, and something else that was delivered under this number is lost");
        if (!goesOn) {
            forgetWhatIsLost(life, change.seqno(), content);
        }
        enter(life, change.seqno(), content, "configuration " + change.confId());
    }

    void onWriteSet(Life life, long seqno, long content) {
        check(!life.over, "end-mark", life, () -> "delivers " + seqno + " after its end");
        check(life.primary, "ordered-in-primary-only", life, () -> "delivers " + seqno);
        check(seqno == life.last + 1, "no-gap", life, () -> "goes from " + life.last + " to " + seqno);
        check(
                !refused.contains(content),
                "refused-is-nowhere",
                life,
                () -> "delivers as " + seqno + " what was refused");
        life.last = seqno;
        Long place = places.putIfAbsent(content, seqno);
        check(
                place == null || place == seqno,
                "no-duplicate",
                life,
                () -> "delivers as " + seqno + " what was delivered as " + place);
        enter(life, seqno, content, "a write-set");
    }

    /** A transaction is replicated that has read {@code snapshot} and writes the keys. */
    void onTransaction(long content, Set<String> keys, long snapshot) {
        transactions.put(content, new Transaction(keys, snapshot));
    }

    /** First committer wins: nobody else has written the keys since the snapshot. */
    void onCommitted(Life life, long seqno, long content) {
        Transaction transaction = transactions.getOrDefault(content, new Transaction(Set.of(), 0));
        for (String key : transaction.keys()) {
            Long before = life.writtenAt.put(key, seqno);
            check(
                    before == null || before <= transaction.snapshot(),
                    "no-lost-update",
                    life,
                    () -> "delivers as " + seqno + " a write-set that has read " + transaction.snapshot()
                            + " and writes key " + key + ", which " + before + " has written");
        }
    }

    /** A process that takes what its host has kept for the state of the group. */
    private void checkStart(Life life) {
        Long content = life.keptContent;
        Entry entry = histories.getOrDefault(life.group, Map.of()).get(life.last);
        check(
                historyMayFork || content == null || entry == null || entry.content == content,
                "position-in-history",
                life,
                () -> "is taken for complete at " + life.last + ", where it has another thing than the group");
    }

    /**
     * A component is formed again, as far as this process can tell; another one that goes on without a break contradicts
     * it. What only killed processes had delivered from this number on is lost.
     */
    private void forgetWhatIsLost(Life life, long seqno, long content) {
        Map<Long, Entry> history = histories.getOrDefault(life.group, Map.of());
        Entry first = history.get(seqno);
        if (historyMayFork || first == null || first.content == content || !first.isHeld()) {
            return;
        }
        for (Map.Entry<Long, Entry> entry : history.entrySet()) {
            if (entry.getKey() >= seqno && !entry.getValue().isForgotten()) {
                return; // somebody remembers: a violation
            }
        }
        checkNobodyKeeps(life, seqno, "configuration");
        history.keySet().removeIf(number -> number >= seqno);
        formedAgain.put(new Position(life.group, seqno), content);
    }

    private void enter(Life life, long seqno, long content, String what) {
        Map<Long, Entry> history = histories.computeIfAbsent(life.group, group -> new HashMap<>());
        Entry other = history.get(seqno);
        if (other != null && other.content == content) {
            other.add(life);
            return;
        }
        if (other != null && other.isHeld()) {
            check(
                    historyMayFork,
                    "one-order",
                    life,
                    () -> "delivers " + what + " as " + seqno + ", another thing than " + other.by);
            checkNobodyKeeps(life, seqno, what);
        }
        history.put(seqno, new Entry(life, content));
    }

    private void checkNobodyKeeps(Life life, long seqno, String what) {
        for (GroupMember member : life.members) {
            Integer host = hostOf.get(member.uuid());
            Position position = host == null ? Position.NONE : kept[host];
            check(
                    host == null
                            || host == life.host
                            || !position.history().equals(life.group)
                            || position.seqno() < seqno
                            || !member.status().isJoined(),
                    "acknowledged-survives",
                    life,
                    () -> "delivers " + what + " as " + seqno + " while " + member + " keeps what was there");
        }
    }

    void onAcknowledged(Life life, long seqno, long content) {
        acknowledged++;
        Map<Long, Entry> history = histories.get(life.group);
        Entry entry = history == null ? null : history.get(seqno);
        check(
                historyMayFork || entry == null || !entry.isHeld() || entry.content == content,
                "acknowledged-is-ordered",
                life,
                () -> "has " + seqno + " acknowledged, which is another write-set elsewhere");
    }

    void onFailed(Life life, long content, ReplicationFailure reason) {
        if (reason != ReplicationFailure.OUTCOME_UNKNOWN) {
            refused.add(content);
            Long place = places.get(content);
            check(
                    place == null,
                    "refused-is-nowhere",
                    life,
                    () -> "is told " + reason + " of what is delivered as " + place);
        }
    }

    @Nullable
    UUID group(Life life) {
        return life.group;
    }

    private static void check(boolean holds, String rule, Life life, Supplier<String> detail) {
        if (!holds) {
            throw new Violation(rule, life.name + " " + detail.get());
        }
    }
}
