package io.dromon.sst.tunnel;

import io.dromon.transport.link.AcceptFailures;
import io.dromon.transport.link.LineBudget;
import io.dromon.transport.link.RefusalLog;
import io.dromon.transport.tls.TlsConfigException;
import io.dromon.transport.tls.TlsEndpoint;
import io.dromon.transport.tls.TlsGeneration;
import io.dromon.transport.tls.TlsSettings;
import io.dromon.transport.tls.Trust;
import io.dromon.transport.tls.pem.Authorities;
import io.dromon.transport.tls.pem.PemException;
import io.dromon.transport.tls.pem.PemFiles;
import io.dromon.transport.wire.LinkFailure;
import io.netty.bootstrap.AbstractBootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * A running tunnel: all services of a {@link TunnelConfig} on one event loop per core. Whoever started it closes it,
 * which ends the open connections by resets.
 */
public final class Tunnel implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Tunnel.class);
    private static final int PORTION = 128 * 1024;

    private final MultiThreadIoEventLoopGroup loops;
    private final ThreadFactory threads = new DefaultThreadFactory("dromon-tunnel-stream", true);
    private final ExecutorService blocking =
            Executors.newCachedThreadPool(new DefaultThreadFactory("dromon-tunnel-blocking", true));
    private volatile List<Running> services = List.of();
    private volatile List<Listener> listeners = List.of();
    private final Set<TunnelConnection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicInteger failures = new AtomicInteger();
    private final CountDownLatch streamsEnded = new CountDownLatch(1);
    private final RefusalLog refusals = new RefusalLog();
    private final LineBudget lines = new LineBudget(500, Duration.ofSeconds(10));
    private final Optional<Path> pidFile;
    private volatile boolean closed;

    /** A port; the service behind it may be replaced by a reload. */
    private static final class Listener {
        private final InetSocketAddress wanted;
        private final Channel channel;
        private volatile Running running;

        Listener(InetSocketAddress wanted, Channel channel, Running running) {
            this.wanted = wanted;
            this.channel = channel;
            this.running = running;
        }
    }

    private Tunnel(Optional<Path> pidFile) {
        this.pidFile = pidFile;
        // The JDK's selector (epoll below it), not Netty's own: that one (4.2.18) takes a socket out of epoll when
        // nothing is awaited from it for a moment, as after a half-close, and fails to put it in again (ENOENT).
        IoHandlerFactory factory = NioIoHandler.newFactory();
        this.loops = new MultiThreadIoEventLoopGroup(
                Runtime.getRuntime().availableProcessors(), new DefaultThreadFactory("dromon-tunnel", true), factory);
    }

    /**
     * Loads keys and certificates, and listens. With {@link TunnelConfig#onStandardStreams} nothing happens before
     * {@link #serveStreams}.
     */
    public static Tunnel start(TunnelConfig config) throws TunnelException {
        Tunnel tunnel = new Tunnel(config.pidFile());
        try {
            tunnel.services = load(config);
            tunnel.listeners = tunnel.listeners(tunnel.services);
            if (config.pidFile().isPresent()) {
                Files.writeString(
                        config.pidFile().get(),
                        ProcessHandle.current().pid() + "\n",
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE,
                        LinkOption.NOFOLLOW_LINKS);
            }
            return tunnel;
        } catch (TunnelException | RuntimeException e) {
            tunnel.close();
            throw e;
        } catch (IOException e) {
            tunnel.close();
            throw new TunnelException("pid: " + config.pidFile().orElseThrow() + " cannot be written", e);
        }
    }

    /**
     * Listens for one service whose TLS is there already.
     *
     * @param endpoint of the role that the service has; the tunnel closes it
     */
    public static Tunnel start(TunnelService service, TlsEndpoint endpoint) throws TunnelException {
        Tunnel tunnel = new Tunnel(Optional.empty());
        try {
            tunnel.services = List.of(new Running(service, endpoint));
            tunnel.listeners = tunnel.listeners(tunnel.services);
            return tunnel;
        } catch (TunnelException | RuntimeException e) {
            tunnel.close();
            throw e;
        }
    }

    /** Loads what a service needs for TLS, to see that it can be used. */
    public static void check(TunnelConfig config) throws TunnelException {
        load(config).forEach(Running::release);
    }

    private static List<Running> load(TunnelConfig config) throws TunnelException {
        List<Running> loaded = new ArrayList<>();
        try {
            for (TunnelService service : config.services()) {
                loaded.add(new Running(service, endpoint(service)));
            }
            return loaded;
        } catch (TunnelException e) {
            loaded.forEach(Running::release);
            throw e;
        }
    }

    /**
     * Serves other services, or the same with other files: keys, certificates and authorities are read anew. Ports that
     * stay are not closed for a moment, and open connections go on as they are.
     *
     * @throws TunnelException if something of the new cannot work; then all stays as it was
     */
    public synchronized void reload(TunnelConfig config) throws TunnelException {
        if (closed || config.onStandardStreams() || listeners.isEmpty()) {
            throw new TunnelException("what serves standard input and output is not reloaded");
        }
        List<Running> fresh = load(config);
        List<Listener> after;
        try {
            after = listeners(fresh);
        } catch (TunnelException e) {
            fresh.forEach(Running::release);
            throw e;
        }
        List<Running> retired = services;
        closeAll(listeners.stream()
                .filter(before -> after.stream().noneMatch(listener -> listener.channel == before.channel))
                .toList());
        services = fresh;
        listeners = after;
        retired.forEach(Running::release);
        LOG.info("reloaded: {} services; open connections go on as they are", fresh.size());
    }

    /**
     * Closes ports, and returns when the system has closed them too. The JDK closes the socket of a channel that is
     * registered with a selector only at that selector's next selection; until then the port would accept.
     */
    @SuppressWarnings("FutureReturnValueIgnored") // the promises tell
    private static void closeAll(List<Listener> gone) {
        List<Promise<Void>> closed = new ArrayList<>();
        for (Listener listener : gone) {
            EventLoop loop = listener.channel.eventLoop();
            Promise<Void> selected = loop.newPromise();
            // A task that is scheduled from within a turn of the loop runs in a later turn, after its selection.
            listener.channel
                    .close()
                    .addListener(done -> loop.schedule(() -> selected.trySuccess(null), 1, TimeUnit.MILLISECONDS));
            closed.add(selected);
        }
        closed.forEach(Promise::syncUninterruptibly);
    }

    /** A port for each service that has one: the one that is open already, or a new one. */
    private List<Listener> listeners(List<Running> wanted) throws TunnelException {
        List<Listener> kept = new ArrayList<>();
        List<Running> keptFor = new ArrayList<>();
        List<Listener> all = new ArrayList<>();
        List<Listener> made = new ArrayList<>();
        try {
            for (Running running : wanted) {
                if (running.service().accept().isEmpty()) {
                    continue;
                }
                TunnelAddress accept = running.service().accept().get();
                InetSocketAddress address = resolve(running, accept);
                Optional<Listener> open = listeners.stream()
                        .filter(listener -> listener.wanted.equals(address) && !kept.contains(listener))
                        .findFirst();
                if (open.isPresent()) {
                    kept.add(open.get());
                    keptFor.add(running);
                    all.add(open.get());
                } else {
                    Listener listener = listen(running, accept, address);
                    made.add(listener);
                    all.add(listener);
                }
            }
        } catch (TunnelException e) {
            closeAll(made);
            throw e;
        }
        for (int i = 0; i < kept.size(); i++) { // nothing can fail any more
            kept.get(i).running = keptFor.get(i);
        }
        return all;
    }

    private static InetSocketAddress resolve(Running running, TunnelAddress accept) throws TunnelException {
        try {
            return accept.resolve(running.service().defaultHost());
        } catch (IOException e) {
            throw cannotListen(running, accept, e);
        }
    }

    private static TunnelException cannotListen(Running running, TunnelAddress accept, Exception e) {
        return new TunnelException(
                "[" + running.service().name() + "] cannot listen on " + accept + ": " + e.getMessage(), e);
    }

    private static TlsEndpoint endpoint(TunnelService service) throws TunnelException {
        TunnelService.Tls tls = service.tls();
        try {
            Optional<TlsGeneration> own = Optional.empty();
            if (tls.certificate().isPresent()) {
                Path certificate = tls.certificate().get();
                own = Optional.of(TlsGeneration.load(
                        1, TlsSettings.of(certificate, tls.key().orElse(certificate))));
            }
            own.ifPresent(generation -> generation
                    .notes()
                    .forEach(note -> LOG.warn("[{}] {}", service.name(), Reasons.TUNNEL.words(note))));
            Authorities authorities = Authorities.of(List.of());
            for (Path file : tls.authorities()) {
                authorities = authorities.and(PemFiles.authorities("CAfile", file));
            }
            Trust trust = Trust.in(authorities);
            if (trust.anchors().isEmpty() && !authorities.certificates().isEmpty()) {
                throw new TunnelException("[" + service.name() + "] CAfile: each certificate in " + tls.authorities()
                        + " is marked as rejected (block TRUSTED CERTIFICATE), so that no peer can be trusted");
            }
            return TlsEndpoint.of(
                    new TlsEndpoint.Spec(
                            !service.client(),
                            own,
                            trust,
                            tls.verification(),
                            tls.subjects(),
                            tls.protocols(),
                            tls.ciphers(),
                            tls.suites(),
                            TlsSettings.Provider.AUTO),
                    InstantSource.system());
        } catch (TlsConfigException | PemException e) {
            throw new TunnelException(
                    "[" + service.name() + "] " + Reasons.TUNNEL.words(String.valueOf(e.getMessage())), e);
        }
    }

    private Listener listen(Running running, TunnelAddress accept, InetSocketAddress address) throws TunnelException {
        AtomicReference<@Nullable Listener> listener = new AtomicReference<>();
        try {
            ServerBootstrap bootstrap = new ServerBootstrap()
                    .group(loops)
                    .channel(listenerType())
                    .option(ChannelOption.SO_REUSEADDR, true)
                    .option(ChannelOption.SO_BACKLOG, 1024)
                    .childOption(ChannelOption.AUTO_READ, false)
                    .childOption(ChannelOption.TCP_NODELAY, true)
                    .childOption(ChannelOption.SO_KEEPALIVE, true)
                    .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                    .childOption(ChannelOption.RECVBUF_ALLOCATOR, portions())
                    .childHandler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            Listener behind = listener.get();
                            accepted(() -> behind == null ? running : behind.running, channel);
                        }
                    });
            Listener made = new Listener(
                    address, bootstrap.bind(address).syncUninterruptibly().channel(), running);
            listener.set(made);
            made.channel
                    .pipeline()
                    .addLast(new AcceptFailures(
                            text -> LOG.warn("[{}] {}", running.service().name(), text)));
            return made;
            // Netty rethrows what the system said, which the compiler cannot know.
        } catch (Exception e) {
            throw cannotListen(running, accept, e);
        }
    }

    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(PORTION, 2 * PORTION);

    private static AdaptiveRecvByteBufAllocator portions() {
        AdaptiveRecvByteBufAllocator portions = new AdaptiveRecvByteBufAllocator(2048, 16 * 1024, PORTION);
        portions.maxMessagesPerRead(1);
        return portions;
    }

    /** What all sockets have. */
    static <B extends AbstractBootstrap<B, C>, C extends Channel> B configure(B bootstrap) {
        return bootstrap
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .option(ChannelOption.RECVBUF_ALLOCATOR, portions());
    }

    static Class<? extends SocketChannel> socketType() {
        return NioSocketChannel.class;
    }

    private static Class<? extends ServerSocketChannel> listenerType() {
        return NioServerSocketChannel.class;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // failures of writes and closes end the channel, which is told anyway
    private void accepted(Supplier<Running> current, Channel channel) {
        String caller = channel.remoteAddress() instanceof InetSocketAddress address
                ? new TunnelAddress(address.getAddress().getHostAddress(), address.getPort()).toString()
                : "?";
        // A reload puts the new service behind the port before it retires the old one.
        Running running = current.get();
        while (!closed && !running.acquire()) {
            Running next = current.get();
            if (next == running) {
                channel.close(); // the port itself is gone
                return;
            }
            running = next;
        }
        if (closed) {
            channel.close();
            return;
        }
        TunnelConnection connection = new TunnelConnection(this, running, channel.eventLoop(), caller);
        connections.add(connection);
        running.halfOpen().enter(host(caller), connection);
        if (running.service().client()) {
            connection.dial(channel);
        } else {
            connection.serve(channel);
        }
    }

    /**
     * Serves one connection whose plain side is a pair of streams, and returns when it has ended.
     *
     * @return whether it ended in order
     */
    public boolean serveStreams(InputStream input, OutputStream output) throws InterruptedException {
        Running running = services.get(0);
        boolean unused = running.acquire();
        EventLoop loop = loops.next();
        TunnelConnection connection = new TunnelConnection(this, running, loop, "standard input and output");
        connections.add(connection);
        loop.execute(() -> {
            StreamSide side = new StreamSide(connection.relay(), loop, input, output, new StreamSide.Parent());
            side.start(threads);
            connection.dial(side);
        });
        streamsEnded.await();
        return failures.get() == 0;
    }

    /** Where it listens, in the order of the services that do. */
    public List<InetSocketAddress> addresses() {
        return listeners.stream()
                .map(listener -> (InetSocketAddress) listener.channel.localAddress())
                .toList();
    }

    /** Connections that are open, those in their handshake included. */
    public int connections() {
        return connections.size();
    }

    /** For what would hold an event loop up. */
    Executor blocking() {
        return blocking;
    }

    ThreadFactory threads() {
        return threads;
    }

    void refusal(Running running, String caller, LinkFailure failure) {
        synchronized (refusals) {
            refusals.count(failure);
            refusals.log("[" + running.service().name() + "] " + host(caller), failure, System.nanoTime());
        }
    }

    private static String host(String caller) {
        int colon = caller.lastIndexOf(':');
        return colon < 0 ? caller : caller.substring(0, colon);
    }

    /**
     * @param line for the log; empty if the connection was never established
     * @param before why it was not
     */
    void ended(TunnelConnection connection, String line, Optional<String> before, boolean inOrder) {
        connections.remove(connection);
        if (!line.isEmpty()) {
            told(inOrder ? Level.INFO : Level.WARN, line);
        } else {
            before.filter(why -> why.contains(" ")).ifPresent(why -> told(Level.WARN, why));
        }
        if (!inOrder) {
            failures.incrementAndGet();
        }
        if (listeners.isEmpty()) {
            streamsEnded.countDown();
        }
    }

    /** A line of one connection: who may connect can make many. */
    private void told(Level level, String line) {
        synchronized (lines) {
            if (lines.room(System.nanoTime(), left -> LOG.warn("{} more ends of connections were not logged", left))) {
                LOG.atLevel(level).log(line);
            }
        }
    }

    /** Ends listening and every connection; returns when all is over. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        closeAll(listeners);
        // Before the loops end: they would close in order what is not complete.
        List<Future<?>> cancelled = new ArrayList<>();
        for (TunnelConnection connection : connections) {
            cancelled.add(connection.loop().submit(() -> connection.relay().cancel("this end was stopped")));
        }
        cancelled.forEach(each -> each.awaitUninterruptibly(5, TimeUnit.SECONDS));
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10, TimeUnit.SECONDS);
        blocking.shutdownNow();
        services.forEach(Running::release);
        pidFile.ifPresent(file -> {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                LOG.warn("{} cannot be removed: {}", file, e.getMessage());
            }
        });
    }
}
