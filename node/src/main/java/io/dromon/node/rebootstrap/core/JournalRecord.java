package io.dromon.node.rebootstrap.core;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A line of the journal. All times are the coordinator's, in milliseconds since 1970. */
public sealed interface JournalRecord {
    /** The first one: what is done. */
    record Planned(RebootstrapPlan plan, long atMs) implements JournalRecord {}

    /** A coordinator has taken up the procedure; what earlier ones have sent is void on the nodes that hear of it. */
    record RunBegan(int run, UUID nonce, Target target, Map<String, String> without, long atMs)
            implements JournalRecord {}

    /** The run goes back by itself. */
    record TurnedBack(String because, long atMs) implements JournalRecord {}

    /** Before the first request of the phase. */
    record PhaseBegan(Phase phase, long atMs) implements JournalRecord {}

    /**
     * A node is as the phase wants it.
     *
     * @param history of its position, null if it did not tell one
     */
    record Confirmed(Phase phase, String node, @Nullable UUID history, long seqno, long atMs)
            implements JournalRecord {}

    /** Before the token is sent. */
    record Granted(Token token, long atMs) implements JournalRecord {}

    /** The run has ended, and the procedure has not. */
    record RunFailed(List<String> problems, long atMs) implements JournalRecord {}

    /** The last one: all nodes have this configuration. */
    record Ended(Target target, long atMs) implements JournalRecord {}
}
