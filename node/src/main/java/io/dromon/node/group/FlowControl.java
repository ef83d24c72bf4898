package io.dromon.node.group;

/**
 * Flow control in both directions (chapter 04 section 10), without the byte throttle of a joiner.
 *
 * <p>One difference: the application's queue is handed over in batches, so a long queue for less than a millisecond is
 * no sign of a slow application. STOP is due when the queue was above the limit at two looks at least 1 ms apart
 * without a look below between them, or at once above eight times the limit.
 */
final class FlowControl {
    private static final long PATIENCE_NS = 1_000_000;
    private static final int IMPATIENT = 8;

    private GroupSettings settings;
    private int memberCount = 1;
    private int upper;
    private int lower;
    private int offset;
    private int queue;
    private int stopCount;
    private boolean stopSent;
    private boolean above;
    private long aboveSinceNs;
    private boolean ripe;
    private long lookAgainNs = Long.MAX_VALUE;
    private long stopsSent;
    private long stopsReceived;
    private boolean paused;
    private long pausedSinceNs;
    private long pausedNs;

    FlowControl(GroupSettings settings) {
        this.settings = settings;
        computeLimits();
    }

    void configure(GroupSettings changed) {
        settings = changed;
        computeLimits();
    }

    private void computeLimits() {
        double factor = settings.fcSinglePrimary() ? 1 : Math.sqrt(memberCount);
        upper = (int) (settings.fcLimit() * factor + 0.5);
        lower = (int) (upper * settings.fcFactor() + 0.5);
    }

    /** A configuration change: everything starts anew. */
    void onConfiguration(int members, long nowNs) {
        memberCount = Math.max(1, members);
        computeLimits();
        offset = 0;
        stopCount = 0;
        stopSent = false;
        below();
        pause(false, nowNs);
    }

    /** A FLOW of this configuration was delivered, whoever sent it. */
    void onFlow(boolean stop, long nowNs) {
        stopCount += stop ? 1 : -1;
        if (stop) {
            stopsReceived++;
        }
        pause(stopCount > 0, nowNs);
    }

    private void pause(boolean pause, long nowNs) {
        if (pause && !paused) {
            pausedSinceNs = nowNs;
        } else if (!pause && paused) {
            pausedNs += nowNs - pausedSinceNs;
        }
        paused = pause;
    }

    boolean isPaused() {
        return paused;
    }

    void onStatus(NodeStatus own) {
        if (own == NodeStatus.JOINED) {
            offset = queue;
        } else if (own == NodeStatus.SYNCED) {
            offset = 0;
        }
    }

    private void below() {
        above = false;
        ripe = false;
        lookAgainNs = Long.MAX_VALUE;
    }

    void onQueueLength(int length, long nowNs) {
        queue = length;
        if (length <= (long) upper + offset) {
            below();
            return;
        }
        if (!above) {
            above = true;
            aboveSinceNs = nowNs;
            lookAgainNs = nowNs + PATIENCE_NS;
        }
        ripe = nowNs - aboveSinceNs >= PATIENCE_NS || length > (long) IMPATIENT * upper + offset;
    }

    /** The wake-up was given: the driver looks at its queue now. */
    void tick(long nowNs) {
        if (nowNs >= lookAgainNs) {
            lookAgainNs = Long.MAX_VALUE;
        }
    }

    /** When the queue must be looked at again. */
    long nextDeadlineNs() {
        return lookAgainNs;
    }

    /** Whether the queue is short enough for a SYNC. */
    boolean isQueueShort() {
        return queue <= lower;
    }

    private boolean isAllowed(NodeStatus own) {
        return own == NodeStatus.SYNCED
                || own == NodeStatus.JOINED
                || (own == NodeStatus.DONOR && settings.syncDonor());
    }

    boolean isStopDue(NodeStatus own) {
        return ripe && !stopSent && stopCount <= 0 && isAllowed(own);
    }

    boolean isContDue(NodeStatus own) {
        if (!stopSent) {
            return false;
        }
        if (queue < offset) {
            offset = queue;
            return true;
        }
        return !isAllowed(own) || queue <= lower;
    }

    boolean isStopSent() {
        return stopSent;
    }

    void sent(boolean stop) {
        stopSent = stop;
        if (stop) {
            stopsSent++;
        }
    }

    GroupStatus.FlowControlStatus status(long nowNs) {
        long running = paused ? nowNs - pausedSinceNs : 0;
        return new GroupStatus.FlowControlStatus(
                paused, stopSent, lower, upper, stopsSent, stopsReceived, pausedNs + running);
    }
}
