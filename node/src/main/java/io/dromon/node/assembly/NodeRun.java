package io.dromon.node.assembly;

import io.dromon.config.NodeConfig;
import io.dromon.node.Application;
import io.dromon.node.NodeException;
import io.dromon.node.NodeStatus;
import io.dromon.node.admin.api.AdminApi;
import io.dromon.node.admin.http.AdminListener;
import io.dromon.node.credentials.EndpointRenewal;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
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
    private final NodeDoors doors;
    private final NodeSettings settings;
    private final UpkeepThread upkeep;
    private final Optional<KeptState> kept;

    /**
     * What a start needs that can be known before: it was read and checked.
     *
     * @param tls the certificates; closed unless a run is started with them
     * @param admin the admin listener, likewise
     * @param permitted whether it was proven that a new component may begin with this node's state
     */
    record Prepared(
            NodeConfig config,
            NodeSettings settings,
            Optional<TlsRenewal.Loaded> tls,
            Optional<AdminListener.Prepared> admin,
            boolean permitted) {
        /** @throws NodeException if the configuration, or a file that it names, cannot be used */
        static Prepared of(NodeConfig config) {
            return of(config, config, false);
        }

        /** The same for a run that starts otherwise than the configuration says. */
        static Prepared of(NodeConfig config, NodeConfig startedAs, boolean permitted) {
            NodeSettings settings = NodeSettings.of(startedAs);
            Optional<TlsRenewal.Loaded> tls = settings.tls().map(TlsRenewal::loadAtStart);
            try {
                return new Prepared(config, settings, tls, AdminListener.Prepared.of(config), permitted);
            } catch (RuntimeException | Error e) {
                tls.ifPresent(loaded -> loaded.contexts().close());
                throw e;
            }
        }

        void close() {
            tls.ifPresent(loaded -> loaded.contexts().close());
            admin.ifPresent(AdminListener.Prepared::close);
        }
    }

    /**
     * Opens a run, which listens and does nothing yet.
     *
     * @param given last number that an earlier run of the node has given to the application, or {@link Position#NONE}
     * @param admin what the node's operator can ask
     * @throws NodeException if the data directory or the listen address cannot be used; what was prepared is closed then, and
     *     the data directory is given back
     */
    static NodeRun open(
            Prepared prepared, NodeIdentity identity, Application application, Position given, AdminApi admin) {
        NodeDoors doors;
        try {
            doors = new NodeDoors(prepared.settings().name(), admin, prepared.admin());
        } catch (RuntimeException | Error e) {
            prepared.close();
            identity.release();
            throw e;
        }
        try {
            return open(prepared, identity, application, given, doors);
        } catch (RuntimeException | Error e) {
            doors.close();
            identity.release();
            throw e;
        }
    }

    /**
     * Opens the next run of a node that was kept open: its doors are, and stay so, as its hold of the data directory.
     *
     * @throws NodeException as above; doors and directory are the caller's still
     */
    static NodeRun openNext(
            Prepared prepared, NodeIdentity identity, Application application, Position given, NodeDoors doors) {
        NodeRun run = open(prepared, identity, application, given, doors);
        run.engine.hold(true);
        try {
            doors.follow(prepared.admin());
            return run;
        } catch (RuntimeException | Error e) {
            run.engine.startHalted();
            throw e;
        }
    }

    private static NodeRun open(
            Prepared prepared, NodeIdentity identity, Application application, Position given, NodeDoors doors) {
        NodeConfig config = prepared.config();
        config.warnings()
                .forEach(warning -> LOG.warn("{}: {}", prepared.settings().name(), warning));
        Optional<KeptState> kept = Optional.empty();
        try {
            kept = KeptState.open(config, prepared.settings(), application, prepared.permitted());
            return new NodeRun(prepared, identity, new NodeApplication(application, kept, given), doors);
        } catch (RuntimeException | Error e) {
            kept.ifPresent(KeptState::close);
            prepared.close();
            throw e;
        }
    }

    private NodeRun(Prepared prepared, NodeIdentity identity, NodeApplication application, NodeDoors doors) {
        this.settings = prepared.settings();
        this.doors = doors;
        this.identity = identity;
        this.kept = application.kept();
        prepared.tls()
                .ifPresent(loaded ->
                        loaded.contexts().warnings().forEach(warning -> LOG.warn("{}: {}", settings.name(), warning)));
        this.upkeep = new UpkeepThread(settings.name());
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
        renewal.ifPresent(watched -> watch(watched, settings.watchInterval(), upkeep));
        kept.ifPresent(state -> state.watch(upkeep));
    }

    private static void watch(TlsRenewal renewal, Duration interval, UpkeepThread upkeep) {
        if (!interval.isZero()) {
            upkeep.every("watching the TLS files", interval, interval, renewal::watch);
        }
        upkeep.every("watching the expiry of certificates", Duration.ZERO, EXPIRY_PAUSE, renewal::watchExpiry);
    }

    private static void watch(AdminListener listener, Duration interval, UpkeepThread upkeep) {
        listener.tls().ifPresent(tls -> {
            if (!interval.isZero()) {
                upkeep.every("watching the files of the admin listener", interval, interval, tls::watch);
            }
            if (listener.hasOwnFiles()) {
                upkeep.every(
                        "watching the admin listener's certificate", Duration.ZERO, EXPIRY_PAUSE, tls::watchExpiry);
            }
        });
    }

    /** Lets peers, clients and operators in, once. */
    void start() {
        letOperatorsIn();
        engine.start(renewal.map(tls -> "TLS by " + tls.status().provider() + ", certificate required of every peer")
                .orElse("PLAIN TEXT"));
    }

    /** Lets operators in alone: the node is started when one of them wants it. */
    void startHalted() {
        letOperatorsIn();
        engine.startHalted();
    }

    private void letOperatorsIn() {
        doors.open(settings.dataDirectory(), settings.name(), upkeep.scheduler());
        doors.listener().ifPresent(open -> watch(open, settings.watchInterval(), upkeep));
    }

    /** The node has ended and its links are closed. */
    private void closeRest() {
        try {
            if (!engine.isHeld()) {
                doors.close();
            }
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

    /** The doors, which may be kept open beyond this run. */
    NodeDoors doors() {
        return doors;
    }

    /** Nothing follows a run that was kept open. */
    void giveUp() {
        doors.close();
        release();
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
        return engine.status(renewal.map(TlsRenewal::status))
                .with(doors.listener().map(AdminListener::status));
    }

    /**
     * Reads all TLS files again, those of the links and those of the admin listener.
     *
     * @throws NodeException if there are none, or with everything that is wrong with them
     */
    String reload() {
        return both(TlsRenewal::reload, EndpointRenewal::reload);
    }

    /** The same, and changes nothing. */
    String checkReload() {
        return both(TlsRenewal::check, EndpointRenewal::check);
    }

    /** What one set of files has wrong keeps the other one from nothing. */
    private String both(Function<TlsRenewal, String> ofLinks, Function<EndpointRenewal, String> ofListener) {
        Optional<EndpointRenewal> admin = doors.listener().flatMap(AdminListener::tls);
        if (admin.isEmpty()) {
            return ofLinks.apply(tls());
        }
        List<String> done = new ArrayList<>();
        List<String> failed = new ArrayList<>();
        attempt(() -> renewal.map(ofLinks).ifPresent(done::add), failed);
        attempt(() -> done.add(ofListener.apply(admin.get())), failed);
        if (!failed.isEmpty()) {
            failed.addAll(done);
            throw new NodeException(NodeException.Reason.CONFIGURATION, String.join("; ", failed));
        }
        return String.join("; admin listener: ", done);
    }

    private static void attempt(Runnable part, List<String> failed) {
        try {
            part.run();
        } catch (NodeException e) {
            failed.add(String.valueOf(e.getMessage()));
        }
    }

    /** @throws NodeException if the node runs in plain text */
    TlsRenewal tls() {
        return renewal.orElseThrow(() -> new NodeException(
                NodeException.Reason.CONFIGURATION, "this node runs in plain text: it has no TLS files to read"));
    }
}
