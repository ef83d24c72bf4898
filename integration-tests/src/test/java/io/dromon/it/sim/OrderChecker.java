package io.dromon.it.sim;

import io.dromon.node.group.GroupEvent;
import io.dromon.node.group.GroupMember;
import io.dromon.node.group.GroupPosition;
import io.dromon.node.group.ReplicationFailure;
import io.dromon.transport.sim.Violation;
import io.dromon.transport.wire.Uuids;
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
        private List<GroupMember> members = List.of();

        Life(String name, int host, GroupPosition position) {
            this.name = name;
            this.host = host;
            this.group = position.uuid();
            this.last = position.seqno();
        }

        long last() {
            return last;
        }
    }

    /**
     * An entry of a history.
     *
     * @param held whether a node that had the whole state has delivered it; one that had not counts for nothing when
     *     a component is formed again
     */
    private record Entry(long content, String by, boolean held) {}

    private final Map<UUID, Map<Long, Entry>> histories = new HashMap<>();
    /** Where each write-set is, by content. */
    private final Map<Long, Long> places = new HashMap<>();
    /** Contents of write-sets that got no seqno, as their sender was told. */
    private final Set<Long> refused = new HashSet<>();
    /** What each host would still know after a crash. */
    private final GroupPosition[] kept;

    private final Map<UUID, Integer> hostOf = new HashMap<>();
    private boolean historyMayFork;
    private long acknowledged;

    OrderChecker(int hosts) {
        kept = new GroupPosition[hosts];
        java.util.Arrays.fill(kept, GroupPosition.NONE);
    }

    boolean isComplete(Life life) {
        return life.complete;
    }

    long acknowledged() {
        return acknowledged;
    }

    GroupPosition kept(int host) {
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
        kept[host] = GroupPosition.NONE;
        historyMayFork = true;
    }

    /** The application has made its own all up to the seqno. */
    void onApplied(Life life, long seqno) {
        if (life.complete && !life.group.equals(Uuids.NIL) && seqno >= 0) {
            kept[life.host] = new GroupPosition(life.group, seqno);
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
        life.complete = complete;
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
        life.primary = true;
        life.members = change.members();
        long content = 17 * change.confId();
        for (GroupMember member : change.members()) {
            content = content * 31 + member.uuid().hashCode();
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

    private void enter(Life life, long seqno, long content, String what) {
        Map<Long, Entry> history = histories.computeIfAbsent(life.group, group -> new HashMap<>());
        Entry mine = new Entry(content, life.name, life.complete);
        Entry other = history.putIfAbsent(seqno, mine);
        if (other == null || other.content() == content) {
            if (other != null && mine.held()) {
                history.put(seqno, mine);
            }
            return;
        }
        if (!other.held()) {
            history.put(seqno, mine);
            return;
        }
        check(
                historyMayFork,
                "one-order",
                life,
                () -> "delivers " + what + " as " + seqno + ", another thing than " + other.by());
        for (GroupMember member : life.members) {
            Integer host = hostOf.get(member.uuid());
            GroupPosition position = host == null ? GroupPosition.NONE : kept[host];
            check(
                    host == null
                            || host == life.host
                            || !position.uuid().equals(life.group)
                            || position.seqno() < seqno
                            || !member.status().isJoined(),
                    "acknowledged-survives",
                    life,
                    () -> "delivers " + what + " as " + seqno + " while " + member + " keeps what was there");
        }
        history.put(seqno, mine);
    }

    void onAcknowledged(Life life, long seqno, long content) {
        acknowledged++;
        Map<Long, Entry> history = histories.get(life.group);
        Entry entry = history == null ? null : history.get(seqno);
        check(
                historyMayFork || entry == null || !entry.held() || entry.content() == content,
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
