package io.dromon.transport.link;

import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.wire.Bytes;
import io.dromon.transport.wire.Checksum;
import io.dromon.transport.wire.Encodable;
import io.dromon.transport.wire.LinkFailure;
import io.dromon.transport.wire.PeerIdentity;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.IoEventLoop;
import io.netty.channel.nio.AbstractNioChannel;
import io.netty.channel.unix.UnixChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.collection.LongObjectHashMap;
import io.netty.util.internal.OutOfDirectMemoryError;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
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
    private static final LinkEvents NOBODY = new LinkEvents() {
        @Override
        public void onAccepted(long link, String scheme, String remoteIp, long nowNs) {}

        @Override
        public void onConnected(long link, long nowNs) {}

        @Override
        public void onClosed(long link, LinkFailure failure, long nowNs) {}

        @Override
        public void onResolved(String address, List<String> numeric, long nowNs) {}

        @Override
        public void onMessage(long link, Bytes message, long nowNs) {}
    };

    private final IoEventLoop loop;
    private final LinkSettings settings;
    /** What new links are made with; a reload puts the next generation here. */
    private Optional<TlsContexts> tls;

    private final Runnable endTurnHook;
    private final Consumer<Throwable> bugs;
    private final LongSupplier clock;
    private final Checksum checksum;
    private final Runnable endTurnTask = this::endTurn;
    private final TurnBuffer out;
    private final List<NettyLink> written = new ArrayList<>();
    private final RefusalLog refusals = new RefusalLog();
    private final Acceptor acceptor;
    private final Dialler dialler;
    private final HostNames names = new HostNames();

    private final LongObjectHashMap<NettyLink> links = new LongObjectHashMap<>();
    private long lastId;
    private LinkEvents events = NOBODY;
    private boolean turnScheduled;
    private boolean stopped;
    /** Null unless both modes are allowed; set before the first link. */
    private volatile @Nullable DynamicMode dynamic;

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
        this.settings = settings;
        this.tls = tls;
        this.endTurnHook = endTurn;
        this.bugs = bugs;
        this.clock = clockNs;
        this.checksum = Checksum.of(settings.checksum());
        this.out = new TurnBuffer(PooledByteBufAllocator.DEFAULT, checksum);
        this.acceptor = new Acceptor(this, settings);
        this.dialler = new Dialler(this, loop, settings);
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
     * Binds the listening address; nobody is accepted before {@link #start}. Blocks; not on the event loop.
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
            events = sink;
            acceptor.start();
        });
    }

    /** Of the addresses of this node and its peers. */
    String scheme() {
        return tls.isPresent() && dynamic == null ? "ssl" : "tcp";
    }

    /**
     * {@code socket.dynamic}: links may be plain or TLS until a moment, {@link Instant#MAX} for ever. Addresses are {@code
     * tcp://} then. Before {@link #listen}.
     */
    public void allowBothModes(Instant until, InstantSource wallClock) {
        dynamic = new DynamicMode(until, wallClock);
    }

    boolean dynamic() {
        return dynamic != null;
    }

    /** Whether a link to an address may be plain text although this node has TLS; without an address: to anyone. */
    boolean allowsPlain(String address) {
        DynamicMode mode = dynamic;
        return mode != null && (address.isEmpty() ? mode.allowsPlain() : mode.allowsPlain(address));
    }

    boolean hasTls() {
        return tls.isPresent();
    }

    boolean isStopped() {
        return stopped;
    }

    LinkSettings settings() {
        return settings;
    }

    long nowNs() {
        return clock.getAsLong();
    }

    // ---- accepting and dialling

    /** A connection came; null if it is not welcome. */
    @Nullable
    NettyLink accepted(Channel channel, InetSocketAddress remote) {
        if (stopped) {
            return null;
        }
        NettyLink link = new NettyLink(
                ++lastId, true, LinkAddress.format(scheme(), remote), LinkAddress.ip(remote.getAddress()));
        link.channel = channel;
        links.put(link.id, link);
        return link;
    }

    /** A link to be. */
    NettyLink dialled(String address) {
        NettyLink link = new NettyLink(++lastId, false, address, "");
        links.put(link.id, link);
        return link;
    }

    @Override
    public long dial(String address) {
        NettyLink link = dialled(address);
        dialler.dial(link);
        return link.id;
    }

    @Override
    public void resolve(String address) {
        names.resolve(
                scheme(),
                address,
                numeric -> loop.execute(() -> {
                    if (!stopped) {
                        scheduleEndTurn();
                        try {
                            events.onResolved(address, numeric, nowNs());
                        } catch (RuntimeException | Error bug) {
                            bugs.accept(bug);
                        }
                    }
                }));
    }

    /** The negotiation ends with this verdict if it takes too long. */
    void deadline(NettyLink link, Duration limit, Supplier<LinkFailure> verdict) {
        link.deadline = loop.schedule(
                () -> {
                    link.deadline = null;
                    if (link.phase == NettyLink.Phase.NEGOTIATING) {
                        fail(link, verdict.get());
                    }
                },
                limit.toNanos(),
                TimeUnit.NANOSECONDS);
    }

    // ---- up and down

    void addFrames(ChannelPipeline pipeline, NettyLink link, boolean plain) {
        SslHandler handler = pipeline.get(SslHandler.class);
        if (handler != null && Compression.PROTOCOL.equals(handler.applicationProtocol())) {
            link.compressed = true;
            Compression.add(pipeline, link, failure -> fail(link, failure));
        }
        pipeline.addLast(FramesHandler.NAME, new FramesHandler(this, link, checksum, plain));
    }

    /** The negotiation is over, the mesh learns of the link. */
    void up(NettyLink link) {
        link.phase = NettyLink.Phase.UP;
        link.since = Instant.now();
        link.cancelDeadline();
        SslHandler handler =
                link.channel == null ? null : link.channel.pipeline().get(SslHandler.class);
        if (handler != null) {
            acceptor.proven(link);
            DynamicMode mode = dynamic;
            if (mode != null && !link.accepted) {
                mode.provedTls(link.peer);
            }
            link.applicationProtocol = handler.applicationProtocol();
            link.presented = presented(handler.engine().getSession());
            link.identity = link.presented.stream().findFirst().map(PeerIdentity::of);
        }
        if (link.trial != null) {
            return; // with TLS 1.3 the peer's verdict is still on its way
        }
        scheduleEndTurn();
        try {
            if (link.accepted) {
                events.onAccepted(link.id, scheme(), link.ip, nowNs());
            } else {
                events.onConnected(link.id, nowNs());
            }
        } catch (RuntimeException | Error bug) {
            bugs.accept(bug);
        }
    }

    private static List<X509Certificate> presented(SSLSession session) {
        List<X509Certificate> chain = new ArrayList<>();
        try {
            for (Certificate certificate : session.getPeerCertificates()) {
                chain.add((X509Certificate) certificate);
            }
        } catch (SSLPeerUnverifiedException e) {
            return List.of(); // refused before it comes here
        }
        return chain;
    }

    void message(NettyLink link, Bytes body, long nowNs) {
        if (link.halfOpen) {
            acceptor.proven(link);
        }
        if (link.trial != null) {
            link.trial.verdict().complete(Optional.empty());
            close(link.id);
            return;
        }
        try {
            events.onMessage(link.id, body, nowNs);
        } catch (RuntimeException | Error bug) {
            bugs.accept(bug);
        }
    }

    /** Ends a link for a reason that the mesh did not give; harmless if it is closed already. */
    void fail(NettyLink link, LinkFailure failure) {
        if (link.phase == NettyLink.Phase.CLOSED) {
            return;
        }
        boolean announced = !link.accepted || link.phase == NettyLink.Phase.UP;
        forget(link);
        if (link.channel != null) {
            link.channel.close();
        }
        if (link.trial != null) {
            link.trial.verdict().complete(Optional.of(failure));
            return;
        }
        if (!announced) {
            refuse(link.ip, failure);
            return;
        }
        refusals.count(failure);
        scheduleEndTurn();
        try {
            events.onClosed(link.id, failure, nowNs());
        } catch (RuntimeException | Error bug) {
            bugs.accept(bug);
        }
    }

    /** Somebody of whom the mesh never learns. */
    void refuse(String ip, LinkFailure failure) {
        refusals.count(failure);
        refusals.log(ip, failure, nowNs());
    }

    /** Ends a link that is open in plain text although {@code socket.dynamic} is over. Any thread. */
    public void endPlain(long id) {
        loop.execute(() -> {
            NettyLink link = links.get(id);
            if (link != null && link.phase == NettyLink.Phase.UP && link.tls == null) {
                fail(link, Verdicts.plainIsOver(link));
            }
        });
    }

    private void forget(NettyLink link) {
        link.phase = NettyLink.Phase.CLOSED;
        links.remove(link.id);
        acceptor.proven(link);
        link.cancelDeadline();
    }

    @Override
    public Optional<PeerIdentity> identity(long id) {
        NettyLink link = links.get(id);
        return link == null ? Optional.empty() : link.identity;
    }

    @Override
    public void close(long id) {
        NettyLink link = links.get(id);
        if (link != null) {
            boolean up = link.phase == NettyLink.Phase.UP;
            forget(link);
            if (link.trial != null) {
                link.trial.verdict().complete(Optional.of(new LinkFailure.Disconnected(link.peer + ": given up")));
            }
            Channel channel = link.channel;
            if (channel != null && up) {
                out.write(link);
                drain(channel, link);
            } else if (channel != null) {
                channel.close();
            }
        }
    }

    /** Sends what is queued, then closes; by force if the peer does not take it. */
    private void drain(Channel channel, NettyLink link) {
        io.netty.util.concurrent.Future<?> force = loop.schedule(
                () -> channel.unsafe().close(channel.newPromise()),
                settings.closeTimeout().toNanos(),
                TimeUnit.NANOSECONDS);
        channel.closeFuture().addListener(closed -> force.cancel(false));
        if (link.tls != null) {
            // TLS flushes by itself before its close_notify, which is not awaited.
            channel.flush();
            channel.close();
        } else {
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    // ---- sending and the turn

    @Override
    public void send(long id, Encodable message) {
        NettyLink link = links.get(id);
        if (link != null && link.phase == NettyLink.Phase.UP) {
            out.add(link, message);
            scheduleEndTurn();
        }
    }

    /** Makes sure that a turn ends soon: after timers, or when the application has given something to send. */
    public void scheduleEndTurn() {
        if (!turnScheduled) {
            turnScheduled = true;
            loop.execute(endTurnTask);
        }
    }

    private void endTurn() {
        turnScheduled = false;
        try {
            endTurnHook.run();
        } catch (RuntimeException | Error bug) {
            bugs.accept(bug);
        }
        out.flush(written);
        for (int i = 0; i < written.size(); i++) {
            checkBacklog(written.get(i));
        }
        written.clear();
        if (stopped) {
            out.release();
        }
    }

    private void checkBacklog(NettyLink link) {
        Channel channel = link.channel;
        ChannelOutboundBuffer buffer = channel == null ? null : channel.unsafe().outboundBuffer();
        if (channel != null && buffer != null && buffer.totalPendingWriteBytes() > settings.outboundBytes()) {
            LinkFailure failure = Verdicts.doesNotRead(link, buffer.totalPendingWriteBytes());
            fail(link, failure);
            // Not politely: the peer would not read the farewell either.
            channel.unsafe().close(channel.newPromise());
        }
    }

    // ---- TLS

    /** What a link is to be made with now. */
    TlsContexts tls() {
        return tls.orElseThrow(() -> new IllegalStateException("plain text"));
    }

    /**
     * New links are made with other contexts from now on; open ones stay as they are. Not for a node in plain text. Any
     * thread.
     *
     * @return the ones before, which are the caller's to close
     */
    public CompletableFuture<TlsContexts> replaceTls(TlsContexts next) {
        CompletableFuture<TlsContexts> result = new CompletableFuture<>();
        loop.execute(() -> {
            TlsContexts before = tls();
            tls = Optional.of(next);
            result.complete(before);
        });
        return result;
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
            for (NettyLink link : links.values()) {
                all.put(link.id, List.copyOf(link.presented));
            }
            result.complete(all);
        });
        return result;
    }

    // ---- status and end

    /** All connections, half-open ones included. Any thread. */
    public CompletableFuture<List<LinkStatus>> status() {
        CompletableFuture<List<LinkStatus>> result = new CompletableFuture<>();
        loop.execute(() -> {
            List<LinkStatus> all = new ArrayList<>();
            for (NettyLink link : links.values()) {
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
        loop.execute(() -> result.complete(refusals.counters()));
        return result;
    }

    /** Who was refused in the last hour, the latest first. Any thread. */
    public CompletableFuture<List<RefusedPeer>> refusedPeers() {
        CompletableFuture<List<RefusedPeer>> result = new CompletableFuture<>();
        loop.execute(() -> result.complete(refusals.recent(Instant.now())));
        return result;
    }

    /** The rate-limited log of refused peers, for refusals that only the mesh sees. */
    public RefusalLog refusals() {
        return refusals;
    }

    /**
     * Stops accepting and dialling, closes every link after its queue was sent, without events. Any thread.
     *
     * @return done when all sockets are closed
     */
    public CompletableFuture<Void> stop() {
        CompletableFuture<Void> result = new CompletableFuture<>();
        loop.execute(() -> {
            stopped = true;
            names.close();
            List<CompletableFuture<?>> closing = new ArrayList<>();
            Channel listener = acceptor.stop();
            if (listener != null) {
                closing.add(closed(listener));
            }
            for (NettyLink link : new ArrayList<>(links.values())) {
                if (link.channel != null) {
                    closing.add(closed(link.channel));
                }
                close(link.id);
            }
            out.release();
            CompletableFuture.allOf(closing.toArray(new CompletableFuture<?>[0]))
                    .thenAccept(result::complete);
        });
        return result;
    }

    /**
     * Closes every socket at once and without events, though the event loop is dead. On its thread, as its last act; it
     * can do nothing for them any more.
     */
    public void closeByForce() {
        stopped = true;
        acceptor.closeByForce();
        for (NettyLink link : links.values()) {
            if (link.channel != null) {
                closeByForce(link.channel);
            }
        }
    }

    static void closeByForce(Channel channel) {
        try {
            if (channel instanceof UnixChannel unix) {
                unix.fd().close();
            } else if (channel.unsafe() instanceof AbstractNioChannel.NioUnsafe nio) {
                nio.ch().close();
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("a socket could not be closed: {}", e.toString());
        }
    }

    /** What Netty caught in a pipeline: the end of the link, or of the node if it is out of memory. */
    void caught(NettyLink link, Throwable cause) {
        // Netty's own error is about the memory for sockets, which other links give back.
        if (cause instanceof OutOfMemoryError && !(cause instanceof OutOfDirectMemoryError)) {
            bugs.accept(cause);
        } else {
            fail(link, Verdicts.of(link, cause));
        }
    }

    private static CompletableFuture<?> closed(Channel channel) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        channel.closeFuture().addListener(closed -> done.complete(true));
        return done;
    }
}
