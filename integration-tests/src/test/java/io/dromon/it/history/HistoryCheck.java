package io.dromon.it.history;

import io.dromon.it.history.Anomaly.Kind;
import io.dromon.it.history.Dependencies.Edge;
import io.dromon.it.history.Operation.Append;
import io.dromon.it.history.Operation.Read;
import io.dromon.it.history.Transaction.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Finds what snapshot isolation does not allow between any transactions, what serialisability does not allow between those
 * that were promised it, and what those have missed that were promised a fresh snapshot.
 *
 * <p>A transaction whose outcome is unknown counts as committed where somebody has read what it wrote.
 */
public final class HistoryCheck {
    private static final Set<Dependencies.Kind> WRITES = EnumSet.of(Dependencies.Kind.WW);
    private static final Set<Dependencies.Kind> INFORMATION = EnumSet.of(Dependencies.Kind.WW, Dependencies.Kind.WR);
    private static final Set<Dependencies.Kind> DEPENDENCIES =
            EnumSet.of(Dependencies.Kind.WW, Dependencies.Kind.WR, Dependencies.Kind.RW);
    private static final Set<Dependencies.Kind> ALL = EnumSet.allOf(Dependencies.Kind.class);

    private static final int NOBODY = -1;

    private final List<Transaction> all;
    private final List<Anomaly> anomalies = new ArrayList<>();
    private final Versions versions;

    private HistoryCheck(List<Transaction> all) {
        this.all = all;
        this.versions = new Versions(all, anomalies);
    }

    /** What is wrong with a run: empty if nothing is. */
    public static List<Anomaly> anomalies(List<Transaction> all) {
        return new HistoryCheck(List.copyOf(all)).check();
    }

    private List<Anomaly> check() {
        if (anomalies.stream().anyMatch(each -> each.kind() != Kind.G1A && each.kind() != Kind.G1B)) {
            return anomalies; // there is no order of versions to go by
        }
        Set<Integer> effective = effective();
        findLostUpdates(effective);
        IntPredicate any = effective::contains;
        Dependencies snapshots = dependencies(any);
        report(Kind.G0, snapshots.cycles(WRITES, false));
        report(Kind.G1C, snapshots.cycles(INFORMATION, false));
        report(Kind.G_SINGLE, snapshots.cycles(DEPENDENCIES, true));
        IntPredicate serializable =
                any.and(i -> all.get(i).serializable() || all.get(i).isReadOnly());
        Dependencies serials = dependencies(serializable);
        report(Kind.G2, serials.cycles(DEPENDENCIES, false));
        if (anomalies.isEmpty()) {
            report(Kind.STALE, snapshots.cycles(ALL, true));
            report(Kind.STALE, serials.cycles(ALL, false));
        }
        return anomalies;
    }

    /** Those whose effects are there. */
    private Set<Integer> effective() {
        Set<Integer> effective = new HashSet<>();
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).outcome() == Outcome.COMMITTED) {
                effective.add(i);
            }
        }
        versions.orders()
                .forEach((key, values) -> values.forEach(value -> {
                    Integer writer = versions.writer(key, value);
                    if (writer != null) {
                        effective.add(writer);
                    }
                }));
        return effective;
    }

    /** Two that have read the same version, and have both written. */
    private void findLostUpdates(Set<Integer> effective) {
        record Version(String key, List<Long> values) {}
        Map<Version, Integer> updates = new HashMap<>();
        for (int i : effective) {
            Transaction each = all.get(i);
            Set<String> written = each.operations().stream()
                    .filter(Append.class::isInstance)
                    .map(Operation::key)
                    .collect(Collectors.toSet());
            for (Read read : Versions.external(each)) {
                Integer other = written.contains(read.key())
                        ? updates.putIfAbsent(new Version(read.key(), read.values()), i)
                        : null;
                if (other != null) {
                    anomalies.add(new Anomaly(Kind.P4, each + " and " + all.get(other)));
                }
            }
        }
    }

    /** Between some of the transactions only: what the others have written is passed over. */
    private Dependencies dependencies(IntPredicate included) {
        Dependencies graph = new Dependencies(all.size());
        Map<String, List<Integer>> unread = unread(included);
        Map<String, List<Integer>> writers = new HashMap<>();
        versions.orders().forEach((key, values) -> writers.put(key, writers(key, values, included)));
        writers.forEach((key, order) -> {
            int last = NOBODY;
            for (int writer : order) {
                link(graph, last, writer, Dependencies.Kind.WW);
                last = writer == NOBODY ? last : writer;
            }
            for (int writer : unread.getOrDefault(key, List.of())) {
                link(graph, last, writer, Dependencies.Kind.WW);
            }
        });
        for (int i = 0; i < all.size(); i++) {
            if (included.test(i) && all.get(i).outcome() == Outcome.COMMITTED) {
                for (Read read : Versions.external(all.get(i))) {
                    List<Integer> order = writers.getOrDefault(read.key(), List.of());
                    addRead(graph, i, read.values().size(), order, unread.getOrDefault(read.key(), List.of()));
                }
            }
        }
        addTime(graph, included);
        return graph;
    }

    /** The writer of each version, {@link #NOBODY} in the place of those that are passed over. */
    private List<Integer> writers(String key, List<Long> values, IntPredicate included) {
        return values.stream()
                .map(value -> versions.writer(key, value))
                .map(writer -> writer != null && included.test(writer) ? writer : NOBODY)
                .toList();
    }

    private static void link(Dependencies graph, int from, int to, Dependencies.Kind kind) {
        if (from != NOBODY && to != NOBODY) {
            graph.add(from, to, kind);
        }
    }

    /** @param length versions that it has seen */
    private static void addRead(
            Dependencies graph, int reader, int length, List<Integer> writers, List<Integer> unread) {
        int seen = length - 1;
        while (seen >= 0 && writers.get(seen) == NOBODY) {
            seen--;
        }
        if (seen >= 0) {
            graph.add(writers.get(seen), reader, Dependencies.Kind.WR);
        }
        int unseen = length;
        while (unseen < writers.size() && writers.get(unseen) == NOBODY) {
            unseen++;
        }
        if (unseen < writers.size()) {
            graph.add(reader, writers.get(unseen), Dependencies.Kind.RW);
        } else {
            unread.forEach(writer -> graph.add(reader, writer, Dependencies.Kind.RW));
        }
    }

    /** The committed writers of a key whose values stand behind all that anybody has read, in an order that nobody knows. */
    private Map<String, List<Integer>> unread(IntPredicate included) {
        Map<String, List<Integer>> unread = new HashMap<>();
        Map<String, Set<Long>> read = new HashMap<>();
        versions.orders().forEach((key, values) -> read.put(key, new HashSet<>(values)));
        for (int i = 0; i < all.size(); i++) {
            if (!included.test(i)) {
                continue;
            }
            for (Operation operation : all.get(i).operations()) {
                if (operation instanceof Append append
                        && !read.getOrDefault(append.key(), Set.of()).contains(append.value())) {
                    unread.computeIfAbsent(append.key(), any -> new ArrayList<>())
                            .add(i);
                }
            }
        }
        return unread;
    }

    /** A chain of moments, one where a transaction ended: what is fresh hangs on the last one before it began. */
    private void addTime(Dependencies graph, IntPredicate included) {
        List<Integer> byEnd = IntStream.range(0, all.size())
                .filter(i -> included.test(i) && all.get(i).outcome() == Outcome.COMMITTED)
                .boxed()
                .sorted(Comparator.comparingLong(i -> all.get(i).endedNs()))
                .toList();
        List<Integer> fresh = byEnd.stream()
                .filter(i -> all.get(i).fresh())
                .sorted(Comparator.comparingLong(i -> all.get(i).beganNs()))
                .toList();
        int moment = -1;
        int ended = 0;
        for (int each : fresh) {
            for (;
                    ended < byEnd.size()
                            && all.get(byEnd.get(ended)).endedNs()
                                    < all.get(each).beganNs();
                    ended++) {
                int next = graph.addNode();
                graph.add(byEnd.get(ended), next, Dependencies.Kind.TIME);
                if (moment >= 0) {
                    graph.add(moment, next, Dependencies.Kind.TIME);
                }
                moment = next;
            }
            if (moment >= 0) {
                graph.add(moment, each, Dependencies.Kind.TIME);
            }
        }
    }

    private void report(Kind kind, List<List<Edge>> cycles) {
        for (List<Edge> cycle : cycles) {
            anomalies.add(new Anomaly(
                    kind,
                    cycle.stream()
                            .filter(edge -> edge.from() < all.size())
                            .map(edge -> all.get(edge.from()) + " -" + edge.kind() + "-> ")
                            .collect(Collectors.joining())));
        }
    }
}
