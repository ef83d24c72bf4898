package io.dromon.node.admin.api;

/** Keeps who changed what, and what came of it. Any thread. */
@FunctionalInterface
public interface Audit {
    /**
     * Keeps an entry.
     *
     * @param order the action with its arguments, without secrets
     * @param result {@code done}, {@code begun}, or {@code refused} with the reason behind
     */
    void record(Caller caller, String order, String result);
}
