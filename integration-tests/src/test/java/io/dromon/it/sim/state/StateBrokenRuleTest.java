package io.dromon.it.sim.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.node.ist.protocol.IstEvent;
import io.dromon.transport.sim.Fault;
import io.dromon.transport.sim.Seeds;
import io.dromon.transport.sim.SimTrace;
import io.dromon.transport.sim.Violation;
import io.dromon.transport.wire.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The checker of histories finds rules of state transfer that are broken on purpose. */
@Tag("simulation")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class StateBrokenRuleTest {
    private static final int SEEDS = 21;

    @Test
    void findsANodeThatAnnouncesLessThanItHas() {
        assertThat(violations(LessAnnounced::new)).contains("applied-once");
    }

    @Test
    void findsANodeThatAnnouncesMoreThanItHas() {
        assertThat(violations(MoreAnnounced::new)).contains("applied-once");
    }

    @Test
    void findsADonorWhoseRangeIsOff() {
        assertThat(violations(ShiftedRange::new)).contains("transferred-is-ordered");
    }

    @Test
    void findsADonorThatForgetsToTellTheEnd() {
        assertThat(violations(ForgottenJoin::new)).contains("liveness");
    }

    @Test
    void findsALostQueueOfWhatWasHeldBack() {
        assertThat(violations(LostQueue::new)).contains("applied-once");
    }

    @Test
    void findsASnapshotWhosePositionIsNotThatOfItsData() {
        assertThat(violations(SnapshotBeside::new)).contains("applied-once");
    }

    @Test
    void findsTransactionsThatDoNotGiveWhatTheyHaveRead() {
        assertThat(violations(SilentReads::new)).contains("no-write-skew");
    }

    @Test
    void findsCausalReadsThatDoNotWait() {
        assertThat(violations(HastyReads::new)).contains("no-stale-read");
    }

    /** It says that it has synced what its disk has not yet, and a crash of all takes it. */
    @Test
    void findsAMajorityOfWhatIsNotSynced() {
        assertThat(violations(EarlyReport::new, 60)).contains("majority-survives");
    }

    /** The same crashes, and disks that are waited for: nothing that a majority has synced is missing. */
    @Test
    void losesNothingThatAMajorityHasSyncedWhereAllDie() {
        assertThat(violations(AllDie::new, 60)).isEmpty();
    }

    /** The receiver sees the gap: nothing is lost but the way. */
    @Test
    void takesASnapshotWhereADonorBeginsTooLate() {
        Map<String, Integer> counts = new TreeMap<>();
        for (long seed = 0; seed < SEEDS; seed++) {
            StateCluster cluster = new LateRange(seed, Seeds.family(seed), new SimTrace(false), null);
            cluster.run();
            cluster.counts().forEach((what, times) -> counts.merge(what, times, Integer::sum));
        }

        assertThat(counts.get("events given")).isGreaterThan(0);
        assertThat(counts.get("by SST")).isGreaterThan(0);
    }

    private static Set<String> violations(Seeds.Maker maker) {
        return violations(maker, SEEDS);
    }

    private static Set<String> violations(Seeds.Maker maker, int count) {
        Seeds seeds = new Seeds("integration-tests", "StateBrokenRuleTest", maker);
        Set<String> found = new TreeSet<>();
        for (long seed = 0; seed < count; seed++) {
            if (seeds.attempt(seed, null, new SimTrace(false)) instanceof Violation violation) {
                found.add(violation.rule());
            }
        }
        return found;
    }

    private static class AllDie extends StateCluster {
        AllDie(long seed, Fault.Family family, SimTrace trace, @Nullable List<Fault> faults) {
            super(seed, family, trace, List.of(new Fault(26_000_000_000L, Fault.Kind.KILL, 0, 0, 1_000_000_000L)));
        }

        @Override
        boolean killsAll() {
            return true;
        }
    }

    private static final class EarlyReport extends AllDie {
        EarlyReport(long seed, Fault.Family family, SimTrace trace, @Nullable List<Fault> faults) {
            super(seed, family, trace, faults);
        }

        @Override
        boolean reportsBehindDisk() {
            return false;
        }
    }

    private static final class LessAnnounced extends StateCluster {
        LessAnnounced(long seed, Fault.Family family, SimTrace trace, @Nullable List<Fault> faults) {
            super(seed, family, trace, faults);
        }

        @Override
        Position announced(Position position) {
            return position.seqno() < 2 ? position : new Position(position.history(), position.seqno() - 1);
        }
    }

    private static final class MoreAnnounced extends StateCluster {
        MoreAnnounced(long seed, Fault.Family family, SimTrace trace, @Nullable List<Fault> faults) {
            super(seed, family, trace, faults);
        }

        @Override
        Position announced(Position position) {
            return position.seqno() < 0 ? position : new Position(position.history(), position.seqno() + 1);
        }
    }

    /** Each write-set of a transfer has the content of the one behind it. */
    private static final class ShiftedRange extends StateCluster {
        ShiftedRange(long seed, Fault.Family family, SimTrace trace, @Nullable List<Fault> faults) {
            super(seed, family, trace, faults);
        }

        @Override
        List<IstEvent> sent(List<IstEvent> events) {
            List<IstEvent> shifted = new ArrayList<>(events);
            for (int i = 0; i + 1 < events.size(); i++) {
                if (events.get(i) instanceof IstEvent.WriteSet && events.get(i + 1) instanceof IstEvent.WriteSet next) {
                    shifted.set(i, new IstEvent.WriteSet(events.get(i).seqno(), false, next.content()));
                }
            }
            return shifted;
        }
    }

    private static final class LateRange extends StateCluster {
        LateRange(long seed, Fault.Family family, SimTrace trace, @Nullable List<Fault> faults) {
            super(seed, family, trace, faults);
        }

        @Override
        List<IstEvent> sent(List<IstEvent> events) {
            return events.size() > 1 ? events.subList(1, events.size()) : events;
        }
    }

    private static final class ForgottenJoin extends StateCluster {
        ForgottenJoin(long seed, Fault.Family family, SimTrace trace, @Nullable List<Fault> faults) {
            super(seed, family, trace, faults);
        }

        @Override
        boolean tellsEnd(long code) {
            return false;
        }
    }

    private static final class LostQueue extends StateCluster {
        LostQueue(long seed, Fault.Family family, SimTrace trace, @Nullable List<Fault> faults) {
            super(seed, family, trace, faults);
        }

        @Override
        boolean dropsHeld() {
            return true;
        }
    }

    private static final class SnapshotBeside extends StateCluster {
        SnapshotBeside(long seed, Fault.Family family, SimTrace trace, @Nullable List<Fault> faults) {
            super(seed, family, trace, faults);
        }

        @Override
        Position said(Position position) {
            return new Position(position.history(), position.seqno() - 1);
        }
    }

    private static final class SilentReads extends StateCluster {
        SilentReads(long seed, Fault.Family family, SimTrace trace, @Nullable List<Fault> faults) {
            super(seed, family, trace, faults);
        }

        @Override
        boolean sendsReads() {
            return false;
        }
    }

    private static final class HastyReads extends StateCluster {
        HastyReads(long seed, Fault.Family family, SimTrace trace, @Nullable List<Fault> faults) {
            super(seed, family, trace, faults);
        }

        @Override
        boolean readsAtOnce() {
            return true;
        }
    }
}
