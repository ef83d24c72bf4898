package io.dromon.it.sim.state;

import io.dromon.it.sim.state.Task.Snapshot;
import io.dromon.node.state.core.Attempt;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** The receiving end of one attempt: what a listener is outside of the simulator. */
final class JoinerEnd {
    final Attempt attempt;
    /** What came before the group had told of the donor. */
    final ArrayDeque<Runnable> early = new ArrayDeque<>();

    boolean open = true;
    boolean receives;
    boolean connected;

    @Nullable
    Snapshot arrived;

    JoinerEnd(Attempt attempt) {
        this.attempt = attempt;
    }

    /** Now, or when there is a donor. */
    void take(Runnable news) {
        if (receives) {
            news.run();
        } else {
            early.add(news);
        }
    }

    void receive() {
        receives = true;
        while (!early.isEmpty()) {
            early.remove().run();
        }
    }
}
