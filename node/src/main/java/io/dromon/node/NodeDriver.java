package io.dromon.node;

import io.dromon.config.NodeConfig;
import io.dromon.config.Options;
import io.dromon.config.ReplicationOptions;
import io.dromon.config.ServerOptions;
import io.dromon.node.group.GroupEvent;
import io.dromon.node.group.GroupPosition;
import io.dromon.node.group.GroupStatus;
import io.dromon.node.group.ReplicationFailure;
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
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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
final class NodeDriver implements NodeCore.Effects, Deliverer.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);
    private final NodeSettings settings;
    private final ProtocolThread thread;
    private final DeliveryQueue queue = new DeliveryQueue();
    private final Deliverer deliverer;
    private final Thread delivery;
    private final Queue<Ticket> inbound = new ConcurrentLinkedQueue<>();
    private final Queue<CausalRead> reads = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean turnRequested = new AtomicBoolean();
    private final List<Object> batch = new ArrayList<>();
    private final NettyLinks links;
    private final NodeIdentity identity;
    private final NodeLog log;
    private final String listenAddress;
    private final NodeCore core;
    private final Upkeep upkeep;
    /** Nothing of this node is open any more: its port is free, its control socket is gone. */
    private final CountDownLatch released = new CountDownLatch(1);

    private long batchBytes;
    private long timerAtNs = Long.MAX_VALUE;
    private volatile NodeConfig config;
    private volatile boolean closed;
    /** The delivery thread is to tell when its queue is worked off. */
    private volatile boolean awaitsShortQueue;
    /** The group uses a write-set format of its own: opaque bytes would break its members. */
    private volatile boolean foreignFormat;

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
        this.upkeep = new Upkeep(settings, links, tls);
        settings.dynamic().ifPresent(window -> links.allowBothModes(window.until(), InstantSource.system()));
        this.listenAddress = listen();
        this.core = new NodeCore(
                settings.stack(),
                settings.group(),
                identity.uuid(),
                listenAddress,
                identity.restored(),
                GroupPosition.NONE,
                NodeIdentity::freshUuid,
                new SecureRandom(),
                links,
                this);
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
        upkeep.start(settings, new ControlCommands(this), new PlainLinks());
        links.start(core.linkEvents());
        thread.execute(() -> {
            core.open(peers, System.nanoTime());
            atStart.forEach(change -> change.apply(core, System.nanoTime()));
            links.scheduleEndTurn();
        });
    }

    private static TlsRenewal.Loaded load(TlsSettings files) {
        try {
            return TlsRenewal.load(1, files);
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
        Ticket ticket = new Ticket(delivery, change.data());
        if (foreignFormat) {
            ticket.completeExceptionally(new NodeException(
                    NodeException.Reason.INCOMPATIBLE_GROUP,
                    "a Galera database is a member of this group, and opaque write-sets would break it; use a group of"
                            + " Dromon nodes and arbitrators"));
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

    CompletableFuture<Long> sync() {
        CausalRead read = new CausalRead(delivery);
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

    NodeStatus status() {
        Optional<TlsStatus> tls = upkeep.renewal().map(TlsRenewal::status);
        if (closed) {
            return status(List.of(), List.of(), Map.of(), tls);
        }
        try {
            CompletableFuture<List<LinkStatus>> open = links.status();
            CompletableFuture<List<RefusedPeer>> refused = links.refusedPeers();
            CompletableFuture<Map<String, Long>> kinds = links.refusedByKind();
            return onProtocolThread(() -> status(open.join(), refused.join(), kinds.join(), tls)); // done before
        } catch (RejectedExecutionException | NodeException e) {
            return status(List.of(), List.of(), Map.of(), tls); // it ended in between
        }
    }

    private NodeStatus status(
            List<LinkStatus> open, List<RefusedPeer> refused, Map<String, Long> kinds, Optional<TlsStatus> tls) {
        GroupStatus group = core.group().status();
        return new NodeStatus(
                settings.name(),
                settings.stack().mesh().group(),
                identity.uuid(),
                listenAddress,
                closed ? NodeState.CLOSED : NodeState.of(group.ownStatus()),
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
                queue.bytes());
    }

    synchronized void set(String option, String value) {
        NodeConfig changed = config.withChanged(option, value);
        if (Options.SOCKET_SSL_RELOAD.name().equals(option)) {
            reload();
            return;
        } else if (!RuntimeOptions.isNews(config, changed, option)) {
            return;
        }
        RuntimeOptions.Change change = RuntimeOptions.of(changed, option);
        onProtocolThread(() -> {
            change.apply(core, System.nanoTime());
            config = changed;
            links.scheduleEndTurn();
            return changed;
        });
    }

    /** Reads the TLS files again; new links use them. */
    String reload() {
        return upkeep.tls().reload();
    }

    /** A step of a rotation of authorities; new links use the result. */
    String rotate(CaRotation.Step step) {
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
    CompletableFuture<Integer> relink() {
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
            return status().plainLinks();
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
    public void onApplicationFailure(NodeException failure) {
        requestLeave();
    }

    private void requestLeave() {
        if (!closed) {
            unlessEnded(() -> {
                core.leave(System.nanoTime());
                links.scheduleEndTurn();
            });
        }
    }

    private void requestTurn() {
        if (turnRequested.compareAndSet(false, true)) {
            unlessEnded(links::scheduleEndTurn);
        }
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
            return CompletableFuture.supplyAsync(call, thread).join();
        } catch (RejectedExecutionException e) {
            throw new NodeException(NodeException.Reason.CLOSED, "the node has left its group", e);
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    // The protocol thread.

    private void endTurn() {
        if (closed) {
            return;
        }
        turnRequested.set(false);
        Ticket ticket;
        while ((ticket = inbound.poll()) != null) {
            if (!core.replicate(ticket.data, ticket)) {
                batch.add(new Deliverer.Rejected(ticket));
            }
        }
        CausalRead read;
        while ((read = reads.poll()) != null) {
            if (!core.sync(read)) {
                batch.add(new Deliverer.Rejected(read));
            }
        }
        core.group().reportApplied(deliverer.applied());
        core.endTurn(waiting(), queue.bytes(), System.nanoTime());
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
            queue.publish(batch, batchBytes);
            batch.clear();
            batchBytes = 0;
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
        batch.add(event);
        if (event instanceof GroupEvent.WriteSet writeSet) {
            batchBytes += writeSet.data().length();
        } else if (!(event instanceof GroupEvent.CausalPoint)) {
            log.event(event);
            onChange(event);
        }
    }

    private void onChange(GroupEvent event) {
        if (event instanceof GroupEvent.ConfigurationChange change) {
            foreignFormat = change.isPrimary() && change.versions().repl() != NodeSettings.OPAQUE;
        } else if (event instanceof GroupEvent.Synced && config.value(ServerOptions.WSREP_DESYNC)) {
            core.group().desync(); // so it was configured, or before the state was lost
        }
    }

    @Override
    public void replicated(Object ticket, long seqno) {
        // The write-set itself follows with its ticket, in order.
    }

    @Override
    public void failed(Object ticket, ReplicationFailure reason) {
        batch.add(new Deliverer.Failed((CompletableFuture<?>) ticket, reason));
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
    @SuppressWarnings("FutureReturnValueIgnored") // the last step; its own exceptions have nowhere to go
    public void onClosed(@Nullable StackFailure failure) {
        closed = true;
        if (failure != null) {
            LOG.error("{}: stopped: {}", settings.name(), failure.message());
        } else {
            LOG.info("{}: left the group", settings.name());
        }
        failInbound(future -> batch.add(new Deliverer.Failed(future, ReplicationFailure.CLOSED)));
        batch.add(new Deliverer.Closed(failure == null ? null : NodeExceptions.of(failure)));
        publish();
        links.stop().whenComplete((done, ignored) -> {
            identity.release();
            upkeep.close().whenComplete((closedToo, failed) -> released.countDown());
            thread.end();
        });
    }

    /** An unchecked exception on the protocol thread: the state can no longer be trusted, the node must not go on. */
    private void onBug(Throwable bug) {
        if (!closed) {
            LOG.error("{}: stopped by a bug on the protocol thread; please report it", settings.name(), bug);
            core.abandon();
            onClosed(new StackFailure(StackFailure.Kind.PROTOCOL, "a bug stopped the node: " + bug));
        }
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
        failInbound(future -> future.completeExceptionally(NodeExceptions.closed()));
    }

    private void failInbound(Consumer<CompletableFuture<?>> how) {
        Ticket ticket;
        while ((ticket = inbound.poll()) != null) {
            how.accept(ticket);
        }
        CausalRead read;
        while ((read = reads.poll()) != null) {
            how.accept(read);
        }
    }
}
