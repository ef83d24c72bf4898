package io.dromon.it.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.it.sim.state.StateCluster;
import io.dromon.transport.sim.Seeds;
import io.dromon.transport.sim.SimTrace;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whole nodes whose applications have a state, under virtual time. */
@Tag("simulation")
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class StateSimulationTest {
    private static final Seeds SEEDS = SeedKind.STATE.seeds();

    @Test
    void keepsThePromisesToApplications() {
        SEEDS.run(1, Math.max(1, Seeds.count() / 2));
    }

    /** What the other test says is worth something only where all of it happens. */
    @Test
    void transfersStatesInBothWaysAndLosesSomeOnTheWay() {
        Map<String, Integer> counts = new TreeMap<>();
        for (long seed = 1; seed <= 14; seed++) {
            StateCluster cluster = new StateCluster(seed, Seeds.family(seed), new SimTrace(false), null);
            cluster.run();
            cluster.counts().forEach((what, times) -> counts.merge(what, times, Integer::sum));
        }

        assertThat(counts.get("by IST")).isGreaterThan(5);
        assertThat(counts.get("by SST")).isGreaterThan(5);
        assertThat(counts.get("failed attempts")).isGreaterThan(5);
    }

    @Test
    void repeatsARunFromItsSeed() {
        SimTrace first = new SimTrace(true);
        SimTrace second = new SimTrace(true);

        SEEDS.attempt(48, null, first);
        SEEDS.attempt(48, null, second);

        assertThat(first.lines()).hasSizeGreaterThan(1000);
        assertThat(second.lines()).isEqualTo(first.lines());
    }
}
