package io.dromon.it.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.it.history.Anomaly.Kind;
import io.dromon.it.history.Operation.Append;
import io.dromon.it.history.Operation.Read;
import io.dromon.it.history.Transaction.Outcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Each anomaly by the smallest history that shows it, and the histories beside it that are allowed. */
@Tag("unit")
final class HistoryCheckTest {
    private static Append append(String key, long value) {
        return new Append(key, value);
    }

    private static Read read(String key, Long... values) {
        return new Read(key, Arrays.asList(values));
    }

    /** All at the same time, promised snapshot isolation. */
    private static Transaction committed(String name, Operation... operations) {
        return new Transaction(name, 0, 1000, Outcome.COMMITTED, false, false, List.of(operations));
    }

    private static Transaction serializable(String name, Operation... operations) {
        return new Transaction(name, 0, 1000, Outcome.COMMITTED, true, false, List.of(operations));
    }

    private static Transaction ended(Outcome outcome, String name, Operation... operations) {
        return new Transaction(name, 0, 1000, outcome, false, false, List.of(operations));
    }

    private static Transaction at(long from, long to, boolean fresh, String name, Operation... operations) {
        return new Transaction(name, from, to, Outcome.COMMITTED, false, fresh, List.of(operations));
    }

    private static List<Kind> kinds(Transaction... all) {
        return HistoryCheck.anomalies(List.of(all)).stream()
                .map(Anomaly::kind)
                .distinct()
                .toList();
    }

    @Test
    void findsNothingWhereOneFollowsTheOther() {
        assertThat(kinds(
                        committed("a", append("x", 1), append("y", 1)),
                        committed("b", read("x", 1L), append("x", 2)),
                        committed("c", read("x", 1L, 2L), read("y", 1L)),
                        committed("d", read("x"), read("y"))))
                .isEmpty();
    }

    @Test
    void findsWhatNobodyWroteAndWhatIsThereTwice() {
        assertThat(kinds(committed("a", read("x", 7L)))).containsExactly(Kind.GARBAGE);
        assertThat(kinds(committed("a", append("x", 1)), committed("b", read("x", 1L, 1L))))
                .containsExactly(Kind.GARBAGE);
    }

    @Test
    void findsTwoOrders() {
        assertThat(kinds(
                        committed("a", append("x", 1)),
                        committed("b", append("x", 2)),
                        committed("c", read("x", 1L, 2L)),
                        committed("d", read("x", 2L))))
                .containsExactly(Kind.INCOMPATIBLE_ORDER);
    }

    @Test
    void findsATransactionThatDoesNotSeeItself() {
        assertThat(kinds(committed("a", append("x", 1), read("x")))).containsExactly(Kind.INTERNAL);
        assertThat(kinds(committed("a", append("x", 1)), committed("b", read("x"), read("x", 1L))))
                .containsExactly(Kind.INTERNAL);
        assertThat(kinds(committed("a", append("x", 1), read("x", 1L)))).isEmpty();
    }

    @Test
    void findsReadsOfWhatFailedAndOfWhatIsHalfWritten() {
        assertThat(kinds(ended(Outcome.FAILED, "a", append("x", 1)), committed("b", read("x", 1L))))
                .contains(Kind.G1A);
        assertThat(kinds(ended(Outcome.UNKNOWN, "a", append("x", 1)), committed("b", read("x", 1L))))
                .isEmpty();
        assertThat(kinds(committed("a", append("x", 1), append("x", 2)), committed("b", read("x", 1L))))
                .contains(Kind.G1B);
    }

    @Test
    void findsCyclesOfWrites() {
        assertThat(kinds(
                        committed("a", append("x", 1), append("y", 1)),
                        committed("b", append("x", 2), append("y", 2)),
                        committed("c", read("x", 1L, 2L)),
                        committed("d", read("y", 2L, 1L))))
                .contains(Kind.G0);
    }

    @Test
    void findsCircularInformationFlow() {
        assertThat(kinds(committed("a", append("x", 1), read("y", 1L)), committed("b", append("y", 1), read("x", 1L))))
                .contains(Kind.G1C);
    }

    @Test
    void findsLostUpdates() {
        assertThat(kinds(
                        committed("a", read("x"), append("x", 1)),
                        committed("b", read("x"), append("x", 2)),
                        committed("c", read("x", 1L, 2L))))
                .contains(Kind.P4, Kind.G_SINGLE);
    }

    @Test
    void findsReadsOfTwoSnapshots() {
        assertThat(kinds(committed("a", append("x", 1), append("y", 1)), committed("b", read("x", 1L), read("y"))))
                .containsExactly(Kind.G_SINGLE);
    }

    /** Two writers that do not know of each other, and two readers that see them in different orders. */
    @Test
    void findsALongFork() {
        assertThat(kinds(
                        committed("a", append("x", 1)),
                        committed("b", append("y", 1)),
                        committed("c", read("x", 1L), read("y")),
                        committed("d", read("x"), read("y", 1L))))
                .containsExactly(Kind.G_SINGLE);
    }

    @Test
    void findsWriteSkewWhereItWasPromisedNotToBe() {
        assertThat(kinds(serializable("a", read("x"), append("y", 1)), serializable("b", read("y"), append("x", 1))))
                .containsExactly(Kind.G2);
        assertThat(kinds(committed("a", read("x"), append("y", 1)), committed("b", read("y"), append("x", 1))))
                .isEmpty();
        assertThat(kinds(serializable("a", read("x"), append("y", 1)), committed("b", read("y"), append("x", 1))))
                .isEmpty();
    }

    /** Of the versions between, one is of a transaction that was promised less. */
    @Test
    void findsWriteSkewOverTheVersionsOfOthers() {
        assertThat(kinds(
                        committed("other", append("x", 9)),
                        serializable("a", read("x"), append("y", 1)),
                        serializable("b", read("y"), append("x", 1)),
                        committed("reader", read("x", 9L, 1L))))
                .containsExactly(Kind.G2);
    }

    @Test
    void findsWhoHasMissedWhatWasCommittedBefore() {
        Transaction writer = at(0, 10, false, "a", append("x", 1));
        assertThat(kinds(writer, at(20, 30, true, "b", read("x")))).containsExactly(Kind.STALE);
        assertThat(kinds(writer, at(20, 30, false, "b", read("x")))).isEmpty();
        assertThat(kinds(writer, at(5, 30, true, "b", read("x")))).isEmpty();
        assertThat(kinds(writer, at(20, 30, true, "b", read("x", 1L)))).isEmpty();
    }

    /** A long random history of a store with one order, and of one that forgets an update now and then. */
    @Test
    void tellsAStoreWithSnapshotsFromOneThatLosesUpdates() {
        assertThat(HistoryCheck.anomalies(run(1, 0))).isEmpty();
        assertThat(HistoryCheck.anomalies(run(2, 50)).stream().map(Anomaly::kind))
                .contains(Kind.P4);
    }

    /** @param blindEvery which commit forgets to look whether its keys were written since; 0: none */
    private static List<Transaction> run(long seed, int blindEvery) {
        SplittableRandom random = new SplittableRandom(seed);
        List<TreeMap<String, List<Long>>> states = new ArrayList<>(List.of(new TreeMap<>()));
        List<Transaction> all = new ArrayList<>();
        for (int i = 1; i <= 3000; i++) {
            int snapshot = Math.max(0, states.size() - 1 - random.nextInt(5));
            String key = "k" + random.nextInt(20);
            String other = "o" + random.nextInt(20);
            List<Long> before = states.get(snapshot).getOrDefault(key, List.of());
            List<Long> now = states.get(states.size() - 1).getOrDefault(key, List.of());
            boolean passes = before.equals(now) || (blindEvery > 0 && i % blindEvery == 0);
            long value = i;
            all.add(new Transaction(
                    "t" + i,
                    i,
                    i,
                    passes ? Outcome.COMMITTED : Outcome.FAILED,
                    false,
                    snapshot == states.size() - 1,
                    List.of(
                            new Read(other, states.get(snapshot).getOrDefault(other, List.of())),
                            new Read(key, before),
                            new Append(key, value))));
            if (passes) {
                TreeMap<String, List<Long>> next = new TreeMap<>(states.get(states.size() - 1));
                List<Long> longer = new ArrayList<>(now);
                longer.add(value);
                next.put(key, longer);
                states.add(next);
            }
        }
        TreeMap<String, List<Long>> last = states.get(states.size() - 1);
        all.add(at(
                5000,
                6000,
                true,
                "last",
                IntStream.range(0, 20)
                        .mapToObj(i -> "k" + i)
                        .map(key -> (Operation) new Read(key, last.getOrDefault(key, List.of())))
                        .toArray(Operation[]::new)));
        return all;
    }
}
