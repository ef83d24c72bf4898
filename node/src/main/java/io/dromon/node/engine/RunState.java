package io.dromon.node.engine;

import io.dromon.node.NodeException;
import org.jspecify.annotations.Nullable;

/** The run state of a node: whether it still runs, and why it does not. Any thread. */
final class RunState {
    private volatile boolean over;
    private volatile @Nullable NodeException failure;

    /** Whether the protocol has ended; the application may not have been told yet. */
    boolean isOver() {
        return over;
    }

    void end() {
        over = true;
    }

    /** Why the node ends or has ended, null after a leave that was asked for. */
    @Nullable
    NodeException failure() {
        return failure;
    }

    void failBecauseOf(@Nullable NodeException why) {
        failure = why;
    }
}
