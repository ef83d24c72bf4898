package io.dromon.sst.tunnel;

import io.dromon.transport.tls.CertificateText;
import io.dromon.transport.tls.RecordHandler;
import io.dromon.transport.wire.LinkFailure;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** One connection: from the accepted socket through the handshake to the relay, on its event loop. */
@SuppressWarnings("FutureReturnValueIgnored") // failures of writes and closes end the channel, which is told anyway
final class TunnelConnection implements ActiveService.Evictable {
    private final Tunnel tunnel;
    private final ActiveService running;
    private final TunnelService service;
    private final EventLoop loop;
    private final Relay relay;
    private final String caller;
    private final ScheduledFuture<?> deadline;
    private String with = "";
    private String subject = "";
    private String issuer = "";
    private boolean half = true;

    /** @param caller who connected, for the log */
    TunnelConnection(Tunnel tunnel, ActiveService running, EventLoop loop, String caller) {
        this.tunnel = tunnel;
        this.running = running;
        this.service = running.service();
        this.loop = loop;
        this.caller = caller;
        this.relay = new Relay(service.timeouts(), new LoopTimer(loop), this::ended);
        this.deadline = loop.schedule(
                () -> {
                    refused(new LinkFailure.SilentPeer(caller + ": no TLS within "
                            + service.timeouts().handshake().toSeconds() + " s"));
                },
                service.timeouts()
                        .handshake()
                        .plus(service.timeouts().connect())
                        .toNanos(),
                TimeUnit.NANOSECONDS);
    }

    private record LoopTimer(EventLoop loop) implements Relay.Timer {
        @Override
        public long nowNs() {
            return System.nanoTime();
        }

        @Override
        public Runnable schedule(Runnable task, long delayNs) {
            ScheduledFuture<?> scheduled = loop.schedule(task, delayNs, TimeUnit.NANOSECONDS);
            return () -> scheduled.cancel(false);
        }
    }

    /** TLS was accepted: shake hands, then connect. */
    void serve(Channel accepted) {
        secure(accepted, running.endpoint().handler(accepted.alloc(), Optional.empty()));
    }

    /** Plain text was accepted: connect, then shake hands. */
    void dial(Channel accepted) {
        ChannelSide side = new ChannelSide(accepted, relay, false, service.reset());
        accepted.pipeline().addLast("side", side);
        accepted.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        accepted.config().setAutoClose(false);
        relay.plain(side);
        connect(new ArrayList<>(running.targets()));
    }

    /** The streams are the plain connection. */
    void dial(StreamSide streams) {
        relay.plain(streams);
        connect(new ArrayList<>(running.targets()));
    }

    Relay relay() {
        return relay;
    }

    EventLoop loop() {
        return loop;
    }

    private void secure(Channel channel, SslHandler handler) {
        ChannelSide side = new ChannelSide(channel, relay, true, service.reset());
        relay.tls(side);
        channel.pipeline().addLast("tls", handler).addLast("handshake", new Handshake(handler, side));
    }

    /** Waits for TLS to be there and verified. */
    private final class Handshake extends ChannelInboundHandlerAdapter {
        private final SslHandler handler;
        private final ChannelSide side;

        Handshake(SslHandler handler, ChannelSide side) {
            this.handler = handler;
            this.side = side;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            ctx.fireChannelActive();
            ctx.read();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (!(event instanceof SslHandshakeCompletionEvent done) || relay.isDone()) {
                return;
            }
            if (!done.isSuccess()) {
                refused(Reasons.TUNNEL.handshake(caller, done.cause()));
                return;
            }
            try {
                running.endpoint().verify(handler.engine().getSession());
            } catch (SSLException e) {
                refused(Reasons.TUNNEL.handshake(caller, e));
                return;
            }
            remember(handler);
            Channel channel = ctx.channel();
            channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
            channel.config().setAutoClose(false);
            channel.pipeline().addLast("side", side);
            side.established();
            channel.pipeline().remove(this);
            // At once, before a record is looked at that came together with the last one of the handshake.
            RecordHandler.takeOver(channel.pipeline(), handler);
            channel.flush();
            TunnelConnection.this.established();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            refused(new LinkFailure.Disconnected(caller + ": closed the connection during the TLS handshake"));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            refused(Reasons.TUNNEL.handshake(caller, cause));
        }
    }

    private void remember(SslHandler handler) {
        var session = handler.engine().getSession();
        with = session.getProtocol() + " " + session.getCipherSuite();
        try {
            if (session.getPeerCertificates()[0] instanceof X509Certificate certificate) {
                subject = Reasons.printable(CertificateText.subject(certificate));
                issuer = Reasons.printable(CertificateText.issuer(certificate));
            }
        } catch (SSLPeerUnverifiedException e) {
            subject = "";
        }
    }

    /** TLS is there: a client has both sides now, a server makes the other one. */
    private void established() {
        halfOver();
        if (service.client()) {
            relay.start();
        } else if (service.command().isEmpty()) {
            connect(new ArrayList<>(running.targets()));
        } else {
            run();
        }
    }

    private void run() {
        String host = caller.contains(":") ? caller.substring(0, caller.lastIndexOf(':')) : caller;
        Program program = new Program(
                service.command(),
                List.of(
                        "REMOTE_HOST=" + host,
                        "REMOTE_PORT=" + caller.substring(caller.lastIndexOf(':') + 1),
                        "SSL_CLIENT_DN=" + subject,
                        "SSL_CLIENT_I_DN=" + issuer),
                service.timeouts().close());
        tunnel.blocking().execute(() -> {
            try {
                program.start();
            } catch (IOException e) {
                loop.execute(() -> relay.cancel("the program cannot be started: " + e.getMessage()));
                return;
            }
            loop.execute(() -> {
                StreamSide side = new StreamSide(relay, loop, program.output(), program.input(), program);
                if (relay.isDone()) {
                    program.kill();
                    return;
                }
                relay.plain(side);
                side.start(tunnel.threads());
                relay.start();
            });
        });
    }

    /** Tries the targets in turn; the names among them are looked up aside. */
    private void connect(List<TunnelAddress> targets) {
        if (relay.isDone()) {
            return;
        }
        TunnelAddress target = targets.remove(0);
        tunnel.blocking().execute(() -> {
            try {
                List<InetSocketAddress> addresses = new ArrayList<>(target.resolveAll("localhost"));
                loop.execute(() -> connect(addresses, target, targets));
            } catch (IOException e) {
                loop.execute(() -> next(targets, target + ": no such host"));
            }
        });
    }

    private void next(List<TunnelAddress> targets, String failure) {
        if (targets.isEmpty()) {
            relay.cancel("cannot connect to " + failure);
        } else {
            connect(targets);
        }
    }

    /** A name may have several addresses: all are tried before the next target is. */
    private void connect(List<InetSocketAddress> addresses, TunnelAddress target, List<TunnelAddress> others) {
        if (relay.isDone()) {
            return;
        }
        InetSocketAddress address = addresses.remove(0);
        Bootstrap bootstrap = TunnelSockets.dialling()
                .group(loop)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        service.timeouts().connect().toMillis())
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (service.client()) {
                            secure(channel, running.endpoint().handler(channel.alloc(), service.serverName()));
                        } else {
                            ChannelSide side = new ChannelSide(channel, relay, false, service.reset());
                            channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
                            channel.config().setAutoClose(false);
                            channel.pipeline().addLast("side", side);
                        }
                    }
                });
        @Nullable
        SocketAddress local =
                service.local().map(host -> new InetSocketAddress(host, 0)).orElse(null);
        ChannelFuture future = local == null ? bootstrap.connect(address) : bootstrap.connect(address, local);
        future.addListener(done -> {
            if (loop.inEventLoop()) {
                connected(future, addresses, target, others);
            } else { // no socket could be made, which Netty tells on a thread of its own
                loop.execute(() -> connected(future, addresses, target, others));
            }
        });
    }

    private void connected(
            ChannelFuture done, List<InetSocketAddress> addresses, TunnelAddress target, List<TunnelAddress> others) {
        if (!done.isSuccess() && !addresses.isEmpty()) {
            connect(addresses, target, others);
        } else if (!done.isSuccess()) {
            next(others, target + ": " + done.cause().getMessage());
        } else if (relay.isDone()) {
            done.channel().close();
        } else if (!service.client()) {
            relay.plain((Side) done.channel().pipeline().get("side"));
            relay.start();
        }
    }

    @Override
    public void evict() {
        loop.execute(() -> {
            if (half) {
                refused(new LinkFailure.SilentPeer(caller + ": dropped, because " + ActiveService.MOST_HALF_OPEN
                        + " connections have not proven anything yet, and no address holds more of them than this one; look for a"
                        + " port scanner or a health check there"));
            }
        });
    }

    /** The handshake came to nothing. */
    private void refused(LinkFailure failure) {
        if (relay.isDone()) {
            return;
        }
        tunnel.refusal(running, caller, failure);
        with = "";
        relay.cancel(failure.getClass().getSimpleName());
    }

    private void halfOver() {
        if (half) {
            half = false;
            deadline.cancel(false);
            running.halfOpen().leave(this);
            running.release();
        }
    }

    private void ended(Relay.Summary summary) {
        boolean established = !with.isEmpty();
        halfOver();
        tunnel.ended(
                this,
                established
                        ? String.format(
                                Locale.ROOT,
                                "[%s] %s: received %d bytes, sent %d, %.3f s, %s, peer %s, %s",
                                service.name(),
                                caller,
                                summary.received(),
                                summary.sent(),
                                summary.durationNs() / 1e9,
                                with,
                                subject.isEmpty() ? "(not verified)" : subject,
                                summary.failure().map(why -> "failed: " + why).orElse("ended in order"))
                        : "",
                established ? Optional.empty() : summary.failure(),
                summary.failure().isEmpty());
    }
}
