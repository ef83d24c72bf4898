package io.dromon.node;

import io.dromon.node.credentials.CertificateEnd;
import java.time.Instant;
import java.util.List;

/**
 * Whether a node can take work, and whether somebody should look at it.
 *
 * @param ready complete, current and in the primary component: what a load balancer asks
 * @param word the worst of all reasons; an expired certificate does not make a node unready, its open links go on
 * @param reasons one line each, empty if all is well
 */
public record Health(boolean ready, Word word, List<String> reasons) {
    /** How bad it is. */
    public enum Word {
        OK,
        /** A certificate ends within 30 days, a reload was refused, plain text is let in, the view was not saved. */
        WARNING,
        /** A certificate ends within 7 days, a list has ended, plain text outlived its end, or the node is not ready. */
        CRITICAL,
        /** A certificate that the node lives by has ended. */
        EXPIRED;

        Word or(Word other) {
            return compareTo(other) >= 0 ? this : other;
        }

        /** As it stands in the status. */
        public String text() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    private static final int CRITICAL_DAYS = 7;

    public Health {
        reasons = List.copyOf(reasons);
    }

    /** Of certificates alone. */
    public static Word of(List<CertificateEnd> ends, Instant now) {
        Word worst = Word.OK;
        for (CertificateEnd end : ends) {
            int days = end.threshold(now).orElse(Integer.MAX_VALUE);
            Word word = Word.OK;
            if (days == 0 && end.vital()) {
                word = Word.EXPIRED;
            } else if ((days == 0 && end.role() == CertificateEnd.Role.REVOCATION_LIST)
                    || (days <= CRITICAL_DAYS && end.vital())) {
                word = Word.CRITICAL;
            } else if (days < Integer.MAX_VALUE) {
                word = Word.WARNING;
            }
            worst = worst.or(word);
        }
        return worst;
    }
}
