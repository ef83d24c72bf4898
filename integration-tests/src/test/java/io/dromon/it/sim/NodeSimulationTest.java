package io.dromon.it.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.sim.Seeds;
import io.dromon.transport.sim.SimTrace;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whole nodes under virtual time. */
@Tag("simulation")
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class NodeSimulationTest {
    private static final Seeds SEEDS = SeedKind.NODE.seeds();

    @Test
    void keepsThePromisesOfReplication() {
        SEEDS.run(1, Math.max(1, Seeds.count() - Seeds.count() / 4));
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
