package io.dromon.node.admin.http;

import io.dromon.node.admin.api.Route;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The threads that carry requests out, since these wait for the node. They end when there has been nothing to do. */
final class Workers implements AutoCloseable {
    private static final int KEPT_SECONDS = 10;

    private final ThreadPoolExecutor readers;
    private final ThreadPoolExecutor actors;
    private final ThreadPoolExecutor clients;

    Workers(String threadName) {
        ThreadFactory threads = new DefaultThreadFactory(threadName, true);
        readers = new ThreadPoolExecutor(
                Limits.READERS,
                Limits.READERS,
                KEPT_SECONDS,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(Limits.MOST_QUEUED),
                threads);
        readers.allowCoreThreadTimeOut(true);
        actors = handedOver(Limits.ACTORS, threads);
        clients = handedOver(Limits.CLIENTS, threads);
    }

    private static ThreadPoolExecutor handedOver(int most, ThreadFactory threads) {
        return new ThreadPoolExecutor(0, most, KEPT_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), threads);
    }

    /** Runs it on a thread, or says that none is free. */
    boolean run(Route.Pace pace, Runnable work) {
        try {
            pool(pace).execute(work);
            return true;
        } catch (RejectedExecutionException full) {
            return false;
        }
    }

    private ThreadPoolExecutor pool(Route.Pace pace) {
        return switch (pace) {
            case LONG -> actors;
            case CLUSTER -> clients;
            case IMMEDIATE, SHORT -> readers;
        };
    }

    /** What is being carried out goes on; nothing else begins. */
    @Override
    public void close() {
        readers.shutdown();
        actors.shutdown();
        clients.shutdown();
    }
}
