package io.dromon.node.cli.member.lines;

import io.dromon.node.Application;
import io.dromon.node.NodeException;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** What prints the cluster's order, and says when its node ended. */
public interface Lines extends Application {
    /** Counted down when the node ended. */
    CountDownLatch stopped();

    /** Why the node ended, null if it was asked to. */
    @Nullable
    NodeException failure();
}
