package io.dromon.transport.sim;

import io.dromon.transport.StackSettings;
import io.dromon.transport.evs.EvsSettings;
import io.dromon.transport.mesh.MeshSettings;
import io.dromon.transport.primary.PrimarySettings;
import java.time.Duration;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * The settings of the nodes of a run: Galera's defaults, or with EVS timers three times as fast, so that more happens
 * in a run; and now and then segments, weights, windows and no aggregation.
 */
public final class SimSettings {
    private static final int MOST_HOSTS = 8;

    private final boolean fast;
    private final boolean aggregate;
    private final int userWindow;
    private final int[] segments = new int[MOST_HOSTS];
    private final int[] weights = new int[MOST_HOSTS];

    SimSettings(RandomGenerator random) {
        this.fast = random.nextBoolean();
        this.aggregate = random.nextInt(5) != 0;
        this.userWindow = random.nextInt(4) == 0 ? 1 + random.nextInt(64) : 2;
        int segmentCount = random.nextInt(4) == 0 ? 2 + random.nextInt(2) : 1;
        int mostWeight = random.nextInt(6) == 0 ? 3 : 1;
        for (int host = 0; host < MOST_HOSTS; host++) {
            segments[host] = random.nextInt(segmentCount);
            weights[host] = 1 + random.nextInt(mostWeight);
        }
    }

    /** Whether the EVS timers are three times as fast as Galera's. */
    public boolean isFast() {
        return fast;
    }

    /** Settings of one node. */
    public StackSettings stack(int host, boolean startPrimary) {
        StackSettings defaults = StackSettings.defaults("sim", startPrimary);
        MeshSettings mesh = defaults.mesh();
        PrimarySettings primary = defaults.primary();
        return new StackSettings(
                new MeshSettings(mesh.group(), segments[host], mesh.peerTimeoutNs(), mesh.timeWaitNs()),
                evs(defaults.evs()),
                new PrimarySettings(weights[host], segments[host], primary.npvo(), false, false, host % 2 == 0),
                startPrimary,
                fast ? Duration.ofSeconds(1).toNanos() : defaults.announceTimeoutNs(),
                defaults.waitPrimary(),
                defaults.waitPrimTimeoutNs(),
                defaults.lingerNs());
    }

    private EvsSettings evs(EvsSettings evs) {
        int speed = fast ? 3 : 1;
        return new EvsSettings(
                evs.version(),
                evs.viewForgetTimeoutNs(),
                evs.suspectTimeoutNs() / speed,
                evs.inactiveTimeoutNs() / speed,
                evs.inactiveCheckPeriodNs() / speed,
                evs.installTimeoutNs() / speed,
                evs.keepalivePeriodNs() / speed,
                evs.joinRetransPeriodNs() / speed,
                userWindow * 2,
                userWindow,
                aggregate,
                evs.causalKeepalivePeriodNs() / speed,
                evs.maxInstallTimeouts(),
                evs.delayMarginNs(),
                evs.delayedKeepPeriodNs(),
                evs.autoEvict());
    }

    @Override
    public String toString() {
        return "fast timers " + fast + ", aggregation " + aggregate + ", window " + userWindow + ", segments "
                + Arrays.toString(segments) + ", weights " + Arrays.toString(weights);
    }
}
