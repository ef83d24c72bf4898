package io.dromon.it.history;

import java.util.List;

/**
 * One transaction as its client has seen it.
 *
 * @param name in reports
 * @param beganNs before it has read anything; one clock for all
 * @param endedNs when its client knew of its end
 * @param serializable whether it was promised to be serialisable with all others of which that is true
 * @param fresh whether it was promised to see all that was committed before it began
 */
public record Transaction(
        String name,
        long beganNs,
        long endedNs,
        Outcome outcome,
        boolean serializable,
        boolean fresh,
        List<Operation> operations) {
    /** What its client was told. */
    public enum Outcome {
        COMMITTED,
        /** Without any effect. */
        FAILED,
        /** Either of the others. */
        UNKNOWN
    }

    boolean isReadOnly() {
        return operations.stream().allMatch(Operation.Read.class::isInstance);
    }

    @Override
    public String toString() {
        return name + operations;
    }
}
