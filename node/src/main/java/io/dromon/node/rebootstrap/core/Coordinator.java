package io.dromon.node.rebootstrap.core;

import io.dromon.node.rebootstrap.core.Choice.Kind;
import io.dromon.node.rebootstrap.core.CoordinatorOutput.Outcome;
import io.dromon.node.rebootstrap.core.NodeRequest.Step;
import io.dromon.transport.wire.Position;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One run of a re-bootstrap: asks the nodes, phase by phase, until the procedure has ended or something stands against it.
 * What it knows when it begins is its journal alone, so a run goes on wherever the last one was cut off.
 *
 * <p>What the caller owes: {@link #begin} once; {@link #drain} after each call, keeping the order that {@link
 * CoordinatorOutput} asks for; {@link #tick} when {@link #nextDeadlineMs} is reached; nothing behind {@link
 * CoordinatorOutput.End}. One coordinator at a time has the journal. All times are the wall clock's, in milliseconds since
 * 1970. Not safe for threads.
 */
public final class Coordinator {
    private final Limits limits;
    private final JournalState journal = new JournalState();
    private final Dialogue dialogue;
    private final @Nullable RebootstrapPlan newPlan;
    private boolean plansOnly;

    private Coordinator(@Nullable RebootstrapPlan plan, List<JournalRecord> records, Limits limits) {
        this.limits = limits;
        this.newPlan = plan;
        this.dialogue = new Dialogue(journal, limits);
        records.forEach(journal::add);
    }

    /** For a plan that no journal has yet. */
    public static Coordinator of(RebootstrapPlan plan, Limits limits) {
        return new Coordinator(plan, List.of(), limits);
    }

    /**
     * For a procedure that was begun.
     *
     * @param records all of its journal
     * @throws IllegalArgumentException if they are no journal of one procedure
     */
    public static Coordinator of(List<JournalRecord> records, Limits limits) {
        Coordinator coordinator = new Coordinator(null, records, limits);
        if (!coordinator.journal.isPlanned()) {
            throw new IllegalArgumentException(
                    "the journal holds no plan: nothing was begun; remove it, and use --run");
        }
        return coordinator;
    }

    // ---- a run

    /**
     * Begins the run.
     *
     * @param runNonce drawn at random for it
     */
    public void begin(Choice choice, UUID runNonce, long timeMs) {
        dialogue.begin(runNonce, timeMs);
        String against = refusal(choice);
        if (against != null) {
            dialogue.end(Outcome.REFUSED, List.of(against));
            return;
        }
        plansOnly = choice.kind() == Kind.PLAN;
        if (newPlan != null) {
            dialogue.record(new JournalRecord.Planned(newPlan, timeMs));
        }
        Target target = choice.kind() == Kind.UNDO ? Target.ORIGINAL : journal.target();
        dialogue.record(new JournalRecord.RunBegan(journal.runs() + 1, runNonce, target, choice.without(), timeMs));
        progress(null, "run " + journal.runs() + " towards the " + target + " configuration");
        goOn();
    }

    private @Nullable String refusal(Choice choice) {
        boolean isNew = choice.kind() == Kind.RUN || choice.kind() == Kind.PLAN;
        if (isNew != (newPlan != null)) {
            return isNew
                    ? "the journal has a procedure already; --resume or --undo it, or use another journal"
                    : "there is no journal to go on with; use --run";
        }
        Set<String> unknown = new TreeSet<>(choice.without().keySet());
        unknown.removeAll((newPlan != null ? newPlan : journal.plan()).names());
        if (!unknown.isEmpty()) {
            return "--without names nodes that the plan does not have: " + unknown;
        }
        if (choice.kind() == Kind.UNDO && journal.ended() == Target.CHANGED) {
            return "the procedure has ended, and the changed configuration is the only one; the way back is a plan of its"
                    + " own";
        }
        boolean sealing = journal.phase() == Phase.SEAL && journal.target() == Target.CHANGED && journal.runs() > 0;
        return choice.kind() == Kind.UNDO && sealing
                ? "the changed configuration is being sealed, and some nodes have no other any more; --resume, then plan the"
                        + " way back as a change"
                : null;
    }

    /** Where a run begins: what earlier runs have done is confirmed, not believed. */
    private void goOn() {
        boolean back = journal.target() == Target.ORIGINAL;
        if (journal.ended() != null) {
            if (journal.included().isEmpty()) {
                endAsPlanned();
            } else {
                takeBack();
            }
        } else if (journal.included().isEmpty()) {
            fail(List.of("no node is left: all are given up that this run could deal with"), false);
        } else if (back && !journal.isTouched()) {
            seal(); // nothing has changed but what is staged
        } else if (journal.phase() == Phase.SEAL) {
            seal();
        } else if (back || journal.phase().compareTo(Phase.BOOTSTRAP) >= 0) {
            look();
        } else if (journal.isTouched()) {
            drainNodes();
        } else {
            inspect();
        }
    }

    /** Nodes that were given up come to what the others have; some may have come there already. */
    private void takeBack() {
        enter(Phase.SEAL);
        ask(node -> new NodeRequest.Seal(journal.target()), limits.answerMs(), seen -> {
            if (journal.included().isEmpty()) {
                endAsPlanned();
            } else if (journal.target() == Target.CHANGED) {
                stage();
            } else {
                join();
            }
        });
    }

    /** A component that serves is joined; without one, all stop and one makes it anew. */
    private void look() {
        dialogue.enter(null);
        ask(node -> new NodeRequest.Prove(), limits.answerMs(), seen -> {
            List<String> problems = Gates.givenUpAndAlive(seen.facts(), journal);
            boolean serves = seen.facts().values().stream().anyMatch(each -> Gates.isServing(each, journal));
            if (!problems.isEmpty() || seen.isSuperseded()) {
                fail(problems.isEmpty() ? seen.problems() : problems, false);
            } else if (serves) {
                joinServing();
            } else if (seen.facts().keySet().containsAll(journal.included())) {
                drainNodes();
            } else {
                fail(seen.problems(), false);
            }
        });
    }

    /** A node that was given up when the others staged is brought what they have. */
    private void joinServing() {
        if (journal.target() == Target.ORIGINAL) {
            join();
            return;
        }
        RebootstrapPlan plan = journal.plan();
        ask(node -> new NodeRequest.Stage(plan.options(), plan.node(node).files()), limits.changeMs(), seen -> {
            if (passes(seen, List.of())) {
                join();
            }
        });
    }

    // ---- the phases

    private void inspect() {
        enter(Phase.INSPECT);
        ask(node -> new NodeRequest.Inspect(), limits.answerMs(), seen -> {
            if (passes(seen, Gates.inspected(seen.facts(), journal))) {
                prove();
            }
        });
    }

    private void prove() {
        enter(Phase.PROVE);
        ask(node -> new NodeRequest.Prove(), limits.answerMs(), seen -> {
            if (!passes(seen, Gates.proven(seen.facts(), journal))) {
                return;
            }
            if (plansOnly) {
                dialogue.end(Outcome.FEASIBLE, List.of());
            } else {
                stage();
            }
        });
    }

    private void stage() {
        enter(Phase.STAGE);
        RebootstrapPlan plan = journal.plan();
        ask(node -> new NodeRequest.Stage(plan.options(), plan.node(node).files()), limits.changeMs(), seen -> {
            if (!passes(seen, List.of())) {
                return;
            }
            if (journal.ended() == null) {
                rehearse();
            } else {
                join();
            }
        });
    }

    private void rehearse() {
        enter(Phase.REHEARSE);
        ask(node -> new NodeRequest.OpenRehearsal(), limits.answerMs(), open -> {
            if (passes(open, List.of())) {
                ask(node -> rehearsal(node, open.addresses()), limits.changeMs(), seen -> {
                    if (passes(seen, Gates.givenUpAndAlive(seen.facts(), journal))) {
                        drainNodes();
                    }
                });
            }
        });
    }

    private static Step rehearsal(String node, Map<String, String> addresses) {
        Map<String, String> others = new TreeMap<>(addresses);
        others.remove(node);
        return new NodeRequest.Rehearse(others);
    }

    private void drainNodes() {
        enter(Phase.DRAIN);
        ask(node -> new NodeRequest.Drain(), limits.changeMs(), seen -> {
            if (passes(seen, Gates.givenUpAndAlive(seen.facts(), journal))) {
                stop();
            }
        });
    }

    private void stop() {
        enter(Phase.STOP);
        ask(node -> new NodeRequest.Stop(), limits.changeMs(), seen -> {
            if (passes(seen, Gates.stopped(seen.facts()))) {
                bootstrap(seen.facts());
            }
        });
    }

    /** Only from here is a node permitted to start: all have proven to this very run that they are stopped. */
    private void bootstrap(Map<String, NodeFacts> stopped) {
        enter(Phase.BOOTSTRAP);
        PositionProof.Result result = PositionProof.judge(stopped, journal);
        if (result instanceof PositionProof.Result.Unproven unproven) {
            fail(unproven.problems(), false); // the way back needs the same proof
        } else if (result instanceof PositionProof.Result.Newest newest) {
            Token token = token(newest.node(), newest.position());
            dialogue.record(new JournalRecord.Granted(token, dialogue.nowMs()));
            progress(newest.node(), "has the newest position, " + newest.position());
            dialogue.ask(
                    Set.of(newest.node()),
                    node -> new NodeRequest.Bootstrap(token, journal.target()),
                    limits.changeMs(),
                    node -> 0,
                    seen -> {
                        if (passes(seen, Gates.together(seen.facts(), journal))) {
                            join();
                        }
                    });
        }
    }

    private Token token(String node, Position position) {
        UUID id = UUID.nameUUIDFromBytes(
                (journal.nonce() + " token " + journal.grants().size()).getBytes(StandardCharsets.US_ASCII));
        return new Token(
                id,
                journal.plan().procedure(),
                journal.runs(),
                position.history(),
                position.seqno(),
                node,
                dialogue.nowMs() + limits.tokenMs());
    }

    private void join() {
        enter(Phase.JOIN);
        Map<String, Long> delays = joinDelaysMs();
        dialogue.ask(
                journal.included(),
                node -> new NodeRequest.Join(journal.target(), journal.round()),
                limits.joinMs(),
                node -> delays.getOrDefault(node, 0L),
                seen -> {
                    if (passes(seen, Gates.together(seen.facts(), journal))) {
                        if (journal.ended() == null) {
                            verify();
                        } else {
                            seal();
                        }
                    }
                });
    }

    /**
     * Nodes that come to a new component one behind the other: those that come in the same moment can have its members agree
     * anew until a timeout of theirs, and writes wait for that. Who has made it, or never stopped, is asked at once.
     */
    private Map<String, Long> joinDelaysMs() {
        Map<String, Long> delays = new TreeMap<>();
        List<Token> grants = journal.grants();
        if (!grants.isEmpty()) {
            String maker = grants.get(grants.size() - 1).node();
            for (String node : journal.included()) {
                if (!node.equals(maker)) {
                    delays.put(node, delays.size() * limits.joinSpacingMs());
                }
            }
        }
        return delays;
    }

    private void verify() {
        enter(Phase.VERIFY);
        ask(node -> new NodeRequest.Verify(journal.target(), journal.included()), limits.changeMs(), seen -> {
            if (passes(seen, Gates.together(seen.facts(), journal))) {
                seal();
            }
        });
    }

    private void seal() {
        enter(Phase.SEAL);
        ask(node -> new NodeRequest.Seal(journal.target()), limits.changeMs(), seen -> {
            if (passes(seen, List.of())) {
                if (journal.ended() == null) {
                    dialogue.record(new JournalRecord.Ended(journal.target(), dialogue.nowMs()));
                }
                endAsPlanned();
            }
        });
    }

    private void endAsPlanned() {
        dialogue.end(journal.target() == Target.CHANGED ? Outcome.DONE : Outcome.UNDONE, List.of());
    }

    private void enter(Phase phase) {
        dialogue.enter(phase);
        dialogue.record(new JournalRecord.PhaseBegan(phase, dialogue.nowMs()));
        progress(null, "begins");
    }

    /** Whether the next phase may begin; ends the run, or turns it back, if not. */
    private boolean passes(Inquiry seen, List<String> against) {
        List<String> problems = new ArrayList<>(seen.problems());
        problems.addAll(against);
        if (!problems.isEmpty()) {
            fail(problems, !seen.isSuperseded());
        }
        return problems.isEmpty();
    }

    private void fail(List<String> problems, boolean turns) {
        Phase phase = dialogue.phase();
        if (turns && phase != null && phase.isOutage() && journal.target() == Target.CHANGED) {
            String because = String.join("; ", problems);
            dialogue.record(new JournalRecord.TurnedBack(because, dialogue.nowMs()));
            progress(null, "goes back: " + because);
            look();
        } else {
            dialogue.record(new JournalRecord.RunFailed(problems, dialogue.nowMs()));
            dialogue.end(Outcome.FAILED, problems);
        }
    }

    private void ask(Function<String, Step> step, long limitMs, Consumer<Inquiry> then) {
        dialogue.ask(journal.included(), step, limitMs, node -> 0, then);
    }

    private void progress(@Nullable String node, String text) {
        dialogue.progress(node, text);
    }

    // ---- for the driver

    /** An answer of a node: late, twice, or the one that is waited for. */
    public void onAnswer(String node, RequestId id, Answer answer, long timeMs) {
        dialogue.onAnswer(node, id, answer, timeMs);
    }

    /**
     * A request came to no answer: it is sent again soon, and the reason stands in what the run ends with.
     *
     * @param why a sentence for people
     */
    public void onSilence(String node, RequestId id, String why, long timeMs) {
        dialogue.onSilence(node, id, why, timeMs);
    }

    /** Time has passed. */
    public void tick(long timeMs) {
        dialogue.tick(timeMs);
    }

    /** When {@link #tick} is due. */
    public long nextDeadlineMs() {
        return dialogue.nextDeadlineMs();
    }

    /** Hands over what the calls have led to. */
    public void drain(Consumer<CoordinatorOutput> above) {
        dialogue.drain(above);
    }
}
