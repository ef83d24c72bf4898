package io.dromon.node;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Says that a certificate will end: once each at 30, 14, 7 and 1 days, and each hour when it has ended. */
final class ExpiryWatch {
    private static final int[] DAYS = {1, 7, 14, 30};
    private static final int FAR = Integer.MAX_VALUE;
    private static final Duration REPEAT = Duration.ofHours(1);

    private Instant notAfter = Instant.MAX;
    /** The smallest threshold that was told. */
    private int told = FAR;

    private Instant toldExpired = Instant.MIN;

    /** Days of the smallest threshold that is reached, 0 if expired, empty if the end is far. */
    static Optional<Integer> threshold(Instant notAfter, Instant now) {
        if (now.isAfter(notAfter)) {
            return Optional.of(0);
        }
        for (int days : DAYS) {
            if (!now.isBefore(notAfter.minus(Duration.ofDays(days)))) {
                return Optional.of(days);
            }
        }
        return Optional.empty();
    }

    /** The line for the status. */
    static Optional<String> warning(Instant notAfter, Instant now) {
        return threshold(notAfter, now)
                .map(days -> days == 0
                        ? "the certificate has EXPIRED at " + notAfter
                                + ": open links go on, no new one can be made; put a new one in place and reload"
                        : "the certificate ends at " + notAfter + ", in less than " + days
                                + (days == 1 ? " day" : " days") + "; renew it");
    }

    /** The line for the log, if it is time for one. */
    Optional<String> check(Instant certificateEnd, Instant now) {
        if (!certificateEnd.equals(notAfter)) {
            notAfter = certificateEnd;
            told = FAR;
            toldExpired = Instant.MIN;
        }
        int days = threshold(certificateEnd, now).orElse(FAR);
        boolean due = days < told || (days == 0 && !now.isBefore(toldExpired.plus(REPEAT)));
        if (!due) {
            return Optional.empty();
        }
        told = days;
        toldExpired = now;
        return warning(certificateEnd, now);
    }
}
