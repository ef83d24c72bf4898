package io.dromon.node.cli.rebootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.node.cli.rebootstrap.OutageMeter.Outage;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which time without commits counts. */
@Tag("unit")
class OutageMeterTest {
    private final OutageMeter meter = new OutageMeter();

    @Test
    void findsTheLongestTimeOfEachNodeAndOfAllTogether() {
        meter.committed("a", 100);
        meter.committed("b", 110);
        meter.committed("a", 500); // the cluster's: 110 to 500
        meter.committed("a", 600);
        meter.committed("b", 900);
        meter.committed("a", 910);

        assertThat(meter.ofCluster(920)).isEqualTo(new Outage(110, 500, true, true));
        assertThat(meter.of("a", 920)).isEqualTo(new Outage(100, 500, true, true));
        assertThat(meter.of("b", 920)).isEqualTo(new Outage(110, 900, true, true));
        assertThat(meter.commits("a")).isEqualTo(4);
    }

    @Test
    void saysWhereNoCommitHasComeYet() {
        meter.committed("a", 100);
        meter.committed("a", 150);

        assertThat(meter.of("a", 1_000)).isEqualTo(new Outage(150, 1_000, false, true));
        assertThat(meter.ofCluster(1_000)).isEqualTo(new Outage(150, 1_000, false, true));
        assertThat(meter.of("b", 1_000)).isEqualTo(Outage.NONE);
    }

    @Test
    void saysWhereItBeganBeforeAnybodyLooked() {
        meter.committed("a", 100);
        meter.expect("a", 120);
        meter.expect("b", 120);
        meter.committed("a", 140);
        meter.committed("b", 500);

        assertThat(meter.of("a", 150)).isEqualTo(new Outage(100, 140, true, true));
        assertThat(meter.of("b", 510)).isEqualTo(new Outage(120, 500, true, false));
        assertThat(meter.ofCluster(510)).isEqualTo(new Outage(140, 500, true, true));
        assertThat(meter.commits("b")).isEqualTo(1);
    }

    @Test
    void countsNothingTwiceWhereThreadsReportLate() {
        meter.committed("a", 200);
        meter.committed("b", 190); // acknowledged before, told later
        meter.committed("a", 210);

        assertThat(meter.ofCluster(210)).isEqualTo(new Outage(200, 210, true, true));
    }
}
