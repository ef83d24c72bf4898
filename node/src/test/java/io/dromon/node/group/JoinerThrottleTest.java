package io.dromon.node.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import io.dromon.node.group.TestGroup.Peer;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Position;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The throttle of a JOINER (chapter 04 section 10). */
@Tag("simulation")
final class JoinerThrottleTest {
    private static final long MS = TestGroup.MS;
    private static final long SECOND = 1000 * MS;

    /** Hard 900,000 bytes, soft 450,000 bytes. */
    private static FlowSettings limits(double maxThrottle) {
        return new FlowSettings(16, 1.0, false, false, 1_000_000, 0.5, maxThrottle, 0);
    }

    private static JoinerThrottle begun(double maxThrottle) {
        JoinerThrottle throttle = new JoinerThrottle();
        throttle.begin(limits(maxThrottle), 0);
        return throttle;
    }

    private static void arrive(JoinerThrottle throttle, int bytes, long queued, long nowNs) {
        throttle.onAction(bytes);
        throttle.onQueue(queued, nowNs);
    }

    @Test
    void doesNothingUpToTheSoftLimit() {
        JoinerThrottle throttle = begun(0.25);

        arrive(throttle, 100, 100, SECOND);
        arrive(throttle, 449_900, 450_000, SECOND + 1);

        assertThat(throttle.isStopDue()).isFalse();
        assertThat(throttle.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void pausesForWhatIsAboveTheAllowedRate() {
        JoinerThrottle throttle = begun(0.2);
        arrive(throttle, 450_000, 450_000, SECOND);

        // Half way between soft and hard: 0.6 of the rate of 675,000 bytes in 1.25 s is allowed.
        arrive(throttle, 225_000, 675_000, SECOND + SECOND / 4);

        double allowedPerSecond = 0.6 * 675_000 / 1.25;
        long pauseNs = (long) (225_000 / allowedPerSecond * SECOND) - SECOND / 4;
        assertThat(throttle.isStopDue()).isTrue();
        throttle.sent(true);
        long resumeNs = SECOND + SECOND / 4 + pauseNs;
        assertThat(throttle.nextDeadlineNs()).isBetween(resumeNs - 1, resumeNs + 1);
        assertThat(throttle.isContDue(resumeNs - MS)).isFalse();
        assertThat(throttle.isContDue(resumeNs + MS)).isTrue();
    }

    @Test
    void letsPassWhatIsEarlyByLessThanAMillisecond() {
        JoinerThrottle throttle = begun(0.2);
        arrive(throttle, 450_000, 450_000, SECOND);

        // 450 bytes are due in 1 ms at this rate
        arrive(throttle, 400, 450_400, SECOND);
        assertThat(throttle.isStopDue()).isFalse();
        arrive(throttle, 400, 450_800, SECOND);

        assertThat(throttle.isStopDue()).isTrue();
    }

    @Test
    void allowsTheLeastRateJustBelowTheHardLimit() {
        JoinerThrottle throttle = begun(0.25);
        arrive(throttle, 500_000, 500_000, SECOND);

        arrive(throttle, 399_999, 899_999, 2 * SECOND);

        // a quarter of 449,999.5 bytes a second: 3.56 s for them, of which one has passed
        throttle.sent(true);
        double debtNs = 399_999 / (0.25 * 899_999 / 2) * SECOND - SECOND;
        double before = 500_000 / ((1 - 50_000 / 450_000.0 * 0.75) * 500_000) * SECOND - SECOND;
        assertThat((double) throttle.nextDeadlineNs() - 2 * SECOND).isCloseTo(debtNs + before, withPercentage(0.01));
    }

    @Test
    void itsOwnPausesDoNotLowerTheRate() {
        JoinerThrottle throttle = begun(0.25);
        arrive(throttle, 450_001, 450_001, SECOND);
        arrive(throttle, 4_500, 454_501, SECOND);
        throttle.sent(true);
        long resumeNs = throttle.nextDeadlineNs();

        throttle.onQueue(454_501, resumeNs);
        assertThat(throttle.isContDue(resumeNs)).isTrue();
        throttle.sent(false);
        throttle.onQueue(454_501, resumeNs + SECOND);
        arrive(throttle, 454_501, 909_002 - 10_000, resumeNs + SECOND);

        assertThat(throttle.toString()).contains("909002 in 3 actions", (resumeNs - SECOND) / MS + " ms paused");
    }

    @Test
    void failsAtTheHardLimitUnlessItMayStopTheGroup() {
        JoinerThrottle throttle = begun(0.25);

        arrive(throttle, 900_000, 900_000, SECOND);

        assertThat(throttle.hasFailed()).isTrue();
    }

    @Test
    void stopsUntilTheEndAtTheHardLimit() {
        JoinerThrottle throttle = begun(0);
        arrive(throttle, 900_000, 900_000, SECOND);
        assertThat(throttle.hasFailed()).isFalse();
        assertThat(throttle.isStopDue()).isTrue();

        throttle.sent(true);
        throttle.onQueue(100_000, 1000 * SECOND);

        assertThat(throttle.isContDue(1000 * SECOND)).isFalse();
        assertThat(throttle.nextDeadlineNs()).isEqualTo(Long.MAX_VALUE);
    }

    // On cores: state request, transfer, JOIN.

    private final TestGroup group = new TestGroup(7);

    /** A donor that is at work and a joiner whose application holds its queue. */
    private Peer[] transfer(FlowSettings flow) {
        Peer donor = group.add(TestGroup.withState("donor", FlowSettings.DEFAULTS), Position.NONE);
        Peer joiner = group.add(TestGroup.withState("joiner", flow), Position.NONE);
        group.primary(donor);
        group.settle(donor);
        group.primary(donor, joiner);
        group.settle(donor, joiner);
        joiner.call(core -> core.requestState(Position.NONE, new Bytes(new byte[] {1})));
        group.settle(donor, joiner);
        assertThat(joiner.status()).isEqualTo(MemberStatus.JOINER);
        assertThat(donor.status()).isEqualTo(MemberStatus.DONOR);
        joiner.holdsQueue = true;
        return new Peer[] {donor, joiner};
    }

    private void write(Peer donor, int bytes) {
        donor.replicate(new Bytes(new byte[bytes]));
    }

    private static boolean isPaused(Peer peer) {
        return peer.core.status().flowControl().paused();
    }

    @Test
    void aJoinerWithAFullQueueStopsTheGroupUntilItHasJoined() {
        Peer[] all = transfer(limits(0));
        write(all[0], 400_000);
        group.settle(all);
        assertThat(isPaused(all[0])).isFalse();
        write(all[0], 500_000);
        group.settle(all);
        assertThat(isPaused(all[0])).isTrue();
        write(all[0], 100);
        group.advance(10 * SECOND, all);
        assertThat(all[1].events(GroupEvent.WriteSet.class)).hasSize(2);
        all[1].queuedActions = 1000; // the application has its state, and all of this is still to be applied

        all[1].call(core -> core.join(all[1].seqno(), 0));
        group.settle(all);

        assertThat(all[1].status()).isEqualTo(MemberStatus.JOINED);
        assertThat(isPaused(all[0])).isFalse();
        assertThat(all[1].events(GroupEvent.WriteSet.class)).hasSize(3);
    }

    @Test
    void aJoinerAboveTheSoftLimitPausesTheGroupForAWhile() {
        Peer[] all = transfer(limits(0.25));
        group.advance(SECOND, all);
        write(all[0], 449_000);
        group.settle(all);
        write(all[0], 200_000);
        group.settle(all);
        assertThat(isPaused(all[0])).isTrue();

        group.advance(2 * SECOND, all);

        assertThat(isPaused(all[0])).isFalse();
        assertThat(all[1].status()).isEqualTo(MemberStatus.JOINER);
        assertThat(all[1].core.status().flowControl().stopsSent()).isEqualTo(1);
    }

    @Test
    void aJoinerWithoutRoomLeavesAndSaysWhichOptionsToChange() {
        Peer[] all = transfer(limits(0.25));

        write(all[0], 900_000);
        group.settle(all);

        assertThat(all[1].inconsistent).isTrue();
        assertThat(all[1].anomalies)
                .last()
                .asString()
                .contains("900000 bytes wait", "gcs.recv_q_hard_limit", "gcs.max_throttle");
    }

    @Test
    void aStopDoesNotOutliveTheConfiguration() {
        Peer[] all = transfer(limits(0));
        write(all[0], 900_000);
        group.settle(all);
        assertThat(isPaused(all[0])).isTrue();
        all[1].queuedBytes = 0;

        group.primary(all);
        group.settle(all);

        assertThat(all[1].status()).isEqualTo(MemberStatus.JOINER);
        assertThat(isPaused(all[0])).isFalse();
    }

    @Test
    void newLimitsHoldFromTheNextTransferOn() {
        Peer[] all = transfer(limits(0));
        all[1].core.configure(FlowSettings.DEFAULTS);

        write(all[0], 900_000);
        group.settle(all);

        assertThat(isPaused(all[0])).isTrue();
    }

    @Test
    void tellsOfEachSoManyActions() {
        Peer[] all = transfer(new FlowSettings(16, 1.0, false, false, 1_000_000, 0.5, 0, 2));

        for (int i = 0; i < 5; i++) {
            write(all[0], 1000);
            group.settle(all);
        }

        assertThat(all[1].notices)
                .hasSize(2)
                .last()
                .asString()
                .startsWith("joiner: ")
                .contains("4000 in 4 actions");
        assertThat(all[0].notices).isEmpty();
    }
}
