package io.dromon.it.chaos;

/** How long at a time a cluster has ordered nothing new. Thread-safe. */
public final class PauseMeter {
    private long lastNs = System.nanoTime();
    private long longestNs;
    private long highest;

    /** This number was seen. */
    public synchronized void saw(long seqno) {
        if (seqno > highest) {
            highest = seqno;
            long nowNs = System.nanoTime();
            longestNs = Math.max(longestNs, nowNs - lastNs);
            lastNs = nowNs;
        }
    }

    /** The highest number so far. */
    public synchronized long highest() {
        return highest;
    }

    /** The longest time without a new number since the last call, in nanoseconds. */
    public synchronized long takeLongestNs() {
        long nowNs = System.nanoTime();
        long longest = Math.max(longestNs, nowNs - lastNs);
        longestNs = 0;
        lastNs = nowNs;
        return longest;
    }
}
