package io.dromon.it.history;

import io.dromon.it.history.Operation.Append;
import io.dromon.it.history.Operation.Read;
import io.dromon.it.history.Transaction.Outcome;
import io.dromon.node.NodeException;
import io.dromon.node.store.Consistency;
import io.dromon.node.store.Isolation;
import io.dromon.node.store.ReplicatedStore;
import io.dromon.node.store.Snapshot;
import io.dromon.node.store.StoreException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** A client of a store that reads lists and appends to them, and keeps what it has seen. Not thread-safe. */
public final class ListClient {
    private static final int KEYS = 6;
    /** Transactions of a client until all go to other keys, so that lists stay short. */
    private static final int GENERATION = 40;

    private static final int MOST_OPERATIONS = 4;
    /** What says that a transaction has no effect. */
    private static final Set<NodeException.Reason> COMMITTED_NOWHERE = EnumSet.of(
            NodeException.Reason.PRIMARY_COMPONENT_LOST,
            NodeException.Reason.CERTIFICATION_FAILED,
            NodeException.Reason.BUSY,
            NodeException.Reason.TOO_LARGE);

    private final String name;
    private final int number;
    private final SplittableRandom random;
    private final List<Transaction> seen = new ArrayList<>();
    private long values;

    /** @param number its own among all clients of the run, at least 0 and below 1000 */
    public ListClient(String name, int number, long seed) {
        this.name = name;
        this.number = number;
        this.random = new SplittableRandom(seed * 1000 + number);
    }

    /** Runs a random transaction, with one of both consistencies; gives whether it has committed. */
    public boolean run(ReplicatedStore store, Isolation isolation) {
        return run(store, isolation, begun -> {});
    }

    /**
     * Runs a random transaction.
     *
     * @param begins is told it before it begins, as one of which nobody knows more
     */
    public boolean run(ReplicatedStore store, Isolation isolation, Consumer<Transaction> begins) {
        boolean fresh = random.nextInt(3) == 0;
        List<Operation> plan = plan();
        List<Operation> done = new ArrayList<>();
        String title = name + seen.size();
        boolean serializable = isolation == Isolation.SERIALIZABLE;
        List<Operation> writes = plan.stream().filter(Append.class::isInstance).toList();
        long beganNs = System.nanoTime();
        begins.accept(new Transaction(title, beganNs, beganNs, Outcome.UNKNOWN, serializable, fresh, writes));
        Outcome outcome = Outcome.COMMITTED;
        try {
            store.transact(isolation, fresh ? Consistency.BEFORE : Consistency.EVENTUAL, tx -> {
                done.clear();
                for (Operation each : plan) {
                    List<Long> list = list(tx, each.key());
                    if (each instanceof Append append) {
                        list.add(append.value());
                        tx.put(
                                path(each.key()),
                                list.stream().map(String::valueOf).collect(Collectors.joining(",")));
                        done.add(append);
                    } else {
                        done.add(new Read(each.key(), list));
                    }
                }
                return "";
            });
        } catch (NodeException e) {
            outcome = COMMITTED_NOWHERE.contains(e.reason()) ? Outcome.FAILED : Outcome.UNKNOWN;
        } catch (StoreException e) {
            outcome = Outcome.UNKNOWN; // closed, before or after it was sent
        }
        seen.add(new Transaction(
                title,
                beganNs,
                System.nanoTime(),
                outcome,
                serializable,
                fresh,
                outcome == Outcome.COMMITTED ? List.copyOf(done) : writes));
        return outcome == Outcome.COMMITTED;
    }

    private List<Operation> plan() {
        int generation = seen.size() / GENERATION;
        List<Operation> plan = new ArrayList<>();
        for (int left = 1 + random.nextInt(MOST_OPERATIONS); left > 0; left--) {
            String key = generation + "/" + random.nextInt(KEYS);
            plan.add(random.nextBoolean() ? new Append(key, ++values * 1000 + number) : new Read(key, List.of()));
        }
        return plan;
    }

    private static String path(String key) {
        return "lists/" + key;
    }

    private static List<Long> list(Snapshot snapshot, String key) {
        return snapshot.getText(path(key)).stream()
                .flatMap(text -> Arrays.stream(text.split(",", -1)))
                .map(Long::valueOf)
                .collect(Collectors.toCollection(ArrayList::new));
    }

    /**
     * Reads all lists of a run, as they are at last.
     *
     * @param all what was seen before
     */
    public static Transaction last(ReplicatedStore store, List<Transaction> all) {
        List<String> keys = all.stream()
                .flatMap(each -> each.operations().stream())
                .map(Operation::key)
                .distinct()
                .toList();
        long beganNs = System.nanoTime();
        List<Operation> reads = store.<List<Operation>>read(
                Consistency.BEFORE,
                now -> keys.stream()
                        .map(key -> (Operation) new Read(key, list(now, key)))
                        .toList());
        return new Transaction("last", beganNs, System.nanoTime(), Outcome.COMMITTED, true, true, reads);
    }

    /** What it has seen until now. */
    public List<Transaction> seen() {
        return seen;
    }
}
