package io.dromon.transport.link;

import java.time.Duration;
import java.util.function.LongConsumer;

/** Bounds log lines that others can provoke: so many in a window, the rest is counted. For one thread. */
public final class LineBudget {
    private final long most;
    private final long windowNs;
    private long lines;
    private long sinceNs;

    /** @param most lines in each window */
    public LineBudget(int most, Duration window) {
        this.most = most;
        this.windowNs = window.toNanos();
    }

    /**
     * Whether there is room for one more line.
     *
     * @param leftOut told, at the first line of a new window, how many found no room in the one before
     */
    public boolean room(long nowNs, LongConsumer leftOut) {
        if (lines == 0 || nowNs - sinceNs >= windowNs) {
            if (lines > most) {
                leftOut.accept(lines - most);
            }
            sinceNs = nowNs;
            lines = 0;
        }
        return ++lines <= most;
    }
}
