package io.dromon.it.chaos;

import io.dromon.it.history.Anomaly;
import io.dromon.it.history.HistoryCheck;
import io.dromon.it.history.Operation;
import io.dromon.it.history.Operation.Append;
import io.dromon.it.history.Operation.Read;
import io.dromon.it.history.Transaction;
import io.dromon.it.history.Transaction.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Judges the transactions on lists of all processes by the cycles of their dependencies, {@link HistoryCheck}. Each is
 * told before it begins, so that one whose process was killed is known as one with an unknown outcome.
 */
final class ListCheck {
    private final Violations violations;
    private final Map<String, Transaction> told = new HashMap<>();

    ListCheck(Violations violations) {
        this.violations = violations;
    }

    /** A transaction that begins, or one that has ended: the same name. */
    synchronized void add(Transaction transaction) {
        told.put(transaction.name(), transaction);
    }

    /** Judges all of it. {@code entries} are those of a store, when nothing is under way any more. */
    synchronized void check(Map<String, String> entries) {
        List<Transaction> all = new ArrayList<>(told.values());
        all.add(last(entries));
        for (Transaction each : told.values()) {
            if (each.outcome() == Outcome.COMMITTED) {
                each.operations().stream()
                        .filter(Append.class::isInstance)
                        .map(Append.class::cast)
                        .filter(append -> !list(entries, append.key()).contains(append.value()))
                        .forEach(append ->
                                violations.add(each.name() + " was acknowledged, and " + append + " is lost"));
            }
        }
        for (Anomaly anomaly : HistoryCheck.anomalies(all)) {
            violations.add(anomaly.kind() + ": " + anomaly.detail());
        }
    }

    /** All lists as they are at last. */
    private Transaction last(Map<String, String> entries) {
        long now = System.nanoTime();
        List<Operation> reads = told.values().stream()
                .flatMap(each -> each.operations().stream())
                .map(Operation::key)
                .distinct()
                .map(key -> (Operation) new Read(key, list(entries, key)))
                .toList();
        return new Transaction("last", now, now, Outcome.COMMITTED, true, true, reads);
    }

    private static List<Long> list(Map<String, String> entries, String key) {
        return ListLines.values(entries.getOrDefault(ListLines.LISTS + key, ""));
    }

    /** How many have committed. */
    synchronized long committed() {
        return told.values().stream()
                .filter(each -> each.outcome() == Outcome.COMMITTED)
                .count();
    }
}
