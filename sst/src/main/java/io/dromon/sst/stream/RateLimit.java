package io.dromon.sst.stream;

/** A limit that several threads share. */
final class RateLimit {
    private static final long BURST_NS = 50_000_000L;

    private final long bytesPerSecond;
    private long freeAtNs = System.nanoTime();

    RateLimit(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
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
