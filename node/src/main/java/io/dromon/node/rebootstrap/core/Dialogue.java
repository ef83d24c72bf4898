package io.dromon.node.rebootstrap.core;

import io.dromon.node.rebootstrap.core.CoordinatorOutput.Outcome;
import io.dromon.node.rebootstrap.core.NodeRequest.Step;
import io.dromon.transport.wire.Position;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** What one run asks, hears, writes down and tells: one {@link Inquiry} after the other, and all outputs in their order. */
final class Dialogue {
    private final JournalState journal;
    private final Limits limits;
    private final ArrayDeque<CoordinatorOutput> output = new ArrayDeque<>();
    private UUID nonce = new UUID(0, 0);
    private long requests;
    private boolean over;
    private @Nullable Phase phase;
    private @Nullable Inquiry inquiry;
    private Consumer<Inquiry> next = done -> {};
    private long nowMs;

    Dialogue(JournalState journal, Limits limits) {
        this.journal = journal;
        this.limits = limits;
    }

    void begin(UUID runNonce, long timeMs) {
        nonce = runNonce;
        nowMs = timeMs;
    }

    long nowMs() {
        return nowMs;
    }

    /** The phase that runs; null while the run looks where to go on. */
    @Nullable
    Phase phase() {
        return phase;
    }

    void enter(@Nullable Phase entered) {
        phase = entered;
    }

    /**
     * Asks nodes; behind the last word of each, or the limit, comes {@code then}.
     *
     * @param step for each node, by name
     * @param delayMs before a node is asked, by name
     */
    void ask(
            Set<String> nodes,
            Function<String, Step> step,
            long limitMs,
            ToLongFunction<String> delayMs,
            Consumer<Inquiry> then) {
        List<NodeRequest> asked = new ArrayList<>();
        for (String node : nodes) {
            RequestId id = new RequestId(journal.runs(), nonce, ++requests);
            asked.add(new NodeRequest(id, journal.plan().procedure(), node, step.apply(node)));
        }
        Inquiry begun = new Inquiry(asked, limits, nowMs, limitMs, delayMs);
        inquiry = begun;
        next = then;
        begun.send(nowMs, request -> output.add(new CoordinatorOutput.Send(request)));
    }

    void onAnswer(String node, RequestId id, Answer answer, long timeMs) {
        nowMs = Math.max(nowMs, timeMs);
        Inquiry asked = inquiry;
        if (over || asked == null || !asked.take(node, id, answer, nowMs)) {
            return;
        }
        if (answer instanceof Answer.Done done) {
            confirm(node, done.facts());
        } else if (answer instanceof Answer.Refused refused) {
            progress(node, refused.text());
        }
        goOnIfOver(asked);
    }

    void onSilence(String node, RequestId id, String why, long timeMs) {
        nowMs = Math.max(nowMs, timeMs);
        Inquiry asked = inquiry;
        if (!over && asked != null) {
            asked.silent(node, id, why, nowMs);
        }
    }

    private void confirm(String node, NodeFacts facts) {
        Position position = facts.position();
        progress(node, facts.state() + (position == null ? ", position unknown" : " at " + position));
        if (phase != null) {
            record(new JournalRecord.Confirmed(
                    phase,
                    node,
                    position == null ? null : position.history(),
                    position == null ? -1 : position.seqno(),
                    nowMs));
        }
    }

    void tick(long timeMs) {
        nowMs = Math.max(nowMs, timeMs);
        Inquiry asked = inquiry;
        if (!over && asked != null) {
            asked.send(nowMs, request -> output.add(new CoordinatorOutput.Send(request)));
            goOnIfOver(asked);
        }
    }

    private void goOnIfOver(Inquiry asked) {
        if (asked.isOver(nowMs)) {
            inquiry = null;
            next.accept(asked);
        }
    }

    long nextDeadlineMs() {
        return inquiry == null ? Long.MAX_VALUE : inquiry.nextMs();
    }

    void record(JournalRecord record) {
        journal.add(record);
        output.add(new CoordinatorOutput.Write(record));
    }

    void progress(@Nullable String node, String text) {
        output.add(new CoordinatorOutput.Progress(phase, node, text));
    }

    void end(Outcome outcome, List<String> problems) {
        over = true;
        inquiry = null;
        output.add(new CoordinatorOutput.End(outcome, problems));
    }

    void drain(Consumer<CoordinatorOutput> above) {
        for (CoordinatorOutput each = output.poll(); each != null; each = output.poll()) {
            above.accept(each);
        }
    }
}
