package io.dromon.transport.link;

import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.LinkFailure;
import io.dromon.transport.wire.PeerIdentity;
import io.netty.channel.Channel;
import io.netty.channel.IoEventLoop;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link Links} on sockets. Everything happens on one event loop, the node's protocol thread; see the package for the
 * pipelines and the turn.
 *
 * <p>What the caller owes: {@link #listen} once, from another thread; then {@link #start}; every other method on the
 * event loop unless it says otherwise. With TLS contexts every link is TLS, whatever scheme a dialled address names:
 * nothing is ever sent in clear text by a node that has TLS on.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells what fails through exceptionCaught and closeFuture
public final class NettyLinks implements Links {
    private static final Logger LOG = LoggerFactory.getLogger(NettyLinks.class);

    private final IoEventLoop loop;
    private final LinkSet links;
    private final Acceptor acceptor;
    private final Dialler dialler;
    private final HostNames names = new HostNames();

    /**
     * @param tls empty for plain text; stays the caller's until {@link #replaceTls}
     * @param endTurn called once after each batch of events, before everything sent is flushed
     * @param bugs takes what the events or the hook throw: unchecked, a bug; the node is to stop
     */
    public NettyLinks(
            IoEventLoop loop,
            LinkSettings settings,
            Optional<TlsContexts> tls,
            Runnable endTurn,
            Consumer<Throwable> bugs,
            LongSupplier clockNs) {
        this.loop = loop;
        this.links = new LinkSet(loop, settings, tls, endTurn, bugs, clockNs);
        this.acceptor = new Acceptor(links, settings);
        this.dialler = new Dialler(links, loop, settings);
    }

    /**
     * {@code socket.ssl_compression}: what to offer by ALPN for it, {@link
     * io.dromon.transport.tls.TlsSettings#applicationProtocols}; nothing, with a line in the log, where the library for it
     * cannot be loaded.
     */
    public static List<String> compression() {
        try {
            com.github.luben.zstd.util.Native.load();
            return List.of(Compression.PROTOCOL);
        } catch (LinkageError e) {
            LOG.warn("socket.ssl_compression: off, zstd-jni cannot be loaded: {}", e.toString());
            return List.of();
        }
    }

    /**
     * Binds the listening address; no connection is accepted before {@link #start}. Blocks; not on the event loop.
     *
     * @return the bound address as it is announced to peers, {@code tcp://ip:port} or {@code ssl://ip:port}
     * @throws IOException naming the address and the reason
     */
    public String listen() throws IOException {
        if (loop.inEventLoop()) {
            throw new IllegalStateException("listen() blocks");
        }
        return acceptor.listen(loop);
    }

    /** From now on {@code sink} gets the events, and connections are accepted. Any thread. */
    public void start(LinkEvents sink) {
        loop.execute(() -> {
            links.start(sink);
            acceptor.start();
        });
    }

    /**
     * {@code socket.dynamic}: links may be plain or TLS until a moment, {@link Instant#MAX} for ever. Addresses are {@code
     * tcp://} then. Before {@link #listen}.
     */
    public void allowBothModes(Instant until, InstantSource wallClock) {
        links.modes.allowBoth(new DynamicMode(until, wallClock));
    }

    @Override
    public long dial(String address) {
        NettyLink link = links.dialled(address);
        dialler.dial(link);
        return link.id;
    }

    @Override
    public void resolve(String address) {
        names.resolve(links.modes.scheme(), address, numeric -> loop.execute(() -> links.resolved(address, numeric)));
    }

    /** Ends a link that is open in plain text although {@code socket.dynamic} is over. Any thread. */
    public void endPlain(long id) {
        loop.execute(() -> links.endPlain(id));
    }

    @Override
    public Optional<PeerIdentity> identity(long id) {
        return links.identity(id);
    }

    @Override
    public void close(long id) {
        links.close(id);
    }

    @Override
    public void send(long id, Encodable message) {
        links.send(id, message);
    }

    /** Makes sure that a turn ends soon: after timers, or when the application has given something to send. */
    public void scheduleEndTurn() {
        links.scheduleEndTurn();
    }

    /**
     * New links are made with other contexts from now on; open ones stay as they are. Not for a node in plain text. Any
     * thread.
     *
     * @return the ones before, which are the caller's to close
     */
    public CompletableFuture<TlsContexts> replaceTls(TlsContexts next) {
        CompletableFuture<TlsContexts> result = new CompletableFuture<>();
        loop.execute(() -> result.complete(links.modes.replaceTls(next)));
        return result;
    }

    /** What links are made with now, the owner's to close; empty in plain text. Any thread. */
    public Optional<TlsContexts> tls() {
        return links.modes.current();
    }

    /**
     * Dials a node to see whether it takes what other contexts present. The node that accepts speaks first, Galera's too:
     * its first message is the proof. Any thread.
     *
     * @param candidate open until the answer is there
     * @return empty if it does
     */
    public CompletableFuture<Optional<LinkFailure>> tryOut(String address, TlsContexts candidate) {
        CompletableFuture<Optional<LinkFailure>> verdict = new CompletableFuture<>();
        loop.execute(() -> dialler.tryOut(address, candidate, verdict));
        return verdict;
    }

    /** What the peers of open links presented, by the number of the link. Any thread. */
    public CompletableFuture<Map<Long, List<X509Certificate>>> presented() {
        CompletableFuture<Map<Long, List<X509Certificate>>> result = new CompletableFuture<>();
        loop.execute(() -> {
            Map<Long, List<X509Certificate>> all = new HashMap<>();
            for (NettyLink link : links.all()) {
                all.put(link.id, List.copyOf(link.presented));
            }
            result.complete(all);
        });
        return result;
    }

    /** All connections, half-open ones included. Any thread. */
    public CompletableFuture<List<LinkStatus>> status() {
        CompletableFuture<List<LinkStatus>> result = new CompletableFuture<>();
        loop.execute(() -> {
            List<LinkStatus> all = new ArrayList<>();
            for (NettyLink link : links.all()) {
                all.add(link.status());
            }
            all.sort(java.util.Comparator.comparingLong(LinkStatus::link));
            result.complete(all);
        });
        return result;
    }

    /** Failures so far by kind. Any thread. */
    public CompletableFuture<Map<String, Long>> refusedByKind() {
        CompletableFuture<Map<String, Long>> result = new CompletableFuture<>();
        loop.execute(() -> result.complete(links.refusals.counters()));
        return result;
    }

    /** Who was refused in the last hour, the latest first. Any thread. */
    public CompletableFuture<List<RefusedPeer>> refusedPeers() {
        CompletableFuture<List<RefusedPeer>> result = new CompletableFuture<>();
        loop.execute(() -> result.complete(links.refusals.recent(Instant.now())));
        return result;
    }

    /** The rate-limited log of refused peers, for refusals that only the mesh sees. */
    public RefusalLog refusals() {
        return links.refusals;
    }

    /**
     * Stops accepting and dialling, closes every link after its queue was sent, without events. Any thread.
     *
     * @return done when all sockets are closed
     */
    public CompletableFuture<Void> stop() {
        CompletableFuture<Void> result = new CompletableFuture<>();
        loop.execute(() -> {
            names.close();
            List<Channel> closing = new ArrayList<>();
            Channel listener = acceptor.stop();
            if (listener != null) {
                closing.add(listener);
            }
            closing.addAll(links.stop());
            CompletableFuture.allOf(closing.stream().map(NettyLinks::closed).toArray(CompletableFuture<?>[]::new))
                    .thenAccept(result::complete);
        });
        return result;
    }

    /**
     * Closes every socket at once and without events, though the event loop is dead. On its thread, as its last act; it
     * can do nothing for them any more.
     */
    public void closeByForce() {
        acceptor.closeByForce();
        links.closeByForce();
    }

    private static CompletableFuture<?> closed(Channel channel) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        channel.closeFuture().addListener(closed -> done.complete(true));
        return done;
    }
}
