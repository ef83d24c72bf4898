package io.dromon.node.rebootstrap.core;

import io.dromon.transport.sim.SimClock;
import io.dromon.transport.sim.SimTrace;
import io.dromon.transport.sim.Violation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The order that the nodes share, and their components: what a member writes, all members have received at once, and
 * what more than half of the component has stored is acknowledged. Whoever leaves in order lets the others go on; those who
 * lose members go on if they carry more than half. It judges every step by what must never happen.
 */
final class SimGroup {
    private record Waiting(long id, int seqno, SimComponent component, SimNode origin, int process) {}

    final Map<String, SimNode> nodes = new TreeMap<>();
    private final SimClock clock;
    private final Random random;
    private final SimTrace trace;
    private final List<Waiting> waiting = new ArrayList<>();
    /** Acknowledged writes: seqno and content. */
    private final Map<Integer, Long> acknowledged = new HashMap<>();

    private long lastAcknowledgedNs;
    private long longestPauseNs;
    private long ids;
    private int bootstraps;

    SimGroup(SimClock clock, Random random, SimTrace trace) {
        this.clock = clock;
        this.random = random;
        this.trace = trace;
    }

    int acknowledged() {
        return acknowledged.size();
    }

    /** The longest time in which no write was acknowledged. */
    long longestPauseMs() {
        return longestPauseNs / 1_000_000;
    }

    int bootstraps() {
        return bootstraps;
    }

    void say(String who, String what) {
        trace.add(clock.nowNs(), who, what);
    }

    Set<SimComponent> components() {
        Set<SimComponent> all = new HashSet<>();
        nodes.values().forEach(node -> {
            if (node.component != null) {
                all.add(node.component);
            }
        });
        return all;
    }

    // ---- writes

    void write(SimNode origin) {
        SimComponent component = origin.component;
        if (!origin.up || origin.drained || component == null) {
            return;
        }
        if (components().stream().filter(SimComponent::takesWrites).count() > 1) {
            throw new Violation("one-component", "two components take writes: " + describe());
        }
        long id = ++ids;
        component.members.values().forEach(node -> node.log.add(id));
        waiting.add(new Waiting(id, origin.log.size(), component, origin, origin.process));
        component.members.values().forEach(node -> {
            int process = node.process;
            clock.in(random.nextInt(1, 200) * 1_000_000L, () -> {
                if (node.process == process) {
                    node.store();
                }
            });
        });
    }

    /** Acknowledges what enough members have stored. */
    void acknowledge() {
        waiting.removeIf(each -> {
            if (each.origin.process != each.process) {
                return true; // its client never hears of it
            }
            long stored = each.component.members.values().stream()
                    .filter(node -> node.disk.size() >= each.seqno && node.disk.get(each.seqno - 1) == each.id)
                    .mapToLong(node -> node.weight)
                    .sum();
            if (2 * stored <= each.component.weight()) {
                return false;
            }
            Long before = acknowledged.putIfAbsent(each.seqno, each.id);
            if (before != null && before != each.id) {
                throw new Violation("no-fork", "two writes were acknowledged at " + each.seqno);
            }
            longestPauseNs = Math.max(longestPauseNs, clock.nowNs() - lastAcknowledgedNs);
            lastAcknowledgedNs = clock.nowNs();
            return true;
        });
    }

    private boolean holdsAll(List<Long> log) {
        return acknowledged.entrySet().stream()
                .allMatch(each -> log.size() >= each.getKey()
                        && log.get(each.getKey() - 1).equals(each.getValue()));
    }

    // ---- components

    private void form(Map<String, SimNode> members) {
        if (members.isEmpty()) {
            return;
        }
        List<Long> longest = members.values().iterator().next().log;
        for (SimNode node : members.values()) {
            longest = node.log.size() > longest.size() ? node.log : longest;
        }
        List<Long> next = new ArrayList<>(longest);
        long id = ++ids;
        next.add(-id); // a configuration has a number of the order
        SimComponent component = new SimComponent(next.size(), members);
        members.values().forEach(node -> {
            boolean comes = node.component == null;
            node.log = new ArrayList<>(next);
            if (comes) {
                node.store();
            }
            node.enter(component);
        });
        say("group", "component " + component.number + " of " + members.keySet());
    }

    /** Nodes that die, or are cut off, all at once. */
    void lose(Set<SimNode> lost) {
        for (SimComponent component : components()) {
            Map<String, SimNode> rest = new TreeMap<>(component.members);
            rest.values().removeAll(lost);
            if (rest.size() == component.members.size()) {
                continue;
            }
            long weight = rest.values().stream().mapToLong(node -> node.weight).sum();
            boolean goesOn = 2 * weight > component.weight();
            component.members.values().forEach(node -> node.exit(NodeFacts.Standing.LOST));
            if (goesOn) {
                rest.values().forEach(node -> node.component = component);
                form(rest);
            }
        }
    }

    void leave(SimNode node) {
        SimComponent component = node.component;
        if (component == null) {
            return;
        }
        Map<String, SimNode> rest = new TreeMap<>(component.members);
        rest.remove(node.name);
        node.exit(rest.isEmpty() ? NodeFacts.Standing.LOST : NodeFacts.Standing.LEFT);
        form(rest);
    }

    void bootstrap(SimNode node, Set<String> givenUp) {
        bootstraps++;
        say(node.name, "makes a component at " + node.disk.size());
        for (SimNode other : nodes.values()) {
            if (other != node && other.running && (other.component != null || !givenUp.contains(other.name))) {
                throw new Violation("others-stopped", node.name + " makes a component while " + describe());
            }
        }
        if (!holdsAll(node.disk)) {
            throw new Violation("newest", node.name + " makes a component without all that was acknowledged");
        }
        form(Map.of(node.name, node));
    }

    /** Nodes that look for others find them: from time to time. */
    void meet() {
        for (SimNode node : nodes.values()) {
            if (node.running && node.component == null && !node.isolated) {
                components().stream()
                        .filter(each -> each.any().usesChanged() == node.usesChanged())
                        .filter(each -> each.members.values().stream().noneMatch(member -> member.isolated))
                        .max((a, b) -> Long.compare(a.number, b.number))
                        .ifPresent(component -> join(node, component));
            }
        }
        recover(false);
        recover(true);
    }

    private void join(SimNode node, SimComponent component) {
        Map<String, SimNode> members = new TreeMap<>(component.members);
        members.put(node.name, node);
        node.log = new ArrayList<>(component.any().log);
        form(members);
    }

    /** Those who were a component once are one again: all of them from their files, or who lost it with more than half. */
    private void recover(boolean changed) {
        Map<String, SimNode> found = new TreeMap<>();
        NodeFacts.@Nullable Component last = null;
        for (SimNode node : nodes.values()) {
            boolean looks = node.running && node.component == null && !node.isolated && node.usesChanged() == changed;
            if (looks && (node.recovers || node.survived) && node.saved != null) {
                found.put(node.name, node);
                last = last == null || node.saved.number() > last.number() ? node.saved : last;
            }
        }
        if (last == null || last.standing() == NodeFacts.Standing.LEFT) {
            return;
        }
        NodeFacts.Component newest = last;
        long survivors = found.values().stream()
                .filter(node -> node.survived && node.saved != null && node.saved.number() == newest.number())
                .mapToLong(node -> node.weight)
                .sum();
        long weight = newest.weights().values().stream().mapToLong(each -> each).sum();
        if (found.keySet().containsAll(newest.weights().keySet()) || 2 * survivors > weight) {
            form(found);
        }
    }

    // ---- the end

    /** One component of all, with all that was acknowledged. */
    void checkEnd(Set<String> names) {
        Set<SimComponent> all = components();
        if (all.size() != 1) {
            throw new Violation("serves-at-end", "not one component: " + describe());
        }
        SimComponent one = all.iterator().next();
        if (!one.members.keySet().containsAll(names) || !one.takesWrites()) {
            throw new Violation("serves-at-end", "not all of " + names + " are in it: " + describe());
        }
        one.members.values().forEach(node -> {
            if (!holdsAll(node.log)) {
                throw new Violation("nothing-lost", node.name + " has not got all that was acknowledged");
            }
        });
    }

    String describe() {
        return nodes.values().stream().map(SimNode::toString).toList().toString();
    }
}
