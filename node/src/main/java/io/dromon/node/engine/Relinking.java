package io.dromon.node.engine;

import io.dromon.node.NodeException;
import io.dromon.node.apply.CallFailures;
import io.dromon.transport.wire.LinkFailure;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The relink that is in progress, if there is one. On the protocol thread; its caller is told on another one. */
final class Relinking {
    private static final Logger LOG = LoggerFactory.getLogger(Relinking.class);

    private final String nodeName;
    private final Executor answers;
    private @Nullable CompletableFuture<Integer> current;

    /** @param answers where results are completed: what follows them must not run on the protocol thread */
    Relinking(String nodeName, Executor answers) {
        this.nodeName = nodeName;
        this.answers = answers;
    }

    /**
     * One begins.
     *
     * @param result completed with the number of links, or with why the rest stays as it is
     * @throws NodeException if one is in progress
     */
    void begin(CompletableFuture<Integer> result) {
        if (current != null) {
            throw new NodeException(NodeException.Reason.BUSY, "a relink is in progress already; wait for its end");
        }
        current = result;
    }

    /** The one that is in progress has ended. */
    void end(int relinked, @Nullable LinkFailure failure) {
        CompletableFuture<Integer> result = current;
        current = null;
        if (failure == null) {
            LOG.info("{}: {} links were relinked", nodeName, relinked);
        } else {
            LOG.warn("{}: {} links were relinked, then: {}", nodeName, relinked, failure.message());
        }
        if (result != null) {
            answers.execute(() -> answer(result, relinked, failure));
        }
    }

    private static void answer(CompletableFuture<Integer> result, int relinked, @Nullable LinkFailure failure) {
        if (failure == null) {
            result.complete(relinked);
        } else {
            result.completeExceptionally(new NodeException(
                    NodeException.Reason.REFUSED,
                    relinked + " links were relinked, the rest stays as it is until this is done again: "
                            + failure.message()));
        }
    }

    /** The node has ended. What is returned tells the caller that waits, and is not for the protocol thread. */
    Runnable abandon() {
        CompletableFuture<Integer> result = current;
        current = null;
        return () -> {
            if (result != null) {
                result.completeExceptionally(CallFailures.ended(null));
            }
        };
    }
}
