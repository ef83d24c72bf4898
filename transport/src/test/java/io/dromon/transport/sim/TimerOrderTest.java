package io.dromon.transport.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.StackSettings;
import io.dromon.transport.evs.EvsSettings;
import io.dromon.transport.mesh.MeshSettings;
import io.dromon.transport.primary.PrimarySettings;
import io.dromon.transport.primary.PrimaryView;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Why {@code evs.suspect_timeout <= evs.install_timeout <= evs.inactive_timeout} must hold, and the configuration
 * refuses anything else: members of a majority that has nothing to fear give each other up.
 */
@Tag("simulation")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class TimerOrderTest {
    private static final int SEEDS = 40;
    private static final long SECOND = 1_000_000_000L;
    /** The last of at least three machines vanishes, and comes back when all is over. */
    private static final Fault VANISHES = new Fault(8 * SECOND, Fault.Kind.POWER_OFF, 2, 0, 60 * SECOND);

    @Test
    void aMajorityStaysPrimaryWithTheDefaults() {
        assertThat(runsThatLostIt(1)).isZero();
    }

    @Test
    void aMajorityFallsApartWhereTheInstallTimerIsFasterThanSuspicion() {
        assertThat(runsThatLostIt(10)).isPositive();
    }

    /** In how many runs a node lost the primary component though most nodes lived and could hear each other. */
    private static int runsThatLostIt(int hurry) {
        int lost = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            HastyInstallation cluster = new HastyInstallation(seed, hurry);
            boolean ends = cluster.ends();
            lost += cluster.losses > 0 || !ends ? 1 : 0;
        }
        return lost;
    }

    /** Nodes whose install timer is so many times faster than by default. */
    private static final class HastyInstallation extends StackCluster {
        private final int hurry;
        private final Map<Integer, Integer> sizes = new HashMap<>();
        private int losses;

        HastyInstallation(long seed, int hurry) {
            super(seed, Fault.Family.CALM, new SimTrace(false), List.of(VANISHES));
            this.hurry = hurry;
        }

        @Override
        protected void onPrimaryView(int host, PrimaryView view) {
            int size = view.isPrimary() ? view.members().size() : 0;
            Integer before = sizes.put(host, size);
            if (size == 0 && before != null && before >= 3 && host != VANISHES.first()) {
                losses++;
            }
        }

        /** Whether all are one primary component again in the end. */
        private boolean ends() {
            try {
                run();
                return true;
            } catch (Violation violation) {
                return false;
            }
        }

        @Override
        protected StackSettings settings(int host, boolean bootstrap) {
            StackSettings settings = super.settings(host, bootstrap);
            EvsSettings evs = settings.evs();
            MeshSettings mesh = settings.mesh();
            PrimarySettings pc = settings.primary();
            // One segment: another one is reached by one link until gmcast.peer_timeout finds it dead.
            return new StackSettings(
                    new MeshSettings(mesh.group(), 0, mesh.peerTimeoutNs(), mesh.timeWaitNs()),
                    new EvsSettings(
                            evs.version(),
                            evs.viewForgetTimeoutNs(),
                            evs.suspectTimeoutNs(),
                            evs.inactiveTimeoutNs(),
                            evs.inactiveCheckPeriodNs(),
                            evs.installTimeoutNs() / hurry,
                            evs.keepalivePeriodNs(),
                            evs.joinRetransPeriodNs(),
                            evs.sendWindow(),
                            evs.userSendWindow(),
                            evs.useAggregate(),
                            evs.causalKeepalivePeriodNs(),
                            evs.maxInstallTimeouts(),
                            evs.delayMarginNs(),
                            evs.delayedKeepPeriodNs(),
                            evs.autoEvict()),
                    new PrimarySettings(1, 0, pc.npvo(), false, false, pc.checksum()),
                    bootstrap,
                    settings.announceTimeoutNs(),
                    settings.waitPrimary(),
                    settings.waitPrimTimeoutNs(),
                    settings.lingerNs());
        }
    }
}
