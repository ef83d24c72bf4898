package io.dromon.node.rebootstrap.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dromon.node.rebootstrap.core.CoordinatorOutput.Outcome;
import io.dromon.node.rebootstrap.core.NodeFacts.Component;
import io.dromon.node.rebootstrap.core.NodeFacts.Hold;
import io.dromon.node.rebootstrap.core.NodeFacts.RunState;
import io.dromon.node.rebootstrap.core.NodeFacts.Standing;
import io.dromon.transport.wire.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a run does with answers that it does not like, and with choices that it cannot follow. */
@Tag("unit")
class CoordinatorTest {
    private static final UUID PROCEDURE = new UUID(2, 2);
    private static final UUID HISTORY = new UUID(1, 1);
    private static final RebootstrapPlan PLAN = new RebootstrapPlan(
            PROCEDURE,
            "c",
            Map.of("socket.ssl", "YES"),
            List.of(
                    new PlannedNode("n1", "https://n1", Map.of()),
                    new PlannedNode("n2", "https://n2", Map.of()),
                    new PlannedNode("n3", "https://n3", Map.of())));

    private final List<JournalRecord> journal = new ArrayList<>();
    private final List<NodeRequest> sent = new ArrayList<>();
    private Coordinator coordinator = Coordinator.of(PLAN, Limits.DEFAULT);
    private long nowMs = 1_000_000;
    private CoordinatorOutput.@Nullable End end;

    private void begin(Choice.Kind kind, Map<String, String> without) {
        coordinator.begin(new Choice(kind, without), new UUID(3, journal.size()), nowMs);
        drain();
    }

    private void resume(Choice.Kind kind, Map<String, String> without) {
        coordinator = Coordinator.of(journal, Limits.DEFAULT);
        end = null;
        begin(kind, without);
    }

    private void drain() {
        coordinator.drain(output -> {
            if (output instanceof CoordinatorOutput.Write write) {
                journal.add(write.record());
            } else if (output instanceof CoordinatorOutput.Send send) {
                sent.add(send.request());
            } else if (output instanceof CoordinatorOutput.End last) {
                end = last;
            }
        });
    }

    private void answer(NodeRequest request, Answer answer) {
        coordinator.onAnswer(request.node(), request.id(), answer, nowMs);
        drain();
    }

    private static NodeFacts facts(String name, RunState state, Map<String, Integer> members, long clockMs) {
        Standing standing = state == RunState.STOPPED ? Standing.LOST : Standing.MEMBER;
        return new NodeFacts(
                name,
                "c",
                clockMs,
                state,
                new Position(HISTORY, 10),
                new Component(5, members, standing),
                new Hold(PROCEDURE, Target.ORIGINAL, null));
    }

    private NodeFacts running(String name) {
        return facts(name, RunState.RUNNING, Map.of("n1", 1, "n2", 1, "n3", 1), nowMs);
    }

    /** Answers all that was sent since the last call, as {@code of} says, and that which follows from it. */
    private void answerAll(Map<Class<?>, Answer> special) {
        while (!sent.isEmpty()) {
            List<NodeRequest> now = List.copyOf(sent);
            sent.clear();
            for (NodeRequest request : now) {
                Answer answer = special.get(request.step().getClass());
                if (answer == null) {
                    answer = request.step() instanceof NodeRequest.OpenRehearsal
                            ? new Answer.Listening("127.0.0.1:1")
                            : new Answer.Done(facts(
                                    request.node(),
                                    request.step() instanceof NodeRequest.Stop ? RunState.STOPPED : RunState.RUNNING,
                                    Map.of("n1", 1, "n2", 1, "n3", 1),
                                    nowMs));
                }
                answer(request, answer);
            }
        }
    }

    private String problems() {
        assertThat(end).isNotNull();
        return end == null ? "" : String.join("; ", end.problems());
    }

    private void assertEnd(Outcome outcome) {
        assertThat(end).isNotNull().extracting(CoordinatorOutput.End::outcome).isEqualTo(outcome);
    }

    @Test
    void planInspectsAndProvesAndChangesNothing() {
        begin(Choice.Kind.PLAN, Map.of());
        List<NodeRequest> first = List.copyOf(sent);
        answerAll(Map.of());

        assertEnd(Outcome.FEASIBLE);
        assertThat(first).hasSize(3).allMatch(request -> request.step() instanceof NodeRequest.Inspect);
        assertThat(journal).noneMatch(record -> record.equals(new JournalRecord.PhaseBegan(Phase.STAGE, nowMs)));
    }

    @Test
    void saysAllThatSpeaksAgainstARehearsalAndTouchesNothing() {
        begin(Choice.Kind.RUN, Map.of());
        answerAll(Map.of(
                NodeRequest.Rehearse.class,
                new Answer.Refused(Answer.Reason.FAILED, "n9 shows a foreign certificate")));

        assertEnd(Outcome.FAILED);
        assertThat(problems())
                .contains("n1: n9 shows a foreign certificate")
                .contains("n3: n9 shows a foreign certificate");
        assertThat(journal).noneMatch(record -> record instanceof JournalRecord.TurnedBack);
    }

    @Test
    void namesAClockThatIsWrong() {
        begin(Choice.Kind.RUN, Map.of());
        NodeRequest request = sent.get(0);
        answer(request, new Answer.Done(facts("n1", RunState.RUNNING, Map.of("n1", 1), nowMs + 63_072_000_000L)));
        nowMs += Limits.DEFAULT.answerMs();
        coordinator.tick(nowMs);
        drain();

        assertEnd(Outcome.FAILED);
        assertThat(problems())
                .contains("the clock of n1 is about 63072000 s ahead of this machine's, of which 5 are allowed")
                .contains("n2: it does not answer");
    }

    @Test
    void goesBackByItselfWhereANodeCannotDrain() {
        begin(Choice.Kind.RUN, Map.of());
        Map<Class<?>, Answer> answers = new HashMap<>();
        answers.put(NodeRequest.Drain.class, new Answer.Refused(Answer.Reason.FAILED, "its disk is full"));
        answerAll(answers);

        assertEnd(Outcome.UNDONE);
        assertThat(journal)
                .anyMatch(record -> record instanceof JournalRecord.TurnedBack back
                        && back.because().contains("n1: its disk is full"));
        assertThat(journal).noneMatch(record -> record.equals(new JournalRecord.PhaseBegan(Phase.STOP, nowMs)));
        assertThat(journal).last().isEqualTo(new JournalRecord.Ended(Target.ORIGINAL, nowMs));
    }

    @Test
    void refusesToGiveUpANodeThatOthersSee() {
        begin(Choice.Kind.RUN, Map.of("n3", "it does not answer"));
        answerAll(Map.of());

        assertEnd(Outcome.FAILED);
        assertThat(problems()).contains("n3 was given up, but n1 sees it as a member: it is alive");
    }

    /** It was given up in the run that staged, and has come to the new component by itself. */
    @Test
    void stagesBeforeItJoinsWhatServesAlready() {
        begin(Choice.Kind.RUN, Map.of("n3", "it is empty"));
        journal.add(new JournalRecord.PhaseBegan(Phase.JOIN, nowMs));
        sent.clear();
        resume(Choice.Kind.RESUME, Map.of());
        List<NodeRequest> looks = List.copyOf(sent);
        sent.clear();
        for (NodeRequest request : looks) {
            NodeFacts seen = running(request.node());
            Hold changed = new Hold(PROCEDURE, Target.CHANGED, null);
            answer(
                    request,
                    new Answer.Done(new NodeFacts(
                            seen.name(),
                            seen.cluster(),
                            nowMs,
                            seen.state(),
                            seen.position(),
                            seen.component(),
                            changed)));
        }

        assertThat(sent).hasSize(3).allMatch(request -> request.step() instanceof NodeRequest.Stage);
        for (NodeRequest request : List.copyOf(sent)) {
            answer(request, new Answer.Done(running(request.node())));
        }
        assertThat(journal).last().isEqualTo(new JournalRecord.PhaseBegan(Phase.JOIN, nowMs));
    }

    @Test
    void namesANodeThatAnOperatorHasDrained() {
        begin(Choice.Kind.RUN, Map.of());
        for (NodeRequest request : List.copyOf(sent)) {
            NodeFacts seen = facts(
                    request.node(),
                    request.node().equals("n2") ? RunState.DRAINED : RunState.RUNNING,
                    Map.of("n1", 1, "n2", 1, "n3", 1),
                    nowMs);
            answer(
                    request,
                    new Answer.Done(new NodeFacts(
                            seen.name(),
                            seen.cluster(),
                            nowMs,
                            seen.state(),
                            seen.position(),
                            seen.component(),
                            new Hold(null, Target.ORIGINAL, null))));
        }

        assertEnd(Outcome.FAILED);
        assertThat(problems()).contains("n2 was drained by an operator").doesNotContain("--without");
    }

    /** Another coordinator has carried the procedure through: a copy of its journal is no ground to go on. */
    @Test
    void endsWhereTheProcedureHasEndedOnANode() {
        begin(Choice.Kind.RUN, Map.of());
        answer(sent.get(0), new Answer.Refused(Answer.Reason.ENDED, "the procedure has ended here"));
        answer(sent.get(1), new Answer.Done(running("n2")));
        answer(sent.get(2), new Answer.Done(running("n3")));

        assertEnd(Outcome.FAILED);
        assertThat(problems()).contains("n1: the procedure has ended here");
    }

    @Test
    void refusesAMemberThatIsNotInThePlan() {
        begin(Choice.Kind.RUN, Map.of());
        for (NodeRequest request : List.copyOf(sent)) {
            Map<String, Integer> four = Map.of("n1", 1, "n2", 1, "n3", 1, "garb", 1);
            answer(request, new Answer.Done(facts(request.node(), RunState.RUNNING, four, nowMs)));
        }

        assertEnd(Outcome.FAILED);
        assertThat(problems()).contains("n1 sees the member garb, which is not in the plan");
    }

    @Test
    void refusesANodeOfAnotherNameOrCluster() {
        begin(Choice.Kind.RUN, Map.of());
        for (NodeRequest request : List.copyOf(sent)) {
            answer(request, new Answer.Done(running("n1")));
        }

        assertEnd(Outcome.FAILED);
        assertThat(problems()).contains("https://n2 is node 'n1' of cluster 'c', the plan says 'n2' of 'c'");
    }

    @Test
    void sendsAgainUnderTheSameIdUntilAllHaveAnswered() {
        begin(Choice.Kind.RUN, Map.of());
        List<NodeRequest> first = List.copyOf(sent);
        sent.clear();
        answer(first.get(0), new Answer.Done(running("n1")));
        answer(first.get(0), new Answer.Done(running("n1")));
        answer(first.get(1), new Answer.Pending("looks"));
        nowMs += Limits.DEFAULT.pollMs();
        coordinator.tick(nowMs);
        drain();

        assertThat(sent).containsExactly(first.get(1));
        sent.clear();
        nowMs += Limits.DEFAULT.retryMs();
        coordinator.tick(nowMs);
        drain();
        assertThat(sent).containsExactlyInAnyOrder(first.get(1), first.get(2));
    }

    @Test
    void refusesToGoBackOnceItSeals() {
        begin(Choice.Kind.RUN, Map.of());
        journal.add(new JournalRecord.PhaseBegan(Phase.DRAIN, nowMs));
        journal.add(new JournalRecord.PhaseBegan(Phase.SEAL, nowMs));
        resume(Choice.Kind.UNDO, Map.of());

        assertEnd(Outcome.REFUSED);
        assertThat(problems()).contains("is being sealed");
    }

    @Test
    void refusesChoicesThatDoNotFitTheJournal() {
        begin(Choice.Kind.RESUME, Map.of());
        assertEnd(Outcome.REFUSED);
        assertThat(problems()).contains("no journal to go on with; use --run");

        coordinator = Coordinator.of(PLAN, Limits.DEFAULT);
        begin(Choice.Kind.RUN, Map.of("n9", "gone"));
        assertThat(problems()).contains("nodes that the plan does not have: [n9]");

        coordinator = Coordinator.of(PLAN, Limits.DEFAULT);
        begin(Choice.Kind.RUN, Map.of());
        resume(Choice.Kind.RUN, Map.of());
        assertThat(problems()).contains("the journal has a procedure already");
    }

    @Test
    void wantsAReasonWhereANodeIsGivenUp() {
        assertThatThrownBy(() -> new Choice(Choice.Kind.RUN, Map.of("n3", " ")))
                .hasMessageContaining("--without n3 needs --because TEXT");
    }

    @Test
    void refusesAJournalThatSeveralCoordinatorsHaveWritten() {
        begin(Choice.Kind.RUN, Map.of());
        journal.add(new JournalRecord.RunBegan(1, new UUID(9, 9), Target.CHANGED, Map.of(), nowMs));

        assertThatThrownBy(() -> Coordinator.of(journal, Limits.DEFAULT)).hasMessageContaining("run 1 behind run 1");
    }
}
