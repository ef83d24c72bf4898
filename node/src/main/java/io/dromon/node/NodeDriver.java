package io.dromon.node;

import io.dromon.config.NodeConfig;
import io.dromon.node.group.GroupEvent;
import io.dromon.node.group.GroupMember;
import io.dromon.node.group.GroupPosition;
import io.dromon.node.group.GroupStatus;
import io.dromon.node.group.ReplicationFailure;
import io.dromon.transport.StackFailure;
import io.dromon.transport.link.LinkStatus;
import io.dromon.transport.link.NettyLinks;
import io.dromon.transport.link.ProtocolThread;
import io.dromon.transport.primary.SavedView;
import io.dromon.transport.recovery.SavedViewFile;
import io.dromon.transport.tls.TlsConfigException;
import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.tls.TlsSettings;
import io.dromon.transport.wire.LinkFailure;
import io.dromon.transport.wire.Uuids;
import java.io.IOException;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
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
    /** Lines that peers can provoke: so many in a window. */
    private static final int MAX_NOTICES = 50;

    private static final long NOTICE_WINDOW_NS = 10_000_000_000L;
    private static final AtomicLong LAST_MICROS = new AtomicLong();

    private final NodeSettings settings;
    private final ProtocolThread thread;
    private final DeliveryQueue queue = new DeliveryQueue();
    private final Deliverer deliverer;
    private final Queue<Ticket> inbound = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean turnRequested = new AtomicBoolean();
    private final List<Object> batch = new ArrayList<>();
    private final Optional<TlsContexts> tls;
    private final NettyLinks links;
    private final SavedViewFile savedViewFile;
    private final UUID uuid;
    private final String listenAddress;
    private final NodeCore core;

    private long batchBytes;
    private long timerAtNs = Long.MAX_VALUE;
    private long noticeWindowNs = System.nanoTime();
    private int notices;
    private volatile NodeConfig config;
    private volatile boolean closed;
    /** The delivery thread is to tell when its queue is worked off. */
    private volatile boolean awaitsShortQueue;
    /** The group uses a write-set format of its own: opaque bytes would break its members. */
    private volatile boolean foreignFormat;

    static NodeDriver start(NodeConfig config, Application application) {
        NodeSettings settings = NodeSettings.of(config);
        config.warnings().forEach(warning -> LOG.warn("{}: {}", settings.name(), warning));
        ProtocolThread thread = ProtocolThread.start("dromon-" + settings.name());
        try {
            NodeDriver driver = new NodeDriver(config, settings, thread, application);
            driver.open();
            return driver;
        } catch (RuntimeException | Error e) {
            thread.end();
            throw e;
        }
    }

    private NodeDriver(NodeConfig config, NodeSettings settings, ProtocolThread thread, Application application) {
        this.config = config;
        this.settings = settings;
        this.thread = thread;
        this.savedViewFile = new SavedViewFile(settings.dataDirectory());
        Optional<SavedView> restored = restore();
        this.uuid = restored.map(SavedView::self).orElseGet(NodeDriver::freshUuid);
        this.tls = settings.tls().map(NodeDriver::load);
        tls.ifPresent(contexts -> contexts.warnings().forEach(warning -> LOG.warn("{}: {}", settings.name(), warning)));
        this.links = thread.links(settings.link(), tls, this::endTurn, this::onBug);
        this.listenAddress = listen();
        this.core = new NodeCore(
                settings.stack(),
                settings.group(),
                uuid,
                listenAddress,
                restored,
                GroupPosition.NONE,
                NodeDriver::freshUuid,
                new SecureRandom(),
                links,
                this);
        this.deliverer = new Deliverer(settings.name(), queue, application, this);
    }

    /** Continues from the view that a crash left behind, under the next incarnation of the UUID. */
    private Optional<SavedView> restore() {
        try {
            Files.createDirectories(settings.dataDirectory());
            SavedViewFile.Content content = savedViewFile.restore(settings.recovery());
            if (content instanceof SavedViewFile.Content.Found found) {
                LOG.info(
                        "{}: continues from the saved view {}",
                        settings.name(),
                        found.view().view().id());
                return Optional.of(found.view());
            }
            if (content instanceof SavedViewFile.Content.Unusable unusable) {
                LOG.warn("{}: starts with a new identity: {}", settings.name(), unusable.reason());
            }
            return Optional.empty();
        } catch (IOException e) {
            throw new NodeException(
                    NodeException.Reason.CONFIGURATION,
                    "the data directory " + settings.dataDirectory() + " cannot be used: " + e + "; the node keeps "
                            + SavedViewFile.NAME + " there",
                    e);
        }
    }

    private void open() {
        Thread delivery = new Thread(deliverer, "dromon-" + settings.name() + "-delivery");
        delivery.setDaemon(true);
        delivery.start();
        LOG.info(
                "{}: node {} of group {} listens on {} ({})",
                settings.name(),
                Uuids.brief(uuid),
                settings.stack().mesh().group(),
                listenAddress,
                tls.isPresent() ? "TLS, certificate required of every peer" : "PLAIN TEXT");
        List<String> peers = settings.peers();
        links.start(core.linkEvents());
        thread.execute(() -> {
            core.open(peers, System.nanoTime());
            links.scheduleEndTurn();
        });
    }

    private static TlsContexts load(TlsSettings files) {
        try {
            return TlsContexts.load(1, files);
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
        Ticket ticket = new Ticket(change.data());
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

    CompletableFuture<Void> synced() {
        return deliverer.synced();
    }

    UUID uuid() {
        return uuid;
    }

    String listenAddress() {
        return listenAddress;
    }

    NodeStatus status() {
        if (closed) {
            return status(List.of());
        }
        try {
            List<LinkStatus> open = links.status().join();
            return onProtocolThread(() -> status(open));
        } catch (RejectedExecutionException e) {
            return status(List.of()); // it ended in between
        }
    }

    private NodeStatus status(List<LinkStatus> open) {
        GroupStatus group = core.group().status();
        return new NodeStatus(
                settings.name(),
                uuid,
                listenAddress,
                closed ? NodeState.CLOSED : Deliverer.NodeStates.of(group.ownStatus()),
                group,
                core.stack().primary().clusterWeight(),
                open,
                queue.length(),
                queue.bytes());
    }

    void set(String option, String value) {
        NodeConfig changed = config.withChanged(option, value);
        onProtocolThread(() -> {
            RuntimeOptions.apply(core, changed, option, System.nanoTime());
            config = changed;
            links.scheduleEndTurn();
            return changed;
        });
    }

    void leave() {
        if (!closed) {
            thread.execute(() -> {
                core.leave(System.nanoTime());
                links.scheduleEndTurn();
            });
        }
        try {
            if (!deliverer.ended().await(settings.stack().lingerNs() + 5_000_000_000L, TimeUnit.NANOSECONDS)) {
                LOG.warn("{}: the application did not end its last call; the node is left without it", settings.name());
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
        if (!closed) {
            thread.execute(() -> {
                core.leave(System.nanoTime());
                links.scheduleEndTurn();
            });
        }
    }

    private void requestTurn() {
        if (turnRequested.compareAndSet(false, true)) {
            thread.execute(links::scheduleEndTurn);
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
        core.group().reportApplied(deliverer.applied());
        core.endTurn(waiting(), System.nanoTime());
        publish();
        if (!closed) {
            awaitsShortQueue = core.group().awaitsShortQueue();
            armTimer();
        }
    }

    /** Length of the application's queue as flow control counts it; a queue of too many bytes is far too long. */
    private int waiting() {
        return queue.bytes() >= settings.deliveryQueueBytes() ? Integer.MAX_VALUE : queue.length();
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
        } else {
            log(event);
        }
    }

    private void log(GroupEvent event) {
        if (event instanceof GroupEvent.ConfigurationChange change) {
            foreignFormat = change.isPrimary() && change.versions().repl() != NodeSettings.OPAQUE;
            LOG.info(
                    "{}: {} configuration {} at {}:{}, members {}",
                    settings.name(),
                    change.isPrimary() ? "primary" : "NON-PRIMARY",
                    change.confId(),
                    change.groupUuid(),
                    change.seqno(),
                    change.members().stream().map(GroupMember::name).toList());
        } else if (!(event instanceof GroupEvent.CommitCut)) {
            LOG.info("{}: {}", settings.name(), event);
        }
    }

    @Override
    public void replicated(Object ticket, long seqno) {
        // The write-set itself follows with its ticket, in order.
    }

    @Override
    public void failed(Object ticket, ReplicationFailure reason) {
        batch.add(new Deliverer.Failed((Ticket) ticket, reason));
    }

    @Override
    public void save(SavedView view) {
        try {
            savedViewFile.write(view);
        } catch (IOException e) {
            // Galera goes on as well: the file only helps after a crash of all nodes.
            LOG.error("{}: {} was not saved: {}", settings.name(), savedViewFile.path(), e.toString());
        }
    }

    @Override
    public void removeSavedView() {
        try {
            savedViewFile.remove();
        } catch (IOException e) {
            LOG.error("{}: {} was not removed: {}", settings.name(), savedViewFile.path(), e.toString());
        }
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
        batch.add(new Deliverer.Closed(failure == null ? null : NodeExceptions.of(failure)));
        publish();
        failInbound();
        links.stop().whenComplete((done, ignored) -> {
            tls.ifPresent(TlsContexts::close);
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
                        .forEach(status -> LOG.info(
                                "{}: link to {} {} is up, {}",
                                settings.name(),
                                Uuids.brief(peer),
                                address,
                                status.tls()
                                        .map(peerTls ->
                                                peerTls.protocol() + " " + peerTls.cipher() + ", " + peerTls.subject())
                                        .orElse("plain text"))));
    }

    @Override
    public void onLinkDown(long link, UUID peer, String address, LinkFailure failure) {
        LOG.info("{}: link to {} {} is down: {}", settings.name(), Uuids.brief(peer), address, failure.message());
    }

    @Override
    public void onRefused(String address, LinkFailure failure) {
        links.refusals().log(address, failure, System.nanoTime());
    }

    @Override
    public void onNotice(String text) {
        long now = System.nanoTime();
        if (now - noticeWindowNs > NOTICE_WINDOW_NS) {
            if (notices > MAX_NOTICES) {
                LOG.info("{}: {} more lines were left out", settings.name(), notices - MAX_NOTICES);
            }
            noticeWindowNs = now;
            notices = 0;
        }
        if (++notices <= MAX_NOTICES) {
            LOG.info("{}: {}", settings.name(), text);
        }
    }

    @Override
    public void onAnomaly(UUID source, String what) {
        onNotice("dropped from " + Uuids.brief(source) + ": " + what);
    }

    private void failInbound() {
        Ticket ticket;
        while ((ticket = inbound.poll()) != null) {
            ticket.completeExceptionally(NodeExceptions.closed());
        }
    }

    /** Time based, never the same twice in this process. */
    private static UUID freshUuid() {
        long now = System.currentTimeMillis() * 1000;
        return Uuids.timeBased(LAST_MICROS.updateAndGet(last -> Math.max(last + 1, now)), new SecureRandom());
    }
}
