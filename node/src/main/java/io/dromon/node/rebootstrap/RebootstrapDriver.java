package io.dromon.node.rebootstrap;

import io.dromon.node.rebootstrap.core.Answer;
import io.dromon.node.rebootstrap.core.Choice;
import io.dromon.node.rebootstrap.core.Coordinator;
import io.dromon.node.rebootstrap.core.CoordinatorOutput;
import io.dromon.node.rebootstrap.core.JournalRecord;
import io.dromon.node.rebootstrap.core.NodeRequest;
import io.dromon.node.rebootstrap.core.RequestId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs a {@link Coordinator} against real nodes: keeps its journal, carries its requests, and goes by the clock. The thread of
 * {@link #run} is the only one that the coordinator knows; each node is asked on one of its own, one request at a time, so that
 * a node that hangs holds up no other one.
 */
public final class RebootstrapDriver {
    /** A way to the nodes. */
    public interface Nodes {
        /**
         * Has a node answer; called on several threads, for one node on one of them at a time. Must return in time, whatever
         * the node does.
         *
         * @throws IOException if it does not answer; the message is for people
         */
        Answer ask(NodeRequest request) throws IOException;
    }

    /** Where the journal is kept. */
    public interface Journal {
        /**
         * Returns when the record is on the disk.
         *
         * @throws IOException if it may not be; nothing that follows from it is done then
         */
        void append(JournalRecord record) throws IOException;
    }

    /** Who watches the run, on the thread of {@link RebootstrapDriver#run}. */
    public interface Watcher {
        /** A record was kept. */
        void kept(JournalRecord record);

        /** There is something to tell. */
        void told(CoordinatorOutput.Progress progress);
    }

    private static final AtomicInteger THREADS = new AtomicInteger();

    private final Coordinator coordinator;
    private final Journal journal;
    private final Nodes nodes;
    private final Watcher watcher;
    /** What the thread of the run does next: other threads hand it over here. */
    private final BlockingQueue<Runnable> turns = new LinkedBlockingQueue<>();
    /** By node: the request that it has. */
    private final Map<String, RequestId> underWay = new HashMap<>();
    /** By node: the newest request that waits for the one before it. */
    private final Map<String, NodeRequest> waiting = new HashMap<>();

    private final long beganMs = System.currentTimeMillis();
    private final long beganNs = System.nanoTime();
    private CoordinatorOutput.@Nullable End end;
    private boolean stopped;

    public RebootstrapDriver(Coordinator coordinator, Journal journal, Nodes nodes, Watcher watcher) {
        this.coordinator = coordinator;
        this.journal = journal;
        this.nodes = nodes;
        this.watcher = watcher;
    }

    /** The wall clock of the run's begin, gone on without jumps. */
    private long nowMs() {
        return beganMs + (System.nanoTime() - beganNs) / 1_000_000;
    }

    /**
     * Runs to the end; once.
     *
     * @return empty if it was stopped: the journal has all that was done
     * @throws IOException if the journal could not be kept: the nodes stay as they are
     */
    public Optional<CoordinatorOutput.End> run(Choice choice) throws IOException, InterruptedException {
        ExecutorService askers = Executors.newCachedThreadPool(work -> {
            Thread thread = new Thread(work, "dromon-rebootstrap-" + THREADS.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        try {
            coordinator.begin(choice, UUID.randomUUID(), nowMs());
            while (true) {
                coordinator.drain(output -> carryOut(output, askers));
                if (end != null || stopped) {
                    return Optional.ofNullable(end);
                }
                long waitMs = Math.max(0, coordinator.nextDeadlineMs() - nowMs());
                Runnable turn = turns.poll(waitMs, TimeUnit.MILLISECONDS);
                if (turn != null) {
                    turn.run();
                }
                coordinator.tick(nowMs());
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } finally {
            askers.shutdownNow();
        }
    }

    /** Has {@link #run} return soon, from any thread. What nodes were asked for they may do still. */
    public void stop() {
        turns.add(() -> stopped = true);
    }

    private void carryOut(CoordinatorOutput output, ExecutorService askers) {
        if (output instanceof CoordinatorOutput.Write write) {
            try {
                journal.append(write.record());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            watcher.kept(write.record());
        } else if (output instanceof CoordinatorOutput.Send send) {
            ask(send.request(), askers);
        } else if (output instanceof CoordinatorOutput.Progress progress) {
            watcher.told(progress);
        } else if (output instanceof CoordinatorOutput.End last) {
            end = last;
        }
    }

    private void ask(NodeRequest request, ExecutorService askers) {
        RequestId before = underWay.get(request.node());
        if (before != null) {
            if (!before.equals(request.id())) {
                waiting.put(request.node(), request);
            }
            return;
        }
        underWay.put(request.node(), request.id());
        askers.execute(() -> {
            Consumer<Coordinator> news = answer(request);
            turns.add(() -> take(request, news, askers));
        });
    }

    /** Asks the node; what comes of it is for the coordinator. */
    private Consumer<Coordinator> answer(NodeRequest request) {
        try {
            Answer answer = nodes.ask(request);
            return to -> to.onAnswer(request.node(), request.id(), answer, nowMs());
        } catch (IOException | RuntimeException e) {
            String why = String.valueOf(e.getMessage());
            return to -> to.onSilence(request.node(), request.id(), why, nowMs());
        }
    }

    private void take(NodeRequest request, Consumer<Coordinator> news, ExecutorService askers) {
        underWay.remove(request.node());
        news.accept(coordinator);
        NodeRequest next = waiting.remove(request.node());
        if (next != null) {
            ask(next, askers);
        }
    }
}
