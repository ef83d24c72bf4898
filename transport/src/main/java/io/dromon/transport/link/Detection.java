package io.dromon.transport.link;

import io.dromon.transport.tls.TlsContexts;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import java.util.concurrent.TimeUnit;

/** The handlers of {@link DynamicMode}: which mode a new connection gets. */
@SuppressWarnings("FutureReturnValueIgnored")
final class Detection {
    private Detection() {}

    /** A plain stream from here on: the frames handler takes over, and what was read goes to it. */
    static void plain(ChannelHandlerContext ctx, Negotiation.Sniffer self) {
        self.links.addFrames(ctx.pipeline(), self.link, true);
        self.links.up(self.link);
        self.passOn(ctx);
    }

    /** Dialled, with key and certificate: a plain acceptor speaks at once, one with TLS waits for a ClientHello. */
    static final class Await extends Negotiation.Sniffer {
        static final String NAME = "await";

        Await(NettyLinks links, NettyLink link) {
            super(links, link);
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            after(TimeUnit.MILLISECONDS.toNanos(DynamicMode.DIAL_MS), ctx, this::startTls);
            ctx.fireChannelActive();
        }

        private void startTls(ChannelHandlerContext ctx) {
            if (collected() > 0) {
                return; // a plain acceptor has begun to speak
            }
            ChannelPipeline pipeline = ctx.pipeline();
            addTls(pipeline, links, link, links.tls());
            passOn(ctx);
        }

        @Override
        void decide(ChannelHandlerContext ctx, FirstBytes.Kind kind) {
            if (kind == FirstBytes.Kind.PLAIN_FRAME && links.allowsPlain(link.peer)) {
                plain(ctx, this);
            } else {
                links.fail(link, Verdicts.plainPeer(link, kind));
            }
        }
    }

    /** The answer to a ClientHello was plain: the acceptor has no key and dropped it. Behind {@link Negotiation.Reply}. */
    static void fallBack(ChannelHandlerContext ctx, Negotiation.Sniffer self) {
        ctx.pipeline().remove(Negotiation.Handshake.NAME);
        ctx.pipeline().remove(Negotiation.Handshake.TLS);
        ctx.pipeline().remove(OneHandshake.NAME);
        plain(ctx, self);
    }

    /**
     * Accepted, without key and certificate: a ClientHello is dropped, and a dialler that sent one reads this node's
     * plain text once it has waited for TLS in vain.
     */
    static final class Drop extends Negotiation {
        static final String NAME = "drop";
        private int dropped;

        Drop(NettyLinks links, NettyLink link) {
            super(links, link);
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            speakIn(ctx);
            ctx.fireChannelActive();
        }

        private void speakIn(ChannelHandlerContext ctx) {
            after(TimeUnit.MILLISECONDS.toNanos(DynamicMode.ACCEPT_MS), ctx, this::up);
        }

        private void up(ChannelHandlerContext ctx) {
            links.addFrames(ctx.pipeline(), link, true);
            links.up(link);
            ctx.pipeline().remove(this);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf in = (ByteBuf) message;
            boolean first = dropped == 0;
            dropped += in.readableBytes();
            in.release();
            if (first) {
                speakIn(ctx); // Galera's dialler takes what comes within 500 ms for an answer in TLS
            }
            if (dropped > 65_536) {
                links.fail(link, Verdicts.tlsPeer(link));
            }
        }
    }

    /** The handlers of a TLS dial, in their order. */
    static void addTls(ChannelPipeline pipeline, NettyLinks links, NettyLink link, TlsContexts contexts) {
        pipeline.addLast(Negotiation.Reply.NAME, new Negotiation.Reply(links, link))
                .addLast(OneHandshake.NAME, new OneHandshake(links, link))
                .addLast(
                        Negotiation.Handshake.TLS,
                        contexts.clientHandler(pipeline.channel().alloc()))
                .addLast(Negotiation.Handshake.NAME, new Negotiation.Handshake(links, link, contexts));
    }
}
