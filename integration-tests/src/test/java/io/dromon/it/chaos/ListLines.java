package io.dromon.it.chaos;

import io.dromon.it.history.Operation;
import io.dromon.it.history.Operation.Append;
import io.dromon.it.history.Operation.Read;
import io.dromon.it.history.Transaction;
import io.dromon.it.history.Transaction.Outcome;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Transactions on lists as a process prints them: {@code NAME BEGAN ENDED OUTCOME SERIALIZABLE FRESH OPERATION...}. */
final class ListLines {
    /** Where a store holds the lists. */
    static final String LISTS = "lists/";

    private static final int HEAD = 6;

    private ListLines() {}

    static String format(Transaction transaction) {
        return Stream.concat(
                        Stream.of(
                                transaction.name(),
                                transaction.beganNs(),
                                transaction.endedNs(),
                                transaction.outcome(),
                                transaction.serializable(),
                                transaction.fresh()),
                        transaction.operations().stream().map(ListLines::format))
                .map(String::valueOf)
                .collect(Collectors.joining(" "));
    }

    private static String format(Operation operation) {
        return operation instanceof Append append
                ? "a:" + append.key() + ":" + append.value()
                : "r:" + operation.key() + ":"
                        + ((Read) operation)
                                .values().stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    static Transaction parse(String text) {
        String[] words = text.split(" ", -1);
        return new Transaction(
                words[0],
                Long.parseLong(words[1]),
                Long.parseLong(words[2]),
                Outcome.valueOf(words[3]),
                Boolean.parseBoolean(words[4]),
                Boolean.parseBoolean(words[5]),
                Stream.of(words).skip(HEAD).map(ListLines::operation).toList());
    }

    private static Operation operation(String word) {
        String[] parts = word.split(":", 3);
        return parts[0].equals("a")
                ? new Append(parts[1], Long.parseLong(parts[2]))
                : new Read(parts[1], values(parts[2]));
    }

    /** A list as the store holds it. */
    static List<Long> values(String text) {
        return text.isEmpty()
                ? List.of()
                : Arrays.stream(text.split(",", -1)).map(Long::valueOf).toList();
    }
}
