package io.dromon.node.engine;

import io.dromon.node.NodeException;
import org.jspecify.annotations.Nullable;

/** The run state of a node: whether it still runs, and why it does not. Any thread. */
final class RunState {
    private volatile boolean over;
    private volatile @Nullable NodeException failure;
    private volatile boolean restartBegun;
    private volatile boolean held;
    private volatile boolean left;

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

    /** Whether another run of the same node follows, with the same application. */
    boolean restarts() {
        return (restartBegun || held) && !left;
    }

    /** Whether another run may follow however this one ends, so that the application and the doors stay open. */
    boolean isHeld() {
        return held && !left;
    }

    void hold(boolean on) {
        held = on;
    }

    /** Whether a restart has begun, whose work it is to go on or to give the data directory back. */
    boolean isRestartBegun() {
        return restartBegun || isHeld();
    }

    /** Before the node is asked to leave; final unless it is {@link #leave left} for good meanwhile. */
    void restart() {
        restartBegun = true;
    }

    /** No other run follows. Final. */
    void leave() {
        left = true;
    }
}
