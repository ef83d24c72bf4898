package io.dromon.node.apply;

import io.dromon.node.Committed;
import io.dromon.node.Durability;
import io.dromon.node.NodeException;
import io.dromon.transport.wire.Position;
import java.util.ArrayDeque;

/**
 * Own write-sets that are applied and wait until they are durable, in the order of their numbers. For the delivery thread. All
 * are of the history of the application.
 */
final class DurabilityWaits {
    /** What a call waits for. */
    private record Wait(PendingCommit call, Committed committed) {
        void fail(String why) {
            call.completeExceptionally(new NodeException(
                    NodeException.Reason.DURABILITY_UNKNOWN,
                    "the write-set has number " + committed.seqno() + " of " + committed.history()
                            + " and is applied here, but it is not proven to be durable at " + call.durability() + ": "
                            + why + ". Do not send it again; look for it in the state if it matters"));
        }
    }

    private final ArrayDeque<Wait> local = new ArrayDeque<>();
    private final ArrayDeque<Wait> majority = new ArrayDeque<>();
    private boolean majorityPossible = true;
    private boolean hasNews;

    /** A write-set was applied whose call waits for more. */
    void add(PendingCommit call, Committed committed) {
        Wait wait = new Wait(call, committed);
        hasNews = true;
        if (call.durability() == Durability.LOCAL) {
            local.add(wait);
        } else if (majorityPossible) {
            majority.add(wait);
        } else {
            failAsImpossible(wait);
        }
    }

    /** Whether something was added since the last call. */
    boolean takeNews() {
        boolean had = hasNews;
        hasNews = false;
        return had;
    }

    /** All up to a number is durable at a level. */
    void release(Durability level, Position upTo) {
        ArrayDeque<Wait> waits = level == Durability.LOCAL ? local : majority;
        for (Wait next = waits.peek(); next != null && isWithin(next.committed(), upTo); next = waits.peek()) {
            waits.remove();
            next.call().complete(next.committed());
        }
    }

    private static boolean isWithin(Committed committed, Position upTo) {
        return committed.seqno() <= upTo.seqno() && committed.history().equals(upTo.history());
    }

    /** Whether the members that can sync hold more than half of the weight. */
    void setMajorityPossible(boolean possible) {
        majorityPossible = possible;
        while (!possible && !majority.isEmpty()) {
            failAsImpossible(majority.remove());
        }
    }

    private static void failAsImpossible(Wait wait) {
        wait.fail("the members that are left and can sync hold half of the weight at most");
    }

    /** What members have is not counted any more. */
    void onComponentLost() {
        while (!majority.isEmpty()) {
            majority.remove().fail("the primary component was lost before that");
        }
    }

    /** The application has the state of another history. */
    void onAnotherHistory() {
        failAll("the node has taken the state of another history");
    }

    /** Nothing is synced any more. */
    void failAll(String why) {
        while (!local.isEmpty()) {
            local.remove().fail(why);
        }
        while (!majority.isEmpty()) {
            majority.remove().fail(why);
        }
    }
}
