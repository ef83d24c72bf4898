package io.dromon.node.rebootstrap.member;

import io.dromon.config.Address;
import io.dromon.config.NodeConfig;
import io.dromon.node.engine.NodeSettings;
import io.dromon.node.state.snapshot.OwnHost;
import io.dromon.transport.link.LinkEvents;
import io.dromon.transport.link.LinkSettings;
import io.dromon.transport.link.NettyLinks;
import io.dromon.transport.link.PeerInspection;
import io.dromon.transport.link.ProtocolThread;
import io.dromon.transport.tls.TlsConfigException;
import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.LinkFailure;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A side port that accepts as the node would with what is staged, by the code and the rules of its links, and a look at those of
 * the others. The node that accepts speaks first: its message is the proof that it took who has dialled. Nothing that comes in
 * is read. Closes by itself after a minute. Any thread.
 */
final class Rehearsal implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);
    private static final Duration OPEN = Duration.ofMinutes(1);
    /** What is said to who was let in: as long as the shortest message of a node. */
    private static final Bytes WELCOME = new Bytes(new byte[20]);

    private final String name;
    private final NodeConfig config;
    private final LinkSettings settings;
    private final Optional<TlsContexts> tls;
    private final ProtocolThread thread;
    private final NettyLinks links;
    private final String address;
    private boolean closed;

    /**
     * Begins to listen.
     *
     * @param config with what is staged
     * @throws IOException if there is no port
     * @throws TlsConfigException with all that is wrong with the files, or that peers with the same trust would not bear
     */
    static Rehearsal open(NodeConfig config) throws IOException, TlsConfigException {
        Optional<TlsContexts> tls =
                config.tls() ? Optional.of(TlsContexts.load(1, NodeSettings.tls(config))) : Optional.empty();
        ProtocolThread thread = ProtocolThread.start("dromon-" + config.name() + "-rehearsal");
        try {
            List<String> refusals = tls.map(TlsContexts::refusals).orElse(List.of());
            if (!refusals.isEmpty()) {
                throw new TlsConfigException("the other nodes would refuse this one: " + String.join("; ", refusals));
            }
            return new Rehearsal(config, tls, thread);
        } catch (IOException | TlsConfigException | RuntimeException e) {
            thread.end();
            tls.ifPresent(TlsContexts::close);
            throw e;
        }
    }

    private Rehearsal(NodeConfig config, Optional<TlsContexts> tls, ProtocolThread thread) throws IOException {
        this.name = config.name();
        this.config = config;
        this.tls = tls;
        this.thread = thread;
        this.settings = atAnyPort(config);
        this.links = thread.links(
                settings, tls, () -> {}, bug -> LOG.error("{}: rehearsal: a bug; please report it", name, bug));
        NodeSettings.dynamic(config).ifPresent(window -> links.allowBothModes(window.until(), InstantSource.system()));
        Address bound = Address.parse(links.listen());
        String host = config.listen().isAny()
                ? InetAddress.getByName(OwnHost.of(config)).getHostAddress()
                : bound.host();
        this.address = new Address(bound.scheme(), host, bound.port()).toString();
        links.start(new Welcome());
        thread.schedule(this::close, OPEN.toNanos());
        LOG.info("{}: rehearsal: listens at {} with what is staged", name, address);
    }

    private static LinkSettings atAnyPort(NodeConfig config) {
        LinkSettings own = NodeSettings.link(config);
        return new LinkSettings(
                config.listen().with(config.listen().scheme(), 0).toString(),
                own.checksum(),
                own.receiveBufferBytes(),
                own.sendBufferBytes(),
                own.probeTimeout(),
                own.handshakeTimeout(),
                own.dialTimeout(),
                own.peekTime(),
                own.halfOpenLinks(),
                own.outboundBytes(),
                own.closeTimeout(),
                own.allowedPeers());
    }

    /** Where the others find the side port, {@code scheme://host:port}. */
    String address() {
        return address;
    }

    synchronized boolean isOpen() {
        return !closed;
    }

    /**
     * Looks at the side ports of others.
     *
     * @param peers their addresses, by name
     * @return done with all that stands against them; nothing if all accept each other
     */
    CompletableFuture<List<String>> with(Map<String, String> peers) {
        Map<String, CompletableFuture<PeerInspection.Result>> looks = new TreeMap<>();
        List<String> problems = new ArrayList<>();
        peers.forEach((peer, at) -> {
            if (!isNumeric(at)) {
                problems.add(peer + ": what it says of its side port is no numeric address");
            } else {
                looks.put(peer, thread.inspect(at, settings, tls));
            }
        });
        return CompletableFuture.allOf(looks.values().toArray(CompletableFuture<?>[]::new))
                .thenApply(done -> {
                    looks.forEach((peer, look) -> {
                        String problem = problem(peer, peers.getOrDefault(peer, ""), look.join());
                        if (problem != null) {
                            problems.add(problem);
                        }
                    });
                    return problems;
                });
    }

    private static boolean isNumeric(String at) {
        try {
            Address address = Address.parse(at);
            return address.isNumeric() && address.hasPort() && !address.scheme().isEmpty();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private @Nullable String problem(String peer, String at, PeerInspection.Result seen) {
        return switch (seen.mode()) {
            case UNREACHABLE, SILENT, OTHER -> peer + " cannot be reached from " + name + ": " + seen.text();
            case PLAIN ->
                config.tls() ? peer + " at " + at + " has staged plain text, and " + name + " TLS" + SAME : null;
            case TLS ->
                config.tls()
                        ? judged(peer, at, seen)
                        : peer + " at " + at + " has staged TLS, and " + name + " plain text" + SAME;
        };
    }

    private static final String SAME = "; all nodes of a plan have the same socket.ssl";

    private @Nullable String judged(String peer, String at, PeerInspection.Result seen) {
        List<String> wrong = new ArrayList<>();
        if (!seen.presented().isEmpty()) {
            Optional<String> ip = Optional.of(Address.parse(at).host());
            tls.flatMap(own -> own.judge(seen.presented(), ip, Instant.now()).refusal())
                    .ifPresent(refusal -> wrong.add(name + " refuses it: " + refusal));
        }
        if (seen.admission() != PeerInspection.Admission.YES) {
            wrong.add("it refuses " + name + ": " + seen.text());
        }
        return wrong.isEmpty() ? null : peer + " at " + at + ": " + String.join("; ", wrong);
    }

    /** Who was let in hears so, and that is all. */
    private final class Welcome implements LinkEvents {
        @Override
        public void onAccepted(long link, String scheme, String remoteIp, long nowNs) {
            links.send(link, WELCOME);
            links.close(link);
            links.scheduleEndTurn();
        }

        @Override
        public void onConnected(long link, long nowNs) {}

        @Override
        public void onClosed(long link, LinkFailure failure, long nowNs) {}

        @Override
        public void onResolved(String asked, List<String> numeric, long nowNs) {}

        @Override
        public void onMessage(long link, Bytes message, long nowNs) {
            links.close(link);
        }
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // nothing can fail in it
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        links.stop().whenComplete((done, failed) -> {
            tls.ifPresent(TlsContexts::close);
            thread.end();
        });
    }
}
