package io.dromon.it.sim.state;

import io.dromon.node.group.ReplicationFailure;
import io.dromon.transport.sim.Violation;
import io.dromon.transport.wire.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * The promises of replication to applications with a state: there is one history; the state of each is a beginning of it,
 * every number applied once and in order; what is acknowledged stays.
 *
 * <p>A number is given away anew in one case only: processes died that had delivered it, and their disks have not kept it.
 * What others still have of the former branch is dead then. It must stay what it was, and is no reason to find those wrong
 * who do not have it.
 */
final class HistoryChecker {
    /** @param sinceNs when its first deliverer entered the configuration in which it was delivered */
    private record Entry(Ordered what, String by, long sinceNs) {}

    /** Numbers that a crash has taken from a host. */
    private record Lost(UUID history, long from, long to) {}

    /**
     * What a transaction does.
     *
     * @param reads keys that it has read, and must not have been written since
     * @param snapshot the number as of which it has read all its keys
     */
    private record Transaction(Set<String> writes, Set<String> reads, long snapshot) {}

    private record Acknowledged(Position position, long content) {}

    /** @param disksGone before it was told */
    private record Majority(Position position, long content, int disksGone) {}

    private final Map<UUID, TreeMap<Long, Entry>> histories = new HashMap<>();
    private final Map<Position, Set<Ordered>> dead = new HashMap<>();
    private final Map<Long, Position> places = new HashMap<>();
    private final Map<Long, Transaction> transactions = new HashMap<>();
    private final Map<UUID, Map<String, Long>> writtenAt = new HashMap<>();
    private final Set<Long> refused = new HashSet<>();
    private final List<Lost> lost = new ArrayList<>();
    private final List<Acknowledged> acknowledged = new ArrayList<>();
    private final Map<UUID, Long> lastAcknowledged = new HashMap<>();
    private final List<Majority> majorities = new ArrayList<>();
    private int disksGone;
    private int majoritiesChecked;
    private boolean operatorDecided;
    private int forks;

    // ---- what may be lost

    /** A disk has kept less than its process had delivered. */
    void onLost(UUID history, long from, long to) {
        if (from <= to) {
            lost.add(new Lost(history, from, to));
        }
    }

    /** An operator decided: what only others know may be numbered anew. */
    void onOperatorDecision() {
        operatorDecided = true;
    }

    /** A disk is wiped, or its node leaves in order: the others may go on, and be lost, without it. */
    void onDiskGone() {
        disksGone++;
    }

    /** Whether the number may be given away a second time. */
    boolean mayBeLost(UUID history, long seqno) {
        return operatorDecided
                || lost.stream()
                        .anyMatch(each -> each.history().equals(history) && each.from() <= seqno && seqno <= each.to());
    }

    /** Whether something of this history was given away a second time. */
    boolean isForked(UUID history) {
        return operatorDecided
                || dead.keySet().stream()
                        .anyMatch(position -> position.history().equals(history));
    }

    int forks() {
        return forks;
    }

    int acknowledgedWriteSets() {
        return acknowledged.size();
    }

    // ---- the order

    /**
     * A member delivers.
     *
     * @param sinceNs when it entered its configuration
     */
    void onOrdered(String by, UUID history, long seqno, Ordered what, long sinceNs) {
        TreeMap<Long, Entry> numbers = histories.computeIfAbsent(history, any -> new TreeMap<>());
        Entry before = numbers.get(seqno);
        if ((before != null && before.what().equals(what)) || isDead(history, seqno, what)) {
            return;
        }
        if (before != null) {
            check(
                    mayBeLost(history, seqno),
                    "one-order",
                    () -> by + " delivers " + what + " as " + seqno + ", and " + before.by() + " " + before.what());
            forks++;
            if (sinceNs < before.sinceNs()) {
                bury(history, seqno, what);
                return;
            }
            numbers.tailMap(seqno, true).forEach((number, entry) -> bury(history, number, entry.what()));
            numbers.tailMap(seqno, true).clear();
        }
        numbers.put(seqno, new Entry(what, by, sinceNs));
        if (what.kind() != Ordered.Kind.VIEW) {
            enter(by, new Position(history, seqno), what);
        }
    }

    private void bury(UUID history, long seqno, Ordered what) {
        dead.computeIfAbsent(new Position(history, seqno), any -> new HashSet<>())
                .add(what);
        places.remove(what.kind() == Ordered.Kind.FAILED ? ~what.content() : what.content());
    }

    private boolean isDead(UUID history, long seqno, Ordered what) {
        return dead.getOrDefault(new Position(history, seqno), Set.of()).contains(what);
    }

    private void enter(String by, Position place, Ordered what) {
        long content = what.kind() == Ordered.Kind.FAILED ? ~what.content() : what.content();
        check(
                !refused.contains(content),
                "refused-is-nowhere",
                () -> by + " delivers as " + place + " what was refused");
        Position other = places.putIfAbsent(content, place);
        check(
                other == null || other.equals(place) || isForked(place.history()),
                "no-duplicate",
                () -> by + " delivers as " + place + " what was delivered as " + other);
        if (what.kind() == Ordered.Kind.WRITE_SET) {
            commit(by, place, transactions.getOrDefault(content, new Transaction(Set.of(), Set.of(), 0)));
        }
    }

    private void commit(String by, Position place, Transaction transaction) {
        Map<String, Long> written = writtenAt.computeIfAbsent(place.history(), any -> new HashMap<>());
        for (String key : transaction.reads()) {
            long before = written.getOrDefault(key, 0L);
            check(
                    before <= transaction.snapshot() || isForked(place.history()),
                    "no-write-skew",
                    () -> by + " delivers as " + place + " a write-set that has read key " + key + " as of "
                            + transaction.snapshot() + ", and " + before + " has written it");
        }
        for (String key : transaction.writes()) {
            Long before = written.put(key, place.seqno());
            check(
                    before == null || before <= transaction.snapshot() || isForked(place.history()),
                    "no-lost-update",
                    () -> by + " delivers as " + place + " a write-set that has read " + transaction.snapshot()
                            + " and writes key " + key + ", which " + before + " has written");
        }
    }

    /** A donor has sent this: it was ordered once, and is what all have there. */
    void onTransferred(String by, UUID history, long seqno, Ordered.Kind kind, long effect) {
        check(
                isOfHistory(history, seqno, effect, kind == Ordered.Kind.VIEW),
                "transferred-is-ordered",
                () -> by + " is sent as " + history + ":" + seqno + " " + kind + " " + effect + ", where is "
                        + entry(history, seqno));
    }

    private String entry(UUID history, long seqno) {
        return String.valueOf(histories.getOrDefault(history, new TreeMap<>()).get(seqno));
    }

    private boolean isOfHistory(UUID history, long seqno, long effect, boolean isView) {
        Entry entry = histories.getOrDefault(history, new TreeMap<>()).get(seqno);
        return (entry != null && matches(entry.what(), effect, isView))
                || dead.getOrDefault(new Position(history, seqno), Set.of()).stream()
                        .anyMatch(what -> matches(what, effect, isView));
    }

    private static boolean matches(Ordered what, long effect, boolean isView) {
        return what.effect() == effect && (!isView || what.kind() == Ordered.Kind.VIEW);
    }

    // ---- own write-sets

    void onTransaction(long content, Set<String> writes, Set<String> reads, long snapshot) {
        transactions.put(content, new Transaction(writes, reads, snapshot));
    }

    void onAcknowledged(UUID history, long seqno, long content) {
        acknowledged.add(new Acknowledged(new Position(history, seqno), content));
        lastAcknowledged.merge(history, seqno, Math::max);
    }

    /** The last number of a history that any caller knows to be committed, 0 without any: what a causal read must see. */
    long lastAcknowledged(UUID history) {
        return lastAcknowledged.getOrDefault(history, 0L);
    }

    /** A causal read has ended. */
    void onRead(String name, OwnRead read, StoredState state) {
        boolean excused =
                read.committed() == 0 || isForked(read.history()) || mayBeLost(read.history(), read.committed());
        check(
                excused || (state.history().equals(read.history()) && state.last() >= read.committed()),
                "no-stale-read",
                () -> name + " reads " + state.position() + ", and " + read.history() + ":" + read.committed()
                        + " was committed before the call");
    }

    /** A writer was told that a majority has synced it. */
    void onMajority(Position position, long content) {
        majorities.add(new Majority(position, content, disksGone));
    }

    void onFailed(String name, long content, ReplicationFailure reason) {
        if (reason == ReplicationFailure.OUTCOME_UNKNOWN) {
            return;
        }
        refused.add(content);
        Position place = places.get(content);
        check(
                place == null,
                "refused-is-nowhere",
                () -> name + " is told " + reason + " of what is delivered as " + place);
    }

    // ---- states

    /** Checks that a state is a beginning of its history; gives whether it is one of the branch that is alive. */
    boolean checkState(String name, StoredState state) {
        boolean alive = true;
        TreeMap<Long, Entry> numbers = histories.getOrDefault(state.history(), new TreeMap<>());
        for (long seqno = 1; seqno <= state.last(); seqno++) {
            long effect = state.content(seqno);
            Entry entry = numbers.get(seqno);
            if (entry != null && entry.what().effect() == effect) {
                continue;
            }
            alive = false;
            long number = seqno;
            check(
                    isOfHistory(state.history(), seqno, effect, false),
                    "state-is-a-beginning",
                    () -> name + " has " + effect + " as " + number + ", where is " + entry);
        }
        return alive;
    }

    /** All is settled, and this is a state of the branch that is alive. */
    void checkAcknowledged(String name, StoredState state) {
        for (Acknowledged each : acknowledged) {
            Position place = each.position();
            if (place.history().equals(state.history())
                    && !isDead(place.history(), place.seqno(), new Ordered(Ordered.Kind.WRITE_SET, each.content()))) {
                check(
                        place.seqno() <= state.last() && state.content(place.seqno()) == each.content(),
                        "acknowledged-survives",
                        () -> name + " does not have " + each);
            }
        }
    }

    /** All is settled: what a majority has synced is there, whatever has died, unless a disk is gone since. */
    void checkMajorities(String name, StoredState state) {
        for (Majority each : majorities) {
            Position place = each.position();
            if (each.disksGone() < disksGone) {
                continue;
            }
            majoritiesChecked += lost.isEmpty() ? 0 : 1;
            check(
                    place.history().equals(state.history())
                            && place.seqno() <= state.last()
                            && state.content(place.seqno()) == each.content(),
                    "majority-survives",
                    () -> name + " stands at " + state.position() + " and does not have " + each);
        }
    }

    /** How often that was checked where a crash had taken something from a disk. */
    int majoritiesChecked() {
        return majoritiesChecked;
    }

    static void check(boolean holds, String rule, Supplier<String> detail) {
        if (!holds) {
            throw new Violation(rule, detail.get());
        }
    }
}
