package io.dromon.transport.sim;

import io.dromon.transport.StackSettings;
import io.dromon.transport.evs.EvsSettings;
import java.time.Duration;

/** Settings of simulated nodes. */
public final class SimTimers {
    private SimTimers() {}

    /**
     * Galera's defaults, or the EVS timers three times as fast in the same proportions, so that more happens in a run.
     */
    public static StackSettings stack(boolean startPrimary, boolean fast) {
        StackSettings defaults = StackSettings.defaults("sim", startPrimary);
        if (!fast) {
            return defaults;
        }
        EvsSettings evs = defaults.evs();
        EvsSettings quick = new EvsSettings(
                evs.version(),
                evs.viewForgetTimeoutNs(),
                evs.suspectTimeoutNs() / 3,
                evs.inactiveTimeoutNs() / 3,
                evs.inactiveCheckPeriodNs() / 3,
                evs.installTimeoutNs() / 3,
                evs.keepalivePeriodNs() / 3,
                evs.joinRetransPeriodNs() / 3,
                evs.sendWindow(),
                evs.userSendWindow(),
                evs.useAggregate(),
                evs.causalKeepalivePeriodNs() / 3,
                evs.maxInstallTimeouts(),
                evs.delayMarginNs(),
                evs.delayedKeepPeriodNs(),
                evs.autoEvict());
        return new StackSettings(
                defaults.mesh(),
                quick,
                defaults.primary(),
                startPrimary,
                Duration.ofSeconds(1).toNanos(),
                defaults.waitPrimary(),
                defaults.waitPrimTimeoutNs(),
                defaults.lingerNs());
    }
}
