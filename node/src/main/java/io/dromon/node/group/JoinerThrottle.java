package io.dromon.node.group;

/**
 * Slows the group down while this node is a JOINER: what is ordered meanwhile waits for the state and fills memory.
 * Counted in bytes (chapter 04 section 10).
 *
 * <pre>
 *  allowed rate
 *  rate  ----------+                     the rate at which bytes came since the start of the transfer
 *                  |'.
 *                  |  '.
 *  max_throttle    |    '|  STOP until the transfer ends (max_throttle 0), or the joiner fails
 *  x rate          |     |
 *        0 -------soft--hard------ bytes in the queue; hard = 0.9 x gcs.recv_q_hard_limit
 * </pre>
 *
 * <p>Bytes that came too early make a debt of time; above 1 ms it is paid with a pause. The time of these pauses does
 * not count for the rate, or the throttle would take its own work for a slow group.
 */
final class JoinerThrottle {
    private static final double HARD_SHARE = 0.9;
    private static final double MIN_PAUSE_NS = 1_000_000;

    private double hard;
    private double soft;
    private double maxThrottle;
    private int debug;

    private boolean active;
    private long startNs;
    private long received;
    private long actions;
    private long pausedNs;

    private long lookNs;
    private long lookReceived;
    private long queued;
    private double debtNs;
    private boolean stopped;
    private boolean stoppedForGood;

    /** A transfer begins, with the limits of this moment. */
    void begin(FlowSettings settings, long nowNs) {
        hard = HARD_SHARE * settings.receiveHardLimit();
        soft = hard * settings.receiveSoftLimit();
        maxThrottle = settings.maxThrottle();
        debug = settings.debug();
        active = true;
        startNs = nowNs;
        lookNs = nowNs;
        received = 0;
        actions = 0;
        lookReceived = 0;
        queued = 0;
        pausedNs = 0;
        debtNs = 0;
        stopped = false;
        stoppedForGood = false;
    }

    void end() {
        active = false;
    }

    boolean isActive() {
        return active;
    }

    /** A new configuration: no STOP stands any more. */
    void onConfiguration() {
        debtNs = 0;
        stopped = false;
        stoppedForGood = false;
    }

    /**
     * An action was put into the queue.
     *
     * @return whether it is time for a line of {@code gcs.fc_debug}
     */
    boolean onAction(int bytes) {
        if (!active) {
            return false;
        }
        received += bytes;
        actions++;
        return debug > 0 && actions % debug == 0;
    }

    /** The bytes that wait now. */
    void onQueue(long bytes, long nowNs) {
        if (!active) {
            return;
        }
        queued = bytes;
        long elapsedNs = nowNs - lookNs;
        lookNs = nowNs;
        if (stopped) {
            pausedNs += elapsedNs;
        }
        long arrived = received - lookReceived;
        lookReceived = received;
        if (queued <= soft) {
            debtNs = 0;
            return;
        }
        double rate = rate(nowNs);
        double dueNs = arrived == 0 || rate == 0 ? 0 : arrived / (rate * share());
        debtNs = Math.max(0, debtNs + dueNs - elapsedNs);
        stoppedForGood |= stopped && isFull();
    }

    /** Bytes per nanosecond since the start of the transfer, 0 if unknown. */
    private double rate(long nowNs) {
        long runningNs = nowNs - startNs - pausedNs;
        return runningNs <= 0 ? 0 : (double) received / runningNs;
    }

    /** Which share of the rate is allowed now. */
    private double share() {
        double fill = Math.min(1, (queued - soft) / (hard - soft));
        return 1 - fill * (1 - maxThrottle);
    }

    /** No room is left. */
    private boolean isFull() {
        return queued >= hard;
    }

    /** No room is left, and the group must not be stopped: the joiner fails. */
    boolean hasFailed() {
        return active && isFull() && maxThrottle > 0;
    }

    boolean isStopDue() {
        return active && (debtNs > MIN_PAUSE_NS || isFull());
    }

    boolean isContDue(long nowNs) {
        return !stoppedForGood && nowNs >= resumeNs();
    }

    /** When the pause is over. */
    private long resumeNs() {
        return debtNs >= Long.MAX_VALUE - lookNs ? Long.MAX_VALUE : lookNs + (long) Math.ceil(debtNs);
    }

    /** When CONT is due; {@link Long#MAX_VALUE} while there is no pause, or one without an end. */
    long nextDeadlineNs() {
        return active && stopped && !stoppedForGood ? resumeNs() : Long.MAX_VALUE;
    }

    /** STOP or CONT went out. */
    void sent(boolean stop) {
        stopped = stop;
        stoppedForGood = stop && isFull();
    }

    @Override
    public String toString() {
        return "joiner: " + queued + " bytes wait (soft limit " + (long) soft + ", hard limit " + (long) hard + "), "
                + received + " in " + actions + " actions since the start, " + pausedNs / 1_000_000 + " ms paused"
                + (stopped
                        ? stoppedForGood
                                ? ", stopped until the end"
                                : ", stopped for " + (long) debtNs / 1_000_000 + " ms"
                        : "");
    }
}
