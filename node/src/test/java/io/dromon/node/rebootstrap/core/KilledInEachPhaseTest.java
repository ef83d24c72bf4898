package io.dromon.node.rebootstrap.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.node.rebootstrap.core.CoordinatorOutput.Outcome;
import io.dromon.transport.sim.SimTrace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A coordinator, or a node, is killed in the middle of each phase, when the first node has confirmed it; then the operator
 * goes on, or goes back. {@code target/rebootstrap-killed.txt} has the outcome of each.
 */
@Tag("simulation")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class KilledInEachPhaseTest {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final int MOST_RUNS = 6;

    /**
     * How it went.
     *
     * @param first how the run ended that the operator asked for
     * @param last how the procedure ended
     * @param outageMs longest time without an acknowledged write, of the simulation's clock
     */
    private record Row(
            String killed, Phase phase, Choice.Kind then, String first, Outcome last, int runs, long outageMs) {
        String text() {
            return String.format(
                    "%-12s %-10s %-7s %-8s %-7s %4d %9d", killed, phase, then, first, last, runs, outageMs);
        }
    }

    @Test
    void goesOnOrBackWhereverTheCoordinatorWasKilled() throws IOException {
        List<Row> rows = new ArrayList<>();
        for (Choice.Kind then : List.of(Choice.Kind.RESUME, Choice.Kind.UNDO)) {
            for (Phase phase : Phase.values()) {
                rows.add(coordinatorKilled(phase, then));
            }
        }
        for (Phase phase : Phase.values()) {
            rows.add(nodeKilled(phase));
        }
        write(rows);

        assertThat(rows).filteredOn(row -> row.then == Choice.Kind.RESUME).allMatch(row -> row.last == Outcome.DONE);
        assertThat(rows)
                .filteredOn(row -> row.then == Choice.Kind.UNDO && row.phase != Phase.SEAL)
                .hasSize(9)
                .allMatch(row -> row.last == Outcome.UNDONE);
        assertThat(rows)
                .filteredOn(row -> row.then == Choice.Kind.UNDO && row.phase == Phase.SEAL)
                .singleElement()
                .matches(row -> row.first.equals("REFUSED") && row.last == Outcome.DONE);
    }

    private static Row coordinatorKilled(Phase phase, Choice.Kind then) {
        RebootstrapCluster cluster = started(phase, RebootstrapCluster::kill);
        cluster.clock.runUntil(cluster.clock.nowNs() + 5 * SECOND_NS);
        cluster.begin(then, Map.of());
        return ended(cluster, "coordinator", phase, then, 2);
    }

    /** The node comes back after three seconds; the coordinator goes on as long as it can. */
    private static Row nodeKilled(Phase phase) {
        RebootstrapCluster cluster = started(phase, it -> {
            SimNode node = it.group.nodes.get("n2");
            if (node != null) {
                it.faults().kill(Set.of(node), 3 * SECOND_NS);
            }
        });
        return ended(cluster, "node n2", phase, Choice.Kind.RESUME, 1);
    }

    private interface Fault {
        void strike(RebootstrapCluster cluster);
    }

    private static RebootstrapCluster started(Phase phase, Fault fault) {
        RebootstrapCluster cluster = RebootstrapCluster.scripted(3, new SimTrace(false));
        boolean[] struck = {false};
        cluster.onRecord(record -> {
            if (record instanceof JournalRecord.Confirmed confirmed && confirmed.phase() == phase && !struck[0]) {
                struck[0] = true;
                fault.strike(cluster);
            }
        });
        cluster.found();
        cluster.clock.runUntil(5 * SECOND_NS);
        cluster.begin(Choice.Kind.RUN, Map.of());
        while (!struck[0]) {
            cluster.clock.runUntil(cluster.clock.nowNs() + SECOND_NS / 100);
        }
        return cluster;
    }

    private static Row ended(RebootstrapCluster cluster, String killed, Phase phase, Choice.Kind then, int begun) {
        Outcome first = runToEnd(cluster);
        Outcome last = first;
        int runs = begun;
        while (last != Outcome.DONE && last != Outcome.UNDONE && runs < MOST_RUNS) {
            cluster.begin(Choice.Kind.RESUME, Map.of());
            last = runToEnd(cluster);
            runs++;
        }
        cluster.clock.runUntil(cluster.clock.nowNs() + 5 * SECOND_NS);
        cluster.check(last);
        return new Row(killed, phase, then, first.name(), last, runs, cluster.group.longestPauseMs());
    }

    private static Outcome runToEnd(RebootstrapCluster cluster) {
        Outcome outcome = cluster.outcome();
        for (int i = 0; outcome == null && i < 300; i++) {
            cluster.clock.runUntil(cluster.clock.nowNs() + SECOND_NS);
            outcome = cluster.outcome();
        }
        return outcome == null ? Outcome.FAILED : outcome;
    }

    private static void write(List<Row> rows) throws IOException {
        Path file = Path.of("target", "rebootstrap-killed.txt");
        List<String> lines = new ArrayList<>();
        lines.add("killed       in phase   then    gives    at last runs outage ms (virtual)");
        rows.forEach(row -> lines.add(row.text()));
        Files.createDirectories(file.getParent());
        Files.write(file, lines);
        System.out.println(String.join("\n", lines));
    }
}
