package io.dromon.it.chaos;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The versions of one account in their order, as a chain: each transfer says which one it has read there, and takes its
 * place. Two that have read the same one lose an update, and a transfer that the chain does not reach is one that had no
 * effect, or was undone.
 */
final class AccountHistory {
    private final Map<String, String> next = new HashMap<>();
    private final List<String> order = new ArrayList<>();
    private final Map<String, Integer> places = new HashMap<>();
    /** Of each version: the highest number known up to it, and the lowest one behind it. */
    private long[] upTo = new long[0];

    private long[] behind = new long[0];

    /** A transfer has read {@code previous}; gives another one that has as well. */
    Optional<String> add(String previous, String id) {
        return Optional.ofNullable(next.put(previous, id));
    }

    /**
     * Puts the versions in order, when all are added.
     *
     * @param numbers of those that were acknowledged
     */
    void conclude(Map<String, Long> numbers) {
        for (String id = BankProgram.OPENED; id != null && places.putIfAbsent(id, order.size()) == null; ) {
            order.add(id);
            id = next.get(id);
        }
        upTo = new long[order.size()];
        behind = new long[order.size()];
        long highest = 0;
        for (int i = 0; i < order.size(); i++) {
            highest = Math.max(highest, numbers.getOrDefault(order.get(i), 0L));
            upTo[i] = highest;
        }
        long lowest = Long.MAX_VALUE;
        for (int i = order.size() - 1; i >= 0; i--) {
            behind[i] = lowest;
            lowest = Math.min(lowest, numbers.getOrDefault(order.get(i), Long.MAX_VALUE));
        }
    }

    /** How many transfers the chain does not reach. */
    int unreached() {
        return next.size() - (order.size() - 1);
    }

    String last() {
        return order.get(order.size() - 1);
    }

    /** Whether the numbers that are known rise from version to version. */
    boolean isInOrder() {
        for (int i = 0; i < order.size(); i++) {
            if (upTo[i] >= behind[i]) {
                return false;
            }
        }
        return true;
    }

    /** Whether this can be the newest version up to a number; empty if there is no such version. */
    Optional<Boolean> isNewestAt(String id, long seqno) {
        return Optional.ofNullable(places.get(id)).map(place -> upTo[place] <= seqno && seqno < behind[place]);
    }
}
