package io.dromon.node.rebootstrap.core;

import java.util.Map;

/**
 * What an operator wants of a run.
 *
 * @param without nodes that are given up in this run, and why: by name
 */
public record Choice(Kind kind, Map<String, String> without) {
    /** Ways to run. */
    public enum Kind {
        /** Inspect and prove, and change nothing; the records of such a run are not kept. */
        PLAN,
        /** Begin a plan. */
        RUN,
        /** Go on where the last run ended, forward or back. */
        RESUME,
        /** Go back to the configuration from before. */
        UNDO
    }

    public Choice {
        without = Map.copyOf(without);
        without.forEach((node, because) -> {
            if (because.isBlank()) {
                throw new IllegalArgumentException(
                        "--without " + node + " needs --because TEXT: the journal keeps why a node was given up");
            }
        });
    }
}
