package io.dromon.node.cache;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What the disk denies a cache. After a failed write the cache is smaller, and grows by a segment for each that is written
 * once all it holds was replaced. If not even one segment can be written it is suspended, and tries again later. Guarded by
 * {@link Segments}.
 */
final class Shortage {
    private static final long RETRY_NS = TimeUnit.SECONDS.toNanos(10);

    private long wantedBytes;
    private long capacityBytes;
    private long begunBytes;
    private boolean sinceIsKnown;
    private long suspendedSinceNs;
    /** What went wrong last; null if all is well again. */
    private @Nullable String trouble;

    private volatile boolean suspended;

    Shortage(long wantedBytes) {
        this.wantedBytes = wantedBytes;
        this.capacityBytes = wantedBytes;
    }

    void changed(long newWantedBytes) {
        boolean whole = capacityBytes == wantedBytes;
        wantedBytes = newWantedBytes;
        capacityBytes = whole ? newWantedBytes : Math.min(capacityBytes, newWantedBytes);
    }

    void shrink(long bytes, String what) {
        capacityBytes = Math.min(bytes, capacityBytes);
        begunBytes = 0;
        trouble = what;
    }

    /** A segment was begun. */
    void begun(long segmentBytes) {
        begunBytes += segmentBytes;
        if (capacityBytes < wantedBytes && begunBytes > capacityBytes) {
            capacityBytes = Math.min(wantedBytes, capacityBytes + segmentBytes);
        }
    }

    void suspend(String what) {
        suspended = true;
        sinceIsKnown = false;
        capacityBytes = wantedBytes;
        trouble = what;
    }

    /** Any thread. */
    boolean isSuspended() {
        return suspended;
    }

    /** A write succeeded. */
    void written() {
        if (!suspended && capacityBytes == wantedBytes) {
            trouble = null;
        }
    }

    /** Whether the disk is to be tried again from now on. */
    boolean upkeep(long nowNs) {
        if (!suspended) {
            return false;
        }
        if (!sinceIsKnown) {
            sinceIsKnown = true;
            suspendedSinceNs = nowNs;
        }
        suspended = nowNs - suspendedSinceNs < RETRY_NS;
        return !suspended;
    }

    long capacityBytes() {
        return capacityBytes;
    }

    /** What is wrong and what to do. */
    Optional<String> alarm() {
        if (trouble == null) {
            return Optional.empty();
        }
        return Optional.of(trouble
                + (suspended
                        ? "; the write-set cache is empty, so that this node is no donor of incremental state"
                                + " transfers, and tries again every "
                                + TimeUnit.NANOSECONDS.toSeconds(RETRY_NS) + " s"
                        : "; the write-set cache keeps " + capacityBytes + " bytes instead of " + wantedBytes
                                + ": make room on its disk, or lower gcache.size"));
    }
}
