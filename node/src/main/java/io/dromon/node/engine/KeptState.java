package io.dromon.node.engine;

import io.dromon.config.NodeConfig;
import io.dromon.config.ReplicationOptions;
import io.dromon.config.Source;
import io.dromon.config.Support;
import io.dromon.node.Application;
import io.dromon.node.NodeException;
import io.dromon.node.StatefulApplication;
import io.dromon.node.cache.CacheSettings;
import io.dromon.node.cache.WriteSetCache;
import io.dromon.node.group.GroupEvent;
import io.dromon.node.ist.IstModes;
import io.dromon.node.ist.IstSettings;
import io.dromon.node.state.IstAddresses;
import io.dromon.node.state.LastComponent;
import io.dromon.node.state.LastComponentFile;
import io.dromon.node.state.SavedState;
import io.dromon.node.state.SavedStateFile;
import io.dromon.node.state.TransferParts;
import io.dromon.node.state.snapshot.SnapshotSettings;
import io.dromon.transport.recovery.FileProblem;
import io.dromon.transport.tls.TlsSettings;
import io.dromon.transport.wire.Position;
import io.dromon.transport.wire.Uuids;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a node keeps beside an application that has a state: the write-set cache, and how state is transferred. */
public final class KeptState implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KeptState.class);
    /** How long a joiner or a donor may do nothing before the other one gives it up. */
    private static final Duration STALL = Duration.ofSeconds(60);

    private static final Duration UPKEEP = Duration.ofSeconds(5);

    private final Position position;
    private final WriteSetCache cache;
    private final Map<UUID, String> names;
    private final ExecutorService disk;
    private final IstAddresses addresses;
    private final IstSettings ist;
    private final SnapshotSettings snapshots;
    private final Optional<TlsSettings> files;
    private final String nodeName;
    private final SavedStateFile file;
    private final LastComponentFile components;

    private KeptState(
            Position position,
            WriteSetCache cache,
            ExecutorService disk,
            IstAddresses addresses,
            IstSettings ist,
            SnapshotSettings snapshots,
            Optional<TlsSettings> files,
            String nodeName,
            SavedStateFile file,
            LastComponentFile components) {
        this.position = position;
        this.cache = cache;
        this.names = LastMembers.of(cache);
        this.disk = disk;
        this.addresses = addresses;
        this.ist = ist;
        this.snapshots = snapshots;
        this.files = files;
        this.nodeName = nodeName;
        this.file = file;
        this.components = components;
    }

    /**
     * Opens what belongs to an application, whose node has the data directory; nothing for one without state.
     *
     * @param permitted whether a new component may begin with this node's state, whatever {@code grastate.dat} says
     * @throws NodeException if a directory cannot be used
     */
    public static Optional<KeptState> open(
            NodeConfig config, NodeSettings settings, Application application, boolean permitted) {
        if (!(application instanceof StatefulApplication stateful)
                || settings.group().stateless()) {
            warnOfCache(config, settings);
            return Optional.empty();
        }
        SavedStateFile file = savedState(config, permitted);
        Position position = stateful.position();
        SnapshotSettings snapshots = SnapshotSettings.of(config, settings.tls());
        snapshots.warnings().forEach(warning -> LOG.warn("{}: {}", settings.name(), warning));
        snapshots.whyNotTaken().ifPresent(why -> LOG.info("{}: {}", settings.name(), why));
        snapshots.checkFiles();
        ExecutorService disk = Executors.newSingleThreadExecutor(
                task -> DaemonThreads.of("dromon-" + settings.name() + "-cache", task));
        CacheSettings cache = cache(config);
        try {
            snapshots.prepare();
            WriteSetCache opened =
                    WriteSetCache.open(settings.name(), cache, position.history(), position.seqno(), disk);
            IstSettings defaults = IstSettings.DEFAULTS;
            IstSettings ist = new IstSettings(
                    defaults.dial(),
                    defaults.handshake(),
                    defaults.arrival(),
                    defaults.silence(),
                    STALL,
                    defaults.mostHalfOpen(),
                    settings.link().allowedPeers());
            LOG.info("{}: the state of the application ends at {}", settings.name(), position);
            return Optional.of(new KeptState(
                    position,
                    opened,
                    disk,
                    IstAddresses.of(config),
                    ist,
                    snapshots,
                    settings.tls(),
                    settings.name(),
                    file,
                    LastComponentFile.open(config.dataDir())));
        } catch (IOException e) {
            disk.shutdown();
            throw new NodeException(
                    NodeException.Reason.CONFIGURATION,
                    "the write-set cache in " + cache.directory()
                            + " or the directory of state transfers cannot be used: " + FileProblem.of(e),
                    e);
        }
    }

    /**
     * Checks what {@link #open} would refuse, before anything is given up for it.
     *
     * @throws NodeException as {@link #open}
     */
    public static void check(NodeConfig config, NodeSettings settings, Application application) {
        if (application instanceof StatefulApplication && !settings.group().stateless()) {
            savedState(config, false);
            SnapshotSettings.of(config, settings.tls()).checkFiles();
        }
    }

    private static SavedStateFile savedState(NodeConfig config, boolean permitted) {
        SavedStateFile file;
        try {
            file = SavedStateFile.open(config.dataDir());
        } catch (IOException e) {
            throw new NodeException(
                    NodeException.Reason.CONFIGURATION,
                    config.dataDir().resolve(SavedStateFile.NAME) + " cannot be read: " + FileProblem.of(e),
                    e);
        }
        SavedState before = file.state();
        if (config.bootstrap()
                && !permitted
                && !before.safeToBootstrap()
                && !before.history().equals(Uuids.NIL)) {
            throw new NodeException(
                    NodeException.Reason.CONFIGURATION,
                    "it may not be safe to bootstrap the cluster from this node: it was not the last one to leave, and others may"
                            + " have gone further. Start the one that was (its " + SavedStateFile.NAME
                            + " says safe_to_bootstrap: 1, or its position is the highest: dromon position), or set"
                            + " safe_to_bootstrap: 1 in " + file.path());
        }
        return file;
    }

    private static void warnOfCache(NodeConfig config, NodeSettings settings) {
        config.options().stream()
                .filter(option ->
                        option.name().startsWith("gcache.") || option.name().startsWith("ist."))
                .filter(option -> option.support().level() == Support.Level.HONOURED)
                .filter(option -> config.source(option).kind() != Source.Kind.DEFAULT)
                .forEach(option -> LOG.warn(
                        "{}: {} has no effect: the application of this node keeps no state, so that nothing is cached or"
                                + " transferred",
                        settings.name(),
                        option.name()));
    }

    /** The sizes of the cache as the options say. */
    static CacheSettings cache(NodeConfig config) {
        Path directory = config.value(ReplicationOptions.GCACHE_DIR);
        return CacheSettings.of(
                directory.resolve(config.value(ReplicationOptions.GCACHE_NAME) + ".d"),
                config.value(ReplicationOptions.GCACHE_SIZE),
                config.value(ReplicationOptions.GCACHE_PAGE_SIZE),
                config.value(ReplicationOptions.GCACHE_KEEP_PAGES_SIZE),
                config.value(ReplicationOptions.GCACHE_MEM_SIZE),
                config.value(ReplicationOptions.GCACHE_RECOVER),
                Runtime.getRuntime().maxMemory());
    }

    /** Where the state of the application ended when it was opened. */
    Position position() {
        return position;
    }

    /** Of the members where the state ends, as far as they are known. */
    Map<UUID, String> names() {
        return names;
    }

    WriteSetCache cache() {
        return cache;
    }

    /** How this node can get what it lacks. */
    TransfersState transfers() {
        return snapshots.whyNotTaken().isEmpty() ? TransfersState.AS_EVENTS_OR_SNAPSHOT : TransfersState.AS_EVENTS;
    }

    /**
     * @param modes of connections for events
     * @param config as it is now
     */
    TransferParts parts(IstModes modes, Supplier<NodeConfig> config) {
        return new TransferParts(
                cache,
                addresses,
                ist,
                () -> SnapshotSettings.of(config.get(), files),
                modes,
                WriteSetCache.MAX_CONTENT_BYTES);
    }

    /** A primary configuration: until the node ends in order, its state ends somewhere in this history. The protocol thread. */
    void onPrimary(GroupEvent.ConfigurationChange change, ToIntFunction<UUID> weights) {
        Map<String, Integer> members = new TreeMap<>();
        change.members()
                .forEach(member -> members.merge(member.name(), weights.applyAsInt(member.uuid()), Integer::sum));
        save(new LastComponent(change.seqno(), members, false));
        save(new SavedState(change.groupUuid(), -1, change.members().size() == 1));
    }

    /** The node has left in order, and its application has all up to there. Not while the protocol thread works. */
    void onLeft(long applied) {
        SavedState last = file.state();
        if (!last.history().equals(Uuids.NIL)) {
            save(new SavedState(last.history(), applied, last.safeToBootstrap()));
        }
    }

    /** The node has ended otherwise than by a kill: the others may go on with less, since it has said goodbye to them. */
    void onGone() {
        components.state().ifPresent(last -> save(last.withoutThisNode()));
    }

    /** The newest primary component that the node was in; empty if it remembers none. */
    Optional<LastComponent> component() {
        return components.state();
    }

    private void save(LastComponent component) {
        try {
            components.write(component);
        } catch (IOException e) {
            LOG.error(
                    "{}: {} was not written: {}; a re-bootstrap will not know who the last members were",
                    nodeName,
                    components.path(),
                    FileProblem.of(e));
        }
    }

    private void save(SavedState state) {
        try {
            file.write(state);
        } catch (IOException e) {
            LOG.error(
                    "{}: {} was not written: {}; it says something old, do not bootstrap by it",
                    nodeName,
                    file.path(),
                    FileProblem.of(e));
        }
    }

    /** Has the cache looked after. */
    public void watch(UpkeepThread upkeep) {
        upkeep.every("looking after the write-set cache", UPKEEP, UPKEEP, () -> cache.upkeep(System.nanoTime()));
    }

    /** Waits for the disk; the node has ended. */
    @Override
    public void close() {
        cache.close();
        disk.shutdown();
    }
}
