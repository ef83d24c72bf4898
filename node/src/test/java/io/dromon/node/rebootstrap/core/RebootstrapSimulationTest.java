package io.dromon.node.rebootstrap.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.sim.Seeds;
import io.dromon.transport.sim.SimTrace;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A re-bootstrap keeps its promises whatever dies, is late or is given up meanwhile. */
@Tag("simulation")
@Timeout(value = 60, unit = TimeUnit.MINUTES)
class RebootstrapSimulationTest {
    @Test
    void makesOneComponentFromTheNewestStateAndReachesAnEnd() {
        Map<String, Integer> counts = new TreeMap<>();
        Seeds.each(RebootstrapSimulationTest.class, Seeds.count(), seed -> {
            SimTrace trace = new SimTrace(Seeds.only() != null);
            try {
                count(counts, new RebootstrapCluster(seed, trace, new SimRules()).run());
            } finally {
                trace.lines().forEach(System.out::println);
            }
        });

        if (Seeds.only() == null) {
            System.out.println(Seeds.count() + " seeds: " + counts);
            assertThat(counts).containsKeys("DONE", "UNDONE", "coordinators killed", "given up", "bootstraps");
        }
    }

    private static void count(Map<String, Integer> counts, RebootstrapCluster.Story story) {
        counts.merge(story.outcome().name(), 1, Integer::sum);
        counts.merge("runs", story.runs(), Integer::sum);
        counts.merge("acknowledged", story.acknowledged(), Integer::sum);
        counts.merge("bootstraps", story.bootstraps(), Integer::sum);
        counts.merge("coordinators killed", story.coordinatorsKilled(), Integer::sum);
        counts.merge("given up", story.givenUp(), Integer::sum);
    }

    @Test
    void isTheSameForTheSameSeed() {
        SimTrace one = new SimTrace(true);
        SimTrace other = new SimTrace(true);

        new RebootstrapCluster(3, one, new SimRules()).run();
        new RebootstrapCluster(3, other, new SimRules()).run();

        assertThat(other.lines()).isNotEmpty().isEqualTo(one.lines());
    }
}
