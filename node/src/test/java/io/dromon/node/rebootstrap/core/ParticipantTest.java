package io.dromon.node.rebootstrap.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.dromon.node.rebootstrap.core.Answer.Reason;
import io.dromon.node.rebootstrap.core.NodeFacts.Hold;
import io.dromon.node.rebootstrap.core.NodeFacts.RunState;
import io.dromon.transport.wire.Position;
import io.dromon.transport.wire.Uuids;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a node takes part in, and what it refuses. */
@Tag("unit")
class ParticipantTest {
    private static final UUID PROCEDURE = new UUID(2, 2);
    private static final UUID NONCE = new UUID(3, 3);
    private static final UUID HISTORY = new UUID(1, 1);
    private static final long NOW_MS = 1_000_000;

    /** A node that does all at once. */
    private static final class Member implements MemberControl {
        final List<String> done = new ArrayList<>();

        @Nullable
        Position position = new Position(HISTORY, 7);

        RunState state = RunState.RUNNING;
        boolean primary = true;
        boolean neverJoins;

        @Override
        public NodeFacts facts(Hold hold) {
            NodeFacts.Component component = new NodeFacts.Component(
                    5, Map.of("n1", 1), primary ? NodeFacts.Standing.MEMBER : NodeFacts.Standing.LOST);
            return new NodeFacts("n1", "c", NOW_MS, state, position, component, hold);
        }

        private Progress done(String what, RunState next) {
            done.add(what);
            state = next;
            return new Progress.Done("");
        }

        @Override
        public Progress stage(Map<String, String> options, Map<String, String> files) {
            return done("stage", state);
        }

        @Override
        public Progress openRehearsal() {
            return new Progress.Done("127.0.0.1:1");
        }

        @Override
        public Progress rehearse(Map<String, String> addresses) {
            return done("rehearse", state);
        }

        @Override
        public Progress drain() {
            return done("drain", RunState.DRAINED);
        }

        @Override
        public Progress stop() {
            primary = false;
            return done("stop", RunState.STOPPED);
        }

        @Override
        public Progress start(Target target, @Nullable Token token) {
            primary = !neverJoins;
            return done((token == null ? "join " : "make ") + target, RunState.RUNNING);
        }

        @Override
        public Progress takeWrites() {
            return done("take writes", RunState.RUNNING);
        }

        @Override
        public Progress verify(Target target, Set<String> members) {
            return done("verify", state);
        }

        @Override
        public Progress settle(Target target) {
            return done("settle " + target, state);
        }
    }

    private final Member member = new Member();
    private ParticipantState disk = ParticipantState.NONE;
    private Participant participant = new Participant(disk, this::keep, member);
    private long number;
    private boolean diskIsFull;

    private void keep(ParticipantState next) {
        if (diskIsFull) {
            throw new IllegalStateException("no space left on device");
        }
        disk = next;
    }

    private void processBeginsAnew() {
        participant = new Participant(disk, this::keep, member);
    }

    private Answer ask(NodeRequest.Step step) {
        return ask(1, ++number, step);
    }

    private Answer ask(int run, long requestNumber, NodeRequest.Step step) {
        return participant.on(new NodeRequest(new RequestId(run, NONCE, requestNumber), PROCEDURE, "n1", step), NOW_MS);
    }

    private static Token token(long id) {
        return new Token(new UUID(8, id), PROCEDURE, 1, HISTORY, 7, "n1", NOW_MS + 1);
    }

    private Answer bootstrap(Token token) {
        return ask(new NodeRequest.Bootstrap(token, Target.CHANGED));
    }

    private void stopped() {
        ask(new NodeRequest.Stage(Map.of(), Map.of()));
        ask(new NodeRequest.Drain());
        ask(new NodeRequest.Stop());
    }

    private static void assertRefused(Answer answer, Reason reason, String text) {
        assertThat(answer).isInstanceOfSatisfying(Answer.Refused.class, refused -> {
            assertThat(refused.reason()).isEqualTo(reason);
            assertThat(refused.text()).contains(text);
        });
    }

    @Test
    void goesTheWholeWay() {
        stopped();

        assertThat(bootstrap(token(1))).isInstanceOf(Answer.Done.class);
        assertThat(ask(new NodeRequest.Join(Target.CHANGED, token(1).id()))).isInstanceOf(Answer.Done.class);
        assertThat(ask(new NodeRequest.Seal(Target.CHANGED))).isInstanceOf(Answer.Done.class);
        assertThat(member.done)
                .containsExactly("stage", "drain", "stop", "make CHANGED", "take writes", "settle CHANGED");
        assertThat(disk.opened()).isNull();
        assertThat(participant.startMode()).isEqualTo(Participant.StartMode.NORMAL);
    }

    @Test
    void staysStoppedWhenItsProcessBeginsAnew() {
        stopped();
        processBeginsAnew();

        assertThat(participant.startMode()).isEqualTo(Participant.StartMode.HELD);
    }

    @Test
    void staysStoppedAlsoWhereItWasOnlyDrained() {
        ask(new NodeRequest.Stage(Map.of(), Map.of()));
        ask(new NodeRequest.Drain());
        processBeginsAnew();

        assertThat(participant.startMode()).isEqualTo(Participant.StartMode.HELD);
    }

    @Test
    void takesATokenOnceThoughItsProcessBeginsAnew() {
        stopped();
        bootstrap(token(1));
        processBeginsAnew();
        member.state = RunState.STOPPED;
        member.primary = false;
        ask(new NodeRequest.Stop());

        assertRefused(bootstrap(token(1)), Reason.TOKEN, "used before");
        assertThat(member.done).containsOnlyOnce("make CHANGED");
    }

    @Test
    void hasTheTokenOnItsDiskBeforeItStarts() {
        stopped();
        diskIsFull = true;

        assertRefused(bootstrap(token(1)), Reason.FAILED, "no space left on device");
        assertThat(member.done).doesNotContain("make CHANGED");
    }

    @Test
    void refusesAnExpiredToken() {
        stopped();
        Token late = new Token(new UUID(8, 1), PROCEDURE, 1, HISTORY, 7, "n1", NOW_MS);

        assertRefused(bootstrap(late), Reason.TOKEN, "expired");
    }

    @Test
    void refusesTheTokenOfAnotherNodeRunPositionOrHistory() {
        stopped();
        long good = NOW_MS + 1;

        assertRefused(
                bootstrap(new Token(new UUID(8, 1), PROCEDURE, 1, HISTORY, 7, "n2", good)), Reason.TOKEN, "for n2");
        assertRefused(
                bootstrap(new Token(new UUID(8, 2), PROCEDURE, 2, HISTORY, 7, "n1", good)),
                Reason.TOKEN,
                "another one");
        assertRefused(
                bootstrap(new Token(new UUID(8, 3), new UUID(4, 4), 1, HISTORY, 7, "n1", good)),
                Reason.TOKEN,
                "another one");
        assertRefused(
                bootstrap(new Token(new UUID(8, 4), PROCEDURE, 1, HISTORY, 8, "n1", good)),
                Reason.TOKEN,
                "this node is at " + HISTORY + ":7");
        assertRefused(
                bootstrap(new Token(new UUID(8, 5), PROCEDURE, 1, Uuids.NIL, 7, "n1", good)), Reason.TOKEN, "for 0000");
        assertThat(member.done).doesNotContain("make CHANGED");
    }

    @Test
    void makesNoComponentFromAnUnknownPosition() {
        stopped();
        member.position = null;

        assertRefused(bootstrap(token(1)), Reason.TOKEN, "position of this node is unknown");
    }

    @Test
    void makesNoComponentUnlessItIsHeldStopped() {
        ask(new NodeRequest.Stage(Map.of(), Map.of()));

        assertRefused(bootstrap(token(1)), Reason.TOKEN, "not held stopped");
    }

    @Test
    void refusesWhatIsOlderThanWhatItHasDone() {
        stopped();
        long last = number;

        assertRefused(ask(1, last - 1, new NodeRequest.Drain()), Reason.STALE, "a later request was served");
        ask(2, 1, new NodeRequest.Stop());
        assertRefused(ask(1, last + 1, new NodeRequest.Join(Target.ORIGINAL, null)), Reason.STALE, "of run 2");
        assertThat(member.state).isEqualTo(RunState.STOPPED);
    }

    @Test
    void refusesASecondCoordinatorOfTheSameRun() {
        stopped();
        NodeRequest of = new NodeRequest(
                new RequestId(1, new UUID(4, 4), 100), PROCEDURE, "n1", new NodeRequest.Join(Target.ORIGINAL, null));

        assertRefused(participant.on(of, NOW_MS), Reason.STALE, "another coordinator");
    }

    @Test
    void refusesAnotherProcedureWhileOneIsOpen() {
        stopped();
        UUID other = new UUID(6, 6);
        NodeRequest stage =
                new NodeRequest(new RequestId(1, NONCE, 1), other, "n1", new NodeRequest.Stage(Map.of(), Map.of()));
        NodeRequest inspect = new NodeRequest(new RequestId(1, NONCE, 1), other, "n1", new NodeRequest.Inspect());

        assertRefused(participant.on(stage, NOW_MS), Reason.OTHER_PROCEDURE, "procedure " + PROCEDURE + " is open");
        assertThat(participant.on(inspect, NOW_MS)).isInstanceOf(Answer.Done.class);
    }

    @Test
    void refusesWhatComesBehindTheEnd() {
        ask(new NodeRequest.Stage(Map.of(), Map.of()));
        ask(new NodeRequest.Seal(Target.ORIGINAL));

        assertRefused(ask(new NodeRequest.Stop()), Reason.ENDED, "has ended here, with the ORIGINAL");
        assertRefused(ask(new NodeRequest.Stage(Map.of(), Map.of())), Reason.ENDED, "has ended");
        assertThat(ask(new NodeRequest.Seal(Target.ORIGINAL))).isInstanceOf(Answer.Done.class);
        assertThat(member.state).isEqualTo(RunState.RUNNING);
    }

    @Test
    void doesNothingThatIsForAnotherNode() {
        NodeRequest stop = new NodeRequest(new RequestId(1, NONCE, 1), PROCEDURE, "n2", new NodeRequest.Stop());

        assertRefused(participant.on(stop, NOW_MS), Reason.FAILED, "the request is for n2, and this node is n1");
        assertThat(member.state).isEqualTo(RunState.RUNNING);
        assertThat(disk).isEqualTo(ParticipantState.NONE);
    }

    @Test
    void marksThatItHasJoinedBeforeItIsAskedAgain() {
        stopped();
        bootstrap(token(1));
        ask(new NodeRequest.Stop());
        UUID next = new UUID(8, 9);
        ask(new NodeRequest.Join(Target.ORIGINAL, next));
        member.primary = true;
        participant.joined();
        processBeginsAnew();

        assertThat(disk.rounds()).isEqualTo(new ParticipantState.Rounds(next, null));
        assertThat(participant.startMode()).isEqualTo(Participant.StartMode.NORMAL);
    }

    @Test
    void startsAsAJoinerUntilItHasJoined() {
        stopped();
        member.neverJoins = true;
        ask(new NodeRequest.Join(Target.CHANGED, new UUID(8, 9)));
        processBeginsAnew();

        assertThat(participant.startMode()).isEqualTo(Participant.StartMode.AS_JOINER);
        assertThat(participant.active()).isEqualTo(Target.CHANGED);
    }

    @Test
    void sealsNothingWhileItIsStopped() {
        stopped();

        assertRefused(ask(new NodeRequest.Seal(Target.CHANGED)), Reason.FAILED, "STOPPED with the ORIGINAL");
    }

    @Test
    void startsNothingThatWasNotStaged() {
        ask(new NodeRequest.Drain());

        assertRefused(ask(new NodeRequest.Join(Target.CHANGED, token(1).id())), Reason.NOT_STAGED, "nothing is staged");
    }
}
