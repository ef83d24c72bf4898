package io.dromon.node.admin.http;

import io.dromon.config.AdminAddress;
import io.dromon.node.admin.api.AccessRules;
import io.dromon.node.admin.api.AdminApi;
import io.dromon.node.admin.api.Caller;
import io.dromon.node.admin.api.Problem;
import io.dromon.node.credentials.EndpointRenewal;
import io.dromon.transport.link.AcceptFailures;
import io.dromon.transport.link.HalfOpen;
import io.dromon.transport.link.LineBudget;
import io.dromon.transport.tls.TlsEndpoint;
import io.dromon.transport.tls.TlsFailures;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The doors of one run of a node: the control socket and, if it has one, the admin listener, on one event loop with one set
 * of limits. Any thread.
 */
@SuppressWarnings("FutureReturnValueIgnored") // closing tells nothing that is not known
public final class AdminServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
    private static final String DECODER = "decoder";
    private static final long LAST_LOOK_MS = 20;

    private final String name;
    private final AdminApi api;
    private final EventLoopGroup loop;
    private final Workers workers;
    private final HalfOpen<Channel> waiting = new HalfOpen<>(Limits.MOST_WAITING, Channel::close);
    private final Bodies bodies = new Bodies();
    private final Feeds feeds = new Feeds();
    private final List<Channel> listeners = new ArrayList<>();
    private final Map<AdminAddress, TcpDoor> tcpDoors = new ConcurrentHashMap<>();
    private final Set<Channel> connections = ConcurrentHashMap.newKeySet();
    private final LineBudget refusals = new LineBudget(10, Duration.ofMinutes(1));
    private volatile boolean started;
    private volatile boolean closing;

    /**
     * Opens no door yet.
     *
     * @param name of the node
     */
    public AdminServer(String name, AdminApi api) {
        this.name = name;
        this.api = api;
        this.loop = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("dromon-" + name + "-admin", true), NioIoHandler.newFactory());
        this.workers = new Workers("dromon-" + name + "-admin-worker");
    }

    /** How new connections of a listener are served. */
    private record Served(boolean hasTls, Tls tls, AccessRules rules) {}

    /** A listener for TCP: what serves its connections can be exchanged. */
    private static final class TcpDoor {
        private volatile Served served;
        private volatile @Nullable Channel channel;

        TcpDoor(Served served) {
            this.served = served;
        }
    }

    /** The endpoint that new connections use; on the event loop alone. */
    private static final class Tls {
        private @Nullable TlsEndpoint endpoint;

        TlsEndpoint current() {
            TlsEndpoint now = endpoint;
            if (now == null) {
                throw new IllegalStateException("no endpoint");
            }
            return now;
        }
    }

    /**
     * Takes the address of the admin listener; connections are taken from {@link #start} on.
     *
     * @param tls its certificate; empty for plain HTTP alone
     * @return where it listens
     * @throws IOException with what stands against it, and what to do
     */
    public InetSocketAddress listen(AdminAddress address, Optional<EndpointRenewal> tls, AccessRules rules)
            throws IOException {
        TcpDoor door = new TcpDoor(served(tls, rules));
        InetSocketAddress wanted = new InetSocketAddress(
                InetAddress.getByName(address.address().host()), // numeric, or localhost
                address.address().port());
        ServerBootstrap bootstrap = bootstrap(NioServerSocketChannel::new)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, 128)
                .option(ChannelOption.AUTO_READ, started)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        acceptTcp(channel, address.protocol(), door.served);
                    }
                });
        ChannelFuture bound = bootstrap.bind(wanted).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    "cannot listen at " + address + ": " + bound.cause().getMessage()
                            + "; choose another admin.listen, or end what uses this one",
                    bound.cause());
        }
        added(bound.channel(), address.toString());
        door.channel = bound.channel();
        tcpDoors.put(address, door);
        return (InetSocketAddress) bound.channel().localAddress();
    }

    private Served served(Optional<EndpointRenewal> tls, AccessRules rules) {
        Tls used = new Tls();
        tls.ifPresent(renewal -> renewal.follow(next -> swap(used, next)));
        return new Served(tls.isPresent(), used, rules);
    }

    /**
     * Has the listener at an address serve new connections by another certificate and other rules; the address stays taken
     * all the time.
     *
     * @param address as it was given to {@link #listen(AdminAddress, Optional, AccessRules)}
     */
    void serve(AdminAddress address, Optional<EndpointRenewal> tls, AccessRules rules) {
        door(address).served = served(tls, rules);
    }

    /** Gives the address up; connections stay. */
    void close(AdminAddress address) {
        Channel listener = Objects.requireNonNull(door(address).channel, "it listens");
        tcpDoors.remove(address);
        synchronized (listeners) {
            listeners.remove(listener);
        }
        listener.close().awaitUninterruptibly();
    }

    private TcpDoor door(AdminAddress address) {
        return Objects.requireNonNull(tcpDoors.get(address), "nothing listens there");
    }

    private void swap(Tls used, TlsEndpoint next) {
        try {
            loop.submit(() -> used.endpoint = next).syncUninterruptibly();
        } catch (RejectedExecutionException e) {
            LOG.debug("{}: the admin listener has ended", name);
        }
    }

    /**
     * Opens the control socket.
     *
     * @param socket bound already; closed with this
     */
    public void listen(ServerSocketChannel socket, String path) throws IOException {
        ServerBootstrap bootstrap = bootstrap(() -> new NioServerDomainSocketChannel(socket))
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        String user = LocalUser.of((NioDomainSocketChannel) channel);
                        Caller caller = new Caller(Caller.Door.SOCKET, user, Optional.empty());
                        accept(channel, new Exchange(AdminServer.this, AccessRules.ALL, user, () -> caller));
                    }
                });
        ChannelFuture registered = bootstrap.register().awaitUninterruptibly();
        if (!registered.isSuccess()) {
            socket.close();
            throw new IOException(path + ": " + registered.cause(), registered.cause());
        }
        added(registered.channel(), path);
    }

    private <C extends ServerChannel> ServerBootstrap bootstrap(Supplier<C> channel) {
        return new ServerBootstrap()
                .group(loop, loop)
                .channelFactory(channel::get)
                .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .childOption(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(Limits.FEED_BYTES / 2, Limits.FEED_BYTES));
    }

    private void added(Channel listener, String where) {
        listener.pipeline().addLast(new AcceptFailures(text -> LOG.warn("{}: admin {}: {}", name, where, text)));
        synchronized (listeners) {
            listeners.add(listener);
        }
        if (closing) {
            listener.close();
        }
    }

    private void acceptTcp(Channel channel, AdminAddress.Protocol protocol, Served served) {
        String from = ((InetSocketAddress) channel.remoteAddress()).getAddress().getHostAddress();
        Exchange exchange =
                new Exchange(this, served.rules, from, () -> new Caller(Caller.Door.HTTP, from, Optional.empty()));
        channel.pipeline().addLast("port", new FirstByte(protocol, served.hasTls, new FirstByte.Verdict() {
            @Override
            public void tls(ChannelHandlerContext ctx) {
                TlsEndpoint endpoint = served.tls.current();
                SslHandler handler = endpoint.handler(ctx.alloc(), Optional.empty());
                ctx.pipeline().addBefore(DECODER, "tls", handler);
                exchange.identity(() -> proven(endpoint, handler, from));
            }

            @Override
            public void refusedTls(ChannelHandlerContext ctx) {
                tell(from + ": a TLS handshake on " + ctx.channel().localAddress()
                        + ", which speaks plain HTTP alone; use http://, or give the listener a certificate");
            }

            @Override
            public void refusesPlain() {
                exchange.identity(() -> {
                    throw Problem.of(400, "plain HTTP on a port for HTTPS", "use https://")
                            .refusal();
                });
            }
        }));
        accept(channel, exchange);
    }

    private static Caller proven(TlsEndpoint endpoint, SslHandler handler, String from) {
        try {
            return new Caller(
                    Caller.Door.HTTPS, from, endpoint.proven(handler.engine().getSession()));
        } catch (SSLException e) {
            throw Problem.of(403, String.valueOf(e.getMessage()), "use another client certificate")
                    .refusal();
        }
    }

    private void accept(Channel channel, Exchange exchange) {
        if (closing || connections.size() >= Limits.MOST_OPEN) {
            channel.close();
            return;
        }
        connections.add(channel);
        channel.closeFuture().addListener(closed -> connections.remove(channel));
        channel.pipeline()
                .addLast(DECODER, new StrictDecoder())
                .addLast("encoder", new HttpResponseEncoder())
                .addLast("hold", new FlowControlHandler())
                .addLast(Exchange.NAME, exchange);
    }

    /** A connection broke; what TLS says of it is for the log, a few times a minute. */
    void broken(Throwable cause, String from) {
        TlsFailures.of(from, cause).ifPresent(failure -> tell(failure.message()));
    }

    private void tell(String text) {
        if (refusals.room(System.nanoTime(), more -> LOG.warn("{}: admin: {} more refusals", name, more))) {
            LOG.warn("{}: admin: {}", name, text);
        }
    }

    /** Takes connections from now on, at every door. */
    public void start() {
        synchronized (listeners) {
            started = true;
            listeners.forEach(listener -> listener.config().setAutoRead(true));
        }
    }

    AdminApi api() {
        return api;
    }

    Workers workers() {
        return workers;
    }

    HalfOpen<Channel> waiting() {
        return waiting;
    }

    Bodies bodies() {
        return bodies;
    }

    Feeds feeds() {
        return feeds;
    }

    boolean isClosing() {
        return closing;
    }

    /** Runs it on the event loop, unless that has ended. */
    void onLoop(Runnable work) {
        try {
            loop.execute(work);
        } catch (RejectedExecutionException e) {
            LOG.debug("{}: the admin listener has ended", name);
        }
    }

    /**
     * Takes no connection any more, and ends those that have no request being carried out; these have a moment left. Returns
     * when the listening sockets are closed.
     */
    @Override
    public void close() {
        closing = true;
        synchronized (listeners) {
            listeners.forEach(listener -> listener.close().awaitUninterruptibly());
        }
        workers.close();
        long end = System.nanoTime() + Limits.LAST_ANSWERS.toNanos();
        onLoop(() -> finish(end));
    }

    private void finish(long end) {
        boolean busy = false;
        for (Channel connection : connections) {
            Exchange exchange = connection.pipeline().get(Exchange.class);
            if (exchange != null && exchange.isBusy()) {
                busy = true;
            } else {
                connection.close();
            }
        }
        if (busy && System.nanoTime() < end) {
            loop.schedule(() -> finish(end), LAST_LOOK_MS, TimeUnit.MILLISECONDS);
        } else {
            loop.shutdownGracefully(0, Limits.LAST_ANSWERS.toMillis(), TimeUnit.MILLISECONDS);
        }
    }
}
