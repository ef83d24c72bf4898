package io.dromon.sst.tunnel;

import io.dromon.transport.link.LineBudget;
import io.dromon.transport.link.RefusalLog;
import io.dromon.transport.tls.TlsEndpoint;
import io.dromon.transport.wire.LinkFailure;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
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
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * A running tunnel: all services of a {@link TunnelConfig} on one event loop per core. Its owner closes it,
 * which ends the open connections by resets.
 */
public final class Tunnel implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Tunnel.class);

    private final MultiThreadIoEventLoopGroup loops;
    private final ThreadFactory threads = new DefaultThreadFactory("dromon-tunnel-stream", true);
    private final ExecutorService blocking =
            Executors.newCachedThreadPool(new DefaultThreadFactory("dromon-tunnel-blocking", true));
    private final TunnelPorts ports;
    private volatile List<ActiveService> services = List.of();
    private volatile List<TunnelPorts.Listener> listeners = List.of();
    private final Set<TunnelConnection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicInteger failures = new AtomicInteger();
    private final CountDownLatch streamsEnded = new CountDownLatch(1);
    private final RefusalLog refusals = new RefusalLog();
    private final LineBudget lines = new LineBudget(500, Duration.ofSeconds(10));
    private final Optional<Path> pidFile;
    private volatile boolean closed;

    private Tunnel(Optional<Path> pidFile) {
        this.pidFile = pidFile;
        // The JDK's selector (epoll below it), not Netty's own: that one (4.2.18) takes a socket out of epoll when
        // nothing is awaited from it for a moment, as after a half-close, and fails to put it in again (ENOENT).
        IoHandlerFactory factory = NioIoHandler.newFactory();
        this.loops = new MultiThreadIoEventLoopGroup(
                Runtime.getRuntime().availableProcessors(), new DefaultThreadFactory("dromon-tunnel", true), factory);
        this.ports = new TunnelPorts(loops, this::accepted);
    }

    /**
     * Loads keys and certificates, and listens. With {@link TunnelConfig#onStandardStreams} nothing happens before
     * {@link #serveStreams}.
     */
    public static Tunnel start(TunnelConfig config) throws TunnelException {
        Tunnel tunnel = new Tunnel(config.pidFile());
        try {
            tunnel.services = ActiveService.load(config);
            tunnel.listeners = tunnel.ports.open(tunnel.services, List.of());
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
            tunnel.services = List.of(new ActiveService(service, endpoint));
            tunnel.listeners = tunnel.ports.open(tunnel.services, List.of());
            return tunnel;
        } catch (TunnelException | RuntimeException e) {
            tunnel.close();
            throw e;
        }
    }

    /** Loads what a service needs for TLS, to see that it can be used. */
    public static void check(TunnelConfig config) throws TunnelException {
        ActiveService.load(config).forEach(ActiveService::release);
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
        List<ActiveService> fresh = ActiveService.load(config);
        List<TunnelPorts.Listener> after;
        try {
            after = ports.open(fresh, listeners);
        } catch (TunnelException e) {
            fresh.forEach(ActiveService::release);
            throw e;
        }
        List<ActiveService> retired = services;
        TunnelPorts.close(
                listeners.stream().filter(before -> !after.contains(before)).toList());
        services = fresh;
        listeners = after;
        retired.forEach(ActiveService::release);
        LOG.info("reloaded: {} services; open connections go on as they are", fresh.size());
    }

    @SuppressWarnings("FutureReturnValueIgnored") // failures of writes and closes end the channel, which is told anyway
    private void accepted(Supplier<ActiveService> current, Channel channel) {
        String caller = channel.remoteAddress() instanceof InetSocketAddress address
                ? TunnelAddress.of(address).toString()
                : "?";
        // A reload puts the new service behind the port before it retires the old one.
        ActiveService running = current.get();
        while (!closed && !running.acquire()) {
            ActiveService next = current.get();
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
        ActiveService running = services.get(0);
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
        return listeners.stream().map(TunnelPorts.Listener::address).toList();
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

    void refusal(ActiveService running, String caller, LinkFailure failure) {
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

    /** A line of one connection: a peer can cause many. */
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
        TunnelPorts.close(listeners);
        // Before the loops end: they would close in order what is not complete.
        List<Future<?>> cancelled = new ArrayList<>();
        for (TunnelConnection connection : connections) {
            cancelled.add(connection.loop().submit(() -> connection.relay().cancel("this end was stopped")));
        }
        cancelled.forEach(each -> each.awaitUninterruptibly(5, TimeUnit.SECONDS));
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10, TimeUnit.SECONDS);
        blocking.shutdownNow();
        services.forEach(ActiveService::release);
        pidFile.ifPresent(file -> {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                LOG.warn("{} cannot be removed: {}", file, e.getMessage());
            }
        });
    }
}
