package io.dromon.transport.evs;

import java.time.Duration;

/**
 * The {@code evs.*} options (chapter 02 section 9); times in nanoseconds. Ranges were checked by the configuration.
 */
public record EvsSettings(
        int version,
        long viewForgetTimeoutNs,
        long suspectTimeoutNs,
        long inactiveTimeoutNs,
        long inactiveCheckPeriodNs,
        long installTimeoutNs,
        long keepalivePeriodNs,
        long joinRetransPeriodNs,
        int sendWindow,
        int userSendWindow,
        boolean useAggregate,
        long causalKeepalivePeriodNs,
        int maxInstallTimeouts,
        long delayMarginNs,
        long delayedKeepPeriodNs,
        int autoEvict) {

    /** Galera's defaults. */
    public static EvsSettings defaults() {
        return new EvsSettings(
                1,
                Duration.ofHours(24).toNanos(),
                Duration.ofSeconds(5).toNanos(),
                Duration.ofSeconds(15).toNanos(),
                Duration.ofMillis(500).toNanos(),
                Duration.ofMillis(7500).toNanos(),
                Duration.ofSeconds(1).toNanos(),
                Duration.ofSeconds(1).toNanos(),
                4,
                2,
                true,
                Duration.ofSeconds(1).toNanos(),
                3,
                Duration.ofSeconds(1).toNanos(),
                Duration.ofSeconds(30).toNanos(),
                0);
    }
}
