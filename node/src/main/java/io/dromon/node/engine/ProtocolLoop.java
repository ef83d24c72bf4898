package io.dromon.node.engine;

import io.dromon.node.Durability;
import io.dromon.node.NodeException;
import io.dromon.node.apply.CallFailures;
import io.dromon.node.apply.DeliveryItem;
import io.dromon.transport.link.NettyLinks;
import io.dromon.transport.link.ProtocolThread;
import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.wire.Position;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Runs a {@link NodeCore} on an event loop: sockets below, the delivery stage above, the clock beside it. What is not said
 * to be for any thread happens on the event loop, the protocol thread.
 *
 * <p>A turn: links hand over all messages that arrived in one iteration of the loop, then {@link #endTurn} takes what
 * writers queued, lets the core answer once for the whole batch, hands what was ordered to the delivery thread with one
 * wake-up, and the links flush.
 */
final class ProtocolLoop {
    /** How long a call on the protocol thread may take, seconds. */
    static final int ANSWER_SECONDS = 5;

    /** Makes the core that the loop runs. */
    interface CoreFactory {
        /**
         * @param links open, and what the core dials with
         * @param listenAddress where they listen
         */
        NodeCore make(NettyLinks links, String listenAddress);
    }

    private final NodeSettings settings;
    private final ProtocolThread thread;
    private final RunState state;
    private final DeliveryStage delivery;
    private final Optional<CacheFeed> cache;
    private final Submissions submissions;
    private final Consumer<Throwable> onBug;
    private final NettyLinks links;
    private final String listenAddress;
    private final NodeCore core;

    private final AtomicBoolean turnRequested = new AtomicBoolean();
    private final Runnable workOff;
    private long timerAtNs = Long.MAX_VALUE;
    /** The delivery thread is to tell when its queue is worked off. */
    private volatile boolean awaitsShortQueue;
    /** The protocol thread is to work off, in a task that is queued already. */
    private boolean worksOffSoon;

    /**
     * Listens; nothing is accepted before {@link #open}.
     *
     * @param tls what the first links are made with; empty in plain text
     * @param cache empty for an application without state
     * @param onBug told what went wrong on the protocol thread
     * @throws NodeException if the address cannot be listened on
     */
    ProtocolLoop(
            NodeSettings settings,
            ProtocolThread thread,
            Optional<TlsContexts> tls,
            RunState state,
            DeliveryStage delivery,
            Optional<CacheFeed> cache,
            Consumer<Throwable> onBug,
            CoreFactory cores) {
        this.settings = settings;
        this.thread = thread;
        this.state = state;
        this.delivery = delivery;
        this.cache = cache;
        this.onBug = onBug;
        this.workOff = guarded(this::workOff);
        this.submissions = new Submissions(settings.group().sendQueueBytes(), state, this::requestTurn);
        this.links = thread.links(settings.link(), tls, this::endTurn, onBug);
        links.refusals().ownedBy(settings.name());
        settings.dynamic().ifPresent(window -> links.allowBothModes(window.until(), InstantSource.system()));
        this.listenAddress = listen(links);
        this.core = cores.make(links, listenAddress);
    }

    private static String listen(NettyLinks links) {
        try {
            return links.listen();
        } catch (IOException e) {
            throw new NodeException(NodeException.Reason.CONFIGURATION, String.valueOf(e.getMessage()), e);
        }
    }

    /** Lets links in, and the core join. */
    void open(List<String> peers, List<RuntimeOptions.Change> atStart) {
        links.start(core.linkEvents());
        thread.execute(guarded(() -> {
            core.open(peers, System.nanoTime());
            atStart.forEach(change -> change.apply(core.controls(), System.nanoTime()));
            links.scheduleEndTurn();
        }));
    }

    NodeCore core() {
        return core;
    }

    NettyLinks links() {
        return links;
    }

    String listenAddress() {
        return listenAddress;
    }

    Submissions submissions() {
        return submissions;
    }

    // Any thread.

    /** Has the core leave, soon. */
    void requestLeave(Runnable before) {
        if (!state.isOver()) {
            unlessEnded(guarded(() -> {
                before.run();
                core.leave(System.nanoTime());
                links.scheduleEndTurn();
            }));
        }
    }

    /** Does the last task of the thread, which ends all. */
    void requestEnd(Runnable end) {
        if (!state.isOver()) {
            unlessEnded(guarded(end));
        }
    }

    /** Has the protocol thread do something, and end its turn. */
    void executeInTurn(Runnable task) {
        unlessEnded(guarded(() -> {
            task.run();
            links.scheduleEndTurn();
        }));
    }

    private void requestTurn() {
        if (turnRequested.compareAndSet(false, true)) {
            unlessEnded(links::scheduleEndTurn);
        }
    }

    /** The delivery thread has worked its queue off. */
    void onDrained() {
        if (awaitsShortQueue && !state.isOver()) {
            requestTurn();
        }
    }

    /** Something can be worked off that no turn has brought. */
    void requestWork() {
        unlessEnded(workOff);
    }

    /** The application has synced what it had applied: own callers wait for that, and members may. */
    void onSynced(Position upTo) {
        executeInTurn(() -> {
            core.durability().onSynced(upTo);
            delivery.add(new DeliveryItem.Synced(Durability.LOCAL, upTo));
        });
    }

    /** What goes wrong in it stops the node. Netty would only log it. */
    private Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException | Error bug) {
                onBug.accept(bug);
            }
        };
    }

    /** The thread may end at any moment: what it does not take any more is over. */
    private void unlessEnded(Runnable task) {
        try {
            thread.execute(task);
        } catch (RejectedExecutionException e) {
            submissions.failAll();
        }
    }

    /**
     * Runs a call on the protocol thread and waits for its result.
     *
     * @throws NodeException {@code CLOSED} if the thread has ended, {@code TIMEOUT} if it does not answer; what the call
     *     throws comes as it is
     */
    <T> T call(Supplier<T> call) {
        refuseOnProtocolThread();
        try {
            return CompletableFuture.supplyAsync(call, thread).get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (RejectedExecutionException e) {
            throw CallFailures.ended(null);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new CompletionException(e.getCause());
        } catch (TimeoutException e) {
            throw new NodeException(
                    NodeException.Reason.TIMEOUT,
                    "the protocol thread of the node has not answered for " + ANSWER_SECONDS + " s" + holder()
                            + "; the others will take the node for dead. Take a thread dump (jstack) and restart it",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NodeException(NodeException.Reason.CLOSED, "interrupted while waiting for the node", e);
        }
    }

    /** @throws IllegalStateException on the protocol thread, which would wait for itself */
    void refuseOnProtocolThread() {
        if (Thread.currentThread() == thread.thread()) {
            throw new IllegalStateException("the application asks, on its node's protocol thread, what that same thread"
                    + " is to answer: a NonBlockingApplication does that on another thread");
        }
    }

    /** Who holds the protocol thread, if it is the application. */
    private String holder() {
        return delivery.isOnProtocolThread()
                ? delivery.call(System.nanoTime())
                        .map(open -> ": the application, a NonBlockingApplication, has not returned for "
                                + open.since().toSeconds() + " s from " + open.what())
                        .orElse("")
                : "";
    }

    // The protocol thread.

    private void endTurn() {
        if (state.isOver()) {
            return;
        }
        turnRequested.set(false);
        submissions.hand(core, delivery::add);
        core.reportApplied(delivery.applied());
        long nowNs = System.nanoTime();
        core.endTurn(waiting(), delivery.bytes(), nowNs);
        submissions.afterTurn(core.queuedBytes(), core.hasRoomForKeys(), delivery::add);
        boolean isToWorkOff = delivery.endTurn(core, nowNs);
        cache.ifPresent(this::keep);
        if (!state.isOver()) {
            watchQueue(core.awaitsShortQueue());
            armTimer();
            if (isToWorkOff && !worksOffSoon) {
                worksOffSoon = true;
                thread.execute(workOff); // behind the flush of this turn: no peer waits for the application
            }
        }
    }

    private void workOff() {
        worksOffSoon = false;
        if (delivery.workOff()) {
            worksOffSoon = true;
            thread.schedule(workOff, 0); // no task, which would come before the sockets
        }
    }

    private void keep(CacheFeed kept) {
        kept.flush();
        core.controls().setCached(kept.first());
    }

    /** Length of the application's queue as flow control counts it; a queue of too many bytes is far too long. */
    private int waiting() {
        return delivery.bytes() >= settings.deliveryQueueBytes() ? Integer.MAX_VALUE : delivery.length();
    }

    /** The delivery thread may have worked its queue off before it could know that the core waits for that. */
    private void watchQueue(boolean awaited) {
        boolean news = awaited && !awaitsShortQueue;
        awaitsShortQueue = awaited;
        if (news && delivery.length() == 0) {
            requestTurn();
        }
    }

    private void armTimer() {
        long due = core.nextDeadlineNs();
        if (due < timerAtNs) {
            timerAtNs = due;
            thread.schedule(this::onTimer, Math.max(0, due - System.nanoTime()));
        }
    }

    private void onTimer() {
        if (!state.isOver()) {
            timerAtNs = Long.MAX_VALUE;
            guarded(() -> core.tick(System.nanoTime())).run();
            links.scheduleEndTurn();
        }
    }
}
