package io.dromon.node.engine;

import io.dromon.config.NodeConfig;
import io.dromon.config.ReplicationOptions;
import io.dromon.config.ServerOptions;
import io.dromon.node.NodeException;
import io.dromon.node.NodeState;
import io.dromon.node.NodeStatus;
import io.dromon.node.TlsStatus;
import io.dromon.node.apply.CallFailures;
import io.dromon.node.apply.Deliverer;
import io.dromon.node.apply.DeliveryItem;
import io.dromon.node.apply.DeliveryListener;
import io.dromon.node.cache.CacheStatus;
import io.dromon.node.cache.WriteSetCache;
import io.dromon.node.ist.IstModes;
import io.dromon.node.state.LastComponent;
import io.dromon.node.state.StateTransfers;
import io.dromon.node.state.TransferHost;
import io.dromon.node.state.core.TransferInputs;
import io.dromon.transport.link.LinkStatus;
import io.dromon.transport.link.NettyLinks;
import io.dromon.transport.link.ProtocolThread;
import io.dromon.transport.link.RefusedPeer;
import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.wire.Position;
import io.dromon.transport.wire.Uuids;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running node without its surroundings: the protocol on its thread, the application on the delivery thread, and what
 * is asked of both. Any thread.
 */
public final class NodeEngine {
    private static final Logger LOG = LoggerFactory.getLogger(NodeEngine.class);
    /** How often it is checked whether socket.dynamic has ended, and whether the node stands still. */
    private static final Duration CHECK_PAUSE = Duration.ofSeconds(1);

    private static final Duration REMINDER_PAUSE = Duration.ofDays(1);
    /** Items that wait for the application, above which a donor waits too. */
    private static final int BEHIND = 4096;

    /** What an application has to return from its last call, and from a last sync, nanoseconds. */
    private static final long LAST_CALL_NS = 5_000_000_000L;

    private final NodeSettings settings;
    private final Position position;
    private final Optional<KeptState> kept;
    private final Optional<CacheFeed> cache;
    private final Optional<StateTransfers> transfers;
    private final NodeIdentity identity;
    private final List<RuntimeOptions.Change> atStart;
    private final NodeLog log;
    private final UpkeepThread upkeep;
    private final RunState state = new RunState();
    private final Relinking relinking;
    private final NodeDurability durability;
    private final DeliveryStage delivery;
    private final GroupReactions reactions;
    private final Writes writes;
    private final FailureVote failureVote = new FailureVote();
    private final ProtocolLoop loop;
    private final NodeEnd end;
    private final Instant started = Instant.now();
    private volatile NodeConfig config;
    /** It was stopped as a killed process is. */
    private volatile boolean halted;

    /**
     * Listens, and starts nothing yet.
     *
     * @param settings of the configuration
     * @param identity the caller's to give back when the node has ended
     * @param tls what the first links are made with, the caller's; empty in plain text
     * @param upkeep ends with the node
     * @param closeRest closes, on the upkeep thread, what others have opened for this node, when its links are closed
     * @throws NodeException if the address cannot be listened on, or an option cannot be used
     */
    public static NodeEngine open(
            NodeConfig config,
            NodeSettings settings,
            NodeIdentity identity,
            Optional<TlsContexts> tls,
            UpkeepThread upkeep,
            NodeApplication application,
            Runnable closeRest) {
        ProtocolThread thread = ProtocolThread.start("dromon-" + settings.name());
        try {
            return new NodeEngine(config, settings, identity, tls, upkeep, application, closeRest, thread);
        } catch (RuntimeException | Error e) {
            thread.end();
            throw e;
        }
    }

    private NodeEngine(
            NodeConfig config,
            NodeSettings settings,
            NodeIdentity identity,
            Optional<TlsContexts> tls,
            UpkeepThread upkeep,
            NodeApplication application,
            Runnable closeRest,
            ProtocolThread thread) {
        String name = settings.name();
        this.config = config;
        this.kept = application.kept();
        this.settings = kept.isPresent() ? settings.keepingState() : settings;
        this.position = application.position();
        this.identity = identity;
        this.upkeep = upkeep;
        this.atStart = RuntimeOptions.atStart(config);
        this.log = new NodeLog(settings);
        this.relinking = new Relinking(name, upkeep);
        this.durability = new NodeDurability(config, application.application());
        this.delivery =
                new DeliveryStage(name, thread, application, durability, settings.appliers(), new FromDelivery());
        SnapshotErrand snapshot = SnapshotErrand.of(config);
        this.cache = kept.map(state -> new CacheFeed(state.cache()));
        this.transfers = kept.map(state -> new StateTransfers(
                name,
                state.parts(new IstModes(this::linkTls, this::letsPlainIn), () -> this.config),
                new ForTransfers()));
        this.reactions = new GroupReactions(
                log, this::logsConflicts, failureVote, snapshot, transfers, this::desyncAgain, this::requestLeave);
        this.end = new NodeEnd(name, state, delivery, thread, upkeep, relinking, failureVote, snapshot, () -> {
            transfers.ifPresent(StateTransfers::close);
            kept.ifPresent(this::saveEnd);
            closeRest.run();
        });
        this.loop = new ProtocolLoop(this.settings, thread, tls, state, delivery, cache, this::onBug, this::core);
        this.writes = new Writes(this.settings.group(), reactions, durability, delivery, loop.submissions());
        durability.begin(loop.core());
        thread.onDeath(() -> end.onThreadDeath(loop));
        if (snapshot != null) {
            loop.core().controls().wantSnapshot(snapshot.request());
        }
    }

    private NodeCore core(NettyLinks links, String listenAddress) {
        return new NodeCore(
                settings.stack(),
                settings.group(),
                identity.uuid(),
                listenAddress,
                identity.restored(),
                position,
                kept.map(KeptState::transfers).orElse(TransfersState.NO),
                NodeIdentity::freshUuid,
                new SecureRandom(),
                links,
                new NodeEffects(
                        settings.name(),
                        new Ordering(
                                identity.uuid(),
                                new CertificationFailures(settings.group().sendQueueBytes()),
                                kept.map(KeptState::names).orElse(Map.of()),
                                delivery::add),
                        reactions,
                        identity,
                        log,
                        links,
                        relinking,
                        transfers,
                        cache,
                        kept,
                        member -> loop.core().weight(member),
                        why -> end.onClosed(why, loop)));
    }

    private Optional<TlsContexts> linkTls() {
        return loop.links().tls();
    }

    /** With {@code socket.dynamic}. */
    private boolean letsPlainIn() {
        Instant now = Instant.now();
        return settings.dynamic().filter(window -> !window.isOver(now)).isPresent();
    }

    /** Only what the application has to the end is a clean one. */
    private void saveEnd(KeptState left) {
        if (!halted) {
            left.onGone();
        }
        try {
            if (delivery.awaitEnd(lastCallsNs()) && state.failure() == null && !delivery.isSyncing()) {
                left.onLeft(delivery.applied());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private long lastCallsNs() {
        return LAST_CALL_NS + (delivery.isSyncing() ? Deliverer.LAST_SYNC_NS : 0);
    }

    private void onBug(Throwable bug) {
        end.onBug(bug, loop);
    }

    private boolean logsConflicts() {
        return config.value(ReplicationOptions.CERT_LOG_CONFLICTS);
    }

    /** Desyncs the node each time that it is SYNCED, if the configuration says so. */
    private void desyncAgain() {
        if (config.value(ServerOptions.WSREP_DESYNC)) {
            loop.core().controls().desync();
        }
    }

    /**
     * Joins the group, or forms it.
     *
     * @param mode how links are made, for the log
     */
    public void start(String mode) {
        delivery.start();
        LOG.info(
                "{}: node {} of group {} listens on {} ({})",
                settings.name(),
                Uuids.brief(identity.uuid()),
                settings.stack().mesh().group(),
                listenAddress(),
                mode);
        StandstillLog standstills = new StandstillLog(settings.name());
        upkeep.every("watching for a standstill", CHECK_PAUSE, CHECK_PAUSE, () -> standstills.check(standstills()));
        settings.dynamic().ifPresent(this::watchDynamic);
        loop.open(settings.peers(), atStart);
    }

    private void watchDynamic(DynamicWindow window) {
        OwnPlainLinks links = new OwnPlainLinks();
        upkeep.every(
                "reminding of socket.dynamic",
                Duration.ZERO,
                REMINDER_PAUSE,
                () -> LOG.warn("{}: {}", settings.name(), DynamicEnd.warning(window, links.plain(), Instant.now())));
        if (settings.tls().isPresent()) {
            DynamicEnd dynamicEnd = new DynamicEnd(settings.name(), window, links, InstantSource.system());
            upkeep.every("watching for the end of socket.dynamic", CHECK_PAUSE, CHECK_PAUSE, dynamicEnd::check);
        }
    }

    /** Takes write-sets. */
    public Writes writes() {
        return writes;
    }

    /** Waits for room to replicate, see {@link io.dromon.node.Node#room}. */
    public CompletableFuture<Void> room() {
        return loop.submissions().room(delivery.thread());
    }

    /** A causal read, see {@link io.dromon.node.Node#sync}. */
    public CompletableFuture<Long> sync() {
        return loop.submissions().sync(delivery.thread(), config.value(ReplicationOptions.REPL_CAUSAL_READ_TIMEOUT));
    }

    /** Done when the node is SYNCED for the first time; fails when it ends before. */
    public CompletableFuture<Void> synced() {
        return delivery.synced();
    }

    /** The thread that calls the application and completes the futures of calls, so that it cannot wait for one. */
    public Thread applicationThread() {
        return delivery.thread();
    }

    /** Own UUID in the group. */
    public UUID uuid() {
        return identity.uuid();
    }

    /** The address the node listens on. */
    public String listenAddress() {
        return loop.listenAddress();
    }

    /** Whether the node still runs. */
    public boolean isOpen() {
        return !state.isOver();
    }

    /** The configuration with all that was changed since the start. */
    public NodeConfig config() {
        return config;
    }

    /** The links, for the renewal of what new ones are made with. */
    public NettyLinks links() {
        return loop.links();
    }

    /**
     * What the node looks like now.
     *
     * @param tls what its TLS material tells
     * @throws NodeException if the protocol thread does not answer
     */
    public NodeStatus status(Optional<TlsStatus> tls) {
        return facts(tls).status(Instant.now());
    }

    private StatusFacts facts(Optional<TlsStatus> tls) {
        if (state.isOver()) {
            return facts(List.of(), List.of(), Map.of(), tls);
        }
        try {
            CompletableFuture<List<LinkStatus>> open = links().status();
            CompletableFuture<List<RefusedPeer>> refused = links().refusedPeers();
            CompletableFuture<Map<String, Long>> kinds = links().refusedByKind();
            return loop.call(() -> facts(open.join(), refused.join(), kinds.join(), tls)); // done before
        } catch (RejectedExecutionException e) {
            return facts(List.of(), List.of(), Map.of(), tls); // it ended in between
        } catch (NodeException e) {
            if (e.reason() != NodeException.Reason.CLOSED) {
                throw e;
            }
            return facts(List.of(), List.of(), Map.of(), tls);
        }
    }

    private StatusFacts facts(
            List<LinkStatus> open, List<RefusedPeer> refused, Map<String, Long> kinds, Optional<TlsStatus> tls) {
        long nowNs = System.nanoTime();
        CoreStatus core = loop.core().status(nowNs);
        return new StatusFacts(
                settings.name(),
                settings.stack().mesh().group(),
                identity.uuid(),
                listenAddress(),
                state.isOver() ? NodeState.CLOSED : Ordering.state(core.group().ownStatus()),
                core.group(),
                core.weight(),
                core.certification(),
                kept.map(this::keptStatus),
                open,
                open.isEmpty() ? List.of() : core.links(),
                refused,
                kinds,
                tls,
                settings.dynamic(),
                identity.unsaved(),
                delivery.length(),
                delivery.bytes(),
                delivery.call(nowNs),
                RuntimeOptions.values(config),
                started,
                delivery.latency());
    }

    private NodeStatus.Kept keptStatus(KeptState state) {
        CacheStatus of = state.cache().status();
        CacheStatus.Reach reach = of.mayBeAwayFor();
        return new NodeStatus.Kept(
                delivery.applied(),
                new NodeStatus.Cache(
                        of.first(),
                        of.last(),
                        of.bytes(),
                        of.capacityBytes(),
                        of.alarm(),
                        new NodeStatus.MayBeAwayFor(reach.bytes(), reach.seqnos(), reach.atPresentRate())),
                transfers.flatMap(StateTransfers::taking),
                transfers.flatMap(StateTransfers::failure),
                transfers.map(StateTransfers::giving).orElse(0));
    }

    /** What holds the node up. */
    List<Standstill> standstills() {
        try {
            return state.isOver() ? List.of() : facts(Optional.empty()).standstills();
        } catch (NodeException e) {
            return state.isOver() ? List.of() : List.of(hangs(String.valueOf(e.getMessage())));
        }
    }

    private Standstill hangs(String text) {
        return Optional.of(delivery)
                .filter(DeliveryStage::isOnProtocolThread)
                .flatMap(stage -> stage.call(System.nanoTime()))
                .map(open -> new Standstill(Standstill.Kind.APPLICATION, open.since(), text))
                .orElseGet(() -> new Standstill(
                        Standstill.Kind.PROTOCOL_THREAD, Duration.ofSeconds(ProtocolLoop.ANSWER_SECONDS), text));
    }

    /**
     * Changes an option.
     *
     * @throws io.dromon.config.ConfigException if there is no such option, or it cannot have this value at run time
     * @throws NodeException if the group does not allow it now
     */
    public synchronized void set(String option, String value) {
        NodeConfig before = config;
        NodeConfig changed = before.withChanged(option, value);
        if (RuntimeOptions.isNews(before, changed, option)) {
            if (option.startsWith("gcache.")) {
                changeCache(changed);
            }
            durability.check(changed);
            RuntimeOptions.Change change = RuntimeOptions.of(changed, option);
            loop.call(() -> {
                change.apply(loop.core().controls(), System.nanoTime());
                config = changed;
                durability.configure(changed);
                links().scheduleEndTurn();
                return changed;
            });
            LOG.info("{}: {}", settings.name(), RuntimeOptions.changeText(before, changed, option));
        }
    }

    private void changeCache(NodeConfig changed) {
        WriteSetCache changing = kept.map(KeptState::cache)
                .orElseThrow(() -> new NodeException(
                        NodeException.Reason.CONFIGURATION,
                        "the application of this node keeps no state, so that there is no write-set cache"));
        upkeep.execute(() -> changing.change(KeptState.cache(changed)));
    }

    /**
     * Relinks links, one at a time, without a view change.
     *
     * @param which the links, by their numbers
     * @return the number of links; fails if a peer refuses the new one
     * @throws NodeException if a relink is in progress, or the node has ended
     */
    public CompletableFuture<Integer> relink(LongPredicate which) {
        CompletableFuture<Integer> result = new CompletableFuture<>();
        loop.call(() -> {
            if (state.isOver()) {
                throw CallFailures.ended(null);
            }
            relinking.begin(result);
            loop.core().controls().relink(which, System.nanoTime());
            links().scheduleEndTurn();
            return result;
        });
        return result;
    }

    /** Leaves gracefully and waits for the end; on a thread that calls the application without the wait. */
    public void leave() {
        state.leave();
        requestLeave();
        if (delivery.isOwn(Thread.currentThread())) {
            return; // the end comes on this very thread, or waits for it
        }
        try {
            if (!delivery.awaitEnd(settings.stack().lingerNs() + lastCallsNs())) {
                LOG.warn("{}: the application did not end its last call; the node is left without it", settings.name());
            }
            if (!end.awaitReleased(1, TimeUnit.SECONDS)) {
                LOG.warn("{}: links or the control socket are still being closed", settings.name());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Leaves gracefully and waits for the end, without a limit: another run of the node follows with the same application,
     * which is not told this end unless the node fails.
     *
     * @return whether it is so; false if the application was told the end, see {@link #failure}
     */
    public boolean leaveToRestart() throws InterruptedException {
        state.restart();
        requestLeave();
        if (!delivery.awaitEnd(settings.stack().lingerNs() + LAST_CALL_NS)) {
            LOG.warn("{}: the restart waits for the application to return from its last call", settings.name());
            delivery.awaitEnd(Long.MAX_VALUE);
        }
        end.awaitReleased(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
        return !delivery.hasStopped();
    }

    /**
     * Another run may follow, with the same application, however this one ends; or no more.
     *
     * @see #halt
     */
    public void hold(boolean on) {
        state.hold(on);
    }

    /** Whether it is so. */
    public boolean isHeld() {
        return state.isHeld();
    }

    /** Begins to end, before it has begun: the application is open, and the node has no links. */
    public void startHalted() {
        delivery.start();
        halted = true;
        loop.requestEnd(() -> end.onHalt(loop));
    }

    /**
     * Stops as a killed process does: links are closed without a leave, so that for the others it has died, and nothing on its
     * disk says that it has left. What was delivered is applied. Waits for the end, without a limit; {@link #hold} before.
     *
     * @return whether the application is still open; false if it was told the end, see {@link #failure}
     */
    public boolean halt() throws InterruptedException {
        halted = true;
        loop.requestEnd(() -> end.onHalt(loop));
        delivery.awaitEnd(Long.MAX_VALUE);
        end.awaitReleased(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
        return !delivery.hasStopped();
    }

    /** Whether all of it has ended: links are closed, and the application has taken the last. Waits for nothing. */
    public boolean hasEnded() {
        try {
            return state.isOver() && delivery.awaitEnd(0) && end.awaitReleased(0, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** The newest primary component that the node was in; empty if it remembers none, or has no state. */
    public Optional<LastComponent> lastComponent() {
        return kept.flatMap(KeptState::component);
    }

    /** Whether a restart has begun, whose work it is to go on or to give the data directory back. */
    public boolean isRestartBegun() {
        return state.isRestartBegun();
    }

    /** Why the node ends or has ended, null after a leave that was asked for. */
    public @Nullable NodeException failure() {
        return state.failure();
    }

    /** Last number that the application was given, by this run or an earlier one. After {@link #leaveToRestart}. */
    public Position given() {
        return delivery.given();
    }

    /**
     * For what waits for the protocol thread, or for a lock that is held meanwhile.
     *
     * @throws IllegalStateException on that thread
     */
    public void refuseOnProtocolThread() {
        loop.refuseOnProtocolThread();
    }

    /** Whether the caller is a thread that ends with this run, so that it cannot wait for that. */
    public boolean isOwnThread() {
        Thread caller = Thread.currentThread();
        String name = "dromon-" + settings.name();
        return delivery.isOwn(caller)
                || caller.getName().equals(name + "-upkeep")
                || caller.getName().startsWith(name + "-applier-");
    }

    /** The application syncs no more; does something when no sync runs: now, or on the durability thread. */
    public void afterLastSync(Runnable action) {
        delivery.afterLastSync(action);
    }

    /** Has it leave, soon. */
    public void requestLeave() {
        loop.requestLeave(log::leaves);
    }

    /** For the end of {@code socket.dynamic}. */
    private final class OwnPlainLinks implements DynamicEnd.PlainLinks {
        @Override
        public List<DynamicEnd.Plain> plain() {
            return facts(Optional.empty()).plainLinks();
        }

        @Override
        public CompletableFuture<Integer> relink(long link) {
            return NodeEngine.this.relink(other -> other == link);
        }

        @Override
        public void end(long link) {
            links().endPlain(link);
        }
    }

    private final class ForTransfers implements TransferHost {
        @Override
        public void onProtocolThread(Consumer<TransferInputs> task) {
            loop.executeInTurn(() -> {
                if (!state.isOver()) {
                    task.accept(loop.core().gate());
                }
            });
        }

        @Override
        public void endDonation(long seqno, long code) {
            loop.executeInTurn(() -> {
                if (!state.isOver()) {
                    loop.core().controls().endStateTransfer(seqno, code);
                }
            });
        }

        @Override
        public void deliver(DeliveryItem item) {
            delivery.add(item);
        }

        @Override
        public boolean isBehind() {
            return delivery.length() > BEHIND || delivery.bytes() > settings.deliveryQueueBytes() / 2;
        }
    }

    private final class FromDelivery implements DeliveryListener {
        @Override
        public void onDrained() {
            loop.onDrained();
        }

        @Override
        public void onSynced(Position upTo) {
            loop.onSynced(upTo);
        }

        @Override
        public CompletableFuture<Boolean> failsEverywhere(long seqno, RuntimeException failure) {
            if (reactions.dataMembers() <= 1) {
                return CompletableFuture.completedFuture(false);
            }
            return failureVote
                    .begin(seqno, failure, loop.core().controls()::vote, loop::executeInTurn)
                    .whenComplete((everywhere, never) -> {
                        if (everywhere) {
                            cache.ifPresent(kept -> loop.executeInTurn(() -> kept.onFailedEverywhere(seqno)));
                        }
                    });
        }

        @Override
        public void onFailureCompared() {
            loop.requestWork();
        }

        @Override
        public boolean restarts() {
            return state.restarts();
        }

        @Override
        public boolean isHeld() {
            return state.isHeld();
        }

        @Override
        public void onApplicationFailure(NodeException failure) {
            state.failBecauseOf(failure);
            requestLeave();
        }
    }
}
