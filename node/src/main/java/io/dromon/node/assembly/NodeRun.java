package io.dromon.node.assembly;

import io.dromon.config.NodeConfig;
import io.dromon.node.Application;
import io.dromon.node.NodeException;
import io.dromon.node.NodeStatus;
import io.dromon.node.admin.AdminOperations;
import io.dromon.node.admin.local.ControlService;
import io.dromon.node.credentials.TlsRenewal;
import io.dromon.node.engine.KeptState;
import io.dromon.node.engine.NodeApplication;
import io.dromon.node.engine.NodeEngine;
import io.dromon.node.engine.NodeIdentity;
import io.dromon.node.engine.NodeSettings;
import io.dromon.node.engine.UpkeepThread;
import io.dromon.transport.wire.Position;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of a node, from a start to an end, with all that belongs to it. Any thread. */
final class NodeRun {
    private static final Logger LOG = LoggerFactory.getLogger(NodeRun.class);
    /** How often the expiry of certificates is checked. */
    private static final Duration EXPIRY_PAUSE = Duration.ofSeconds(60);

    private final NodeEngine engine;
    private final NodeIdentity identity;
    private final Optional<TlsRenewal> renewal;
    private final ControlService control;
    private final Optional<KeptState> kept;

    /**
     * What a start needs that can be known before: it was read and checked.
     *
     * @param tls the certificates; closed unless a run is started with them
     */
    record Prepared(NodeConfig config, NodeSettings settings, Optional<TlsRenewal.Loaded> tls) {
        /** @throws NodeException if the configuration, or a file that it names, cannot be used */
        static Prepared of(NodeConfig config) {
            NodeSettings settings = NodeSettings.of(config);
            return new Prepared(config, settings, settings.tls().map(TlsRenewal::loadAtStart));
        }

        void close() {
            tls.ifPresent(loaded -> loaded.contexts().close());
        }
    }

    /**
     * Opens a run, which listens and does nothing yet.
     *
     * @param given last number that an earlier run of the node has given to the application, or {@link Position#NONE}
     * @param operations of the node, for its operator
     * @throws NodeException if the data directory or the listen address cannot be used; what was prepared is closed then, and
     *     the data directory is given back
     */
    static NodeRun open(
            Prepared prepared,
            NodeIdentity identity,
            Application application,
            Position given,
            AdminOperations operations) {
        NodeConfig config = prepared.config();
        config.warnings()
                .forEach(warning -> LOG.warn("{}: {}", prepared.settings().name(), warning));
        Optional<KeptState> kept = Optional.empty();
        try {
            kept = KeptState.open(config, prepared.settings(), application);
            return new NodeRun(prepared, identity, new NodeApplication(application, kept, given), operations);
        } catch (RuntimeException | Error e) {
            kept.ifPresent(KeptState::close);
            prepared.close();
            identity.release();
            throw e;
        }
    }

    private NodeRun(Prepared prepared, NodeIdentity identity, NodeApplication application, AdminOperations operations) {
        NodeSettings settings = prepared.settings();
        this.identity = identity;
        this.kept = application.kept();
        prepared.tls()
                .ifPresent(loaded ->
                        loaded.contexts().warnings().forEach(warning -> LOG.warn("{}: {}", settings.name(), warning)));
        UpkeepThread upkeep = new UpkeepThread(settings.name());
        this.engine = NodeEngine.open(
                prepared.config(),
                settings,
                identity,
                prepared.tls().map(TlsRenewal.Loaded::contexts),
                upkeep,
                application,
                this::closeRest);
        this.renewal = prepared.tls()
                .map(loaded -> TlsRenewal.of(
                        settings.name(), settings.tls().orElseThrow(), engine.links(), InstantSource.system(), loaded));
        this.control = new ControlService(settings.dataDirectory(), settings.name(), upkeep.scheduler(), operations);
        renewal.ifPresent(watched -> watch(watched, settings.watchInterval(), upkeep));
        kept.ifPresent(state -> state.watch(upkeep));
    }

    private static void watch(TlsRenewal renewal, Duration interval, UpkeepThread upkeep) {
        if (!interval.isZero()) {
            upkeep.every("watching the TLS files", interval, interval, renewal::watch);
        }
        upkeep.every("watching the expiry of certificates", Duration.ZERO, EXPIRY_PAUSE, renewal::watchExpiry);
    }

    /** Lets peers, clients and operators in, once. */
    void start() {
        control.open();
        engine.start(renewal.map(tls -> "TLS by " + tls.status().provider() + ", certificate required of every peer")
                .orElse("PLAIN TEXT"));
    }

    /** The node has ended and its links are closed. */
    private void closeRest() {
        try {
            control.close();
            kept.ifPresent(KeptState::close);
            renewal.ifPresent(TlsRenewal::close);
        } finally {
            if (!engine.isRestartBegun()) {
                release();
            }
        }
    }

    /** Gives the data directory back, when the application does not sync any more. */
    void release() {
        engine.afterLastSync(identity::release);
    }

    NodeEngine engine() {
        return engine;
    }

    /** Who has the data directory. */
    NodeIdentity identity() {
        return identity;
    }

    UUID uuid() {
        return engine.uuid();
    }

    NodeStatus status() {
        return engine.status(renewal.map(TlsRenewal::status));
    }

    /** @throws NodeException if the node runs in plain text */
    TlsRenewal tls() {
        return renewal.orElseThrow(() -> new NodeException(
                NodeException.Reason.CONFIGURATION, "this node runs in plain text: it has no TLS files to read"));
    }
}
