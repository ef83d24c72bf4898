package io.dromon.node.state.core;

import io.dromon.transport.wire.Position;
import java.util.UUID;

/**
 * One attempt to get what is missing.
 *
 * @param number never the same twice in a process
 * @param have where the state of this node ends; {@link Position#NONE} if it has none
 * @param history the group's
 * @param needed the configuration change from which on everything is held back: the state up to just before it is missing
 */
public record Attempt(int number, Way way, Position have, UUID history, long needed) {
    /** How the state comes. */
    public enum Way {
        /** The events that are missing, from the cache of a donor: IST. */
        INCREMENTAL,
        /** All of the state: SST. */
        SNAPSHOT
    }
}
