package io.dromon.node.rebootstrap.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

/** One step, asked of several nodes at once: until each has said its last word, or the time is over. */
final class Inquiry {
    private static final String SILENT = "it does not answer";

    /** What one node was asked. */
    private static final class Asked {
        private final NodeRequest request;
        private long firstSentMs = Long.MAX_VALUE;
        private long dueMs;
        private String last = SILENT;
        private boolean over;

        Asked(NodeRequest request, long dueMs) {
            this.request = request;
            this.dueMs = dueMs;
        }
    }

    private final Map<String, Asked> asked = new TreeMap<>();
    private final Map<String, NodeFacts> facts = new TreeMap<>();
    private final Map<String, String> addresses = new TreeMap<>();
    private final List<String> problems = new ArrayList<>();
    private final Limits limits;
    private final long endMs;
    private boolean superseded;

    /**
     * Nothing is sent yet: {@link #send} does it.
     *
     * @param delayMs before a node is asked, by name
     */
    Inquiry(Collection<NodeRequest> requests, Limits limits, long nowMs, long limitMs, ToLongFunction<String> delayMs) {
        long lastMs = nowMs;
        for (NodeRequest request : requests) {
            long dueMs = nowMs + delayMs.applyAsLong(request.node());
            asked.put(request.node(), new Asked(request, dueMs));
            lastMs = Math.max(lastMs, dueMs);
        }
        this.limits = limits;
        this.endMs = lastMs + limitMs;
    }

    /**
     * Takes an answer; one that was not asked for, or comes twice, is passed over.
     *
     * @return whether it is the node's last word
     */
    boolean take(String node, RequestId id, Answer answer, long nowMs) {
        Asked of = asked.get(node);
        if (of == null || of.over || !of.request.id().equals(id)) {
            return false;
        }
        if (answer instanceof Answer.Pending pending) {
            of.last = "still " + pending.what();
            of.dueMs = Math.min(of.dueMs, nowMs + limits.pollMs());
            return false;
        }
        of.over = true;
        if (answer instanceof Answer.Done done) {
            facts.put(node, done.facts());
            checkClock(node, done.facts().clockMs(), of.firstSentMs - limits.skewMs(), nowMs + limits.skewMs());
        } else if (answer instanceof Answer.Listening listening) {
            addresses.put(node, listening.address());
        } else if (answer instanceof Answer.Refused refused) {
            superseded |= refused.reason() == Answer.Reason.STALE || refused.reason() == Answer.Reason.ENDED;
            problems.add(node + ": " + refused.text());
        }
        return true;
    }

    /** A node has not answered, and why, as far as that can be seen from here; it is asked again soon. */
    void silent(String node, RequestId id, String why, long nowMs) {
        Asked of = asked.get(node);
        if (of != null && !of.over && of.request.id().equals(id)) {
            of.last = SILENT + ": " + why;
            of.dueMs = Math.min(of.dueMs, nowMs + limits.pollMs());
        }
    }

    private void checkClock(String node, long clockMs, long earliestMs, long latestMs) {
        long off = clockMs < earliestMs ? earliestMs - clockMs : clockMs - latestMs;
        if (off > 0) {
            problems.add("the clock of " + node + " is about " + (off + limits.skewMs()) / 1000 + " s "
                    + (clockMs < earliestMs ? "behind" : "ahead of")
                    + " this machine's, of which " + limits.skewMs() / 1000
                    + " are allowed: certificates and tokens go by them. Set both by NTP");
        }
    }

    /** Sends what is due, and again what has no answer yet. */
    void send(long nowMs, Consumer<NodeRequest> send) {
        for (Asked each : asked.values()) {
            if (!each.over && nowMs >= each.dueMs) {
                each.firstSentMs = Math.min(each.firstSentMs, nowMs);
                each.dueMs = nowMs + limits.retryMs();
                send.accept(each.request);
            }
        }
    }

    boolean isOver(long nowMs) {
        return nowMs >= endMs || asked.values().stream().allMatch(each -> each.over);
    }

    /** When {@link #send} or {@link #isOver} has something to say. */
    long nextMs() {
        long next = endMs;
        for (Asked each : asked.values()) {
            if (!each.over) {
                next = Math.min(next, each.dueMs);
            }
        }
        return next;
    }

    /** What the nodes that are as asked have said. */
    Map<String, NodeFacts> facts() {
        return facts;
    }

    /** Where nodes listen for the rehearsal. */
    Map<String, String> addresses() {
        return addresses;
    }

    /** All that speaks against the next step, nodes without a last word included. */
    List<String> problems() {
        List<String> all = new ArrayList<>(problems);
        asked.forEach((node, each) -> {
            if (!each.over) {
                all.add(node + ": " + each.last);
            }
        });
        return all;
    }

    /** Whether another coordinator has taken over. */
    boolean isSuperseded() {
        return superseded;
    }
}
