package io.dromon.it.history;

import java.util.List;

/** What a transaction does with one key, in the order of its operations. */
public sealed interface Operation {
    String key();

    /**
     * Adds to the end of a key's list.
     *
     * @param value never added to this key by anything else
     */
    record Append(String key, long value) implements Operation {}

    /** Reads a key's whole list, with what the transaction itself has added before. */
    record Read(String key, List<Long> values) implements Operation {}
}
