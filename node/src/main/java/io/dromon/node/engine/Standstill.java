package io.dromon.node.engine;

import io.dromon.node.Health;
import java.time.Duration;

/**
 * Something that holds a node, or the whole group, up although every member is in its place.
 *
 * @param kind what it is
 * @param since for how long
 * @param text the sentence for health, status and log
 */
record Standstill(Kind kind, Duration since, String text) {
    /** From here on it is told. */
    static final Duration WORTH_TELLING = Duration.ofSeconds(5);
    /** From here on an operator must look. */
    static final Duration CRITICAL = Duration.ofMinutes(1);

    enum Kind {
        PAUSED("no longer paused"),
        APPLICATION("the application has returned"),
        PROTOCOL_THREAD("the protocol thread answers again");

        /** What is said when it is over. */
        final String over;

        Kind(String over) {
            this.over = over;
        }
    }

    Health.Word word() {
        return since.compareTo(CRITICAL) >= 0 ? Health.Word.CRITICAL : Health.Word.WARNING;
    }
}
