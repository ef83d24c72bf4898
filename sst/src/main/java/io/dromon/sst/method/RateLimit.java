package io.dromon.sst.method;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A limit that several threads share. */
public final class RateLimit {
    private static final Pattern SYNTAX = Pattern.compile("(\\d{1,15})([kKmMgGtT]?)");
    private static final long BURST_NS = 50_000_000L;

    private final long bytesPerSecond;
    private long freeAtNs = System.nanoTime();

    RateLimit(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /**
     * Reads {@code rlimit} as {@code pv -L} does: bytes per second, with K, M, G or T in powers of 1024; 0 or nothing
     * for no limit.
     *
     * @throws IllegalArgumentException with a text for the user
     */
    public static long parse(String text) {
        if (text.isBlank()) {
            return 0;
        }
        Matcher matcher = SYNTAX.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "rlimit '" + text + "' is no rate: bytes per second with K, M, G or T behind, for example 80m");
        }
        int shift = 10
                * " kmgt"
                        .indexOf((matcher.group(2) + " ")
                                .toLowerCase(Locale.ROOT)
                                .charAt(0));
        return Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << shift);
    }

    /** Waits until this many bytes may go. */
    void take(long bytes) throws InterruptedException {
        if (bytesPerSecond == 0) {
            return;
        }
        long wait;
        synchronized (this) {
            long now = System.nanoTime();
            freeAtNs = Math.max(freeAtNs, now - BURST_NS) + (long) (bytes * 1e9 / bytesPerSecond);
            wait = freeAtNs - now;
        }
        if (wait > 0) {
            Thread.sleep(wait / 1_000_000, (int) (wait % 1_000_000));
        }
    }
}
