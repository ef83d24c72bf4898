package io.dromon.node.group;

/**
 * Settings of flow control (chapter 04 section 10). Ranges are checked here.
 *
 * @param limit {@code gcs.fc_limit}, actions
 * @param factor {@code gcs.fc_factor}, 0 to 1
 * @param singlePrimary {@code gcs.fc_single_primary}
 * @param syncDonor {@code gcs.sync_donor}
 * @param receiveHardLimit {@code gcs.recv_q_hard_limit}, bytes
 * @param receiveSoftLimit {@code gcs.recv_q_soft_limit}, a fraction of the hard limit, 0 to less than 1
 * @param maxThrottle {@code gcs.max_throttle}, a fraction of the rate, 0 to less than 1
 * @param debug {@code gcs.fc_debug}: a line each so many actions that a JOINER receives, 0 for none
 */
public record FlowSettings(
        int limit,
        double factor,
        boolean singlePrimary,
        boolean syncDonor,
        long receiveHardLimit,
        double receiveSoftLimit,
        double maxThrottle,
        int debug) {
    /** Galera's defaults. */
    public static final FlowSettings DEFAULTS = new FlowSettings(16, 1.0, false, false, Long.MAX_VALUE, 0.25, 0.25, 0);

    /** garbd's: a queue that is never too long (section 13). */
    public static final FlowSettings ARBITRATOR =
            new FlowSettings(9_999_999, 1.0, true, false, Long.MAX_VALUE, 0.25, 0.25, 0);

    public FlowSettings {
        if (limit < 0 || !(factor >= 0 && factor <= 1)) {
            throw new IllegalArgumentException("gcs.fc_limit or gcs.fc_factor out of range");
        }
        if (receiveHardLimit < 1 || !isFraction(receiveSoftLimit) || !isFraction(maxThrottle) || debug < 0) {
            throw new IllegalArgumentException("a limit of the receive queue of a joiner is out of range");
        }
    }

    private static boolean isFraction(double value) {
        return value >= 0 && value < 1;
    }
}
