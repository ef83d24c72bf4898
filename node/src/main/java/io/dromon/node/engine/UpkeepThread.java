package io.dromon.node.engine;

import io.dromon.node.NodeException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread for what a node does beside the protocol: it watches and reports, and may wait for the protocol thread. */
public final class UpkeepThread implements Executor {
    private static final Logger LOG = LoggerFactory.getLogger(UpkeepThread.class);

    private final String nodeName;
    private final ScheduledThreadPoolExecutor thread;

    /** A thread that begins with its first task. */
    public UpkeepThread(String nodeName) {
        this.nodeName = nodeName;
        this.thread =
                new ScheduledThreadPoolExecutor(1, task -> DaemonThreads.of("dromon-" + nodeName + "-upkeep", task));
        thread.setRemoveOnCancelPolicy(true);
    }

    /**
     * Does a task again and again, whatever it throws.
     *
     * @param what the task, for a sentence: "watching the TLS files"
     * @param first how long to wait before the first time
     * @param pause how long to wait between its end and its next beginning
     */
    @SuppressWarnings("FutureReturnValueIgnored") // the task handles what can go wrong
    public void every(String what, Duration first, Duration pause, Runnable task) {
        Runnable guarded = () -> {
            try {
                task.run();
            } catch (NodeException e) {
                LOG.debug("{}: {}: the node is ending, or does not answer", nodeName, what, e);
            } catch (RuntimeException e) {
                LOG.error("{}: {} failed", nodeName, what, e);
            }
        };
        thread.scheduleWithFixedDelay(guarded, first.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** For tasks at a time of their own; it stays this thread's. */
    public ScheduledExecutorService scheduler() {
        return thread;
    }

    @Override
    public void execute(Runnable task) {
        thread.execute(task);
    }

    /** Does a last task, and nothing any more. Does not wait; done when the task is. */
    CompletableFuture<Void> end(Runnable last) {
        CompletableFuture<Void> done = CompletableFuture.runAsync(last, thread);
        thread.shutdown();
        return done;
    }
}
