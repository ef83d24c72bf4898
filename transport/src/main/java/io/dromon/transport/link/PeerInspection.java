package io.dromon.transport.link;

import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.tls.TlsFailures;
import io.dromon.transport.tls.TlsInspection;
import io.dromon.transport.wire.LinkFailure;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Dials an address to see what answers there, without becoming a link: the mode of the peer, its certificate, and whether
 * it lets this node in. The node that accepts speaks first in Galera's protocol: its first message within TLS is the
 * proof that it took this node's certificate. Nothing is ever sent but a ClientHello and what TLS needs.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells what fails through exceptionCaught
public final class PeerInspection {
    /** What answers at an address. */
    public enum Mode {
        PLAIN,
        TLS,
        /** Took the connection and said nothing, to a ClientHello neither. */
        SILENT,
        /** Something, but no node. */
        OTHER,
        UNREACHABLE
    }

    /** Whether the peer lets this node in; only a TLS peer that was shown a certificate answers that. */
    public enum Admission {
        YES,
        NO,
        UNKNOWN
    }

    /**
     * What was seen.
     *
     * @param text why, where something is wrong; empty otherwise
     * @param protocol version of TLS; empty if the handshake was not completed
     * @param cipher name of the suite, the same
     * @param presented the peer's certificates, its own first; unjudged
     */
    public record Result(
            Mode mode,
            Admission admission,
            String text,
            Optional<String> protocol,
            Optional<String> cipher,
            List<X509Certificate> presented) {
        public Result {
            presented = List.copyOf(presented);
        }
    }

    private final IoEventLoop loop;
    private final String address;
    private final LinkSettings settings;
    private final TlsInspection tls;
    private final boolean certified;
    private final String ownTrust;
    private final CompletableFuture<Result> result = new CompletableFuture<>();

    private Mode mode = Mode.SILENT;
    private Optional<String> protocol = Optional.empty();
    private Optional<String> cipher = Optional.empty();
    private @Nullable Channel channel;

    private PeerInspection(IoEventLoop loop, String address, LinkSettings settings, Optional<TlsContexts> own) {
        this.loop = loop;
        this.address = address;
        this.settings = settings;
        this.tls = own.map(TlsContexts::inspection).orElseGet(TlsInspection::withoutCertificate);
        this.certified = own.isPresent();
        this.ownTrust = own.map(TlsContexts::trustText).orElse("");
    }

    static CompletableFuture<Result> at(
            IoEventLoop loop, String address, LinkSettings settings, Optional<TlsContexts> own) {
        PeerInspection inspection = new PeerInspection(loop, address, settings, own);
        InetSocketAddress remote = LinkAddress.parse(address)
                .orElseThrow(() -> new IllegalArgumentException(address + " is no numeric address"));
        loop.execute(() -> inspection.connect(remote, Duration.ofMillis(DynamicMode.DIAL_MS)));
        return inspection.result.whenComplete((seen, failure) -> inspection.tls.close());
    }

    private void connect(InetSocketAddress remote, Duration patience) {
        ChannelFuture connecting = new Bootstrap()
                .group(loop)
                .channel(EventLoops.isEpoll(loop) ? EpollSocketChannel.class : NioSocketChannel.class)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        settings.dialTimeout().toMillis())
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel created) {
                        created.pipeline().addLast("first", new First(remote, patience));
                    }
                })
                .connect(remote);
        channel = connecting.channel();
        connecting.addListener(done -> {
            if (!done.isSuccess()) {
                mode = Mode.UNREACHABLE;
                end(Admission.UNKNOWN, unreachable(done.cause()));
            }
        });
    }

    private String unreachable(Throwable cause) {
        return address
                + (cause instanceof ConnectException
                                && !String.valueOf(cause.getMessage()).contains("timed out")
                        ? ": connection refused or not possible; is the node running, and is the port right?"
                        : ": no connection could be made within "
                                + settings.dialTimeout().toMillis()
                                + " ms; check the address, and firewalls that drop packets");
    }

    private void end(Admission admission, String text) {
        result.complete(new Result(mode, admission, text, protocol, cipher, tls.presented()));
        if (channel != null) {
            channel.close();
        }
    }

    /** The first bytes: before the ClientHello only a plain node speaks. */
    private final class First extends ChannelInboundHandlerAdapter {
        private final InetSocketAddress remote;
        private final Duration patience;
        private final ByteBuf head = Unpooled.buffer(64);
        private boolean greeted;

        First(InetSocketAddress remote, Duration patience) {
            this.remote = remote;
            this.patience = patience;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            if (patience.isZero()) {
                greet(ctx);
            } else {
                ctx.executor().schedule(() -> greet(ctx), patience.toMillis(), TimeUnit.MILLISECONDS);
            }
            ctx.fireChannelActive();
        }

        private void greet(ChannelHandlerContext ctx) {
            if (ctx.isRemoved() || head.isReadable() || !ctx.channel().isActive()) {
                return; // it has begun to speak
            }
            greeted = true;
            mode = Mode.SILENT;
            ctx.executor()
                    .schedule(
                            () -> end(Admission.UNKNOWN, address + ": " + late()),
                            settings.dialTimeout().toMillis(),
                            TimeUnit.MILLISECONDS);
            ctx.pipeline().addLast("tls", tls.handler(ctx.alloc())).addLast("second", new Second());
        }

        /** What is said when the time is over. */
        private String late() {
            if (mode == Mode.SILENT) {
                return "took the connection and said nothing, to a ClientHello neither; it hangs, or is no node";
            }
            return protocol.isPresent()
                    ? "the TLS handshake ended well, but no node speaks behind it"
                    : "speaks TLS, but the handshake was not done after "
                            + settings.dialTimeout().toMillis() + " ms; it hangs, or is overloaded: try again";
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf in = (ByteBuf) message;
            FirstBytes.Kind kind;
            try {
                head.writeBytes(in, in.readerIndex(), Math.min(in.readableBytes(), 64));
                kind = FirstBytes.kind(head);
            } finally {
                if (!greeted) {
                    in.release();
                }
            }
            switch (kind) {
                case TLS_HANDSHAKE, TLS_ALERT -> {
                    mode = greeted ? Mode.TLS : Mode.OTHER;
                    if (greeted) {
                        ctx.pipeline().remove(this);
                        ctx.fireChannelRead(in);
                        return;
                    }
                    end(Admission.UNKNOWN, address + ": speaks TLS first; that is no node");
                }
                case PLAIN_FRAME, PLAIN_NOTICE -> {
                    mode = Mode.PLAIN;
                    end(Admission.UNKNOWN, "");
                }
                case TLS_NOTICE -> {
                    mode = Mode.TLS;
                    if (greeted) {
                        end(Admission.UNKNOWN, address + ": asks for TLS, but does not answer a ClientHello");
                    } else {
                        again(ctx);
                    }
                }
                case OTHER -> {
                    mode = Mode.OTHER;
                    end(Admission.UNKNOWN, address + ": something answers that is no node; correct the address");
                }
                case UNKNOWN -> {
                    if (greeted) {
                        // Too few to tell, and TLS wants them: no first record is that short.
                        mode = Mode.OTHER;
                        end(Admission.UNKNOWN, address + ": answers a few bytes that are no node's");
                    }
                }
            }
            if (greeted) {
                in.release();
            }
        }

        /** A TLS listener with little patience: the same once more, with a ClientHello at once. */
        private void again(ChannelHandlerContext ctx) {
            ctx.pipeline().remove(this);
            ctx.channel().close();
            connect(remote, Duration.ZERO);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            mode = Mode.OTHER;
            end(Admission.UNKNOWN, address + ": closed the connection without notice; it is no node, or is stopping");
            ctx.fireChannelInactive();
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext ctx) {
            head.release();
        }
    }

    /** Behind TLS: its outcome, and the first message of the peer. */
    private final class Second extends ChannelInboundHandlerAdapter {
        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof SslHandshakeCompletionEvent done) {
                if (done.isSuccess()) {
                    SSLSession session =
                            ((SslHandler) ctx.pipeline().get("tls")).engine().getSession();
                    protocol = Optional.of(session.getProtocol());
                    cipher = Optional.of(session.getCipherSuite());
                } else {
                    failed(done.cause());
                }
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ((ByteBuf) message).release();
            end(Admission.YES, "");
        }

        @Override
        @SuppressWarnings("deprecation") // deprecated in ChannelHandler only, not for inbound handlers
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            failed(cause);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            failed(new ClosedChannelException());
            ctx.fireChannelInactive();
        }

        private void failed(Throwable cause) {
            String text = TlsFailures.of(address, cause, ownTrust)
                    .map(LinkFailure::message)
                    .orElse(address + ": closed the connection during TLS; see its log for why");
            end(certified ? Admission.NO : Admission.UNKNOWN, certified ? text : "");
        }
    }
}
