package io.dromon.transport.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.StackSettings;
import io.dromon.transport.primary.PrimarySettings;
import io.dromon.transport.wire.Bytes;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The checkers are worth something: they find rules that are broken on purpose. */
@Tag("simulation")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class BrokenRuleTest {
    private static final int SEEDS = 150;

    @Test
    void findsTwoPrimaryComponentsWhereHalfOfTheVotesIsEnough() {
        Set<String> found = violations(HalfIsEnough::new, Fault.Family.PARTITIONS);

        assertThat(found).containsAnyOf("one-primary-component", "one-order");
    }

    @Test
    void findsMessagesThatAreDeliveredBeforeEverybodyHasThem() {
        // It hears the others and is not heard by them.
        List<Fault> mute = List.of(new Fault(6_000_000_000L, Fault.Kind.ONE_WAY, 1, 0xfe, 20_000_000_000L));
        Set<String> found = violations(
                (seed, family, trace, faults) -> new EarlyDelivery(seed, family, trace, mute), Fault.Family.PARTITIONS);

        assertThat(found).containsAnyOf("virtual-synchrony", "one-order");
    }

    /** The rules that some seeds of a family violate. */
    private static Set<String> violations(Seeds.Maker maker, Fault.Family family) {
        Seeds seeds = new Seeds("transport", "BrokenRuleTest", maker);
        Set<String> found = new TreeSet<>();
        for (long seed = 0; seed < SEEDS; seed++) {
            if (Seeds.family(seed) == family
                    && seeds.attempt(seed, null, new SimTrace(false)) instanceof Violation violation) {
                found.add(violation.rule());
            }
        }
        return found;
    }

    /** Nodes for which a tie is a majority, as with {@code pc.ignore_sb}. */
    private static final class HalfIsEnough extends StackCluster {
        HalfIsEnough(long seed, Fault.Family family, SimTrace trace, @Nullable List<Fault> faults) {
            super(seed, family, trace, faults);
        }

        @Override
        protected StackSettings settings(int host, boolean bootstrap) {
            StackSettings settings = super.settings(host, bootstrap);
            PrimarySettings primary = settings.primary();
            return new StackSettings(
                    settings.mesh(),
                    settings.evs(),
                    new PrimarySettings(
                            primary.weight(), primary.segment(), primary.npvo(), true, false, primary.checksum()),
                    bootstrap,
                    settings.announceTimeoutNs(),
                    settings.waitPrimary(),
                    settings.waitPrimTimeoutNs(),
                    settings.lingerNs());
        }
    }

    /** A node that takes the others to have all that it knows of, and so delivers what is not safe. */
    private static final class EarlyDelivery extends StackCluster {
        EarlyDelivery(long seed, Fault.Family family, SimTrace trace, @Nullable List<Fault> faults) {
            super(seed, family, trace, faults);
        }

        @Override
        protected Bytes tamper(int from, int to, Bytes frame) {
            return to == 0 ? Tampering.acknowledgeAll(frame) : frame;
        }
    }
}
