package io.dromon.node.rebootstrap.core;

import io.dromon.node.rebootstrap.core.NodeFacts.RunState;
import io.dromon.transport.wire.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What must hold of all nodes together before the next phase: everything that speaks against it, for people. */
final class Gates {
    private Gates() {}

    /** Whether the nodes are those of the plan, and of one component, or of none. */
    static List<String> inspected(Map<String, NodeFacts> facts, JournalState journal) {
        List<String> problems = new ArrayList<>();
        RebootstrapPlan plan = journal.plan();
        facts.forEach((name, each) -> {
            if (!each.name().equals(name) || !each.cluster().equals(plan.cluster())) {
                problems.add(
                        plan.node(name).adminAddress() + " is node '" + each.name() + "' of cluster '" + each.cluster()
                                + "', the plan says '" + name + "' of '" + plan.cluster() + "'; correct the plan");
            }
            UUID open = each.hold().procedure();
            if (open != null && !open.equals(plan.procedure())) {
                problems.add(name + " belongs to procedure " + open
                        + ", which has not ended; resume or undo that one with its own journal");
            }
        });
        boolean serving = facts.values().stream().anyMatch(NodeFacts::isPrimary);
        if (serving) {
            facts.forEach((name, each) -> checkMembers(name, each, facts.keySet(), problems));
        }
        problems.addAll(givenUpAndAlive(facts, journal));
        return problems;
    }

    private static void checkMembers(String name, NodeFacts each, Set<String> included, List<String> problems) {
        if (each.isPrimary() && each.state() == RunState.DRAINED && each.hold().procedure() == null) {
            problems.add(
                    name + " was drained by an operator, and takes no writes: dromon undrain there, then run again");
            return;
        }
        if (!each.isPrimary() || each.state() != RunState.RUNNING) {
            problems.add(
                    name + " is not in the primary component, others are; bring it back, or give it up by --without "
                            + name + " --because TEXT");
            return;
        }
        Set<String> unseen = new TreeSet<>(included);
        unseen.removeAll(each.members().keySet());
        if (!unseen.isEmpty()) {
            problems.add(name + " does not see " + unseen + " in its component: the plan has the nodes of one cluster");
        }
    }

    /** Nodes that were given up, or are in no plan, and that others see as members: they can order writes. */
    static List<String> givenUpAndAlive(Map<String, NodeFacts> facts, JournalState journal) {
        List<String> problems = new ArrayList<>();
        Set<String> planned = journal.plan().names();
        facts.forEach((name, each) -> each.members().keySet().forEach(member -> {
            if (journal.without().containsKey(member)) {
                problems.add(member + " was given up, but " + name + " sees it as a member: it is alive. Go on without"
                        + " giving it up, or end its process");
            } else if (!planned.contains(member)) {
                problems.add(
                        name + " sees the member " + member
                                + ", which is not in the plan; add it, or have it leave (an arbitrator comes back by itself later)");
            }
        }));
        return problems;
    }

    /** Whether the positions of nodes that run are known, and of one history. */
    static List<String> proven(Map<String, NodeFacts> facts, JournalState journal) {
        return PositionProof.judge(facts, journal) instanceof PositionProof.Result.Unproven unproven
                ? unproven.problems()
                : List.of();
    }

    /** Whether all have stopped. */
    static List<String> stopped(Map<String, NodeFacts> facts) {
        List<String> problems = new ArrayList<>();
        facts.forEach((name, each) -> {
            if (each.state() != RunState.STOPPED) {
                problems.add(name + " says that it is done, and is " + each.state() + ": it has not stopped");
            }
        });
        return problems;
    }

    /** Whether all are in the one component that the last token began. */
    static List<String> together(Map<String, NodeFacts> facts, JournalState journal) {
        List<String> problems = new ArrayList<>(givenUpAndAlive(facts, journal));
        Set<UUID> histories = new TreeSet<>();
        facts.forEach((name, each) -> {
            Position position = each.position();
            if (position != null) {
                histories.add(position.history());
            }
            if (!isServing(each, journal)) {
                problems.add(name + " is not a member of the component that was made with the " + journal.target()
                        + " configuration; look at its log");
            }
        });
        if (histories.size() > 1) {
            problems.add("the nodes are of more than one history: " + histories);
        }
        return problems;
    }

    /** Whether the node is in the component that the procedure leads to. */
    static boolean isServing(NodeFacts facts, JournalState journal) {
        @Nullable UUID round = facts.hold().round();
        boolean sameRound = round == null ? journal.round() == null : round.equals(journal.round());
        return facts.isPrimary() && facts.hold().active() == journal.target() && sameRound;
    }
}
