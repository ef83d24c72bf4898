package io.dromon.node.rebootstrap.core;

import io.dromon.node.rebootstrap.core.CoordinatorOutput.Outcome;
import io.dromon.transport.sim.SimClock;
import io.dromon.transport.sim.SimTrace;
import io.dromon.transport.sim.Violation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Nodes under load, a coordinator and its operator in virtual time, from one seed. Processes are killed, links are cut,
 * messages are lost, doubled and late, clocks are wrong; then all is mended, and the procedure must come to its end.
 */
final class RebootstrapCluster {
    static final long EPOCH_MS = 1_800_000_000_000L;
    private static final long SECOND_NS = 1_000_000_000L;
    private static final long FAULTS_END_NS = 70 * SECOND_NS;
    private static final Limits LIMITS = new Limits(1_000, 300, 6_000, 12_000, 20_000, 1_000, 10_000, 5_000);
    /** The longest way: forward to the bootstrap, and all the way back. */
    private static final long LONGEST_RUN_MS = 200_000;

    /** What a run was about. */
    record Story(Outcome outcome, int runs, int acknowledged, int bootstraps, int coordinatorsKilled, int givenUp) {}

    final SimClock clock = new SimClock();
    final SimGroup group;
    private final Random random;
    private final SimTrace trace;
    private final SimRules rules;
    private final SimFaults faults;
    private final boolean undoes;

    private final RebootstrapPlan plan;
    final List<JournalRecord> journal = new ArrayList<>();
    private @Nullable Coordinator coordinator;
    private int coordinators;
    private long begunNs;
    private int killed;
    private int runs;
    private final Set<String> everGivenUp = new HashSet<>();
    private @Nullable Outcome last;
    private Consumer<JournalRecord> onRecord = record -> {};
    private List<String> problems = List.of();

    RebootstrapCluster(long seed, SimTrace trace, SimRules rules) {
        this(seed, trace, rules, 0);
    }

    /** A cluster of so many nodes, to which nothing happens but what a test does. */
    static RebootstrapCluster scripted(int size, SimTrace trace) {
        return new RebootstrapCluster(1, trace, new SimRules(), size);
    }

    private RebootstrapCluster(long seed, SimTrace trace, SimRules rules, int fixedSize) {
        this.random = new Random(seed * 0x9E3779B97F4A7C15L + 1);
        this.trace = trace;
        this.rules = rules;
        this.group = new SimGroup(clock, random, trace);
        this.undoes = random.nextBoolean();
        int size = fixedSize > 0 ? fixedSize : random.nextInt(2, 6);
        List<PlannedNode> planned = new ArrayList<>();
        for (int i = 1; i <= size; i++) {
            String name = "n" + i;
            int weight = random.nextInt(4) == 0 ? 2 : 1;
            group.nodes.put(name, new SimNode(name, weight, group, clock, random, rules));
            planned.add(new PlannedNode(name, "https://" + name, Map.of()));
        }
        this.plan = new RebootstrapPlan(new UUID(seed, 1), SimNode.CLUSTER, Map.of("socket.ssl", "YES"), planned);
        this.faults = new SimFaults(group, clock, random, fixedSize > 0 ? 0 : FAULTS_END_NS);
    }

    // ---- a run of a seed

    Story run() {
        found();
        clock.at(2 * SECOND_NS, this::operate);
        faults.plan();
        clock.runUntil(FAULTS_END_NS);
        faults.mend();
        clock.runUntil(FAULTS_END_NS + 15 * SECOND_NS);
        Outcome outcome = finish();
        clock.runUntil(clock.nowNs() + 10 * SECOND_NS);
        check(outcome);
        return new Story(outcome, runs, group.acknowledged(), group.bootstraps(), killed, everGivenUp.size());
    }

    /** The nodes are a cluster, under load. */
    void found() {
        Map<String, SimNode> members = new TreeMap<>(group.nodes);
        for (SimNode node : members.values()) {
            for (long seqno = 1; seqno <= 10; seqno++) {
                node.disk.add(-1000 - seqno);
            }
            node.boot();
        }
        Map<String, Integer> weights = new TreeMap<>();
        members.forEach((name, node) -> weights.put(name, node.weight));
        members.values().forEach(node -> node.saved = new NodeFacts.Component(10, weights, NodeFacts.Standing.LOST));
        group.meet();
        every(250, this::write);
        every(500, group::meet);
        every(200, this::tick);
    }

    private void every(long periodMs, Runnable what) {
        clock.in(periodMs * 1_000_000L, () -> {
            what.run();
            every(periodMs, what);
        });
    }

    private void write() {
        List<SimNode> all = new ArrayList<>(group.nodes.values());
        group.write(all.get(random.nextInt(all.size())));
    }

    /** All is mended: the operator only goes on, or back, and gives nobody up. */
    private Outcome finish() {
        for (int attempt = 0; attempt < 8; attempt++) {
            if ((last == Outcome.DONE || last == Outcome.UNDONE)
                    && state().included().isEmpty()) {
                return last;
            }
            if (coordinator == null) {
                boolean back = (undoes || attempt > 2) && state().ended() != Target.CHANGED;
                begin(journal.isEmpty() ? Choice.Kind.RUN : back ? Choice.Kind.UNDO : Choice.Kind.RESUME, Map.of());
                if (last == Outcome.REFUSED) {
                    begin(Choice.Kind.RESUME, Map.of());
                }
            }
            long untilNs = clock.nowNs() + LONGEST_RUN_MS * 1_000_000L;
            while (coordinator != null && clock.nowNs() < untilNs) {
                clock.runUntil(clock.nowNs() + SECOND_NS);
            }
        }
        if ((last != Outcome.DONE && last != Outcome.UNDONE)
                || !state().included().isEmpty()) {
            throw new Violation("reaches-an-end", last + " " + problems + " of " + group.describe());
        }
        return last;
    }

    /** Every node has the outcome's configuration, and nothing was lost. */
    void check(Outcome outcome) {
        for (String name : plan.names()) {
            SimNode node = group.nodes.get(name);
            if (node == null || node.kept.opened() != null || node.changedForGood != (outcome == Outcome.DONE)) {
                throw new Violation("all-or-none", name + " after " + outcome + ": " + node);
            }
        }
        group.checkEnd(plan.names());
    }

    /** What the journal adds up to; as if no run had given anybody up. */
    private JournalState state() {
        JournalState state = new JournalState();
        journal.stream()
                .map(record -> record instanceof JournalRecord.RunBegan began
                        ? new JournalRecord.RunBegan(began.run(), began.nonce(), began.target(), Map.of(), began.atMs())
                        : record)
                .forEach(state::add);
        return state;
    }

    // ---- the operator

    private void operate() {
        if (clock.nowNs() >= FAULTS_END_NS) {
            return;
        }
        boolean ended = last == Outcome.DONE || last == Outcome.UNDONE;
        if (coordinator == null && !ended) {
            Choice.Kind kind = journal.isEmpty()
                    ? Choice.Kind.RUN
                    : random.nextInt(3) == 0 ? Choice.Kind.UNDO : Choice.Kind.RESUME;
            begin(kind, giveUp());
        }
        clock.in(random.nextInt(500, 15_000) * 1_000_000L, this::operate);
    }

    /** Nodes that do not answer, and now and then one that would. */
    private Map<String, String> giveUp() {
        Map<String, String> without = new TreeMap<>();
        for (SimNode node : group.nodes.values()) {
            boolean silent = !node.up || faults.isCut(node) || node.unreadable;
            if (random.nextInt(100) < (silent ? 40 : 2)) {
                without.put(node.name, "it does not answer");
            }
        }
        return without;
    }

    void begin(Choice.Kind kind, Map<String, String> without) {
        runs++;
        coordinators++;
        last = null;
        everGivenUp.addAll(without.keySet());
        begunNs = clock.nowNs();
        group.say("oper", kind + (without.isEmpty() ? "" : " without " + without.keySet()));
        Coordinator next =
                journal.isEmpty() ? Coordinator.of(plan, LIMITS) : Coordinator.of(List.copyOf(journal), LIMITS);
        coordinator = next;
        next.begin(new Choice(kind, without), new UUID(random.nextLong(), random.nextLong()), nowMs());
        drain(next);
    }

    // ---- the coordinator

    private long nowMs() {
        return EPOCH_MS + clock.nowNs() / 1_000_000;
    }

    private void tick() {
        Coordinator now = coordinator;
        if (now == null) {
            return;
        }
        if (faults.killsCoordinator()) {
            kill();
        } else {
            if (clock.nowNs() - begunNs > LONGEST_RUN_MS * 1_000_000L) {
                throw new Violation("every-run-ends", "a run goes on and on: " + journal);
            }
            now.tick(nowMs());
            drain(now);
        }
    }

    void kill() {
        coordinator = null;
        coordinators++;
        killed++;
        group.say("coord", "is killed");
    }

    private void drain(Coordinator from) {
        List<CoordinatorOutput> outputs = new ArrayList<>();
        from.drain(outputs::add);
        for (CoordinatorOutput output : outputs) {
            if (coordinator != from) {
                return;
            }
            if (faults.killsCoordinatorBetween()) {
                kill();
                return;
            }
            handle(output);
        }
    }

    private void handle(CoordinatorOutput output) {
        if (output instanceof CoordinatorOutput.Write record) {
            journal.add(record.record());
            if (trace.isOn()) {
                group.say("disk", record.record().toString());
            }
            onRecord.accept(record.record());
            if (record.record() instanceof JournalRecord.RunBegan began) {
                group.nodes
                        .values()
                        .forEach(node -> node.givenUp(began.without().keySet()));
            }
        } else if (output instanceof CoordinatorOutput.Send send) {
            send(send.request());
        } else if (output instanceof CoordinatorOutput.End end) {
            group.say("coord", "ends: " + end.outcome() + " " + end.problems());
            last = end.outcome();
            problems = end.problems();
            coordinator = null;
            coordinators++;
        }
    }

    private void send(NodeRequest request) {
        SimNode node = group.nodes.get(request.node());
        if (node == null) {
            throw new IllegalStateException("no node " + request.node());
        }
        int of = coordinators;
        for (long delayNs : faults.deliveries()) {
            clock.in(delayNs, () -> arrive(node, request, of));
        }
    }

    private void arrive(SimNode node, NodeRequest request, int of) {
        if (!node.up || faults.isCut(node)) {
            return;
        }
        Answer answer = rules.answered(node.on(rules.asked(request, node)), request, node);
        if (trace.isOn()) {
            group.say(
                    node.name,
                    request.id().run() + "." + request.id().number() + " " + request.step() + " -> " + answer);
        }
        for (long delayNs : faults.deliveries()) {
            clock.in(delayNs, () -> {
                Coordinator now = coordinator;
                if (now != null && of == coordinators) {
                    now.onAnswer(node.name, request.id(), answer, nowMs());
                    drain(now);
                }
            });
        }
    }

    // ---- for tests that script a run

    /** Calls {@code what} behind each record. */
    void onRecord(Consumer<JournalRecord> what) {
        onRecord = what;
    }

    /** How the last run ended; null while one goes on, or after it was killed. */
    @Nullable
    Outcome outcome() {
        return last;
    }

    SimFaults faults() {
        return faults;
    }
}
