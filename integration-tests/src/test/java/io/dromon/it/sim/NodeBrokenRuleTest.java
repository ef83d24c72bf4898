package io.dromon.it.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.transport.sim.Fault;
import io.dromon.transport.sim.Seeds;
import io.dromon.transport.sim.SimTrace;
import io.dromon.transport.sim.Tampering;
import io.dromon.transport.sim.Violation;
import io.dromon.transport.wire.Bytes;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The checker of the order finds rules that are broken on purpose, also where the one who broke them is dead. */
@Tag("simulation")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class NodeBrokenRuleTest {
    private static final int SEEDS = 60;
    private static final long SECOND = 1_000_000_000L;
    /** The first node hears the others and is not heard by them. */
    private static final Fault MUTE = new Fault(6 * SECOND, Fault.Kind.ONE_WAY, 1, 0xfe, 20 * SECOND);

    // The two last ones look at the same number earlier.

    @Test
    void findsWhatIsDeliveredBeforeEverybodyHasIt() {
        assertThat(violations(List.of(MUTE))).containsAnyOf("one-order", "no-duplicate", "acknowledged-is-ordered");
    }

    @Test
    void findsItThoughTheNodeThatDeliveredTooEarlyIsKilled() {
        Fault kill = new Fault(7 * SECOND, Fault.Kind.KILL, 0, 0, 20 * SECOND);

        assertThat(violations(List.of(MUTE, kill)))
                .containsAnyOf("one-order", "no-duplicate", "acknowledged-is-ordered");
    }

    @Test
    void findsTransactionsThatHaveNotReadWhatTheySay() {
        Seeds seeds = new Seeds(
                "integration-tests",
                "NodeBrokenRuleTest",
                (seed, family, trace, drawn) -> new NodeCluster(seed, family, trace, List.of()) {
                    @Override
                    long snapshotOf(long read) {
                        return read + 3;
                    }
                });
        Set<String> found = new TreeSet<>();
        for (long seed = 0; seed < 10; seed++) {
            if (seeds.attempt(seed, null, new SimTrace(false)) instanceof Violation violation) {
                found.add(violation.rule());
            }
        }
        assertThat(found).containsExactly("no-lost-update");
    }

    private static Set<String> violations(List<Fault> faults) {
        Seeds seeds = new Seeds(
                "integration-tests",
                "NodeBrokenRuleTest",
                (seed, family, trace, drawn) -> new EarlyDelivery(seed, family, trace, faults));
        Set<String> found = new TreeSet<>();
        for (long seed = 0; seed < SEEDS; seed++) {
            if (seeds.attempt(seed, null, new SimTrace(false)) instanceof Violation violation) {
                found.add(violation.rule());
            }
        }
        return found;
    }

    /** A first node that takes the others to have all that it knows of, and so delivers what is not safe. */
    private static final class EarlyDelivery extends NodeCluster {
        EarlyDelivery(long seed, Fault.Family family, SimTrace trace, @Nullable List<Fault> faults) {
            super(seed, family, trace, faults);
        }

        @Override
        protected Bytes tamper(int from, int to, Bytes frame) {
            return to == 0 ? Tampering.acknowledgeAll(frame) : frame;
        }
    }
}
