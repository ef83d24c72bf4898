package io.dromon.node;

import io.dromon.config.NodeConfig;
import io.dromon.config.Options;
import io.dromon.config.ReplicationOptions;
import io.dromon.config.ServerOptions;
import io.dromon.node.admin.AdminOperations;
import io.dromon.node.admin.local.ControlCommands;
import io.dromon.node.apply.CallFailures;
import io.dromon.node.apply.Deliverer;
import io.dromon.node.apply.DeliveryItem;
import io.dromon.node.apply.DeliveryListener;
import io.dromon.node.apply.DeliveryQueue;
import io.dromon.node.apply.PendingCall;
import io.dromon.node.apply.PendingCommit;
import io.dromon.node.apply.PendingRead;
import io.dromon.node.credentials.CaRotation;
import io.dromon.node.credentials.TlsFileSwap;
import io.dromon.node.credentials.TlsRenewal;
import io.dromon.node.engine.DynamicEnd;
import io.dromon.node.engine.GroupReactions;
import io.dromon.node.engine.NodeCore;
import io.dromon.node.engine.NodeIdentity;
import io.dromon.node.engine.NodeLog;
import io.dromon.node.engine.NodeSettings;
import io.dromon.node.engine.Ordering;
import io.dromon.node.engine.RuntimeOptions;
import io.dromon.node.engine.SnapshotErrand;
import io.dromon.node.engine.Standstill;
import io.dromon.node.engine.StatusFacts;
import io.dromon.node.group.GroupEvent;
import io.dromon.node.group.GroupStatus;
import io.dromon.node.group.ReplicationFailure;
import io.dromon.node.group.Ticket;
import io.dromon.transport.StackFailure;
import io.dromon.transport.link.LinkStatus;
import io.dromon.transport.link.NettyLinks;
import io.dromon.transport.link.ProtocolThread;
import io.dromon.transport.link.RefusedPeer;
import io.dromon.transport.primary.SavedView;
import io.dromon.transport.tls.TlsConfigException;
import io.dromon.transport.tls.TlsSettings;
import io.dromon.transport.wire.LinkFailure;
import io.dromon.transport.wire.Uuids;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a {@link NodeCore} on an event loop: sockets below, the delivery thread above, the clock beside it. What is not
 * said to be for any thread happens on the event loop, the protocol thread.
 *
 * <p>A turn: links hand over all messages that arrived in one iteration of the loop, then {@link #endTurn} takes what
 * writers queued, lets the core answer once for the whole batch, hands what was ordered to the delivery thread with one
 * wake-up, and the links flush.
 */
final class NodeDriver implements AdminOperations, NodeCore.Effects, DeliveryListener {
    private static final Logger LOG = LoggerFactory.getLogger(NodeDriver.class);
    private static final int ANSWER_SECONDS = 5;

    private final NodeSettings settings;
    private final ProtocolThread thread;
    private final DeliveryQueue queue = new DeliveryQueue();
    private final Deliverer deliverer;
    private final Thread delivery;
    private final Queue<PendingCommit> inbound = new ConcurrentLinkedQueue<>();
    private final Queue<PendingRead> reads = new ConcurrentLinkedQueue<>();
    private final Queue<PendingCall<Void>> roomWaiters = new ConcurrentLinkedQueue<>();
    private final AtomicLong inboundBytes = new AtomicLong();
    /** What the core had not sent after the last turn. */
    private volatile long unsentBytes;

    private final AtomicBoolean turnRequested = new AtomicBoolean();
    private final List<DeliveryItem> batch = new ArrayList<>();
    private final Ordering ordering = new Ordering(batch::add);
    private final GroupReactions reactions;
    private final NettyLinks links;
    private final NodeIdentity identity;
    private final NodeLog log;
    /** Null unless this node only asks for a snapshot. */
    private final @Nullable SnapshotErrand snapshot;

    private final String listenAddress;
    private final NodeCore core;
    private final Upkeep upkeep;
    private final AtomicBoolean releasing = new AtomicBoolean();
    /** Nothing of this node is open any more: its port is free, its control socket is gone. */
    private final CountDownLatch released = new CountDownLatch(1);

    private long timerAtNs = Long.MAX_VALUE;
    private volatile NodeConfig config;
    private volatile boolean closed;
    /** Why the node ends or has ended, null after a leave that was asked for. */
    private volatile @Nullable NodeException failure;
    /** The delivery thread is to tell when its queue is worked off. */
    private volatile boolean awaitsShortQueue;

    static NodeDriver start(NodeConfig config, Application application) {
        NodeSettings settings = NodeSettings.of(config);
        config.warnings().forEach(warning -> LOG.warn("{}: {}", settings.name(), warning));
        NodeIdentity identity = new NodeIdentity(settings.name(), settings.dataDirectory(), settings.recovery());
        Optional<TlsRenewal.Loaded> tls = Optional.empty();
        ProtocolThread thread = ProtocolThread.start("dromon-" + settings.name());
        try {
            tls = settings.tls().map(NodeDriver::load);
            NodeDriver driver = new NodeDriver(config, settings, identity, tls, thread, application);
            driver.open();
            return driver;
        } catch (RuntimeException | Error e) {
            thread.end();
            tls.ifPresent(loaded -> loaded.contexts().close());
            identity.release();
            throw e;
        }
    }

    private NodeDriver(
            NodeConfig config,
            NodeSettings settings,
            NodeIdentity identity,
            Optional<TlsRenewal.Loaded> tls,
            ProtocolThread thread,
            Application application) {
        this.config = config;
        this.settings = settings;
        this.thread = thread;
        this.identity = identity;
        this.log = new NodeLog(settings);
        tls.ifPresent(loaded ->
                loaded.contexts().warnings().forEach(warning -> LOG.warn("{}: {}", settings.name(), warning)));
        this.links = thread.links(settings.link(), tls.map(TlsRenewal.Loaded::contexts), this::endTurn, this::onBug);
        links.refusals().ownedBy(settings.name());
        this.upkeep = new Upkeep(settings, links, tls);
        settings.dynamic().ifPresent(window -> links.allowBothModes(window.until(), InstantSource.system()));
        this.listenAddress = listen();
        this.snapshot = SnapshotErrand.of(config);
        this.reactions = new GroupReactions(log, snapshot, this::desyncAgain, this::requestLeave);
        this.core = new NodeCore(
                settings.stack(),
                settings.group(),
                identity.uuid(),
                listenAddress,
                identity.restored(),
                identity.position(),
                NodeIdentity::freshUuid,
                new SecureRandom(),
                links,
                this);
        thread.onDeath(this::onThreadDeath);
        if (snapshot != null) {
            core.group().wantSnapshot(snapshot.request());
        }
        this.deliverer = new Deliverer(settings.name(), queue, application, this);
        this.delivery = new Thread(deliverer, "dromon-" + settings.name() + "-delivery");
        delivery.setDaemon(true);
    }

    private void open() {
        delivery.start();
        LOG.info(
                "{}: node {} of group {} listens on {} ({})",
                settings.name(),
                Uuids.brief(identity.uuid()),
                settings.stack().mesh().group(),
                listenAddress,
                upkeep.renewal()
                        .map(tls -> "TLS by " + tls.status().provider() + ", certificate required of every peer")
                        .orElse("PLAIN TEXT"));
        List<String> peers = settings.peers();
        List<RuntimeOptions.Change> atStart = RuntimeOptions.atStart(config);
        upkeep.start(settings, new ControlCommands(this, settings.name()), new PlainLinks(), this::standstills);
        links.start(core.linkEvents());
        thread.execute(guarded(() -> {
            core.open(peers, System.nanoTime());
            atStart.forEach(change -> change.apply(core, System.nanoTime()));
            links.scheduleEndTurn();
        }));
    }

    private static TlsRenewal.Loaded load(TlsSettings files) {
        try {
            TlsFileSwap.recover(files).forEach(LOG::warn);
            return TlsRenewal.load(1, files);
        } catch (IOException e) {
            throw new NodeException(NodeException.Reason.CONFIGURATION, String.valueOf(e.getMessage()), e);
        } catch (TlsConfigException e) {
            throw new NodeException(NodeException.Reason.CONFIGURATION, String.valueOf(e.getMessage()), e);
        }
    }

    private String listen() {
        try {
            return links.listen();
        } catch (IOException e) {
            throw new NodeException(NodeException.Reason.CONFIGURATION, String.valueOf(e.getMessage()), e);
        }
    }

    // Any thread.

    CompletableFuture<Committed> replicate(WriteSet change) {
        PendingCommit ticket = new PendingCommit(delivery, change.data());
        if (!settings.group().format().isWritable(reactions.agreedVersions())) {
            ticket.completeExceptionally(new NodeException(
                    NodeException.Reason.INCOMPATIBLE_GROUP,
                    "a Galera database is a member of this group, and opaque write-sets would break it; use a group of"
                            + " Dromon nodes and arbitrators"));
            return ticket;
        }
        if (hasFailed(ticket)) {
            return ticket;
        }
        long limit = settings.group().sendQueueBytes();
        // Refused here and not on the delivery thread, which an application may hold: refusals must not pile up there.
        long before = unsentBytes + inboundBytes.getAndAdd(change.data().length());
        if (before > 0 && before + change.data().length() > limit) {
            inboundBytes.addAndGet(-change.data().length());
            ticket.completeExceptionally(CallFailures.busy(limit));
            return ticket;
        }
        inbound.add(ticket);
        if (closed) {
            failInbound();
        } else {
            requestTurn();
        }
        return ticket;
    }

    /** After a failure a call must not wait for the end that follows it. */
    private boolean hasFailed(CompletableFuture<?> call) {
        NodeException why = failure;
        return why != null && call.completeExceptionally(CallFailures.ended(why));
    }

    CompletableFuture<Void> room() {
        PendingCall<Void> waiter = new PendingCall<>(delivery);
        if (!hasFailed(waiter)) {
            roomWaiters.add(waiter);
            if (closed) {
                failInbound();
            } else {
                requestTurn();
            }
        }
        return waiter;
    }

    CompletableFuture<Long> sync() {
        PendingRead read = new PendingRead(delivery);
        if (hasFailed(read)) {
            return read;
        }
        reads.add(read);
        if (closed) {
            failInbound();
        } else {
            requestTurn();
        }
        return read.within(config.value(ReplicationOptions.REPL_CAUSAL_READ_TIMEOUT));
    }

    CompletableFuture<Void> synced() {
        return deliverer.synced();
    }

    UUID uuid() {
        return identity.uuid();
    }

    String listenAddress() {
        return listenAddress;
    }

    boolean isOpen() {
        return !closed;
    }

    @Override
    public NodeStatus status() {
        return facts().status(Instant.now());
    }

    private StatusFacts facts() {
        Optional<TlsStatus> tls = upkeep.renewal().map(TlsRenewal::status);
        if (closed) {
            return facts(List.of(), List.of(), Map.of(), tls);
        }
        try {
            CompletableFuture<List<LinkStatus>> open = links.status();
            CompletableFuture<List<RefusedPeer>> refused = links.refusedPeers();
            CompletableFuture<Map<String, Long>> kinds = links.refusedByKind();
            return onProtocolThread(() -> facts(open.join(), refused.join(), kinds.join(), tls)); // done before
        } catch (RejectedExecutionException | NodeException e) {
            return facts(List.of(), List.of(), Map.of(), tls); // it ended in between
        }
    }

    private StatusFacts facts(
            List<LinkStatus> open, List<RefusedPeer> refused, Map<String, Long> kinds, Optional<TlsStatus> tls) {
        long nowNs = System.nanoTime();
        GroupStatus group = core.group().status(nowNs);
        return new StatusFacts(
                settings.name(),
                settings.stack().mesh().group(),
                identity.uuid(),
                listenAddress,
                closed ? NodeState.CLOSED : Ordering.state(group.ownStatus()),
                group,
                core.stack().primary().clusterWeight(),
                open,
                open.isEmpty() ? List.of() : core.stack().mesh().links(),
                refused,
                kinds,
                tls,
                settings.dynamic(),
                identity.unsaved(),
                queue.length(),
                queue.bytes(),
                deliverer.call(nowNs),
                RuntimeOptions.values(config));
    }

    @Override
    public synchronized void set(String option, String value) {
        NodeConfig before = config;
        NodeConfig changed = before.withChanged(option, value);
        if (Options.SOCKET_SSL_RELOAD.name().equals(option)) {
            reload();
            return;
        } else if (!RuntimeOptions.isNews(before, changed, option)) {
            return;
        }
        RuntimeOptions.Change change = RuntimeOptions.of(changed, option);
        onProtocolThread(() -> {
            change.apply(core, System.nanoTime());
            config = changed;
            links.scheduleEndTurn();
            return changed;
        });
        LOG.info("{}: {}", settings.name(), RuntimeOptions.changeText(before, changed, option));
    }

    /** Reads the TLS files again; new links use them. */
    @Override
    public String reload() {
        return upkeep.tls().reload();
    }

    /** A step of a rotation of authorities; new links use the result. */
    @Override
    public String rotate(CaRotation.Step step) {
        TlsRenewal renewal = upkeep.tls();
        NodeStatus status = status();
        if (closed) {
            throw NodeExceptions.closed();
        }
        return renewal.rotate(
                step,
                CaRotation.peers(
                        status.group().members(),
                        identity.uuid(),
                        status.mesh(),
                        links.presented().join()));
    }

    /** Makes all links anew; the number of them. */
    @Override
    public CompletableFuture<Integer> relink() {
        return relink(link -> true);
    }

    private CompletableFuture<Integer> relink(LongPredicate which) {
        CompletableFuture<Integer> result = new CompletableFuture<>();
        onProtocolThread(() -> {
            if (closed || !upkeep.relinkBegins(result)) {
                throw closed
                        ? NodeExceptions.closed()
                        : new NodeException(
                                NodeException.Reason.BUSY, "the links are being made anew already; wait for the end");
            }
            core.stack().mesh().relink(which, System.nanoTime());
            links.scheduleEndTurn();
            return result;
        });
        return result;
    }

    /** For the end of {@code socket.dynamic}. */
    private final class PlainLinks implements DynamicEnd.Links {
        @Override
        public List<DynamicEnd.Plain> plain() {
            return facts().plainLinks();
        }

        @Override
        public CompletableFuture<Integer> relink(long link) {
            return NodeDriver.this.relink(other -> other == link);
        }

        @Override
        public void end(long link) {
            links.endPlain(link);
        }
    }

    void leave() {
        requestLeave();
        if (Thread.currentThread() == delivery) {
            return; // the end comes on this very thread
        }
        try {
            if (!deliverer.ended().await(settings.stack().lingerNs() + 5_000_000_000L, TimeUnit.NANOSECONDS)) {
                LOG.warn("{}: the application did not end its last call; the node is left without it", settings.name());
            }
            if (!released.await(1, TimeUnit.SECONDS)) {
                LOG.warn("{}: links or the control socket are still being closed", settings.name());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void onDrained() {
        if (awaitsShortQueue && !closed) {
            requestTurn();
        }
    }

    @Override
    public void onApplicationFailure(NodeException why) {
        failure = why;
        requestLeave();
    }

    private void requestLeave() {
        if (!closed) {
            unlessEnded(guarded(() -> {
                log.leaves();
                core.leave(System.nanoTime());
                links.scheduleEndTurn();
            }));
        }
    }

    private void requestTurn() {
        if (turnRequested.compareAndSet(false, true)) {
            unlessEnded(links::scheduleEndTurn);
        }
    }

    /** What goes wrong in it stops the node. Netty would only log it. */
    private Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException | Error bug) {
                onBug(bug);
            }
        };
    }

    /** The thread may end at any moment: what it does not take any more is over. */
    private void unlessEnded(Runnable task) {
        try {
            thread.execute(task);
        } catch (RejectedExecutionException e) {
            failInbound();
        }
    }

    /** Runs a call on the protocol thread and waits for its result. */
    private <T> T onProtocolThread(Supplier<T> call) {
        try {
            return CompletableFuture.supplyAsync(call, thread).get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (RejectedExecutionException e) {
            throw new NodeException(NodeException.Reason.CLOSED, "the node has left its group", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new CompletionException(e.getCause());
        } catch (TimeoutException e) {
            throw new NodeException(
                    NodeException.Reason.TIMEOUT,
                    "the protocol thread of the node has not answered for " + ANSWER_SECONDS
                            + " s; the others will take the node for dead. Take a thread dump (jstack) and restart it",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NodeException(NodeException.Reason.CLOSED, "interrupted while waiting for the node", e);
        }
    }

    /** What holds the node up. */
    List<Standstill> standstills() {
        try {
            return closed ? List.of() : facts().standstills();
        } catch (NodeException e) {
            return closed
                    ? List.of()
                    : List.of(new Standstill(
                            Standstill.Kind.PROTOCOL_THREAD,
                            Duration.ofSeconds(ANSWER_SECONDS),
                            String.valueOf(e.getMessage())));
        }
    }

    // The protocol thread.

    private void endTurn() {
        if (closed) {
            return;
        }
        turnRequested.set(false);
        long limit = settings.group().sendQueueBytes();
        PendingCommit ticket;
        while ((ticket = inbound.poll()) != null) {
            inboundBytes.addAndGet(-ticket.data().length());
            if (!core.replicate(ticket.data(), ticket)) {
                batch.add(new DeliveryItem.CallFailed(ticket, () -> CallFailures.busy(limit)));
            }
        }
        PendingRead read;
        while ((read = reads.poll()) != null) {
            if (!core.sync(read)) {
                batch.add(new DeliveryItem.CallFailed(read, CallFailures::tooManyReads));
            }
        }
        core.group().reportApplied(deliverer.applied());
        core.endTurn(waiting(), queue.bytes(), System.nanoTime());
        unsentBytes = core.group().queuedBytes();
        if (unsentBytes <= limit / 2) {
            PendingCall<Void> waiter;
            while ((waiter = roomWaiters.poll()) != null) {
                batch.add(new DeliveryItem.Room(waiter));
            }
        }
        publish();
        if (!closed) {
            watchQueue(core.group().awaitsShortQueue());
            armTimer();
        }
    }

    /** Length of the application's queue as flow control counts it; a queue of too many bytes is far too long. */
    private int waiting() {
        return queue.bytes() >= settings.deliveryQueueBytes() ? Integer.MAX_VALUE : queue.length();
    }

    /** The delivery thread may have worked its queue off before it could know that somebody waits for that. */
    private void watchQueue(boolean awaited) {
        boolean news = awaited && !awaitsShortQueue;
        awaitsShortQueue = awaited;
        if (news && queue.length() == 0) {
            requestTurn();
        }
    }

    private void publish() {
        if (!batch.isEmpty()) {
            queue.publish(batch);
            batch.clear();
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
        if (!closed) {
            timerAtNs = Long.MAX_VALUE;
            try {
                core.tick(System.nanoTime());
            } catch (RuntimeException | Error bug) {
                onBug(bug);
            }
            links.scheduleEndTurn();
        }
    }

    @Override
    public void deliver(GroupEvent event) {
        event.accept(ordering);
        event.accept(reactions);
    }

    /** So it was configured, or before the state was lost. */
    private void desyncAgain() {
        if (config.value(ServerOptions.WSREP_DESYNC)) {
            core.group().desync();
        }
    }

    @Override
    public void onWriteSetFailed(Ticket.OfWriteSet ticket, ReplicationFailure reason) {
        ordering.onWriteSetFailed(ticket, reason);
    }

    @Override
    public void onReadFailed(Ticket.OfRead ticket, ReplicationFailure reason) {
        ordering.onReadFailed(ticket, reason);
    }

    @Override
    public void save(SavedView view) {
        identity.save(view);
    }

    @Override
    public void removeSavedView() {
        identity.remove();
    }

    @Override
    public void onConnected() {
        LOG.info("{}: connected", settings.name());
    }

    @Override
    public void onClosed(@Nullable StackFailure end) {
        if (!closed) {
            end(end);
            release(links.stop());
        }
    }

    /**
     * The node is over, whatever still works: memory may have run out, so each step is taken though the one before it
     * failed.
     */
    private void end(@Nullable StackFailure end) {
        closed = true;
        if (end == null) {
            LOG.info("{}: left the group", settings.name());
            if (failure == null && snapshot != null) {
                failure = snapshot.failure();
            }
        } else {
            anyway(() -> LOG.error("{}: stopped: {}", settings.name(), end.message()));
            if (failure == null) {
                anyway(() -> failure = NodeExceptions.of(end));
            }
        }
        anyway(() -> failInbound(call -> batch.add(new DeliveryItem.CallEnded(call))));
        anyway(() -> batch.add(new DeliveryItem.End(failure)));
        anyway(this::publish);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the last step; its own exceptions have nowhere to go
    private void release(CompletableFuture<Void> linksClosed) {
        linksClosed.whenComplete((done, ignored) -> {
            if (releasing.compareAndSet(false, true)) {
                identity.release();
                upkeep.close().whenComplete((closedToo, failed) -> released.countDown());
                thread.end();
            }
        });
    }

    private void anyway(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            LOG.debug("{}: a step of the end failed", settings.name(), e);
        }
    }

    /** Something unchecked on the protocol thread: the state can no longer be trusted, the node must not go on. */
    private void onBug(Throwable bug) {
        if (!closed) {
            boolean memory = bug instanceof OutOfMemoryError;
            anyway(() -> LOG.error(
                    memory
                            ? "{}: the protocol thread is out of memory, and the node must not go on; give the JVM a"
                                    + " larger heap (-Xmx)"
                            : "{}: stopped by a bug on the protocol thread; please report it",
                    settings.name(),
                    bug));
            anyway(core::abandon);
            onClosed(new StackFailure(
                    StackFailure.Kind.PROTOCOL,
                    (memory ? "the protocol thread is out of memory: " : "a bug stopped the node: ") + bug));
        }
    }

    /** The protocol thread is dead, and this is its last act: nobody else can close its sockets or end its node. */
    private void onThreadDeath() {
        anyway(links::closeByForce);
        if (!closed) {
            anyway(core::abandon);
            end(new StackFailure(
                    StackFailure.Kind.PROTOCOL,
                    "the protocol thread has died, and the node with it; the log says of what, above"));
        }
        release(CompletableFuture.completedFuture(null));
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // only a line of log
    public void onLinkUp(long link, UUID peer, String address) {
        links.status()
                .thenAccept(all -> all.stream()
                        .filter(status -> status.link() == link)
                        .forEach(status -> log.linkUp(status, peer, address)));
    }

    @Override
    public void onLinkDown(long link, UUID peer, String address, LinkFailure failure) {
        log.linkDown(peer, address, failure);
    }

    @Override
    public void onRelinked(int relinked, @Nullable LinkFailure failure) {
        upkeep.relinkEnds(relinked, failure);
    }

    @Override
    public void onRefused(String address, LinkFailure failure) {
        links.refusals().log(address, failure, System.nanoTime());
    }

    @Override
    public void onNotice(String text) {
        log.notice(text);
    }

    @Override
    public void onAnomaly(UUID source, String what) {
        log.notice("dropped from " + Uuids.brief(source) + ": " + what);
    }

    /** What came too late for a turn. On a caller's thread; the delivery thread may have ended. */
    private void failInbound() {
        failInbound(call -> call.completeExceptionally(CallFailures.ended(failure)));
    }

    private void failInbound(Consumer<PendingCall<?>> how) {
        PendingCommit ticket;
        while ((ticket = inbound.poll()) != null) {
            how.accept(ticket);
        }
        PendingRead read;
        while ((read = reads.poll()) != null) {
            how.accept(read);
        }
        PendingCall<Void> waiter;
        while ((waiter = roomWaiters.poll()) != null) {
            how.accept(waiter);
        }
    }
}
