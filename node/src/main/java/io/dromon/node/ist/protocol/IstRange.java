package io.dromon.node.ist.protocol;

/**
 * What a donor sends (chapter 06 section 5.3).
 *
 * @param first seqno of the first event
 * @param last seqno of the last one; nothing is sent if it is below the first
 * @param preloadFrom events from this seqno on are flagged for the certification index; 0 for none
 */
public record IstRange(long first, long last, long preloadFrom) {
    public IstRange {
        if (first < 1 || last < 0 || preloadFrom < 0) {
            throw new IllegalArgumentException("events " + first + " to " + last + ", preload from " + preloadFrom);
        }
    }

    /**
     * For a joiner that has a state of this history.
     *
     * @param lastApplied where its state ends, 0 at least
     * @param lowestIndexed where the donor's certification index begins, {@code Certification.preloadFrom} at its last
     *     configuration change; 0 if it has none
     * @param lastChange seqno of the donor's last configuration change
     */
    public static IstRange incremental(long lastApplied, long lowestIndexed, long lastChange) {
        long next = lastApplied + 1;
        return new IstRange(lowestIndexed > 0 ? Math.min(lowestIndexed, next) : next, lastChange, lowestIndexed);
    }

    /** Beside a snapshot: for the certification index alone. */
    public static IstRange besideSnapshot(long lowestIndexed, long lastChange) {
        long first = lowestIndexed > 0 ? lowestIndexed : lastChange;
        return new IstRange(first, lastChange, first);
    }

    /** Whether there is nothing to send. */
    public boolean isEmpty() {
        return first > last;
    }
}
