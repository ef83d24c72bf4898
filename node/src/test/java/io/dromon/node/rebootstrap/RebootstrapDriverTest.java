package io.dromon.node.rebootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.node.rebootstrap.core.Answer;
import io.dromon.node.rebootstrap.core.Choice;
import io.dromon.node.rebootstrap.core.Choice.Kind;
import io.dromon.node.rebootstrap.core.Coordinator;
import io.dromon.node.rebootstrap.core.CoordinatorOutput;
import io.dromon.node.rebootstrap.core.CoordinatorOutput.Outcome;
import io.dromon.node.rebootstrap.core.JournalRecord;
import io.dromon.node.rebootstrap.core.Limits;
import io.dromon.node.rebootstrap.core.NodeRequest;
import io.dromon.node.rebootstrap.core.Phase;
import io.dromon.node.rebootstrap.core.PlannedNode;
import io.dromon.node.rebootstrap.core.RebootstrapPlan;
import io.dromon.node.rebootstrap.core.Target;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The loop around the coordinator: its journal, its requests, its clock. */
@Tag("unit")
@Timeout(30)
class RebootstrapDriverTest {
    private static final Limits LIMITS = new Limits(100, 10, 500, 1_000, 2_000, 20, 30_000, 5_000);

    private final ScriptedCluster cluster = new ScriptedCluster("n1", "n2", "n3");
    private final List<JournalRecord> records = new ArrayList<>();
    private final List<String> told = new ArrayList<>();

    private final RebootstrapDriver.Watcher watcher = new RebootstrapDriver.Watcher() {
        @Override
        public void kept(JournalRecord record) {
            told.add("kept " + record.getClass().getSimpleName());
        }

        @Override
        public void told(CoordinatorOutput.Progress progress) {
            told.add(progress.node() + " " + progress.text());
        }
    };

    private static RebootstrapPlan plan() {
        List<PlannedNode> nodes = new ArrayList<>();
        for (String name : List.of("n1", "n2", "n3")) {
            nodes.add(new PlannedNode(name, "unix:/" + name, Map.of()));
        }
        return new RebootstrapPlan(new UUID(1, 1), ScriptedCluster.NAME, Map.of("socket.ssl", "YES"), nodes);
    }

    private RebootstrapDriver begins(RebootstrapDriver.Journal journal) {
        return new RebootstrapDriver(Coordinator.of(plan(), LIMITS), journal, cluster, watcher);
    }

    private CoordinatorOutput.End run(Kind kind) throws IOException, InterruptedException {
        RebootstrapDriver driver = kind == Kind.RUN
                ? begins(records::add)
                : new RebootstrapDriver(Coordinator.of(List.copyOf(records), LIMITS), records::add, cluster, watcher);
        return driver.run(new Choice(kind, Map.of())).orElseThrow();
    }

    @Test
    void leadsAllNodesThroughAllPhases() throws Exception {
        CoordinatorOutput.End end = run(Kind.RUN);

        assertThat(end.problems()).isEmpty();
        assertThat(end.outcome()).isEqualTo(Outcome.DONE);
        assertThat(cluster.sealed())
                .isEqualTo(Map.of("n1", Target.CHANGED, "n2", Target.CHANGED, "n3", Target.CHANGED));
        assertThat(cluster.asked())
                .filteredOn(each -> each.endsWith("Bootstrap"))
                .containsExactly("n1 Bootstrap");
        assertThat(records).last().isInstanceOf(JournalRecord.Ended.class);
    }

    @Test
    void hasARecordOnTheDiskBeforeItDoesWhatFollows() throws Exception {
        List<Integer> askedBefore = new ArrayList<>();
        RebootstrapDriver driver = begins(record -> {
            if (record instanceof JournalRecord.Granted || record instanceof JournalRecord.PhaseBegan) {
                askedBefore.add(cluster.asked().size());
                if (record instanceof JournalRecord.Granted) {
                    assertThat(cluster.asked()).noneMatch(each -> each.endsWith("Bootstrap"));
                }
                if (record instanceof JournalRecord.PhaseBegan began && began.phase() == Phase.STOP) {
                    assertThat(cluster.asked()).noneMatch(each -> each.endsWith("Stop"));
                }
            }
        });

        assertThat(driver.run(new Choice(Kind.RUN, Map.of())).orElseThrow().outcome())
                .isEqualTo(Outcome.DONE);
        assertThat(askedBefore).isSorted().hasSize(Phase.values().length + 1);
    }

    @Test
    void doesNothingThatFollowsFromARecordThatCouldNotBeKept() {
        RebootstrapDriver driver = begins(record -> {
            if (record instanceof JournalRecord.PhaseBegan began && began.phase() == Phase.STOP) {
                throw new IOException("no space left on device");
            }
        });

        assertThatThrownBy(() -> driver.run(new Choice(Kind.RUN, Map.of())))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no space left");
        assertThat(cluster.asked()).anyMatch(each -> each.endsWith("Drain")).noneMatch(each -> each.endsWith("Stop"));
    }

    @Test
    void tellsWhyANodeDoesNotAnswer() throws Exception {
        cluster.script("n2", request -> {
            throw new IllegalStateException("the node of https://n2 does not answer: Connection refused");
        });

        CoordinatorOutput.End end = run(Kind.RUN);

        assertThat(end.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(end.problems())
                .containsExactly("n2: it does not answer: the node of https://n2 does not answer: Connection refused");
        assertThat(cluster.asked()).noneMatch(each -> each.endsWith("Stage"));
    }

    @Test
    void asksANodeOneThingAtATimeAndLetsItHoldUpNoOtherOne() throws Exception {
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch release = new CountDownLatch(1);
        cluster.script("n3", request -> {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            try {
                if (request.step() instanceof NodeRequest.Inspect) {
                    release.await();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                now.decrementAndGet();
            }
            return null;
        });
        cluster.script("n1", request -> {
            release.countDown(); // only n3 is waited for
            return null;
        });

        assertThat(run(Kind.RUN).outcome()).isEqualTo(Outcome.DONE);
        assertThat(most).hasValue(1);
    }

    @Test
    void asksAgainWhatIsStillBeingDone() throws Exception {
        AtomicInteger left = new AtomicInteger(3);
        cluster.script(
                "n2",
                request -> request.step() instanceof NodeRequest.Stop && left.getAndDecrement() > 0
                        ? new Answer.Pending("applying")
                        : null);

        assertThat(run(Kind.RUN).outcome()).isEqualTo(Outcome.DONE);
        assertThat(cluster.asked()).filteredOn("n2 Stop"::equals).hasSize(4);
    }

    @Test
    void goesBackByItselfAndToldWhy() throws Exception {
        cluster.script(
                "n1",
                request -> request.step() instanceof NodeRequest.Bootstrap bootstrap
                                && bootstrap.target() == Target.CHANGED
                        ? new Answer.Refused(Answer.Reason.FAILED, "the key is of another certificate")
                        : null);

        CoordinatorOutput.End end = run(Kind.RUN);

        assertThat(end.outcome()).isEqualTo(Outcome.UNDONE);
        assertThat(told).anyMatch(line -> line.contains("goes back: n1: the key is of another certificate"));
        assertThat(cluster.sealed().values()).containsOnly(Target.ORIGINAL);
    }

    @Test
    void isStoppedInBetweenAndResumedFromItsJournal() throws Exception {
        RebootstrapDriver[] driver = new RebootstrapDriver[1];
        driver[0] = begins(record -> {
            records.add(record);
            if (record instanceof JournalRecord.PhaseBegan began && began.phase() == Phase.STOP) {
                driver[0].stop();
            }
        });
        cluster.script("n2", request -> request.step() instanceof NodeRequest.Stop ? new Answer.Pending("so") : null);

        assertThat(driver[0].run(new Choice(Kind.RUN, Map.of()))).isEmpty();

        cluster.script("n2", request -> null);
        assertThat(run(Kind.RESUME).outcome()).isEqualTo(Outcome.DONE);
        assertThat(cluster.sealed()).hasSize(3);
    }
}
