package io.dromon.transport.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Mesh, EVS and primary component of several nodes under virtual time. */
@Tag("simulation")
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class StackSimulationTest {
    private static final Seeds SEEDS =
            new Seeds("transport", "StackSimulationTest#keepsThePromisesOfTheGroup", StackCluster::new);

    @Test
    void keepsThePromisesOfTheGroup() {
        SEEDS.run(1, Math.max(1, Seeds.count() / 4));
    }

    @Test
    void repeatsARunFromItsSeed() {
        SimTrace first = new SimTrace(true);
        SimTrace second = new SimTrace(true);

        SEEDS.attempt(41, null, first);
        SEEDS.attempt(41, null, second);

        assertThat(first.lines()).hasSizeGreaterThan(1000);
        assertThat(second.lines()).isEqualTo(first.lines());
    }
}
