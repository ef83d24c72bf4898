package io.dromon.it.history;

import io.dromon.it.history.Anomaly.Kind;
import io.dromon.it.history.Operation.Append;
import io.dromon.it.history.Operation.Read;
import io.dromon.it.history.Transaction.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The order of each key's versions, from the longest list that was read of it, and what is wrong with lists alone. */
final class Versions {
    /** An appended value. */
    record Value(String key, long value) {}

    private final List<Anomaly> anomalies;
    private final Map<Value, Integer> writers = new HashMap<>();
    private final Map<String, List<Long>> orders = new HashMap<>();
    /** The last value that a transaction has added to a key. */
    private final Map<Value, Boolean> isLast = new HashMap<>();

    Versions(List<Transaction> all, List<Anomaly> anomalies) {
        this.anomalies = anomalies;
        for (int i = 0; i < all.size(); i++) {
            collect(all.get(i), i);
        }
        for (Transaction each : all) {
            if (each.outcome() == Outcome.COMMITTED) {
                order(each);
            }
        }
        for (Transaction each : all) {
            if (each.outcome() == Outcome.COMMITTED) {
                checkInternal(each);
                external(each).forEach(read -> check(all, each, read));
            }
        }
    }

    private void collect(Transaction transaction, int number) {
        Map<String, Value> last = new HashMap<>();
        for (Operation operation : transaction.operations()) {
            if (operation instanceof Append append) {
                Value value = new Value(append.key(), append.value());
                if (writers.put(value, number) != null) {
                    throw new IllegalArgumentException(value + " is appended twice");
                }
                last.put(append.key(), value);
            }
        }
        last.values().forEach(value -> isLast.put(value, true));
    }

    /** What a transaction has read before it wrote the key itself, once for each key. */
    static List<Read> external(Transaction transaction) {
        Set<String> seen = new HashSet<>();
        List<Read> reads = new ArrayList<>();
        for (Operation operation : transaction.operations()) {
            if (seen.add(operation.key()) && operation instanceof Read read) {
                reads.add(read);
            }
        }
        return reads;
    }

    private void order(Transaction transaction) {
        for (Operation operation : transaction.operations()) {
            if (operation instanceof Read read) {
                orders.merge(read.key(), read.values(), (one, other) -> one.size() >= other.size() ? one : other);
            }
        }
    }

    private void checkInternal(Transaction transaction) {
        Map<String, List<Long>> known = new HashMap<>();
        Map<String, List<Long>> own = new HashMap<>();
        for (Operation operation : transaction.operations()) {
            List<Long> added = own.computeIfAbsent(operation.key(), any -> new ArrayList<>());
            if (operation instanceof Append append) {
                added.add(append.value());
            } else if (operation instanceof Read read) {
                int before = read.values().size() - added.size();
                boolean right = before >= 0
                        && read.values().subList(before, read.values().size()).equals(added);
                List<Long> base = right ? read.values().subList(0, before) : List.of();
                if (!right || !known.computeIfAbsent(read.key(), any -> base).equals(base)) {
                    anomalies.add(new Anomaly(Kind.INTERNAL, transaction.toString()));
                    return;
                }
            }
        }
    }

    private void check(List<Transaction> all, Transaction reader, Read read) {
        List<Long> order = orders.getOrDefault(read.key(), List.of());
        if (!order.subList(0, read.values().size()).equals(read.values())) {
            anomalies.add(new Anomaly(Kind.INCOMPATIBLE_ORDER, reader + " and " + order));
        }
        if (new HashSet<>(read.values()).size() != read.values().size()) {
            anomalies.add(new Anomaly(Kind.GARBAGE, reader + " has read a value twice"));
        }
        for (long value : read.values()) {
            Integer writer = writers.get(new Value(read.key(), value));
            if (writer == null) {
                anomalies.add(new Anomaly(Kind.GARBAGE, reader + " has read " + value + ", which nobody wrote"));
            } else if (all.get(writer).outcome() == Outcome.FAILED) {
                anomalies.add(new Anomaly(Kind.G1A, reader + " has read of " + all.get(writer)));
            }
        }
        if (!read.values().isEmpty()) {
            Value last = new Value(read.key(), read.values().get(read.values().size() - 1));
            if (writers.containsKey(last) && !isLast.containsKey(last)) {
                anomalies.add(new Anomaly(Kind.G1B, reader + " has read of " + all.get(writers.get(last))));
            }
        }
    }

    /** The keys that were read, each with all its values that anybody has read, in their order. */
    Map<String, List<Long>> orders() {
        return orders;
    }

    /** The transaction that has appended a value; null if none has. */
    @Nullable
    Integer writer(String key, long value) {
        return writers.get(new Value(key, value));
    }
}
