package io.dromon.node;

import java.util.List;
import java.util.Locale;

/**
 * The health of a node: whether it can take work, and whether it needs an operator's attention.
 *
 * @param ready complete, current and in the primary component: what a load balancer asks
 * @param word the worst of all reasons; an expired certificate does not make a node unready, its open links go on
 * @param reasons one line each, empty if all is well
 */
public record Health(boolean ready, Word word, List<String> reasons) {
    /** How bad it is. */
    public enum Word {
        OK,
        /** A certificate expires within 30 days, a reload was refused, plain text is let in, the view was not saved. */
        WARNING,
        /**
         * A certificate expires within 7 days, a list has expired, plain text outlived its end, or the node is not ready.
         */
        CRITICAL,
        /** A certificate that the node lives by has expired. */
        EXPIRED;

        /** The worse of two. */
        public Word or(Word other) {
            return compareTo(other) >= 0 ? this : other;
        }

        /** As it stands in the status. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Health {
        reasons = List.copyOf(reasons);
    }
}
