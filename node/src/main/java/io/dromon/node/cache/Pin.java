package io.dromon.node.cache;

import org.jspecify.annotations.Nullable;

/** Keeps a segment and all after it from being deleted, for a lease. */
final class Pin {
    /** Where the lease began. */
    final Segment begin;

    /** Guarded by {@link Segments}. */
    Segment at;

    private volatile LeaseEndedException.@Nullable Reason ended;

    Pin(Segment at) {
        this.begin = at;
        this.at = at;
    }

    /** The first reason stays. */
    void end(LeaseEndedException.Reason reason) {
        if (ended == null) {
            ended = reason;
        }
    }

    void check() throws LeaseEndedException {
        LeaseEndedException.Reason reason = ended;
        if (reason != null) {
            throw new LeaseEndedException(reason, null);
        }
    }
}
