package io.dromon.node.rebootstrap.core;

import io.dromon.node.rebootstrap.core.Answer.Reason;
import io.dromon.node.rebootstrap.core.MemberControl.Progress;
import io.dromon.node.rebootstrap.core.NodeFacts.Hold;
import io.dromon.node.rebootstrap.core.NodeFacts.RunState;
import io.dromon.node.rebootstrap.core.ParticipantState.Stage;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A node's side of a re-bootstrap. It answers requests in the coordinator's order and refuses older ones; what it has
 * agreed to is on its disk before it does it, so that a process which begins anew keeps to it: a node that was drained or
 * stopped stays stopped, and one that has used its token never makes a component by it again.
 *
 * <p>What the caller owes: to start the node as {@link #startMode} says when a process begins; {@link #joined} when the node
 * becomes a member of a primary component; one call at a time.
 */
public final class Participant {
    /** How a process that begins starts its node. */
    public enum StartMode {
        /** With the configuration {@link Participant#active}, and as that says; but it never makes a new cluster. */
        NORMAL,
        /** Not at all: a request will. */
        HELD,
        /** Likewise, as a joiner: without recovering the component that it saved, which the procedure has ended. */
        AS_JOINER
    }

    private final MemberControl control;
    private final Consumer<ParticipantState> store;
    private ParticipantState state;
    /** The token that this process is making a component by. */
    private @Nullable UUID making;

    /**
     * @param state what the disk has
     * @param store returns when the state is on the disk, and throws if it may not be
     */
    public Participant(ParticipantState state, Consumer<ParticipantState> store, MemberControl control) {
        this.state = state;
        this.store = store;
        this.control = control;
    }

    /** How the node is started if the process begins now. */
    public StartMode startMode() {
        return state.startMode();
    }

    /** Which configuration it is started with. */
    public Target active() {
        return state.active();
    }

    /**
     * The node has become a member of a primary component: it is that which it was started for.
     *
     * @throws RuntimeException what the store threw
     */
    public void joined() {
        if (state.stage() == Stage.STARTED && state.rounds().pending() != null) {
            keep(state.reached());
        }
    }

    /** Answers a request; whether who asks may do so is checked before. */
    public Answer on(NodeRequest request, long nowMs) {
        Answer.Refused against = refusal(request);
        if (against != null) {
            return against;
        }
        try {
            return answer(request, nowMs);
        } catch (RuntimeException e) {
            return refused(Reason.FAILED, "it could not be done, or not be kept on the disk: " + e.getMessage());
        }
    }

    private Answer.@Nullable Refused refusal(NodeRequest request) {
        UUID procedure = request.procedure();
        boolean question = request.step().isQuestion();
        Target sealed = state.sealedAs(procedure);
        if (sealed != null) {
            boolean same = request.step() instanceof NodeRequest.Seal seal && seal.target() == sealed;
            return question || same
                    ? null
                    : refused(Reason.ENDED, "the procedure has ended here, with the " + sealed + " configuration");
        }
        if (state.isOpen(procedure)) {
            return isStale(request.id())
                    ? refused(
                            Reason.STALE,
                            "a later request was served, of run " + state.last().run()
                                    + ": another coordinator may have taken over; look at who runs it before you --resume")
                    : null;
        }
        if (state.opened() != null && !(request.step() instanceof NodeRequest.Inspect)) {
            return refused(
                    Reason.OTHER_PROCEDURE,
                    "procedure " + state.opened().procedure()
                            + " is open here; resume or undo it with its own journal");
        }
        return null;
    }

    private boolean isStale(RequestId id) {
        RequestId last = state.last();
        return id.run() != last.run()
                ? id.run() < last.run()
                : !id.nonce().equals(last.nonce()) || id.number() < last.number();
    }

    private Answer answer(NodeRequest request, long nowMs) {
        NodeRequest.Step step = request.step();
        NodeFacts own = facts();
        if (step.isQuestion()) {
            return step instanceof NodeRequest.Verify verify
                    ? done(control.verify(verify.target(), verify.members()))
                    : new Answer.Done(own);
        }
        if (!own.name().equals(request.node())) {
            return refused(
                    Reason.FAILED,
                    "the request is for " + request.node() + ", and this node is " + own.name()
                            + "; correct the addresses of the plan");
        }
        if (step instanceof NodeRequest.Seal seal) {
            return seal(request, own, seal.target());
        }
        UUID procedure = request.procedure();
        ParticipantState noted = state.open(procedure, state.isOpen(procedure) && state.isStaged())
                .after(request.id());
        if (step instanceof NodeRequest.Stage stage) {
            return stage(noted, procedure, stage);
        } else if (step instanceof NodeRequest.OpenRehearsal) {
            return rehearsal(noted, control::openRehearsal);
        } else if (step instanceof NodeRequest.Rehearse rehearse) {
            return rehearsal(noted, () -> control.rehearse(rehearse.addresses()));
        } else if (step instanceof NodeRequest.Drain) {
            return drain(noted, own);
        } else if (step instanceof NodeRequest.Stop) {
            keep(noted.at(Stage.STOPPED));
            making = null;
            return done(control.stop());
        } else if (step instanceof NodeRequest.Bootstrap bootstrap) {
            return bootstrap(noted, own, request, bootstrap, nowMs);
        }
        return join(noted, own, (NodeRequest.Join) step);
    }

    private Answer stage(ParticipantState noted, UUID procedure, NodeRequest.Stage stage) {
        keep(noted.at(noted.stage() == Stage.IDLE ? Stage.STAGED : noted.stage()));
        Progress progress = control.stage(stage.options(), stage.files());
        if (progress instanceof Progress.Done) {
            keep(state.open(procedure, true));
        }
        return done(progress);
    }

    private Answer rehearsal(ParticipantState noted, Supplier<Progress> what) {
        if (!noted.isStaged()) {
            return notStaged();
        }
        keep(noted);
        Progress progress = what.get();
        return progress instanceof Progress.Done listening && !listening.text().isEmpty()
                ? new Answer.Listening(listening.text())
                : done(progress);
    }

    private Answer drain(ParticipantState noted, NodeFacts own) {
        boolean stopped = noted.stage() == Stage.STOPPED || own.state() == RunState.STOPPED;
        keep(noted.at(stopped ? Stage.STOPPED : Stage.DRAINED));
        return done(stopped ? new Progress.Done("") : control.drain());
    }

    private Answer bootstrap(
            ParticipantState noted, NodeFacts own, NodeRequest request, NodeRequest.Bootstrap bootstrap, long nowMs) {
        Token token = bootstrap.token();
        if (token.id().equals(state.rounds().reached()) && own.isPrimary()) {
            keep(state.after(request.id()));
            return new Answer.Done(own);
        }
        if (token.id().equals(making)) {
            return made(control.start(bootstrap.target(), token));
        }
        if (bootstrap.target() == Target.CHANGED && !noted.isStaged()) {
            return notStaged();
        }
        String against = BootstrapPermit.refusal(token, request, state, own, nowMs);
        if (against != null) {
            keep(state.after(request.id()));
            return refused(Reason.TOKEN, against);
        }
        keep(noted.spend(token.id()).started(bootstrap.target(), token.id()));
        making = token.id();
        return made(control.start(bootstrap.target(), token));
    }

    /** A start that has failed is over: the token is used all the same. */
    private Answer made(Progress progress) {
        if (!(progress instanceof Progress.Pending)) {
            making = null;
        }
        return done(progress);
    }

    private Answer join(ParticipantState noted, NodeFacts own, NodeRequest.Join join) {
        if (join.target() == Target.CHANGED && !noted.isStaged()) {
            return notStaged();
        }
        UUID round = join.round();
        boolean started = noted.stage() == Stage.STARTED && noted.active() == join.target() && isRound(round, noted);
        boolean stays = own.state() != RunState.STOPPED
                && noted.active() == join.target()
                && (round == null ? noted.rounds().reached() == null : isRound(round, noted));
        if (!started && !stays && own.state() != RunState.STOPPED) {
            keep(noted.at(Stage.STOPPED)); // it is in a component that the procedure has given up
            Progress stopped = control.stop();
            if (!(stopped instanceof Progress.Done)) {
                return done(stopped);
            }
        }
        if (!started) {
            UUID pending = round != null && round.equals(noted.rounds().reached()) ? null : round;
            keep(noted.started(join.target(), pending));
        } else {
            keep(noted);
        }
        return done(stays ? control.takeWrites() : control.start(join.target(), null));
    }

    private static boolean isRound(@Nullable UUID round, ParticipantState noted) {
        UUID pending = noted.rounds().pending();
        UUID reached = noted.rounds().reached();
        return round == null ? pending == null && reached == null : round.equals(pending == null ? reached : pending);
    }

    private Answer seal(NodeRequest request, NodeFacts own, Target target) {
        if (state.sealedAs(request.procedure()) != null) {
            return new Answer.Done(own);
        }
        boolean runs = state.stage() == Stage.STARTED;
        boolean untouched = state.stage() == Stage.IDLE || state.stage() == Stage.STAGED;
        if (state.active() != target || !(runs || (untouched && target == Target.ORIGINAL))) {
            return refused(
                    Reason.FAILED,
                    "it is " + state.stage() + " with the " + state.active() + " configuration, not running with the "
                            + target + " one; --resume");
        }
        if (runs && !own.isPrimary()) {
            return new Answer.Pending("looks for its component");
        }
        Progress settled = control.settle(target);
        if (settled instanceof Progress.Done) {
            keep(state.seal(request.procedure(), target));
        }
        return done(settled);
    }

    private NodeFacts facts() {
        NodeFacts now = control.facts(hold());
        if (!now.isPrimary()) {
            return now;
        }
        joined();
        return control.facts(hold());
    }

    private Hold hold() {
        ParticipantState.Opened opened = state.opened();
        return new Hold(
                opened == null ? null : opened.procedure(),
                state.active(),
                state.rounds().reached());
    }

    private Answer done(Progress progress) {
        if (progress instanceof Progress.Pending pending) {
            return new Answer.Pending(pending.what());
        }
        return progress instanceof Progress.Failed failed
                ? refused(Reason.FAILED, failed.text())
                : new Answer.Done(facts());
    }

    private void keep(ParticipantState next) {
        if (!next.equals(state)) {
            store.accept(next);
            state = next;
        }
    }

    private static Answer.Refused notStaged() {
        return refused(
                Reason.NOT_STAGED,
                "nothing is staged here: it was given up in the run that staged; --resume stages it");
    }

    private static Answer.Refused refused(Reason reason, String text) {
        return new Answer.Refused(reason, text);
    }
}
