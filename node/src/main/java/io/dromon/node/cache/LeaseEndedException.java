package io.dromon.node.cache;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A lease gives no more records: those that it would give next are gone or cannot be read. The text says what to do. */
public final class LeaseEndedException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Reason {
        /** What was yet to be read had to go: it grew beyond the limit, or the disk was full or too slow. */
        OUTRUN("records were deleted before they were read, for want of room: the reader was slower than new records"
                + " came, or the disk is full or too slow; the joiner needs a snapshot, later ones a larger"
                + " gcache.size"),
        /** The cache began anew: another history, or a gap. */
        RESET("the cache was emptied, since records of another history or behind a gap came; the joiner needs a"
                + " snapshot"),
        /** A record is not what was written. It was dropped with all before it. */
        DAMAGED("a record of the cache is damaged on the disk; the joiner needs a snapshot or another donor, and the"
                + " disk a check"),
        /** A file could not be opened; its records stay. */
        UNREADABLE("a file of the cache could not be opened"),
        /** The reading thread was interrupted. */
        INTERRUPTED("the reader was interrupted"),
        /** The cache or the lease was closed. */
        CLOSED("the cache or the lease was closed");

        final String text;

        Reason(String text) {
            this.text = text;
        }
    }

    private final Reason reason;

    LeaseEndedException(Reason reason, @Nullable IOException cause) {
        super(cause == null ? reason.text : reason.text + ": " + cause, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
