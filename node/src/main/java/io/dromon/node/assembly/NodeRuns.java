package io.dromon.node.assembly;

import io.dromon.config.NodeConfig;
import io.dromon.config.Options;
import io.dromon.config.PrimaryOptions;
import io.dromon.config.ServerOptions;
import io.dromon.node.Application;
import io.dromon.node.NodeException;
import io.dromon.node.NodeStatus;
import io.dromon.node.admin.HoldableNode;
import io.dromon.node.admin.api.AdminApi;
import io.dromon.node.apply.CallFailures;
import io.dromon.node.engine.KeptState;
import io.dromon.node.engine.NodeApplication;
import io.dromon.node.engine.NodeEngine;
import io.dromon.node.engine.NodeIdentity;
import io.dromon.node.engine.NodeSettings;
import io.dromon.transport.wire.Position;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The runs of a node, one after the other, with one application and one hold of the data directory: the first one, and one
 * more for each restart. Any thread.
 */
final class NodeRuns {
    private static final Logger LOG = LoggerFactory.getLogger(NodeRuns.class);
    /** How long who leaves waits for a restart that is in progress, beyond the end of a run. */
    private static final Duration LAST_WAIT = Duration.ofSeconds(5);

    private final Application application;
    private final AdminApi admin;
    /** As the thread that has started the node: whether the node keeps the JVM alive. */
    private final boolean daemon = Thread.currentThread().isDaemon();
    /** Held while a restart begins, and while its result becomes known. */
    private final Object changes = new Object();

    private volatile NodeRun run;
    /** The thread of the restart that is in progress. */
    private volatile @Nullable Thread restarting;
    /** The application and the doors stay open between two runs. */
    private volatile boolean keptOpen;
    /** Why no run followed after a restart. */
    private volatile @Nullable NodeException failure;

    private volatile boolean left;
    private volatile CompletableFuture<Void> synced = new CompletableFuture<>();

    /** Opens the first run. */
    NodeRuns(NodeConfig config, Application application, AdminApi admin) {
        NodeApplication.check(application);
        this.application = application;
        this.admin = admin;
        NodeSettings settings = NodeSettings.of(config);
        NodeIdentity identity = new NodeIdentity(settings.name(), settings.dataDirectory(), settings.recovery());
        NodeRun.Prepared prepared;
        try {
            prepared = NodeRun.Prepared.of(config);
        } catch (RuntimeException | Error e) {
            identity.release();
            throw e;
        }
        this.run = NodeRun.open(prepared, identity, application, Position.NONE, admin);
        follow(run, synced);
    }

    /** Starts the first run. */
    void start() {
        run.start();
    }

    /** Lets operators in, and starts nothing else: {@link #beginStart} will. */
    void startHeld() {
        keepOpen(true);
        run.startHalted();
    }

    /** See {@link io.dromon.node.admin.HoldableNode#keepOpen}. */
    void keepOpen(boolean on) {
        synchronized (changes) {
            keptOpen = on;
            run.engine().hold(on);
        }
    }

    /** See {@link io.dromon.node.admin.HoldableNode#isHeld}. */
    boolean isHeld() {
        return isKeptOpen() && restarting == null && run.engine().hasEnded();
    }

    private boolean isKeptOpen() {
        return keptOpen && !left && failure == null;
    }

    /** See {@link io.dromon.node.admin.HoldableNode#beginHold}. */
    CompletableFuture<Void> beginHold() {
        synchronized (changes) {
            if (isHeld()) {
                return CompletableFuture.completedFuture(null);
            }
            NodeRun now = run;
            refuseWhereItCannotBe(now.engine());
            keepOpen(true);
            CompletableFuture<Void> done = new CompletableFuture<>();
            inBackground("hold", () -> hold(now, done)).start();
            return done;
        }
    }

    private void hold(NodeRun now, CompletableFuture<Void> done) {
        try {
            if (now.engine().halt()) {
                done.complete(null);
            } else {
                giveUp(now, now.engine().failure());
                done.completeExceptionally(CallFailures.ended(now.engine().failure()));
            }
        } catch (RuntimeException | Error | InterruptedException e) {
            done.completeExceptionally(e);
        }
    }

    private void giveUp(NodeRun last, @Nullable NodeException why) {
        last.giveUp();
        end(why);
    }

    /** See {@link io.dromon.node.admin.HoldableNode#beginStart}. */
    CompletableFuture<Void> beginStart(NodeConfig config, HoldableNode.Start start, String further) {
        synchronized (changes) {
            if (!isHeld()) {
                throw CallFailures.restarting();
            }
            NodeRun before = run;
            NodeRun.Prepared next = prepared(config, start, further);
            CompletableFuture<Void> nextSynced = new CompletableFuture<>();
            Thread thread = inBackground("start", () -> start(before, next, nextSynced));
            restarting = thread;
            synced = nextSynced;
            thread.start();
            return nextSynced.copy();
        }
    }

    private NodeRun.Prepared prepared(NodeConfig given, HoldableNode.Start start, String further) {
        NodeConfig config = HoldableNode.joining(given, further);
        boolean makes = start == HoldableNode.Start.BOOTSTRAP;
        if (!makes && config.bootstrap()) {
            throw configuration("wsrep_cluster_address: " + config.address()
                    + " names no other node to join by; write the addresses of all nodes there");
        }
        // What was saved of the last component must not come back: the procedure has ended it.
        NodeConfig startedAs = config.with(Map.of(
                PrimaryOptions.PC_RECOVERY.name(), "NO", ServerOptions.WSREP_NEW_CLUSTER.name(), makes ? "ON" : "OFF"));
        return NodeRun.Prepared.of(config, startedAs, makes);
    }

    /** On the thread of a start. */
    private void start(NodeRun before, NodeRun.Prepared next, CompletableFuture<Void> nextSynced) {
        try {
            NodeIdentity identity = before.identity()
                    .next(next.settings().name(), next.settings().recovery());
            NodeRun fresh = NodeRun.openNext(
                    next, identity, application, before.engine().given(), before.doors());
            boolean leaves;
            synchronized (changes) {
                run = fresh;
                restarting = null;
                fresh.start();
                leaves = left;
            }
            follow(fresh, nextSynced);
            if (leaves) {
                fresh.engine().requestLeave();
            }
        } catch (RuntimeException | Error e) {
            LOG.error(
                    "{}: could not be started, and stays stopped: {}",
                    next.settings().name(),
                    e.getMessage(),
                    e);
            boolean leaves;
            synchronized (changes) {
                restarting = null;
                leaves = left;
            }
            if (leaves) {
                tellEnd(null);
                giveUp(before, null);
            }
            nextSynced.completeExceptionally(e);
        }
    }

    private Thread inBackground(String what, Runnable work) {
        Thread thread = new Thread(work, "dromon-" + run.engine().config().name() + "-" + what);
        thread.setDaemon(daemon);
        return thread;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // its result is told to the other one
    private static void follow(NodeRun run, CompletableFuture<Void> synced) {
        run.engine().synced().whenComplete((done, why) -> {
            if (why == null) {
                synced.complete(null);
            } else {
                synced.completeExceptionally(why);
            }
        });
    }

    /** The present run, or the last one. */
    NodeRun run() {
        return run;
    }

    /** Of the present run, or of the next one while the node is being restarted. */
    CompletableFuture<Void> synced() {
        return synced;
    }

    boolean isOpen() {
        return restarting != null || run.engine().isOpen() || isKeptOpen();
    }

    /** Why nothing can be asked of the present run; null if it can. */
    @Nullable
    NodeException closed() {
        if (restarting != null) {
            return CallFailures.restarting();
        }
        if (isHeld()) {
            return CallFailures.held();
        }
        NodeException why = failure;
        return why == null ? null : CallFailures.ended(why);
    }

    /** Does something to the present run, and not to one that a restart has begun to end. */
    void change(Runnable change) {
        synchronized (changes) {
            NodeException why = closed();
            if (why != null) {
                throw why;
            }
            change.run();
        }
    }

    /** See {@link io.dromon.node.Node#restart}. */
    void restart(Map<String, String> options) {
        await(beginRestart(options));
    }

    /** See {@link io.dromon.node.admin.AdminOperations#checkRestart}. */
    void checkRestart(Map<String, String> options) {
        synchronized (changes) {
            refuseWhereItCannotBe(run.engine());
            refuseWhereKeptOpen();
            prepare(run, options).close();
        }
    }

    /** See {@link io.dromon.node.admin.AdminOperations#beginRestart}. */
    CompletableFuture<Void> beginRestart(Map<String, String> options) {
        CompletableFuture<Void> started = new CompletableFuture<>();
        synchronized (changes) {
            NodeRun before = run;
            refuseWhereItCannotBe(before.engine());
            refuseWhereKeptOpen();
            NodeRun.Prepared next = prepare(before, options);
            CompletableFuture<Void> nextSynced = new CompletableFuture<>();
            Thread thread = new Thread(
                    () -> restart(before, next, nextSynced, started),
                    "dromon-" + next.settings().name() + "-restart");
            thread.setDaemon(daemon);
            restarting = thread; // who asks from now on is told so, whatever that thread has done by then
            synced = nextSynced;
            thread.start();
        }
        return started;
    }

    private void refuseWhereItCannotBe(NodeEngine before) {
        if (before.isOwnThread() || Thread.currentThread() == restarting) {
            throw new IllegalStateException(
                    "a restart waits for the end of this very thread; call it on a thread of the program's own");
        }
        NodeException why = closed();
        if (why != null) {
            throw why;
        }
        if (left || !before.isOpen()) {
            throw CallFailures.ended(before.failure());
        }
    }

    /** Who starts it is the re-bootstrap that keeps it open. */
    private void refuseWhereKeptOpen() {
        if (keptOpen) {
            throw new NodeException(
                    NodeException.Reason.REFUSED,
                    "a re-bootstrap is open on this node, and starts and stops it: carry it through (dromon rebootstrap"
                            + " --resume), or take it back (--undo), before the node is restarted otherwise");
        }
    }

    /** All that can be found out while the node still runs. */
    private NodeRun.Prepared prepare(NodeRun before, Map<String, String> options) {
        NodeConfig old = before.engine().config();
        NodeConfig config = old.with(options);
        if (!config.dataDir().equals(old.dataDir())) {
            throw configuration(Options.BASE_DIR.name() + ": the data directory, " + old.dataDir()
                    + ", cannot be changed by a restart: the state of the application stays where it is");
        }
        NodeStatus.Group group = before.status().group();
        if (config.bootstrap() && group.primary() && group.members().size() > 1) {
            throw configuration("the node would make a new cluster (" + config.address()
                    + "), while it is in one with " + (group.members().size() - 1)
                    + " other members; give their addresses in wsrep_cluster_address, or have them leave before");
        }
        NodeRun.Prepared next = NodeRun.Prepared.of(config);
        try {
            KeptState.check(config, next.settings(), application);
        } catch (RuntimeException | Error e) {
            next.close();
            throw e;
        }
        return next;
    }

    private static NodeException configuration(String problem) {
        return new NodeException(NodeException.Reason.CONFIGURATION, problem);
    }

    /** On the thread of the restart. */
    private void restart(
            NodeRun before,
            NodeRun.Prepared next,
            CompletableFuture<Void> nextSynced,
            CompletableFuture<Void> started) {
        try {
            NodeRun fresh = replace(before, next);
            follow(fresh, nextSynced);
            boolean leaves;
            synchronized (changes) {
                run = fresh;
                restarting = null;
                fresh.start();
                leaves = left;
            }
            if (leaves) {
                fresh.engine().requestLeave();
                throw leftMeanwhile();
            }
            started.complete(null);
        } catch (NodeException e) {
            nextSynced.completeExceptionally(e);
            started.completeExceptionally(e);
        } catch (RuntimeException | Error | InterruptedException e) {
            NodeException bug =
                    new NodeException(NodeException.Reason.PROTOCOL, "a bug ended the restart, and the node: " + e, e);
            end(bug);
            nextSynced.completeExceptionally(bug);
            started.completeExceptionally(bug);
        }
    }

    private NodeRun replace(NodeRun before, NodeRun.Prepared next) throws InterruptedException {
        LOG.info("{}: restarts", next.settings().name());
        warnOfIdentity(before, next);
        boolean goesOn = before.engine().leaveToRestart();
        if (!goesOn || left) {
            next.close();
            before.release();
            NodeException why = goesOn ? null : before.engine().failure();
            if (goesOn) {
                tellEnd(null);
            }
            end(why);
            throw why == null ? leftMeanwhile() : CallFailures.ended(why);
        }
        try {
            return open(before, next);
        } catch (RuntimeException | Error e) {
            NodeException why = new NodeException(
                    e instanceof NodeException known ? known.reason() : NodeException.Reason.PROTOCOL,
                    "the node has left its group to restart, and could not start again: " + e.getMessage(),
                    e);
            LOG.error("{}: stopped: {}", next.settings().name(), why.getMessage());
            tellEnd(why);
            end(why);
            throw why;
        }
    }

    /** As Galera's: who closes in order gives its place in the last component up, also outside of one (chapter 03 section 6.2). */
    private static void warnOfIdentity(NodeRun before, NodeRun.Prepared next) {
        boolean primary = before.status().group().primary();
        if (!primary && !next.config().bootstrap()) {
            LOG.warn(
                    "{}: restarts while it is in no primary component: it comes back as a new member and is missing in the"
                            + " last component, which the others cannot form again by themselves then; if no primary component"
                            + " comes, set pc.bootstrap=1 on the node with the newest state (dromon position)",
                    next.settings().name());
        }
    }

    private NodeRun open(NodeRun before, NodeRun.Prepared next) {
        NodeIdentity identity;
        try {
            identity = before.identity()
                    .next(next.settings().name(), next.settings().recovery());
        } catch (RuntimeException | Error e) {
            next.close();
            before.identity().release();
            throw e;
        }
        return NodeRun.open(next, identity, application, before.engine().given(), admin);
    }

    private static NodeException leftMeanwhile() {
        return new NodeException(NodeException.Reason.CLOSED, "the node was left while it was being restarted");
    }

    /** No run has told it to the application. */
    private void tellEnd(@Nullable NodeException why) {
        try {
            application.onStopped(why);
        } catch (RuntimeException | Error e) {
            LOG.warn("the application failed in onStopped", e);
        }
    }

    private void end(@Nullable NodeException why) {
        synchronized (changes) {
            failure = why;
            restarting = null;
        }
    }

    private static void await(CompletableFuture<Void> started) {
        try {
            started.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof NodeException why
                    ? new NodeException(why.reason(), String.valueOf(why.getMessage()), why)
                    : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NodeException(
                    NodeException.Reason.RESTARTING, "interrupted while the node restarts, which it goes on to do", e);
        }
    }

    /** See {@link io.dromon.node.Node#leave}. */
    void leave() {
        NodeRun own = run;
        if (own.engine().isOwnThread()) {
            // Without the lock, behind which others may wait for this very thread. No restart has ended this run, which
            // would have ended the thread; one that has begun sees the flag before another run goes on.
            left = true;
            own.engine().leave();
            return;
        }
        NodeRun now;
        Thread restart;
        boolean wasHeld;
        synchronized (changes) {
            wasHeld = isHeld();
            left = true;
            now = run;
            restart = restarting;
        }
        if (wasHeld) {
            now.engine().leave();
            tellEnd(null);
            giveUp(now, null);
            return;
        }
        if (restart == Thread.currentThread()) {
            return; // the end follows on this very thread
        }
        now.engine().leave();
        if (restart == null) {
            return;
        }
        try {
            restart.join(LAST_WAIT.toMillis());
            if (restart.isAlive()) {
                LOG.warn("the restart that is in progress has not ended; it ends with the node");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        run.engine().leave();
    }
}
