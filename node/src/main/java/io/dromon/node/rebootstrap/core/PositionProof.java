package io.dromon.node.rebootstrap.core;

import io.dromon.node.rebootstrap.core.NodeFacts.Component;
import io.dromon.node.rebootstrap.core.NodeFacts.Standing;
import io.dromon.transport.wire.Position;
import io.dromon.transport.wire.Uuids;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which node has the newest position, if that can be proven. The position of every member of the last primary component
 * must be known. Members that were given up may be missing if those that ended with the component carry more than half of its
 * weight: then the missing ones cannot have gone on without them. Who left in order before does not count, since a component
 * shrinks by each member that does.
 */
final class PositionProof {
    /** What comes of it. */
    sealed interface Result {
        /** The node that may make the component anew. */
        record Newest(String node, Position position) implements Result {}

        /** No node may. */
        record Unproven(List<String> problems) implements Result {}
    }

    private final Map<String, NodeFacts> facts;
    private final JournalState journal;
    private final List<String> problems = new ArrayList<>();

    private PositionProof(Map<String, NodeFacts> facts, JournalState journal) {
        this.facts = new TreeMap<>(facts);
        this.journal = journal;
    }

    /**
     * Judges what all nodes of the run have said.
     *
     * @param facts of each of them, by name
     */
    static Result judge(Map<String, NodeFacts> facts, JournalState journal) {
        return new PositionProof(facts, journal).judge();
    }

    private Result judge() {
        checkPositions();
        Map<String, NodeFacts> candidates = problems.isEmpty() ? ofLastRound() : Map.of();
        if (problems.isEmpty()) {
            checkMembers(candidates);
        }
        Result.Newest newest = newest(candidates);
        return newest == null || !problems.isEmpty() ? new Result.Unproven(problems) : newest;
    }

    private void checkPositions() {
        Map<String, String> histories = new TreeMap<>();
        facts.forEach((name, each) -> {
            Position position = each.position();
            if (position == null || position.seqno() < 0 || position.history().equals(Uuids.NIL)) {
                problems.add(
                        "the position of " + name + " is unknown: unknown is not old. Repair its store, or give it up"
                                + " by --without " + name + " --because TEXT");
            } else if (each.component() == null) {
                problems.add(
                        name + " does not know its last primary component, so it may have missed one; give it up by"
                                + " --without " + name + " --because TEXT");
            } else {
                histories.merge(position.history().toString(), name, (a, b) -> a + ", " + b);
            }
        });
        if (histories.size() > 1) {
            problems.add(
                    "the nodes are of more than one history: " + histories + "; a plan has the nodes of one cluster");
        }
        if (facts.isEmpty()) {
            problems.add("no node is left");
        }
    }

    /** Those who were in the component that the last used token began, or in one after it; all, if none was used. */
    private Map<String, NodeFacts> ofLastRound() {
        List<Token> grants = journal.grants();
        for (int i = grants.size() - 1; i >= 0; i--) {
            Token grant = grants.get(i);
            Map<String, NodeFacts> reached = new TreeMap<>();
            facts.forEach((name, each) -> {
                if (grant.id().equals(each.hold().round())) {
                    reached.put(name, each);
                }
            });
            if (!reached.isEmpty()) {
                addCompanions(reached);
                return reached;
            }
            if (!facts.containsKey(grant.node())) {
                problems.add(grant.node() + " was permitted to make the component anew at " + grant.history() + ":"
                        + grant.seqno()
                        + ", and nobody knows whether it did: it may hold commits that no other node has."
                        + " Start its daemon, and go on without giving it up");
                return Map.of();
            }
        }
        return facts;
    }

    /** A node that this run deals with again may have found the component by itself, and not know how that began. */
    private void addCompanions(Map<String, NodeFacts> reached) {
        boolean grows = true;
        while (grows) {
            grows = false;
            for (NodeFacts each : List.copyOf(reached.values())) {
                Component own = each.component();
                if (own == null) {
                    continue;
                }
                for (String member : own.weights().keySet()) {
                    NodeFacts other = facts.get(member);
                    boolean together = other != null
                            && other.component() != null
                            && other.component().number() >= own.number();
                    grows |= together && reached.putIfAbsent(member, other) == null;
                }
            }
        }
    }

    private void checkMembers(Map<String, NodeFacts> candidates) {
        Component last = lastOf(candidates);
        Set<String> missing = new TreeSet<>(last.weights().keySet());
        missing.removeAll(facts.keySet());
        if (missing.isEmpty()) {
            return;
        }
        Set<String> unplanned = new TreeSet<>(missing);
        unplanned.removeAll(journal.without().keySet());
        if (!unplanned.isEmpty()) {
            problems.add("members of the last primary component are not in the plan: " + unplanned
                    + "; add them, or have arbitrators leave before");
        } else {
            Set<String> witnesses = new TreeSet<>();
            candidates.forEach((name, each) -> {
                Component own = each.component();
                if (own != null && own.number() == last.number() && own.standing() != Standing.LEFT) {
                    witnesses.add(name);
                }
            });
            checkWeight(missing, last, witnesses);
        }
    }

    private static Component lastOf(Map<String, NodeFacts> candidates) {
        Component last = new Component(-1, Map.of(), Standing.LOST);
        for (NodeFacts each : candidates.values()) {
            Component own = each.component();
            if (own != null && own.number() > last.number()) {
                last = own;
            }
        }
        return last;
    }

    private void checkWeight(Set<String> missing, Component component, Set<String> witnesses) {
        long weight = component.weightOf(witnesses);
        if (2 * weight <= component.weight()) {
            problems.add("without " + missing + " the nodes that ended with the last primary component, " + witnesses
                    + ", carry " + weight + " of its weight " + component.weight()
                    + ", which is not more than half: the missing ones may have gone on. Start one of them, and go on"
                    + " without giving it up");
        }
    }

    /** The highest seqno; the first name of those that have it. */
    private static Result.@Nullable Newest newest(Map<String, NodeFacts> candidates) {
        Result.Newest newest = null;
        for (Map.Entry<String, NodeFacts> each : candidates.entrySet()) {
            Position position = each.getValue().position();
            if (position != null
                    && (newest == null || position.seqno() > newest.position().seqno())) {
                newest = new Result.Newest(each.getKey(), position);
            }
        }
        return newest;
    }
}
