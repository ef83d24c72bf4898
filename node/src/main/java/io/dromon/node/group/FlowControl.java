package io.dromon.node.group;

import java.util.List;

/**
 * Flow control in both directions (chapter 04 section 10): by the length of the queue, and for a JOINER by its bytes
 * ({@link JoinerThrottle}).
 *
 * <p>One difference: the application's queue is handed over in batches, so a long queue for less than a millisecond is
 * no sign of a slow application. STOP is due when the queue was above the limit at two looks at least 1 ms apart
 * without a look below between them, or at once above eight times the limit.
 */
final class FlowControl {
    private static final long PATIENCE_NS = 1_000_000;
    private static final int IMPATIENT = 8;

    private final JoinerThrottle throttle = new JoinerThrottle();
    private FlowSettings settings;
    private int memberCount = 1;
    private int upper;
    private int lower;
    private int offset;
    private int queue;
    private int stopCount;
    private boolean stopSent;
    /** A JOINER's STOP stands, and it is none any more. */
    private boolean contOwed;

    private long nowNs;
    private boolean above;
    private long aboveSinceNs;
    private boolean ripe;
    private long lookAgainNs = Long.MAX_VALUE;
    private long stopsSent;
    private long stopsReceived;
    private boolean paused;
    private long pausedSinceNs;
    private long pausedNs;

    FlowControl(FlowSettings settings) {
        this.settings = settings;
        computeLimits();
    }

    /** The limits of a joiner count from its next transfer on. */
    void configure(FlowSettings changed) {
        settings = changed;
        computeLimits();
    }

    /** {@code gcs.recv_q_hard_limit}, bytes. */
    long receiveHardLimit() {
        return settings.receiveHardLimit();
    }

    private void computeLimits() {
        double factor = settings.singlePrimary() ? 1 : Math.sqrt(memberCount);
        upper = (int) (settings.limit() * factor + 0.5);
        lower = (int) (upper * settings.factor() + 0.5);
    }

    /** A configuration change: all counters start again. */
    void onConfiguration(int members, MemberStatus own, long nowNs) {
        memberCount = Math.max(1, members);
        computeLimits();
        offset = 0;
        stopCount = 0;
        stopSent = false;
        contOwed = false;
        below();
        pause(false, nowNs);
        if (own != MemberStatus.JOINER) {
            throttle.end();
        } else if (throttle.isActive()) {
            throttle.onConfiguration();
        } else {
            throttle.begin(settings, nowNs);
        }
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

    /** This node's status changed. */
    void onStatus(MemberStatus own, long nowNs) {
        if (own == MemberStatus.JOINER) {
            throttle.begin(settings, nowNs);
        } else if (throttle.isActive()) {
            throttle.end();
            contOwed = stopSent;
        }
        if (own == MemberStatus.JOINED) {
            offset = queue;
            below();
        } else if (own == MemberStatus.SYNCED) {
            offset = 0;
        }
    }

    private void below() {
        above = false;
        ripe = false;
        lookAgainNs = Long.MAX_VALUE;
    }

    /**
     * An action goes to the application's queue.
     *
     * @return whether a line of {@code gcs.fc_debug} is due: {@link #describeJoiner}
     */
    boolean onAction(int bytes) {
        return throttle.onAction(bytes);
    }

    String describeJoiner() {
        return throttle.toString();
    }

    /** The queue of a JOINER has no room left, and the group must not be stopped for it. */
    boolean hasJoinerFailed() {
        return throttle.hasFailed();
    }

    /** No room is left in the queue of one that is no JOINER: STOP has not helped. */
    boolean isOverflowing(MemberStatus own, long bytes) {
        return own != MemberStatus.JOINER && bytes > settings.receiveHardLimit();
    }

    /** The application's queue: actions, and bytes of them. */
    void onQueue(int length, long bytes, long nowNs) {
        this.nowNs = nowNs;
        throttle.onQueue(bytes, nowNs);
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
        this.nowNs = nowNs;
        if (nowNs >= lookAgainNs) {
            lookAgainNs = Long.MAX_VALUE;
        }
    }

    /** When the queue must be looked at again, or a JOINER's pause ends. */
    long nextDeadlineNs() {
        return stopSent ? Math.min(lookAgainNs, throttle.nextDeadlineNs()) : lookAgainNs;
    }

    /** Whether the queue is short enough for a SYNC. */
    boolean isQueueShort() {
        return queue <= lower;
    }

    private boolean isAllowed(MemberStatus own) {
        return own == MemberStatus.SYNCED
                || own == MemberStatus.JOINED
                || (own == MemberStatus.DONOR && settings.syncDonor());
    }

    boolean isStopDue(MemberStatus own) {
        if (own == MemberStatus.JOINER) {
            return !stopSent && throttle.isStopDue();
        }
        return ripe && !stopSent && stopCount <= 0 && isAllowed(own);
    }

    boolean isContDue(MemberStatus own) {
        if (!stopSent) {
            return false;
        }
        if (contOwed) {
            return true;
        }
        if (own == MemberStatus.JOINER) {
            return throttle.isContDue(nowNs);
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
        contOwed = false;
        throttle.sent(stop);
        if (stop) {
            stopsSent++;
        }
    }

    GroupStatus.FlowControlStatus status(List<String> stoppers, long nowNs) {
        long running = paused ? nowNs - pausedSinceNs : 0;
        return new GroupStatus.FlowControlStatus(
                paused, stopSent, lower, upper, stopsSent, stopsReceived, pausedNs + running, running, stoppers);
    }
}
