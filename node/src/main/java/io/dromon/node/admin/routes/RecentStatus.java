package io.dromon.node.admin.routes;

import io.dromon.node.NodeException;
import io.dromon.node.NodeStatus;
import io.dromon.node.admin.AdminOperations;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * The status as it was a moment ago, for those that ask often: however many ask, the protocol thread is asked ten times a
 * second at most, and one at a time.
 */
final class RecentStatus {
    /** How old what is told may be. */
    static final long AGE_NS = Duration.ofMillis(100).toNanos();

    private final AdminOperations node;
    private @Nullable Callable<NodeStatus> known;
    private long takenNs;

    RecentStatus(AdminOperations node) {
        this.node = node;
    }

    /** @throws NodeException if the node did not answer */
    synchronized NodeStatus get() {
        if (known == null || System.nanoTime() - takenNs > AGE_NS) {
            known = ask();
            takenNs = System.nanoTime();
        }
        try {
            return known.call();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private Callable<NodeStatus> ask() {
        try {
            NodeStatus status = node.status();
            return () -> status;
        } catch (NodeException e) {
            return () -> {
                throw new NodeException(e.reason(), String.valueOf(e.getMessage()), e);
            };
        }
    }

    /** Something was changed: who asks next sees it. */
    synchronized void forget() {
        known = null;
    }
}
