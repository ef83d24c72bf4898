package io.dromon.transport.link;

import io.dromon.transport.tls.TlsContexts;
import io.dromon.transport.wire.LinkFailure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The handlers between a new socket and a link that is up. Each removes itself when it has decided. */
@SuppressWarnings("FutureReturnValueIgnored") // farewells: whether they arrive changes nothing
abstract class Negotiation extends ChannelInboundHandlerAdapter {
    final NettyLinks links;
    final NettyLink link;
    private @Nullable Future<?> timer;

    Negotiation(NettyLinks links, NettyLink link) {
        this.links = links;
        this.link = link;
    }

    /** What to do if nothing is decided by then; takes the place of what was to be done before. */
    final void after(long delayNs, ChannelHandlerContext ctx, Consumer<ChannelHandlerContext> action) {
        stopTimer();
        timer = ctx.executor()
                .schedule(
                        () -> {
                            if (!ctx.isRemoved() && link.phase == NettyLink.Phase.NEGOTIATING) {
                                action.accept(ctx);
                            }
                        },
                        delayNs,
                        TimeUnit.NANOSECONDS);
    }

    private void stopTimer() {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        stopTimer();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        links.fail(link, Verdicts.of(link, new java.nio.channels.ClosedChannelException()));
        ctx.fireChannelInactive();
    }

    @Override
    @SuppressWarnings("deprecation") // deprecated in ChannelHandler only, not for inbound handlers
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        links.caught(link, cause);
    }

    /** Collects the first bytes until their kind is known. Owns the collected bytes until it passes them on. */
    abstract static class Sniffer extends Negotiation {
        private @Nullable ByteBuf head;

        Sniffer(NettyLinks links, NettyLink link) {
            super(links, link);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf in = (ByteBuf) message;
            if (link.phase == NettyLink.Phase.CLOSED) {
                in.release();
                return;
            }
            ByteBuf all = in;
            if (head != null) {
                // Bounded: the kind is known after a dozen bytes, so only these and one read are ever here.
                all = Unpooled.buffer(head.readableBytes() + in.readableBytes())
                        .writeBytes(head)
                        .writeBytes(in);
                head.release();
                head = null;
                in.release();
            }
            FirstBytes.Kind kind = FirstBytes.kind(all);
            head = all;
            if (kind != FirstBytes.Kind.UNKNOWN) {
                decide(ctx, kind);
            }
        }

        /** The kind is known. Ends with {@link #passOn} or a failure. */
        abstract void decide(ChannelHandlerContext ctx, FirstBytes.Kind kind);

        int collected() {
            return head == null ? 0 : head.readableBytes();
        }

        /** Leaves the pipeline; the collected bytes go to the handlers behind. */
        void passOn(ChannelHandlerContext ctx) {
            ByteBuf bytes = head;
            head = null;
            ctx.pipeline().remove(this);
            if (bytes != null) {
                ctx.fireChannelRead(bytes);
            }
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext ctx) {
            super.handlerRemoved(ctx);
            if (head != null) {
                head.release();
                head = null;
            }
        }
    }

    /** Accepted, TLS on: is it a ClientHello? */
    static final class Probe extends Sniffer {
        static final String NAME = "probe";

        Probe(NettyLinks links, NettyLink link) {
            super(links, link);
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            after(limit().toNanos(), ctx, this::silent);
            ctx.fireChannelActive();
        }

        private Duration limit() {
            return links.dynamic()
                    ? Duration.ofMillis(DynamicMode.ACCEPT_MS)
                    : links.settings().probeTimeout();
        }

        private void silent(ChannelHandlerContext ctx) {
            if (collected() == 0 && links.allowsPlain("")) {
                Detection.plain(ctx, this);
            } else {
                refuse(ctx, Verdicts.silentDialler(link, limit(), collected()));
            }
        }

        @Override
        void decide(ChannelHandlerContext ctx, FirstBytes.Kind kind) {
            if (kind != FirstBytes.Kind.TLS_HANDSHAKE) {
                refuse(ctx, Verdicts.plainPeer(link, kind));
                return;
            }
            TlsContexts tls = links.tls();
            ctx.pipeline().addAfter(NAME, OneHandshake.NAME, new OneHandshake(links, link));
            ctx.pipeline().addAfter(OneHandshake.NAME, Handshake.TLS, tls.serverHandler(ctx.alloc()));
            ctx.pipeline().addAfter(Handshake.TLS, Handshake.NAME, new Handshake(links, link, tls));
            passOn(ctx);
        }

        private void refuse(ChannelHandlerContext ctx, LinkFailure failure) {
            ctx.writeAndFlush(FirstBytes.tlsRequired());
            links.fail(link, failure);
        }
    }

    /** Accepted, TLS off: a short look for a ClientHello, which can only be answered before this node speaks. */
    static final class Peek extends Sniffer {
        static final String NAME = "peek";

        Peek(NettyLinks links, NettyLink link) {
            super(links, link);
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            long peekNs = links.settings().peekTime().toNanos();
            if (peekNs <= 0) {
                up(ctx);
            } else {
                after(peekNs, ctx, this::up);
            }
            ctx.fireChannelActive();
        }

        @Override
        void decide(ChannelHandlerContext ctx, FirstBytes.Kind kind) {
            if (kind == FirstBytes.Kind.TLS_HANDSHAKE) {
                ctx.writeAndFlush(FirstBytes.plainHere());
                links.fail(link, Verdicts.tlsPeer(link));
            } else {
                up(ctx);
            }
        }

        private void up(ChannelHandlerContext ctx) {
            if (!ctx.isRemoved() && link.phase == NettyLink.Phase.NEGOTIATING) {
                links.addFrames(ctx.pipeline(), link, true);
                links.up(link);
                passOn(ctx);
            }
        }
    }

    /** Dialled, TLS on: is the first answer TLS? */
    static final class Reply extends Sniffer {
        static final String NAME = "reply";

        Reply(NettyLinks links, NettyLink link) {
            super(links, link);
        }

        @Override
        void decide(ChannelHandlerContext ctx, FirstBytes.Kind kind) {
            if (kind == FirstBytes.Kind.TLS_HANDSHAKE || kind == FirstBytes.Kind.TLS_ALERT) {
                passOn(ctx);
            } else if (kind == FirstBytes.Kind.PLAIN_FRAME && link.trial == null && links.allowsPlain(link.peer)) {
                Detection.fallBack(ctx, this);
            } else {
                links.fail(link, Verdicts.plainPeer(link, kind));
            }
        }
    }

    /** Waits until TLS is done, the peer's certificate verified. */
    static final class Handshake extends Negotiation {
        static final String NAME = "handshake";
        static final String TLS = "tls";
        private final TlsContexts tls;

        Handshake(NettyLinks links, NettyLink link, TlsContexts tls) {
            super(links, link);
            this.tls = tls;
            link.ownTrust = tls.trustText();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof SslHandshakeCompletionEvent done && link.phase == NettyLink.Phase.NEGOTIATING) {
                if (done.isSuccess()) {
                    done(ctx);
                } else {
                    links.caught(link, done.cause());
                }
            }
        }

        private void done(ChannelHandlerContext ctx) {
            SslHandler handler = (SslHandler) ctx.pipeline().get(TLS);
            handler.setCloseNotifyFlushTimeoutMillis(
                    links.settings().closeTimeout().toMillis());
            InetSocketAddress remote = (InetSocketAddress) ctx.channel().remoteAddress();
            String ip = remote == null ? "" : remote.getAddress().getHostAddress();
            Optional<LinkFailure> refused = tls.identify(
                    handler.engine().getSession(), link.accepted, link.peer, ip, identified -> link.tls = identified);
            if (refused.isPresent()) {
                links.fail(link, refused.get());
                return;
            }
            if (!handler.engine().getSession().getProtocol().equals("TLSv1.2")) {
                ctx.pipeline().remove(OneHandshake.NAME);
            }
            links.addFrames(ctx.pipeline(), link, false);
            links.up(link);
            ctx.pipeline().remove(this);
        }
    }
}
