package io.dromon.node.assembly;

import io.dromon.config.NodeConfig;
import io.dromon.config.Options;
import io.dromon.node.Application;
import io.dromon.node.Committed;
import io.dromon.node.Node;
import io.dromon.node.NodeException;
import io.dromon.node.NodeStatus;
import io.dromon.node.WriteSet;
import io.dromon.node.admin.AdminOperations;
import io.dromon.node.admin.local.ControlService;
import io.dromon.node.credentials.CaRotation;
import io.dromon.node.credentials.TlsRenewal;
import io.dromon.node.engine.NodeEngine;
import io.dromon.node.engine.NodeIdentity;
import io.dromon.node.engine.NodeSettings;
import io.dromon.node.engine.UpkeepThread;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node with all that belongs to it. Any thread. */
final class RunningNode implements Node, AdminOperations {
    private static final Logger LOG = LoggerFactory.getLogger(RunningNode.class);
    /** How often the expiry of certificates is checked. */
    private static final Duration EXPIRY_PAUSE = Duration.ofSeconds(60);

    private final NodeEngine engine;
    private final Optional<TlsRenewal> renewal;
    private final ControlService control;

    /**
     * Starts a node.
     *
     * @throws NodeException if the configuration, a file it names, the data directory or the listen address cannot be used
     */
    static RunningNode start(NodeConfig config, Application application) {
        NodeSettings settings = NodeSettings.of(config);
        config.warnings().forEach(warning -> LOG.warn("{}: {}", settings.name(), warning));
        NodeIdentity identity = new NodeIdentity(settings.name(), settings.dataDirectory(), settings.recovery());
        Optional<TlsRenewal.Loaded> tls = Optional.empty();
        try {
            tls = settings.tls().map(TlsRenewal::loadAtStart);
            RunningNode node = new RunningNode(config, settings, identity, tls, application);
            node.start();
            return node;
        } catch (RuntimeException | Error e) {
            tls.ifPresent(loaded -> loaded.contexts().close());
            identity.release();
            throw e;
        }
    }

    private RunningNode(
            NodeConfig config,
            NodeSettings settings,
            NodeIdentity identity,
            Optional<TlsRenewal.Loaded> tls,
            Application application) {
        tls.ifPresent(loaded ->
                loaded.contexts().warnings().forEach(warning -> LOG.warn("{}: {}", settings.name(), warning)));
        UpkeepThread upkeep = new UpkeepThread(settings.name());
        this.engine = NodeEngine.open(
                config, settings, identity, tls.map(TlsRenewal.Loaded::contexts), upkeep, application, this::closeRest);
        this.renewal = tls.map(loaded -> TlsRenewal.of(
                settings.name(), settings.tls().orElseThrow(), engine.links(), InstantSource.system(), loaded));
        this.control = new ControlService(settings.dataDirectory(), settings.name(), upkeep.scheduler(), this);
        renewal.ifPresent(watched -> watch(watched, settings.watchInterval(), upkeep));
    }

    private static void watch(TlsRenewal renewal, Duration interval, UpkeepThread upkeep) {
        if (!interval.isZero()) {
            upkeep.every("watching the TLS files", interval, interval, renewal::watch);
        }
        upkeep.every("watching the expiry of certificates", Duration.ZERO, EXPIRY_PAUSE, renewal::watchExpiry);
    }

    private void start() {
        control.open();
        engine.start(renewal.map(tls -> "TLS by " + tls.status().provider() + ", certificate required of every peer")
                .orElse("PLAIN TEXT"));
    }

    /** The node has ended and its links are closed. */
    private void closeRest() {
        control.close();
        renewal.ifPresent(TlsRenewal::close);
    }

    @Override
    public CompletableFuture<Void> synced() {
        return engine.synced().copy();
    }

    @Override
    public CompletableFuture<Committed> replicate(WriteSet change) {
        return engine.replicate(change);
    }

    @Override
    public CompletableFuture<Void> room() {
        return engine.room();
    }

    @Override
    public CompletableFuture<Long> sync() {
        return engine.sync();
    }

    @Override
    public UUID uuid() {
        return engine.uuid();
    }

    @Override
    public String listenAddress() {
        return engine.listenAddress();
    }

    @Override
    public boolean isOpen() {
        return engine.isOpen();
    }

    @Override
    public NodeStatus status() {
        return engine.status(renewal.map(TlsRenewal::status));
    }

    @Override
    public void set(String option, String value) {
        if (Options.SOCKET_SSL_RELOAD.name().equals(option)) {
            engine.config().withChanged(option, value); // refuses what is no value of it
            reload();
        } else {
            engine.set(option, value);
        }
    }

    @Override
    public String reload() {
        return tls().reload();
    }

    private TlsRenewal tls() {
        return renewal.orElseThrow(() -> new NodeException(
                NodeException.Reason.CONFIGURATION, "this node runs in plain text: it has no TLS files to read"));
    }

    @Override
    public String rotate(CaRotation.Step step) {
        TlsRenewal tls = tls();
        NodeStatus status = status();
        if (!engine.isOpen()) {
            throw new NodeException(NodeException.Reason.CLOSED, "the node has left its group");
        }
        return tls.rotate(
                step,
                CaRotation.peers(
                        status.group().members(),
                        engine.uuid(),
                        status.mesh(),
                        engine.links().presented().join()));
    }

    @Override
    public CompletableFuture<Integer> relink() {
        return engine.relink(link -> true);
    }

    @Override
    public void leave() {
        engine.leave();
    }
}
